"""The learning rates that the rules look at: all rows of a run, or enough of a very long one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from lrcli.schedules.base import Schedule
from lrcli.series import series_of
from lrcli.spec import Spec
from lrcli.values import dataclass

ALL = 200_000
"""Every row of a run of at most this many is looked at."""

_GRID = 10_000


@dataclass(frozen=True)
class KnownRows:
    """The LRs of one parameter group at increasing rows: all of the run, or enough of a long one."""

    rows: Sequence[int]
    lrs: Sequence[float]

    def steps(self) -> Iterator[tuple[int, float, float]]:
        """(row t, the LR of row t - 1, the LR of row t) wherever both are known."""
        for (before, lr_before), (t, lr) in pairwise(zip(self.rows, self.lrs, strict=True)):
            if t == before + 1:
                yield t, lr_before, lr


def lines_of(spec: Spec) -> tuple[KnownRows, ...]:
    """The LR in use of each group; of a run of more than ALL rows, the formula's at its breakpoints and at a grid.

    Raises EvaluationError, or Refused where the spec asks for a release that refuses it.
    """
    run = series_of(spec)
    if run.stop <= ALL:
        return tuple(KnownRows(run.rows, group.lr) for group in next(run.at([run.rows], ("lr",))))
    formula = replace(spec, emulation=None)
    lines = []
    for part in formula.groups:
        alone = series_of(replace(formula, groups=(part,)))
        # of a long run that has to be walked (a running product) only the beginning is looked at
        rows = _chosen(part.schedule, alone.stop) if alone.jumps else range(ALL)
        (readings,) = next(alone.at([rows]))
        lines.append(KnownRows(rows, readings.lr))
    return tuple(lines)


def _chosen(schedule: Schedule, length: int) -> list[int]:
    """The rows of a grid, and those around the first breakpoints."""
    rows = {i * (length - 1) // _GRID for i in range(_GRID + 1)}
    t = 1
    for _ in range(_GRID):
        at = schedule.next_break(t)
        if at is None or at >= length:
            break
        rows.update(range(max(0, at - 2), min(length, at + 2)))
        t = at + 1
    rows.update(range(3))
    rows.update(range(length - 3, length))
    return sorted(rows)
