"""The numbers of a spec: what its schedules' formulas give, each row alone."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from lrcli.errors import EvaluationError, Problem
from lrcli.progress import report_progress
from lrcli.schedules.base import Schedule, parameters
from lrcli.schedules.params import param_of
from lrcli.series.align import group_names
from lrcli.series.base import BLOCK, Readings, Series, Test, Trace, first_of, picked
from lrcli.spec import Group, Spec

if TYPE_CHECKING:
    from lrcli.series.sample import SampledLine

NEAR = 16
"""Rows that are on average less than this far apart are computed with those between them: that is faster."""

_SHORT = 64
"""A piece of fewer rows than this is walked: that is faster than a search in it."""


class SpecSeries(Series):
    """The numbers of a spec; with `shows_momentum` the momentum is the curve."""

    def __init__(self, spec: Spec, shows_momentum: bool = False) -> None:
        self.spec, self.shows_momentum = spec, shows_momentum
        self.name, self.unit, self.stop = spec.name, spec.interval, spec.length
        self.steps_per_epoch, self.remarks = spec.steps_per_epoch, spec.notes
        self.groups = group_names(spec.groups)
        self.moving = tuple(i for i, group in enumerate(spec.groups) if group.schedule.moves_momentum)

    def renamed(self, name: str) -> Series:
        return type(self)(replace(self.spec, name=name), self.shows_momentum)

    def until(self, stop: int) -> Series:
        return type(self)(replace(self.spec, length=stop), self.shows_momentum)

    def showing_momentum(self) -> Series:
        return type(self)(self.spec, shows_momentum=True)

    @cached_property
    def traces(self) -> tuple[Trace, ...]:
        groups = self.spec.groups if self.start < self.stop else ()
        keys = [tuple(group.schedule.trace(group.base_lr, 0, 0)) for group in groups]
        traced = [i for i, names in enumerate(keys) if names]
        shared = len({_without_groups(self.spec.groups[i].schedule) for i in traced}) == 1
        return tuple(Trace(i, key, shared) for i in (traced[:1] if shared else traced) for key in keys[i])

    def _beside(self, i: int, names: Iterable[str], start: int, stop: int) -> dict[str, Sequence[Any]]:
        """The momentum and the traces of group i, those of these names; None where the group has no such column."""
        group = self.spec.groups[i]
        columns: dict[str, Sequence[Any]] = {}
        for name in names:
            if name == "momentum":
                columns[name] = self._momenta(group, range(start, stop))
            elif name not in columns:
                columns |= group.schedule.trace(group.base_lr, start, stop)
        return {name: columns.get(name) or [None] * (stop - start) for name in names}

    def _momenta(self, group: Group, rows: range) -> Sequence[float | None]:
        """The momentum of these rows; it has no value where the learning rate has none."""
        try:
            return group.schedule.momenta(rows.start, rows.stop)
        except (ArithmeticError, ValueError):
            self._lrs(group, rows)
            raise

    def _lrs(self, group: Group, rows: Sequence[int]) -> list[float]:
        """The formula's LRs of these rows; EvaluationError names the row that has none."""
        schedule, base = group.schedule, group.base_lr
        try:
            if isinstance(rows, range) and rows.step == 1:
                return schedule.lrs(base, rows.start, rows.stop)
            return schedule.lrs_at(base, rows)
        except (ArithmeticError, ValueError) as exc:
            for t in rows:
                try:
                    schedule.lr_at(t, base)
                except (ArithmeticError, ValueError) as failure:
                    raise EvaluationError.of(failure, t, self.unit, schedule.name) from exc
            raise

    @cached_property
    def _schedules(self) -> tuple[list[Schedule], list[int | None], list[int]]:
        """Each different schedule once (64 groups may share one), how far its rows lead, and which each group has."""
        schedules: list[Schedule] = []
        leads: list[int | None] = []
        which = []
        for i, group in enumerate(self.spec.groups):
            if group.schedule not in schedules:
                schedules.append(group.schedule)
                leads.append(self._lead(i))
            which.append(schedules.index(group.schedule))
        return schedules, leads, which

    def _lead(self, i: int) -> int | None:
        """How many rows group i's LRs are ahead of its schedule: what happens in row t is `event_at(t + lead)`."""
        return 0

    def events(self, t: int) -> list[str]:
        schedules, leads, which = self._schedules
        pairs = zip(schedules, leads, strict=True)
        events = ["" if lead is None else schedule.event_at(max(t + lead, 0)) for schedule, lead in pairs]
        return [events[i] for i in which]

    def notes(self) -> tuple[Problem, ...]:
        about: dict[Problem, None] = {}
        for group in self.spec.groups:
            schedule = group.schedule
            if group.lr is not None and schedule.ignores(group.lr):
                sets = "sets the learning rate itself"
                if schedule.own_rate:
                    sets = f"uses its own {schedule.own_rate} {getattr(schedule, schedule.own_rate)!r}"
                about[Problem("lr-ignored", f"{schedule.name} {sets}: lr {group.lr!r} is not used")] = None
            about.update(dict.fromkeys(schedule.notes()))
        return tuple(about)

    def factor(self, group: int) -> float | None:
        gamma = getattr(self.spec.groups[group].schedule, "gamma", None)
        return gamma if isinstance(gamma, (int, float)) else None


def _without_groups(schedule: Schedule) -> tuple[object, ...]:
    """The schedule's values without those that differ from group to group (a plateau's min_lr): they move no metric."""
    return (type(schedule), *(getattr(schedule, f.name) for f in parameters(schedule) if not param_of(f).per_group))


class FormulaSeries(SpecSeries):
    """The numbers of the schedules' formulas.

    >>> from lrcli.schedules.step import Step
    >>> run = FormulaSeries(Spec("demo", (Group(None, 0.1, Step(step_size=30)),), length=1_000_000_000))
    >>> next(run.at([[0, 29, 30, 60]]))
    ({'lr': [0.1, 0.1, 0.010000000000000002, 0.0010000000000000002]},)
    >>> run.first_below(0.005)
    (60,)
    """

    arithmetic = "formula"
    start = 0
    goes_on = True

    def __init__(self, spec: Spec, shows_momentum: bool = False) -> None:
        super().__init__(spec, shows_momentum)
        self.label = spec.release
        self.reading = "momentum" if shows_momentum else "lr"
        self.readings = ("lr", "momentum") if shows_momentum else ("lr",)

    @cached_property
    def jumps(self) -> bool:  # type: ignore[override]
        return all(group.schedule.stands_alone() for group in self.spec.groups)

    def at(
        self, windows: Iterable[Sequence[int]], names: Sequence[str] = (), stop: int | None = None
    ) -> Iterator[tuple[Readings, ...]]:
        """The columns of every group in the rows of each window; those between far ones are not computed."""
        names = names or (self.reading,)
        for rows in windows if self.jumps else self.within_reach(windows):
            if rows and rows[-1] - rows[0] < NEAR * len(rows):
                groups = self._columns(names, range(rows[0], rows[-1] + 1))
                yield tuple(Readings((name, picked(group[name], rows, rows[0])) for name in group) for group in groups)
            else:
                yield tuple(self._columns(names, rows))

    def _columns(self, names: Sequence[str], rows: Sequence[int]) -> Iterator[Readings]:
        """The columns of each group: a stretch of rows, or far ones."""
        for i, group in enumerate(self.spec.groups):
            columns = Readings(lr=self._lrs(group, rows)) if "lr" in names else Readings()
            beside = [name for name in names if name != "lr"]
            if isinstance(rows, range) and rows.step == 1:
                columns.update(self._beside(i, beside, rows.start, rows.stop))
            else:
                columns.update({name: [self._beside(i, [name], t, t + 1)[name][0] for t in rows] for name in beside})
            yield columns

    def first(self, test: Test) -> tuple[int | None, ...]:
        """Piece by piece: where a curve only falls or only rises its ends tell, and halving finds the row."""
        if self.shows_momentum:
            return super().first(test)
        return tuple(self._first_of_group(group, test) for group in self.spec.groups)

    def _first_of_group(self, group: Group, test: Test) -> int | None:
        t, length = 0, self.stop

        def lr_at(row: int) -> float:
            return self._lrs(group, [row])[0]

        cycle, low, high = group.schedule.repeats_after(), math.inf, -math.inf
        walked = 0
        while t < length:
            if cycle is not None and t > cycle and not _may_pass(test, low, high):
                return None
            until = group.schedule.monotone_until(t)
            end = length if until is None else min(until, length)
            if end - t < _SHORT:
                end = min(t + BLOCK, length)
                walked += end - t
                self.check_walk(walked)
                lrs = self._lrs(group, range(t, end))
                low, high = min(low, min(lrs)), max(high, max(lrs))
                row = first_of(lrs, t, test)
            else:
                ends = [lr_at(row) for row in (t, t + 1, end - 2, end - 1)]
                low, high = min(low, *ends), max(high, *ends)
                row = _first_in_piece(lambda row: test(lr_at(row)), t, end - 1)
            if row is not None:
                return row
            t = end
            report_progress(t, length)
        return None

    def sampled(self, columns: int, start: int, stop: int) -> tuple[SampledLine, ...]:
        """The columns' first rows and the breakpoints, a few per column: a billion steps cost as much as a hundred."""
        if not self.jumps or self.shows_momentum:
            return super().sampled(columns, start, stop)
        from lrcli.series.sample import line_through, rows_to_sample

        lines = []
        for i, (name, group) in enumerate(zip(self.groups, self.spec.groups, strict=True)):
            rows, breaks = rows_to_sample(group.schedule, columns, start, stop)
            momenta = [group.schedule.momenta(t, t + 1)[0] for t in rows] if i in self.moving else None
            lines.append(line_through(name, rows, self._lrs(group, rows), breaks, momenta))
        return tuple(lines)


def _may_pass(test: Callable[[float], bool], low: float, high: float) -> bool:
    """Whether a curve that repeats itself, but for rounding, may pass where none of its values from low to high did."""
    margin = 1e-6 * max(abs(low), abs(high))
    return test(low - margin) or test(high + margin)


def _first_in_piece(passes: Callable[[int], bool], first: int, last: int) -> int | None:
    """The first of the rows first <= t <= last that passes, in a piece in which that changes once.

    A peak between two rows may belong to either side of it, so the two rows at each end are looked at one by one.
    """
    for t in (first, first + 1):
        if passes(t):
            return t
    high = next((t for t in (last - 1, last) if passes(t)), None)
    if high is None:
        return None
    low = first + 1
    while high - low > 1:
        middle = (low + high) // 2
        if passes(middle):
            high = middle
        else:
            low = middle
    # rounding may let a flat curve cross the limit more than once
    while high > first + 1 and passes(high - 1):
        high -= 1
    return high
