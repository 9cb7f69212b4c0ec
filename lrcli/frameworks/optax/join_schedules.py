"""Schedules one after the other, each with its own clock."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property

from lrcli.errors import InvalidValue, Problem
from lrcli.frameworks.optax._schedule import OptaxSchedule
from lrcli.schedules import LrRule, Schedule, Setting, dataclass, positions, schedules
from lrcli.schedules.phased import Phased


@dataclass(frozen=True, kw_only=True)
class OptaxJoinSchedules(Phased, OptaxSchedule):
    """Run schedules one after the other; each begins at its boundary, with its own count 0.

    lr(t) = schedules[k](t - boundaries[k - 1]) for the last k whose boundary is at most t

    The result is rounded to the float width. Schedules beyond the boundaries, and boundaries beyond the schedules, are
    dropped without a word.

    >>> from lrcli.frameworks.optax.constant_schedule import OptaxConstantSchedule as Constant
    >>> both = OptaxJoinSchedules(schedules=(Constant(value=1.0), Constant(value=0.1)), boundaries=(2,))
    >>> [both.lr_at(t, 0.0) for t in (0, 1, 2)]
    [1.0, 1.0, 0.10000000149011612]

    Source: optax.join_schedules (run in 0.2.8, eagerly).
    """

    name = "optax.join_schedules"

    schedules: tuple[Schedule, ...] = schedules(
        doc="the schedules, in order",
        example="{type: optax.linear_schedule, init_value: 0.0, end_value: 0.1}\n"
        "{type: optax.cosine_decay_schedule, init_value: 0.1}",
    )
    boundaries: tuple[float, ...] = positions(doc="the count at which each but the first begins", example="[500]")

    def check_values(self) -> None:
        if not self.schedules:
            raise InvalidValue("schedules", "must hold at least one schedule", [])

    def phases(self) -> list[tuple[float, Schedule]]:
        return list(zip((0.0, *self.boundaries), self._typed, strict=False))

    def entry(self, i: int) -> str:
        return f"boundary: {self.schedules[i].name}"

    @cached_property
    def _typed(self) -> tuple[Schedule, ...]:
        """The schedules in the float width of this one."""
        parts = self.schedules
        return tuple(replace(part, dtype=self.dtype) if isinstance(part, OptaxSchedule) else part for part in parts)

    def bind(self, setting: Setting) -> OptaxJoinSchedules:
        bound = super().bind(setting)
        return replace(bound, schedules=self.bind_phases(setting, self.schedules))

    def lrs(self, base_lr: float, start: int, stop: int) -> list[float]:
        lrs = super().lrs(base_lr, start, stop)
        return self.width.to(lrs) if self.boundaries and len(self.schedules) > 1 else lrs

    def rule(self, base_lr: float) -> LrRule:
        return lambda t: self.lrs(base_lr, t, t + 1)[0]

    def notes(self) -> Iterator[Problem]:
        yield from super().notes()
        unused = len(self.schedules) - len(self.boundaries) - 1
        if unused > 0:
            what = f"{self.name} drops {unused} of its schedules: there are {len(self.boundaries)} boundaries"
            yield Problem("dropped", what)
        elif unused < 0:
            yield Problem("dropped", f"{self.name} drops {-unused} of its boundaries")
