"""A run of a log as a spec: what was logged stands where a schedule would."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lrcli.errors import InvalidValue, LrcliError
from lrcli.logs import Log, Run
from lrcli.logs.axis import whole
from lrcli.logs.columns import family, group
from lrcli.schedules.base import Schedule
from lrcli.spec import Group, Spec

_FARTHEST = 2**53
"""From here on not every step is a float, and no run is that long."""


@dataclass(frozen=True, repr=False, eq=False)  # its parts are long, and no two logs are compared as values
class Logged(Schedule):
    """One learning-rate column of one run of a log. It has a value in the rows that were logged, and in no other.

    run, column: the rows and the column of the log. at: the row of the curve that each of them is.
    """

    name = "logged"
    sets_lr = True

    log: Log
    run: Run
    column: str
    at: Sequence[int]

    def __post_init__(self) -> None:
        """Nothing to check: a log is made by its reader."""

    def formula_problems(self) -> Iterator[InvalidValue]:
        """None: there is no formula."""
        return iter(())

    def parts(self) -> tuple[Schedule, ...]:
        """None: a log is no composition."""
        return ()

    def rows(self) -> Sequence[int]:
        """The rows that were logged."""
        return self.at

    def lr_at(self, t: int, base_lr: float) -> float:
        """What was logged in row t, NaN where nothing was."""
        i = bisect_left(self.at, t)
        value = self.log.lrs[self.column][self.run.start + i] if i < len(self.at) and self.at[i] == t else None
        return float("nan") if value is None else value

    def lrs(self, base_lr: float, start: int, stop: int) -> list[float]:
        """`lr_at` of the rows start <= t < stop."""
        return [float("nan") if value is None else value for value in self.cells(start, stop)]

    def monotone_until(self, t: int) -> int | None:
        """The next step: nothing is known of a log."""
        return t + 1

    def cells(self, start: int, stop: int) -> Sequence[float | None]:
        """The rows start <= t < stop, None where nothing was logged."""
        low, high = bisect_left(self.at, start), bisect_left(self.at, stop)
        offset = self.run.start
        values = self.log.lrs[self.column][offset + low : offset + high]
        if high - low == stop - start:
            return values
        found: list[float | None] = [None] * (stop - start)
        for t, value in zip(self.at[low:high], values, strict=True):
            found[t - start] = value
        return found

    def values(self) -> Sequence[float | None]:
        """What was logged, row by row."""
        return self.log.lrs[self.column][self.run.start : self.run.stop]


def longest(log: Log) -> int:
    """The number of the longest run, counted from 1; of several the first."""
    return max(range(len(log.runs)), key=lambda i: log.runs[i].stop - log.runs[i].start) + 1


def spec_of(log: Log, *, run: int | None = None, only: bool = False) -> Spec:
    """A run of the log as a spec, whose notes are the log's remarks.

    run: its number, from 1; the longest if None. only: just the first column, not the other parameter groups of it.
    Raises LrcliError where the log has no such run.
    """
    n = longest(log) if run is None else run
    if not 1 <= n <= len(log.runs):
        raise LrcliError(f"'{log.name}' has {len(log.runs)} run{'s' * (len(log.runs) > 1)}, there is no run {n}")
    chosen = log.runs[n - 1]
    positions = log.positions[chosen.start : chosen.stop]
    notes = [f"{log.name}: {remark}" for remark in log.remarks]
    if len(log.runs) > 1:
        rows = f"{chosen.stop - chosen.start} of {len(log.positions)} rows"
        why = ", the longest" if run is None else ""
        notes.append(f"{log.name}: run {n} of {len(log.runs)} is taken{why} ({rows}); --run N takes another")
    unit = "epoch" if log.unit == "epoch" else "step"
    at: Sequence[int] = range(len(positions))
    counted = whole(positions)
    if counted is not None:
        at = counted
    else:
        notes.append(f"{log.name}: the {log.unit}s are no whole numbers: the rows are counted instead, from 0")
        unit = "step"
    if at[0] < 0 or at[-1] >= _FARTHEST:
        raise LrcliError(f"{log.name}: the {log.unit} {at[0] if at[0] < 0 else at[-1]} is not a {log.unit} of a run")
    names = list(log.lrs)
    names = names[:1] if only else [name for name in names if family(name) == family(names[0])]
    groups = tuple(
        Group(group(name) or name if len(names) > 1 else None, None, Logged(log, chosen, name, at)) for name in names
    )
    return Spec(log.name, groups, at[-1] + 1, unit, notes=tuple(notes))
