"""Spec x log -> Difference: the rows that were logged, compared as exactly as the log writes them."""

from __future__ import annotations

import math
from array import array
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from lrcli.comparison.difference import ATOL, RTOL, Difference, Pair, Side, pair_groups
from lrcli.comparison.gaps import Gap, Row, Tally
from lrcli.errors import LrcliError
from lrcli.logs import Rounding
from lrcli.logs.axis import rows_in
from lrcli.logs.logged import Logged
from lrcli.logs.rounding import tolerance
from lrcli.series.align import curve_names, group_names
from lrcli.series.curve import BLOCK, default_reading, first_row, notes
from lrcli.series.points import points
from lrcli.spec import Spec


class _Match(NamedTuple):
    """Which rows of the log are compared, with which rows of the other run.

    which: indices into the log's run. rows: the other's row of each. stop: the end of the other's rows, past the end
    of its run where the schedule simply goes on. remarks: what is not compared.
    """

    which: Sequence[int]
    rows: Sequence[int]
    stop: int
    remarks: tuple[str, ...]


def compare_logged(
    a: Spec, b: Spec, *, rtol: float | None, atol: float | None, exact: bool, context: int | None
) -> Difference:
    """Compare two runs, one of which is a log (or both are), in the rows that were logged.

    Equal means equal at the precision of the log, unless rtol, atol or `exact` say otherwise. Rows past the end of a
    formula's run are compared with what the schedule goes on with.
    Raises LrcliError where no row can be compared.
    """
    log_is_b = b.groups[0].schedule.rows() is not None
    log, other = (b, a) if log_is_b else (a, b)
    match = _match(log, other)
    if not match.which:
        raise LrcliError(f"no row of '{log.name}' can be compared with '{other.name}': {'; '.join(match.remarks)}")
    names_a, names_b = group_names(a.groups), group_names(b.groups)
    pairs, rest_a, rest_b = pair_groups(names_a, names_b)
    peak = max(_peak(logged) for logged in _logged(log))
    given = exact or rtol is not None or atol is not None
    rounding = _logged(log)[0].log.rounding
    other_rounding = _logged(other)[0].log.rounding if other.groups[0].schedule.rows() is not None else Rounding()
    plain = given or (rounding.kind == other_rounding.kind == "full")

    def allowed(x: float, y: float) -> float:
        here, there = (y, x) if log_is_b else (x, y)
        limit = tolerance(here, rounding, peak)
        return limit if other_rounding.kind == "full" else limit + tolerance(there, other_rounding, peak)

    rtol = 0.0 if exact else RTOL if rtol is None else rtol
    atol = 0.0 if exact else ATOL * peak if atol is None else atol
    tallies = [Tally(0, rtol, atol, exact, context, None if plain else allowed) for _ in pairs]
    for n, found, values in _windows(log, other, match):
        for tally, pair in zip(tallies, pairs, strict=True):
            i, j = (pair[1], pair[0]) if log_is_b else pair
            # where one parameter group was not logged, there is nothing to compare
            x = values[j]
            if None in found[i]:
                x = [there if here is not None else None for here, there in zip(found[i], x, strict=True)]
            tally.add(n, *((x, found[i]) if log_is_b else (found[i], x)))
    at = _positions(log, match.which)
    title_a, title_b = curve_names((a, b))
    remarks = list(match.remarks)
    remarks += [f"the group {names_a[i]} of A has none beside it in B and was not compared" for i in rest_a]
    remarks += [f"the group {names_b[j]} of B has none beside it in A and was not compared" for j in rest_b]
    return Difference(
        _side(a, title_a, at),
        _side(b, title_b, at),
        log.interval,
        rtol,
        atol,
        exact,
        context,
        tuple(_pair(tally, names_a[i], names_b[j], at) for tally, (i, j) in zip(tallies, pairs, strict=True)),
        remarks=tuple(remarks),
        precision="" if plain else _precision(log, rounding, other, other_rounding),
    )


def _logged(spec: Spec) -> list[Logged]:
    return [group.schedule for group in spec.groups if isinstance(group.schedule, Logged)]


def _peak(logged: Logged) -> float:
    return max((abs(v) for v in logged.values() if v is not None and math.isfinite(v)), default=0.0)


def _match(log: Spec, other: Spec) -> _Match:
    logged = _logged(log)[0]
    there = _logged(other)
    remarks = []
    for spec, one in [(log, logged), *((other, one) for one in there[:1])]:
        runs = one.log.runs
        if len(runs) > 1:
            n = runs.index(one.run) + 1
            left = len(one.log.positions) - (one.run.stop - one.run.start)
            remarks.append(f"of the {len(runs)} runs in {spec.name} only run {n} was compared, {left} rows were not")
    if there:
        if log.interval != other.interval:
            raise LrcliError(f"'{log.name}' counts {log.interval}s and '{other.name}' counts {other.interval}s")
        rows: Sequence[int] = logged.at
        theirs = there[0].at
        which = _common(rows, theirs)
        if len(which) < len(theirs):
            remarks.append(f"{_rows(len(theirs) - len(which))} of {other.name} not in {log.name}: not compared")
        if len(which) < len(rows):
            remarks.append(f"{_rows(len(rows) - len(which))} of {log.name} not in {other.name}: not compared")
        return _Match(which, rows if len(which) == len(rows) else [rows[i] for i in which], 0, tuple(remarks))
    rows = rows_in(other, logged.log, logged.run.start, logged.run.stop)
    low, high = first_row(other), other.length
    last = max(rows)
    stop = high if other.emulation else max(high, last + 1)
    which = range(len(rows))
    if min(rows) < low or last >= stop:
        which = array("q", (i for i, t in enumerate(rows) if low <= t < stop))
        for what, out in (
            (f"before the first row of {other.name}", [i for i, t in enumerate(rows) if t < low]),
            (f"past the end of {other.name}", [i for i, t in enumerate(rows) if t >= stop]),
        ):
            if out:
                span = _span(log.interval, _positions(log, out))
                remarks.append(f"not compared: {_rows(len(out))} {what} ({span})")
        rows = array("q", (rows[i] for i in which))
    past = len(rows) - bisect_left(rows, high)
    if past:
        remarks.append(f"{_rows(past)} past the end of the run, where the schedule goes on, compared too")
    if which:
        span = _span(log.interval, _positions(log, which))
        total = logged.run.stop - logged.run.start
        remarks.insert(0, f"compared {len(which)} of {total} rows of {log.name} ({span})")
    return _Match(which, rows, stop, tuple(remarks))


def _common(rows: Sequence[int], others: Sequence[int]) -> Sequence[int]:
    """The indices of the rows that the others have, too. Both increase."""
    if rows == others:
        return range(len(rows))
    found = array("q")
    rest = iter(others)
    there = next(rest, None)
    for i, t in enumerate(rows):
        while there is not None and there < t:
            there = next(rest, None)
        if there == t:
            found.append(i)
    return found


def _windows(
    log: Spec, other: Spec, match: _Match
) -> Iterator[tuple[int, list[list[float | None]], list[list[float | None]]]]:
    """The rows that are compared, window by window: (how many were before, the log's columns, the other's)."""
    columns = [logged.values() for logged in _logged(log)]
    longer = replace(other, length=match.stop) if match.stop > other.length else other
    starts = range(0, len(match.which), BLOCK)
    windows = (match.rows[low : low + BLOCK] for low in starts)
    for low, theirs in zip(starts, points(longer, default_reading(other), windows, longer.length), strict=True):
        which = match.which[low : low + BLOCK]
        if which[-1] - which[0] == len(which) - 1:
            ours = [list(column[which[0] : which[-1] + 1]) for column in columns]
        else:
            ours = [[column[i] for i in which] for column in columns]
        yield low, ours, theirs


def _positions(log: Spec, which: Sequence[int]) -> Sequence[int]:
    """The positions of some rows, as the log has them."""
    at = _logged(log)[0].at
    return at if len(which) == len(at) else [at[i] for i in which]


def _span(unit: str, at: Sequence[int]) -> str:
    return f"{unit} {at[0]}" if len(at) == 1 else f"{unit}s {at[0]} to {at[-1]}"


def _rows(n: int) -> str:
    return "1 row" if n == 1 else f"{n} rows"


def _side(spec: Spec, name: str, at: Sequence[int]) -> Side:
    emulation = spec.emulation
    arithmetic = f"torch-{emulation.release}" if emulation else "formula"
    if spec.groups[0].schedule.rows() is not None:
        arithmetic = "log"
    return Side(name, arithmetic, default_reading(spec), at[0], at[-1] + 1, notes(spec))


def _pair(tally: Tally, group_a: str, group_b: str, at: Sequence[int]) -> Pair:
    def gap(found: Gap | None) -> Gap | None:
        return found and replace(found, t=at[found.t])

    rows = tuple(Row(at[row.t], row.a, row.b, row.differs) for row in tally.rows)
    return Pair(
        group_a,
        group_b,
        len(at),
        tally.differing,
        tally.nulls,
        0,
        0,
        None if tally.first is None else at[tally.first],
        gap(tally.largest),
        gap(tally.largest_relative),
        tally.sum_a,
        tally.sum_b,
        rows,
        tally.truncated,
    )


def _precision(log: Spec, rounding: Rounding, other: Spec, other_rounding: Rounding) -> str:
    told = [
        f"{_words(one)}, as {spec.name} has them"
        for spec, one in ((log, rounding), (other, other_rounding))
        if one.kind != "full"
    ]
    return " and ".join(told)


def _words(rounding: Rounding) -> str:
    if rounding.kind == "float32":
        return "float32 numbers"
    return f"{rounding.digits} {'decimals' if rounding.kind == 'decimals' else 'significant digits'}"
