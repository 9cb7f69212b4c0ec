"""Two runs -> Difference: in which rows they use another learning rate, and by how much."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from lrcli.comparison import Gap, Row, Tally, Values, largest_value
from lrcli.comparison.match import Pairing, match, windows
from lrcli.errors import InvalidValue, Problem
from lrcli.series import Series, series_of
from lrcli.series.align import curve_names
from lrcli.spec import Spec
from lrcli.values import dataclass

RTOL = 1e-9
"""Two learning rates that differ by at most this share of the larger one are called equal."""

ATOL = 1e-12
"""Two learning rates that differ by at most this share of the largest one of both runs are called equal."""

HELD = 100_000
"""At most this many rows are held while they are compared; longer runs are computed twice instead."""


@dataclass(frozen=True)
class Side:
    """One of the two runs: what was compared is its `reading`, in its rows start <= t < stop in the difference's unit.

    arithmetic: "formula", or what is replayed ("torch-1.1"). notes: what a user should know about its numbers.
    """

    name: str
    arithmetic: str
    reading: str
    start: int
    stop: int
    notes: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class Pair:
    """The comparison of one parameter group of A with one of B ("" is the only, unnamed one).

    compared, differing: how many rows both have, and how many of those differ; `first` is the first that does.
    nulls: in how many of these only one has a value (a call that raises has none).
    only_a, only_b: how many rows only one of the two has.
    largest, largest_relative: where |a - b| is largest, and where it is in relation to the values (None: never apart).
    sum_a, sum_b: the sum of each side's learning rates, from the first row that was compared.
    rows: the rows that differ, in order (or also those around them, or all), and whether they had to be cut.
    """

    group_a: str
    group_b: str
    compared: int
    differing: int
    nulls: int
    only_a: int
    only_b: int
    first: int | None
    largest: Gap | None
    largest_relative: Gap | None
    sum_a: float
    sum_b: float
    rows: tuple[Row, ...]
    truncated: bool = False

    @property
    def name(self) -> str:
        """The group's name, or both where they differ."""
        return self.group_a if self.group_a == self.group_b else f"{self.group_a or '0'} / {self.group_b or '0'}"

    @property
    def same(self) -> bool:
        """Whether all rows are equal within the tolerance, and both sides have all of them."""
        return not (self.differing or self.only_a or self.only_b)


@dataclass(frozen=True)
class Difference:
    """What a comparison found.

    rtol, atol: the tolerance, |a - b| <= max(rtol * max(|a|, |b|), atol); both 0 where it was exact.
    context: how many rows around those that differ are in the pairs' `rows`; None is all.
    groups_only_a, groups_only_b: parameter groups without a partner.
    remarks: what was left out, in a sentence each.
    precision: what a log's numbers are rounded to, where that says what is equal ("6 significant digits ...").
    """

    a: Side
    b: Side
    unit: str
    rtol: float
    atol: float
    exact: bool
    context: int | None
    pairs: tuple[Pair, ...]
    groups_only_a: tuple[str, ...] = ()
    groups_only_b: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    precision: str = ""

    @property
    def same(self) -> bool:
        """Whether the two runs are equal within the tolerance: groups, length and every row."""
        return not (self.groups_only_a or self.groups_only_b) and all(pair.same for pair in self.pairs)


def compare(
    a: Spec | Series,
    b: Spec | Series,
    *,
    rtol: float | None = None,
    atol: float | None = None,
    exact: bool = False,
    context: int | None = 0,
) -> Difference:
    """Compare two runs row by row, each by the reading that it shows as its curve.

    rtol, atol: equal means |a - b| <= max(rtol * max(|a|, |b|), atol); rtol None is 1e-9, atol None is 1e-12 times the
        largest LR of both. With a log both None is what the log's rounding leaves.
    exact: equal means the same bits.
    context: how many rows to keep before and after each that differs; None keeps all.

    A log is compared in the rows that it has, past the end of a formula's run with what the schedule goes on with.
    NaN equals NaN, and a call that raises equals one that raises. A resumed run is compared from its first row on.
    Raises LrcliError for epochs against steps without steps_per_epoch, and where no row of a log can be compared.
    """
    for name, value in (("rtol", rtol), ("atol", atol)):
        if value is not None and not value >= 0:
            raise InvalidValue(name, "must be a number of at least 0", value)
    runs = (series_of(a), series_of(b))
    matched = match(*runs)
    if not any(run.is_record for run in runs):
        runs[0].check_walk(len(matched.at))
    pairs, rest_a, rest_b = pair_groups(runs[0].groups, runs[1].groups)
    rows = _Rows(runs, matched)
    peaks = [run.peak for run in runs if run.peak is not None]
    # what was measured is as exact as it was written, unless the user says what is equal
    rounded = any(run.precision for run in runs) and not exact and rtol is None and atol is None
    rtol = 0.0 if exact else RTOL if rtol is None else rtol
    if exact:
        atol = 0.0
    elif atol is None:
        atol = ATOL * (max(peaks) if peaks else rows.peak())

    def allowed(x: float, y: float) -> float:
        return sum(run.tolerance(v, max(peaks)) for run, v in zip(runs, (x, y), strict=True) if run.precision)

    tallies = [Tally(rtol, atol, exact, context, allowed if rounded else None) for _ in pairs]
    for first, values_a, values_b in rows.of_both():
        for tally, (i, j) in zip(tallies, pairs, strict=True):
            tally.add(first, *rows.masked(values_a[i], values_b[j]))
    for first, values, in_a in rows.of_one():
        for tally, (i, j) in zip(tallies, pairs, strict=True):
            tally.add_single(first, values[i if in_a else j], in_a=in_a)
    remarks = list(matched.remarks)
    alone_a, alone_b = ([run.groups[i] for i in rest] for run, rest in zip(runs, (rest_a, rest_b), strict=True))
    if any(run.is_record for run in runs):  # a log need not hold all groups
        for label, other, rest in (("A", "B", alone_a), ("B", "A", alone_b)):
            remarks += [
                f"the group {name} of {label} has none beside it in {other} and was not compared" for name in rest
            ]
        alone_a = alone_b = []
    names = curve_names(runs)
    side_a, side_b = (
        Side(name, run.arithmetic, run.reading, column.start, column.stop, run.notes())
        for name, run, column in zip(names, runs, (matched.a, matched.b), strict=True)
    )
    return Difference(
        side_a,
        side_b,
        matched.unit,
        rtol,
        atol,
        exact,
        context,
        tuple(
            _pair(tally, runs[0].groups[i], runs[1].groups[j], matched)
            for tally, (i, j) in zip(tallies, pairs, strict=True)
        ),
        tuple(alone_a),
        tuple(alone_b),
        tuple(remarks),
        " and ".join(f"{run.precision}, as {run.name} has them" for run in reversed(runs) if run.precision)
        if rounded
        else "",
    )


Groups = list[Values]


class _Rows:
    """The values of both runs in the rows of a comparison: held where they are few, computed again where not."""

    def __init__(self, runs: tuple[Series, Series], matched: Pairing) -> None:
        self._matched = matched
        self._readings = [run.reading for run in runs]
        self._record = next((n for n in (1, 0) if runs[n].is_record), None)
        self._held: list[tuple[int, Groups, Groups]] | None = None
        if matched.both <= HELD:
            self._held = list(self._computed())

    def of_both(self) -> Iterable[tuple[int, Groups, Groups]]:
        """(the number of the first row, A group by group, B group by group) of the rows that both have."""
        return self._computed() if self._held is None else self._held

    def _computed(self) -> Iterator[tuple[int, Groups, Groups]]:
        both = self._matched.both
        firsts = (low for low, _ in windows(0, both))
        columns = (self._matched.a.read(0, both), self._matched.b.read(0, both))
        for first, *sides in zip(firsts, *columns, strict=True):
            a, b = ([group[name] for group in side] for side, name in zip(sides, self._readings, strict=True))
            yield first, a, b

    def masked(self, a: Values, b: Values) -> tuple[Values, Values]:
        """The two columns: where one group of a log has no value, there is nothing to compare with."""
        if self._record is None or None not in (logged := (a, b)[self._record]):
            return a, b
        other = [None if value is None else there for value, there in zip(logged, (b, a)[self._record], strict=True)]
        return (other, b) if self._record else (a, other)

    def of_one(self) -> Iterator[tuple[int, Groups, bool]]:
        """(the number of the first row, the values group by group, whether it is A) of the rows that only one has."""
        matched = self._matched
        for column, reading, in_a in zip((matched.a, matched.b), self._readings, (True, False), strict=True):
            low, high = matched.both, bisect_left(matched.at, column.stop)
            for (first, _), groups in zip(windows(low, high), column.read(low, high), strict=True):
                yield first, [group[reading] for group in groups], in_a

    def peak(self) -> float:
        return max((largest_value([*a, *b]) for _, a, b in self.of_both()), default=0.0)


def pair_groups(a: Sequence[str], b: Sequence[str]) -> tuple[list[tuple[int, int]], list[int], list[int]]:
    """The pairs of groups, by name and then by position, and those of A and of B without a partner.

    >>> pair_groups(["backbone", "head", "x"], ["head", "body"])
    ([(0, 1), (1, 0)], [2], [])
    """
    by_name = {i: b.index(name) for i, name in enumerate(a) if name in b}
    rest_a = [i for i in range(len(a)) if i not in by_name]
    rest_b = [j for j in range(len(b)) if j not in by_name.values()]
    n = min(len(rest_a), len(rest_b))
    pairs = sorted([*by_name.items(), *zip(rest_a[:n], rest_b[:n], strict=True)])
    return pairs, rest_a[n:], rest_b[n:]


def _pair(tally: Tally, group_a: str, group_b: str, matched: Pairing) -> Pair:
    """What was tallied, its rows by their places in the runs."""
    at = matched.at

    def placed(gap: Gap | None) -> Gap | None:
        return gap and replace(gap, t=at[gap.t])

    return Pair(
        group_a,
        group_b,
        matched.both,
        tally.differing,
        tally.nulls,
        tally.only_a,
        tally.only_b,
        None if tally.first is None else at[tally.first],
        placed(tally.largest),
        placed(tally.largest_relative),
        tally.sum_a,
        tally.sum_b,
        tuple(replace(row, t=at[row.t]) for row in tally.rows),
        tally.truncated,
    )
