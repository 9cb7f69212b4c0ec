"""What a rule looks at: a spec, its schedules where they stand, its numbers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from lrcli.checks.numbers import KnownRows, lines_of
from lrcli.checks.sites import Site, Spot, schedule_node, sites_of
from lrcli.errors import EvaluationError, Refused
from lrcli.reader.nodes import Mapping
from lrcli.schedules.base import Schedule
from lrcli.spec import Spec

if TYPE_CHECKING:
    from lrcli.lock.lock import Lock

S = TypeVar("S", bound=Schedule)


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
        """Every schedule of every group."""
        return sites_of(self.spec, self.root)

    def each(self, kind: type[S]) -> Iterator[tuple[Site, S]]:
        """The schedules of one class, with their sites, that are active in some row."""
        for site in self.sites:
            if isinstance(site.schedule, kind) and site.rows:
                yield site, site.schedule

    @cached_property
    def _evaluated(self) -> tuple[tuple[KnownRows, ...], EvaluationError | Refused | None]:
        try:
            return lines_of(self.spec), None
        except (EvaluationError, Refused) as failure:
            return (), failure

    @property
    def lines(self) -> tuple[KnownRows, ...]:
        """The LRs in use, group by group; none where they cannot be computed."""
        return self._evaluated[0]

    @property
    def failure(self) -> EvaluationError | Refused | None:
        """Why there are no LRs."""
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

    def of_schedule(self, group: int) -> Spot:
        """Where the schedule of a group is written: at its key."""
        key, node = schedule_node(group, self.root)
        if key == "schedule":
            return self.of_run("schedule", "warmup")
        return Spot(key, None if node is None else node.place)

    def of_lr(self, group: int) -> Spot:
        """Where the base LR of a group is written."""
        from lrcli.reader.keys import LR
        from lrcli.reader.nodes import Sequence

        groups = self.root.get("groups") if self.root else None
        mapping = groups.items[group] if isinstance(groups, Sequence) and group < len(groups.items) else None
        for where, node in ((f"groups.{group}.", mapping), ("", self.root)):
            for name in LR:
                value = node.get(name) if isinstance(node, Mapping) else None
                if value is not None:
                    return Spot(f"{where}{name}", value.place)
        return Spot("lr", None)
