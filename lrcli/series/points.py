"""Spec -> its numbers in some rows only: a formula jumps between them, a replay walks."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Any

from lrcli.series.curve import blocks
from lrcli.spec import Spec

DENSE = 4
"""Rows that are no more than so many apart on the average are computed with those between them."""

Columns = list[list[Any]]


def points(spec: Spec, reading: str, windows: Iterable[Sequence[int]], stop: int) -> Iterator[Columns]:
    """The reading of every group in the rows of each window, which never decrease from the first window to the last.

    All of them are below `stop`.

    >>> from lrcli.schedules.step import Step
    >>> from lrcli.spec import Group
    >>> list(points(Spec("demo", (Group(None, 0.1, Step(step_size=30)),), 90), "lr", [[0, 29, 30], [60]], 90))
    [[[0.1, 0.1, 0.010000000000000002]], [[0.0010000000000000002]]]
    """
    if spec.emulation:
        yield from _walked(spec, reading, windows, stop)
        return
    for rows in windows:
        if rows and rows[-1] - rows[0] < DENSE * len(rows):
            whole = blocks(spec, (reading,), rows[0], rows[-1] + 1)
            yield from _walk(whole, reading, [rows])
        else:
            single = [next(blocks(spec, (reading,), row, row + 1)) for row in rows]
            yield [[getattr(one.groups[i], reading)[0] for one in single] for i in range(len(spec.groups))]


def _walked(spec: Spec, reading: str, windows: Iterable[Sequence[int]], stop: int) -> Iterator[Columns]:
    rest = iter(windows)
    first = next(rest, None)
    if first:
        yield from _walk(blocks(spec, (reading,), first[0], stop), reading, chain([first], rest))


def _walk(found: Iterator[Any], reading: str, windows: Iterable[Sequence[int]]) -> Iterator[Columns]:
    """The rows of the windows out of consecutive blocks, which begin with the first of them."""
    block = next(found)
    for rows in windows:
        columns: Columns = [[] for _ in block.groups]
        at = 0
        while at < len(rows):
            start, end = block.start, block.start + block.size
            if rows[at] >= end:
                block = next(found)
                continue
            high = bisect_left(rows, end, at)
            wanted = rows[at:high]
            for column, group in zip(columns, block.groups, strict=True):
                values = getattr(group, reading)
                if isinstance(wanted, range) and wanted.step == 1:
                    column += values[wanted[0] - start : wanted[-1] - start + 1]
                else:
                    column += [values[t - start] for t in wanted]
            at = high
        yield columns
