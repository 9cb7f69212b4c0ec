"""The learning rates that the rules look at: all rows of a run, or enough of a very long one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from lrcli.schedules.base import Schedule
from lrcli.series import series_of
from lrcli.spec import Spec
from lrcli.values import dataclass

ALL = 200_000
"""Up to how many rows every one is looked at."""

_GRID = 10_000


@dataclass(frozen=True)
class KnownRows:
    """The LRs of one parameter group at increasing rows. `complete` is whether these are all rows of the run."""

    rows: Sequence[int]
    lrs: Sequence[float]
    complete: bool

    def steps(self) -> Iterator[tuple[int, float, float]]:
        """(row t, the LR of row t - 1, the LR of row t) wherever both are known."""
        rows, lrs = self.rows, self.lrs
        for i in range(1, len(rows)):
            if rows[i] == rows[i - 1] + 1:
                yield rows[i], lrs[i - 1], lrs[i]


def lines_of(spec: Spec) -> tuple[KnownRows, ...]:
    """The LR in use of each group; of a run of more than ALL rows, the formula's at its breakpoints and at a grid.

    Raises EvaluationError, or Refused where the spec asks for a release that refuses it.
    """
    run = series_of(spec)
    if run.stop <= ALL:
        columns: list[list[float]] = [[] for _ in run.groups]
        for block in run.blocks(("lr",)):
            for column, group in zip(columns, block.groups, strict=True):
                column.extend(group.lr)
        return tuple(KnownRows(run.rows, column, True) for column in columns)
    formula = replace(spec, emulation=None)
    lines = []
    for one_group in formula.groups:
        alone = series_of(replace(formula, groups=(one_group,)))
        # of a long run that has to be walked (a running product) only the beginning is looked at
        rows = _chosen(one_group.schedule, alone.stop) if alone.jumps else range(ALL)
        (column_of,) = next(alone.at([rows]))
        lines.append(KnownRows(rows, column_of.lr, False))
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
