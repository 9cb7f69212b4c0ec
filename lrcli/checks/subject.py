"""What a rule looks at: a spec, its schedules where they stand, its numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, TypeVar

from lrcli.checks.sites import Site, Spot, group_node, schedule_node, sites_of
from lrcli.errors import EvaluationError, Problem, Refused
from lrcli.reader.keys import LR
from lrcli.reader.nodes import Mapping
from lrcli.schedules.base import Schedule
from lrcli.series import series_of
from lrcli.spec import Spec
from lrcli.values import dataclass

if TYPE_CHECKING:
    from lrcli.lock.lock import Lock

S = TypeVar("S", bound=Schedule)

ALL = 200_000
"""Every row of a run of at most this many is looked at."""

_GRID = 10_000


@dataclass(frozen=True)
class KnownRows:
    """The LRs of one parameter group at increasing rows: all of the run, or enough of a long one."""

    rows: Sequence[int]
    lrs: Sequence[float]

    def __iter__(self) -> Iterator[tuple[int, float]]:
        return zip(self.rows, self.lrs, strict=True)

    def steps(self) -> Iterator[tuple[int, float, float]]:
        """(row t, the LR of row t - 1, the LR of row t) wherever both are known."""
        for (before, lr_before), (t, lr) in pairwise(self):
            if t == before + 1:
                yield t, lr_before, lr


class Subject:
    """One spec under examination.

    `root` is the mapping that declares it, None where only the values are known; `lock` is what its curve was.
    """

    def __init__(self, spec: Spec, root: Mapping | None = None, lock: Lock | None = None) -> None:
        self.spec = spec
        self.root = root
        self.lock = lock

    @cached_property
    def sites(self) -> tuple[Site, ...]:
        return sites_of(self.spec, self.root)

    def each(self, kind: type[S]) -> Iterator[tuple[Site, S]]:
        """The schedules of one class, with their sites, that are active in some row."""
        for site in self.sites:
            if isinstance(site.schedule, kind) and site.rows:
                yield site, site.schedule

    @cached_property
    def _evaluated(self) -> tuple[tuple[KnownRows, ...], EvaluationError | Refused | None]:
        try:
            return _lines_of(self.spec), None
        except (EvaluationError, Refused) as failure:
            return (), failure

    @property
    def lines(self) -> tuple[KnownRows, ...]:
        """The LRs in use, group by group; none where they cannot be computed."""
        return self._evaluated[0]

    @property
    def failure(self) -> EvaluationError | Refused | None:
        return self._evaluated[1]

    @cached_property
    def formula(self) -> Spec | None:
        """The spec without its replay; None where the schedule has no formula."""
        if any(True for group in self.spec.groups for _ in group.schedule.formula_problems()):
            return None
        return replace(self.spec, emulation=None)

    def rows(self, count: float) -> str:
        """A number of rows in words: "1 epoch", "30 epochs"."""
        return f"{count:,.12g} {self.spec.interval}{'s' * (count != 1)}".replace(",", "")

    def at(self, row: float) -> str:
        """A row in words: "epoch 30"."""
        return f"{self.spec.interval} {row:.12g}"

    def of_run(self, *names: str) -> Spot:
        """Where a key of the top level stands (the first of these that the text gives)."""
        for name in names:
            key = self.root.key(name) if self.root else None
            if key is not None:
                return Spot(name, key.place)
        return Spot(names[0], self.root.place if self.root else None)

    def problem(self, message: str, help: str, group: int | None = None) -> Problem:
        """What a rule says about the curve of a group, or of all: at the key of its schedule."""
        key, node = schedule_node(group or 0, self.root)
        spot = Spot(key, node.place) if key != "schedule" and node else self.of_run("schedule", "warmup")
        return spot.problem(message, help, group)

    def of_lr(self, group: int) -> Spot:
        """Where the base LR of a group is written."""
        for where, node in ((f"groups.{group}.", group_node(group, self.root)), ("", self.root)):
            for name in LR:
                value = node.get(name) if node else None
                if value is not None:
                    return Spot(f"{where}{name}", value.place)
        return Spot("lr", None)


def _lines_of(spec: Spec) -> tuple[KnownRows, ...]:
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
    for at in schedule.breaks(1, length, _GRID):
        rows.update(range(max(0, at - 2), min(length, at + 2)))
    rows.update(range(3))
    rows.update(range(length - 3, length))
    return sorted(rows)
