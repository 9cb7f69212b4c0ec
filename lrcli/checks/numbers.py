"""The learning rates that the rules look at: all rows of a run, or enough of a very long one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from lrcli.schedules.base import Schedule
from lrcli.series.curve import blocks, first_row, formula_lrs
from lrcli.spec import Spec

ALL = 200_000
"""Up to how many rows every one is looked at."""

_GRID = 10_000


@dataclass(frozen=True)
class Line:
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


def lines_of(spec: Spec) -> tuple[Line, ...]:
    """The LR in use of each group; of a run of more than ALL rows, the formula's at its breakpoints and at a grid.

    Raises EvaluationError, or Refused where the spec asks for a release that refuses it.
    """
    if spec.length <= ALL:
        columns: list[list[float]] = [[] for _ in spec.groups]
        for block in blocks(spec, ("lr",)):
            for column, group in zip(columns, block.groups, strict=True):
                column.extend(group.lr)
        rows = range(first_row(spec), spec.length)
        return tuple(Line(rows, column, True) for column in columns)
    formula = replace(spec, emulation=None)
    found = []
    for one in formula.groups:
        # a running product has to be walked: of a long one only the beginning is looked at
        chosen = list(range(ALL)) if _has_product(one.schedule) else _chosen(one.schedule, spec.length)
        lrs = [formula_lrs(one, t, t + 1, spec.interval)[0] for t in chosen]
        found.append(Line(chosen, lrs, False))
    return tuple(found)


def _has_product(schedule: Schedule) -> bool:
    from lrcli.schedules.multiplicative import Multiplicative

    parts = getattr(schedule, "schedules", ())
    return isinstance(schedule, Multiplicative) or any(map(_has_product, parts))


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
