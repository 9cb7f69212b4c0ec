"""Spec x Spec -> Difference: in which rows two runs use another learning rate, and by how much."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from lrcli.comparison.gaps import Gap, Row, Tally, largest_value
from lrcli.errors import InvalidValue
from lrcli.notes import Note
from lrcli.series.align import aligned, common_grid, curve_names
from lrcli.series.curve import BLOCK, Progress, default_reading, first_row, notes
from lrcli.spec import Spec
from lrcli.table.rows import Source

RTOL = 1e-9
"""How far apart, in relation to the larger one, two learning rates may be and still be called equal."""

ATOL = 1e-12
"""The same, in relation to the largest learning rate of the two runs."""

HELD = 100_000
"""Up to how many rows are held while they are compared; longer runs are computed twice instead."""


@dataclass(frozen=True)
class Side:
    """One of the two runs.

    arithmetic: "formula", or what is replayed ("torch-1.1").
    reading: what was compared, "lr", "get_lr" or "get_last_lr".
    start, stop: the rows start <= t < stop that it has, in the difference's unit.
    notes: what a user should know about its numbers.
    """

    name: str
    arithmetic: str
    reading: str
    start: int
    stop: int
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True)
class Pair:
    """The comparison of one parameter group of A with one of B ("" is the only, unnamed one).

    compared, differing: how many rows both have, and how many of those differ.
    nulls: in how many of these only one has a value (a call that raises has none).
    only_a, only_b: how many rows only one of the two has.
    first: the first row that differs.
    largest, largest_relative: where |a - b| is largest, and where it is in relation to the values (None: never apart).
    sum_a, sum_b: the sum of each side's learning rates, from the first row that was compared.
    rows: the rows that differ, in order (or also those around them, or all), and whether `rows` had to be cut.
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
    a: Spec,
    b: Spec,
    *,
    rtol: float | None = None,
    atol: float | None = None,
    exact: bool = False,
    context: int | None = 0,
    progress: Progress | None = None,
) -> Difference:
    """Compare two runs row by row, each by the reading that it shows as its curve.

    rtol, atol: equal means |a - b| <= max(rtol * max(|a|, |b|), atol); rtol None is 1e-9, atol None is 1e-12 times the
        largest LR of both. With a log both None is what the log's rounding leaves.
    exact: equal means the same bits.
    context: how many rows to keep before and after each that differs; None keeps all.
    progress: is called with the rows that a replay has walked, and has to walk.

    A log is compared in the rows that it has.
    NaN equals NaN, and a call that raises equals one that raises. A resumed run is compared from its first row on.
    Raises LrcliError for epochs against steps without steps_per_epoch.
    """
    for name, value in (("rtol", rtol), ("atol", atol)):
        if value is not None and not value >= 0:
            raise InvalidValue(name, "must be a number of at least 0", value)
    if any(spec.groups[0].schedule.rows() is not None for spec in (a, b)):
        from lrcli.comparison.logged import compare_logged

        return compare_logged(a, b, rtol=rtol, atol=atol, exact=exact, context=context)
    rtol = RTOL if rtol is None else rtol
    grid = common_grid((a, b))
    names = curve_names((a, b))
    sources = [
        replace(Source.of(spec, name, factor, (default_reading(spec),)), progress=progress)
        for spec, name, factor in zip((a, b), names, grid.factors, strict=True)
    ]
    side_a, side_b = (_side(source) for source in sources)
    low, both = max(side_a.start, side_b.start), min(side_a.stop, side_b.stop)
    paired, rest_a, rest_b = pair_groups(sources[0].groups, sources[1].groups)

    windows = _windows(sources, low, max(both, low))
    if exact:
        rtol = atol = 0.0
    elif atol is None:
        atol = ATOL * max((largest_value(columns) for _, columns in windows()), default=0.0)
    tallies = [Tally(low, rtol, atol, exact, context) for _ in paired]
    for t, columns in windows():
        for tally, (i, j) in zip(tallies, paired, strict=True):
            tally.add(t, columns[i], columns[len(sources[0].groups) + j])
    for n, (source, side) in enumerate(zip(sources, (side_a, side_b), strict=True)):
        for t, columns in _windows([source], max(low, both), side.stop)():
            for tally, pair in zip(tallies, paired, strict=True):
                tally.add_single(t, columns[pair[n]], in_a=n == 0)
    return Difference(
        side_a,
        side_b,
        grid.unit,
        rtol,
        atol,
        exact,
        context,
        tuple(
            _pair(tally, sources[0].groups[i], sources[1].groups[j], max(both - low, 0))
            for tally, (i, j) in zip(tallies, paired, strict=True)
        ),
        tuple(sources[0].groups[i] for i in rest_a),
        tuple(sources[1].groups[j] for j in rest_b),
        tuple(_remarks(side_a, side_b, grid.unit)),
    )


def _side(source: Source) -> Side:
    spec = source.spec
    emulation = spec.emulation
    arithmetic = f"torch-{emulation.release}" if emulation else "formula"
    start = first_row(spec) * source.factor
    stop = max(spec.length * source.factor, start)
    return Side(source.name, arithmetic, source.readings[0], start, stop, notes(spec))


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


Windows = Callable[[], Iterator[tuple[int, list[Sequence[Any]]]]]


def _windows(sources: Sequence[Source], low: int, high: int) -> Windows:
    """A function that yields the rows low <= t < high in windows: (first row, the columns of all the sources).

    It may be called again: what is small is held, what is large is computed again.
    """
    size = BLOCK

    def compute() -> Iterator[tuple[int, list[Sequence[Any]]]]:
        edges = [(t, min(t + size, high)) for t in range(low, high, size)]
        streams = [aligned(source.parts(low, high), len(source.columns), edges) for source in sources]
        for (t, _), *several in zip(edges, *streams, strict=True):
            yield t, [column for columns in several for column in columns]

    if high - low > HELD:
        return compute
    held = list(compute())
    return lambda: iter(held)


def _pair(tally: Tally, group_a: str, group_b: str, compared: int) -> Pair:
    return Pair(
        group_a,
        group_b,
        compared,
        tally.differing,
        tally.nulls,
        tally.only_a,
        tally.only_b,
        tally.first,
        tally.largest,
        tally.largest_relative,
        tally.sum_a,
        tally.sum_b,
        tuple(tally.rows),
        tally.truncated,
    )


def _remarks(a: Side, b: Side, unit: str) -> Iterator[str]:
    if a.start != b.start:
        later, label = (a, "A") if a.start > b.start else (b, "B")
        yield f"compared from {unit} {later.start} on, where {label} resumes"
