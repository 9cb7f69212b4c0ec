"""Which rows of two runs are compared."""

from __future__ import annotations

import math
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from lrcli.errors import LrcliError
from lrcli.series.align import common_grid, on_grid
from lrcli.series.base import BLOCK, Readings, Series
from lrcli.series.formula import SpecSeries


class Lane(NamedTuple):
    """One of the two runs on the rows of the comparison.

    start, stop: the rows that it has, in the comparison's unit. read: the values of the rows number low <= i < high of
    the comparison, window by window.
    """

    start: int
    stop: int
    read: Callable[[int, int], Iterator[tuple[Readings, ...]]]


class Pairing(NamedTuple):
    """Which rows of A meet which rows of B.

    at: the rows of the comparison, in `unit`s. both: so many of them, the first, are rows of both; the others are rows
    of one of the two. remarks: what is not compared.
    """

    unit: str
    at: Sequence[int]
    both: int
    a: Lane
    b: Lane
    remarks: tuple[str, ...]


def windows(low: int, high: int) -> Iterator[tuple[int, int]]:
    """The numbers low <= i < high, BLOCK of them at a time."""
    return ((i, min(i + BLOCK, high)) for i in range(low, high, BLOCK))


def match(a: Series, b: Series) -> Pairing:
    """The rows of two runs on one axis: those that were logged, where one of the two is a log.

    Raises LrcliError where the rows cannot be aligned.
    """
    return _match_record(a, b) if a.is_record or b.is_record else _match_runs(a, b)


def _match_runs(a: Series, b: Series) -> Pairing:
    grid = common_grid((a, b))
    low = max(run.start * factor for run, factor in zip((a, b), grid.factors, strict=True))
    both = max(min(run.stop * factor for run, factor in zip((a, b), grid.factors, strict=True)) - low, 0)
    at = range(low, max(grid.stop, low))

    def lane(run: Series, factor: int) -> Lane:
        def read(first: int, last: int) -> Iterator[tuple[Readings, ...]]:
            return on_grid(run, factor, (at[i:j] for i, j in windows(first, last)), (run.reading,))

        return Lane(run.start * factor, max(run.start, run.stop) * factor, read)

    lane_a, lane_b = lane(a, grid.factors[0]), lane(b, grid.factors[1])
    remarks: tuple[str, ...] = ()
    if lane_a.start != lane_b.start:
        label = "A" if lane_a.start > lane_b.start else "B"
        remarks = (f"compared from {grid.unit} {low} on, where {label} resumes",)
    return Pairing(grid.unit, at, both, lane_a, lane_b, remarks)


def _match_record(a: Series, b: Series) -> Pairing:
    """The rows of the record (B, where both are), past the end of the other run too where its schedule goes on."""
    record, other = (b, a) if b.is_record else (a, b)
    remarks = [remark for run in (record, other) if (remark := run.left_out())]
    rows = record.rows_in(other)
    which: Sequence[int]
    if other.is_record:
        which = _common(rows, other.rows)
        for log, partner in ((other, record), (record, other)):
            if missing := len(log.rows) - len(which):
                remarks.append(f"{_rows(missing)} of {log.name} not in {partner.name}: not compared")
        longer = other
    else:
        which, longer, more = _inside(record, other, rows)
        remarks += more
        if which:
            span = _span(record.unit, _chosen(record.rows, which))
            remarks.insert(0, f"compared {len(which)} of {len(rows)} rows of {record.name} ({span})")
    if not which:
        raise LrcliError(f"no row of '{record.name}' can be compared with '{other.name}': {'; '.join(remarks)}")
    rows, at = _chosen(rows, which), _chosen(record.rows, which)

    def of_record(first: int, last: int) -> Iterator[tuple[Readings, ...]]:
        return record.at(at[i:j] for i, j in windows(first, last))

    def of_other(first: int, last: int) -> Iterator[tuple[Readings, ...]]:
        chosen = (rows[i:j] for i, j in windows(first, last))
        if isinstance(other, SpecSeries) and other.spec.epoch_shows == "mean" and record.unit != other.unit:
            return _means(longer, chosen, other.spec.steps_per_epoch or 1)
        return longer.at(chosen)

    lanes = [Lane(at[0], at[-1] + 1, read) for read in (of_record, of_other)]
    lane_a, lane_b = reversed(lanes) if b.is_record else lanes
    return Pairing(record.unit, at, len(at), lane_a, lane_b, tuple(remarks))


def _means(run: Series, windows: Iterable[Sequence[int]], count: int) -> Iterator[tuple[Readings, ...]]:
    """The means over so many rows from each of these rows on."""
    for rows in windows:
        blocks = list(run.at(range(t, min(t + count, run.stop)) for t in rows))
        yield tuple(
            Readings({name: [_mean(group[name]) for group in groups] for name in groups[0]})
            for groups in zip(*blocks, strict=True)
        )


def _mean(values: Sequence[float | None]) -> float | None:
    """The mean; None where a value is missing."""
    known = [value for value in values if value is not None]
    return math.fsum(known) / len(known) if len(known) == len(values) else None


def _inside(record: Series, other: Series, rows: Sequence[int]) -> tuple[Sequence[int], Series, list[str]]:
    """Which rows of a record can be compared, the other run as far as they go, and what there is to say of both."""
    low, high = other.start, other.stop
    stop = max(high, max(rows) + 1) if other.goes_on else high
    which: Sequence[int] = range(len(rows))
    remarks = []
    if min(rows) < low or max(rows) >= stop:
        which = array("q", (i for i, t in enumerate(rows) if low <= t < stop))
        for what, out in (
            (f"before the first row of {other.name}", [i for i, t in enumerate(rows) if t < low]),
            (f"past the end of {other.name}", [i for i, t in enumerate(rows) if t >= stop]),
        ):
            if out:
                span = _span(record.unit, _chosen(record.rows, out))
                remarks.append(f"not compared: {_rows(len(out))} {what} ({span})")
                if out[0] == 0 and isinstance(other, SpecSeries) and (first := other.spec.first_step):
                    remarks[-1] += f": its first_step is {first}; --set first_step=0 for a log that counts from 0"
    compared = _chosen(rows, which)
    if past := len(compared) - bisect_left(compared, high):
        remarks.append(f"{_rows(past)} past the end of the run, where the schedule goes on, compared too")
    return which, other.until(stop) if stop > high else other, remarks


def _common(rows: Sequence[int], others: Sequence[int]) -> Sequence[int]:
    """The indices of the rows that the others have, too. Both increase."""
    if rows == others:
        return range(len(rows))
    indices = array("q")
    rest = iter(others)
    there = next(rest, None)
    for i, t in enumerate(rows):
        while there is not None and there < t:
            there = next(rest, None)
        if there == t:
            indices.append(i)
    return indices


def _chosen(rows: Sequence[int], which: Sequence[int]) -> Sequence[int]:
    return rows if len(which) == len(rows) else array("q", (rows[i] for i in which))


def _span(unit: str, at: Sequence[int]) -> str:
    return f"{unit} {at[0]}" if len(at) == 1 else f"{unit}s {at[0]} to {at[-1]}"


def _rows(n: int) -> str:
    return "1 row" if n == 1 else f"{n} rows"
