"""Several runs side by side: one row axis for all of them, and one name for each.

Rows are epochs, or steps as soon as one run counts steps. An epoch's learning rate then holds for all of its steps.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import repeat
from typing import Any, NamedTuple

from lrcli.errors import LrcliError
from lrcli.series.curve import BLOCK, first_row
from lrcli.spec import Group, Spec


class Grid(NamedTuple):
    """The rows that several runs share: start <= t < stop, counted in `unit`s.

    `factors` says, run by run, how many of these rows one row of the run fills.
    """

    unit: str
    start: int
    stop: int
    factors: tuple[int, ...]


class Part(NamedTuple):
    """Consecutive rows of one run from row `start` on, column by column."""

    start: int
    stop: int
    columns: Sequence[Sequence[Any]]


def common_grid(specs: Sequence[Spec]) -> Grid:
    """The rows of all the runs together: epochs if every run counts epochs, else steps.

    Raises LrcliError for epochs against steps where no `steps_per_epoch` says how they meet.
    """
    units = {spec.interval for spec in specs}
    unit = "epoch" if units == {"epoch"} else "step"
    factors = tuple(_factor(spec, specs) if spec.interval != unit else 1 for spec in specs)
    start = min(first_row(spec) * factor for spec, factor in zip(specs, factors, strict=True))
    stop = max(spec.length * factor for spec, factor in zip(specs, factors, strict=True))
    return Grid(unit, start, stop, factors)


def _factor(spec: Spec, specs: Sequence[Spec]) -> int:
    """The steps of one epoch of `spec`: its own, else the one that the other runs agree on."""
    if spec.steps_per_epoch:
        return spec.steps_per_epoch
    known = {other.steps_per_epoch for other in specs if other.steps_per_epoch}
    if len(known) == 1:
        return known.pop()
    other = next(one for one in specs if one.interval != spec.interval)
    raise LrcliError(
        f"'{spec.name}' counts epochs and '{other.name}' counts steps: "
        f"give '{spec.name}' steps_per_epoch, so that their rows can be aligned"
    )


def aligned(parts: Iterable[Part], width: int, windows: Iterable[tuple[int, int]]) -> Iterator[Sequence[Sequence[Any]]]:
    """The parts' columns cut at the windows' edges, None where a window has rows that the parts have not.

    >>> parts = [Part(1, 3, [[10, 11]]), Part(3, 5, [[12, 13]])]
    >>> list(aligned(parts, 1, [(0, 2), (2, 4), (4, 6)]))
    [[[None, 10]], [[11, 12]], [[13, None]]]
    """
    rest = iter(parts)
    part = next(rest, None)
    for start, stop in windows:
        if part is not None and (part.start, part.stop) == (start, stop):
            yield part.columns
            part = next(rest, None)
            continue
        cut: list[list[Any]] = [[] for _ in range(width)]
        at = start
        while at < stop:
            while part is not None and part.stop <= at:
                part = next(rest, None)
            if part is None or part.start > at:
                end = stop if part is None else min(stop, part.start)
                for column in cut:
                    column.extend(repeat(None, end - at))
            else:
                end = min(stop, part.stop)
                for column, values in zip(cut, part.columns, strict=True):
                    column.extend(values[at - part.start : end - part.start])
            at = end
        yield cut


def stretched(parts: Iterable[Part], factor: int) -> Iterator[Part]:
    """The parts with every row repeated `factor` times, in pieces of about one block."""
    if factor == 1:
        yield from parts
        return
    size = max(1, BLOCK // factor)
    for part in parts:
        for low in range(part.start, part.stop, size):
            high = min(low + size, part.stop)
            cut = slice(low - part.start, high - part.start)
            columns = [[value for value in column[cut] for _ in range(factor)] for column in part.columns]
            yield Part(low * factor, high * factor, columns)


def curve_names(specs: Sequence[Spec]) -> tuple[str, ...]:
    """One name per run, each different: the spec's, with `@torch-1.1` and then `#2` where that is not enough."""
    names = [spec.name for spec in specs]
    twice = {name for name, count in Counter(names).items() if count > 1}
    return _distinct([name + _suffix(spec) if name in twice else name for name, spec in zip(names, specs, strict=True)])


def _suffix(spec: Spec) -> str:
    emulation = spec.emulation
    if emulation is None:
        return f"@{spec.release}" if spec.release else ""
    return f"@{emulation.label or 'torch-' + emulation.release}"


def group_names(groups: Sequence[Group]) -> tuple[str, ...]:
    """One name per parameter group, each different; unnamed groups are numbered from 0. A single unnamed one is ''."""
    if len(groups) == 1 and groups[0].name is None:
        return ("",)
    return _distinct([str(i) if group.name is None else group.name for i, group in enumerate(groups)])


def _distinct(names: Sequence[str]) -> tuple[str, ...]:
    used: set[str] = set()
    result = []
    for name in names:
        new, n = name, 1
        while new in used or (n > 1 and new in names):
            n += 1
            new = f"{name}#{n}"
        used.add(new)
        result.append(new)
    return tuple(result)
