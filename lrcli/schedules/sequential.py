"""Phases: one schedule after another."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import replace

from lrcli.errors import InvalidValue
from lrcli.schedules import Schedule, Setting, dataclass, positions, schedules
from lrcli.schedules.phased import Phased


@dataclass(frozen=True)
class Sequential(Phased):
    """Run the schedules one after the other; each begins at its milestone, with its own step 0 and the base LR.

    lr(t) = schedules[i].lr_at(t - milestones[i - 1], base_lr), i = number of milestones <= t

    >>> from lrcli.schedules.cosine import Cosine
    >>> from lrcli.schedules.linear import Linear
    >>> warm = Sequential((Linear(start_factor=0.5, total_iters=2), Cosine(T_max=4)), milestones=(2,))
    >>> [warm.lr_at(t, base_lr=1.0) for t in (0, 1, 2, 4, 6)]
    [0.5, 0.75, 1.0, 0.5, 0.0]

    Source: torch.optim.lr_scheduler.SequentialLR.
    """

    name = "sequential"
    torch = "SequentialLR"

    schedules: tuple[Schedule, ...] = schedules(
        doc="the schedules, in order",
        example="{type: linear, start_factor: 0.1, total_iters: 10}\n{type: cosine}",
        formula_rule="must hold at least one schedule",
        formula_test=bool,
    )
    milestones: tuple[float, ...] = positions(
        doc="the step at which each schedule after the first begins", example="[10]"
    )

    def check_values(self) -> None:
        expected = len(self.schedules) - 1
        if self.schedules and len(self.milestones) != expected:
            rule = f"must have one entry less than there are schedules, {expected} here"
            raise InvalidValue("milestones", rule, list(self.milestones))

    def formula_problems(self) -> Iterator[InvalidValue]:
        yield from super().formula_problems()
        if list(self.milestones) != sorted(self.milestones) or any(m < 0 for m in self.milestones):
            yield InvalidValue("milestones", "must be positions that do not decrease", list(self.milestones))
        if any(m % 1 for m in self.milestones):
            yield InvalidValue("milestones", "must be whole numbers of steps", list(self.milestones))
        for child in self.schedules:
            yield from child.formula_problems()

    def bind(self, setting: Setting) -> Sequential:
        """Each schedule is told of its own phase."""
        if len(self.milestones) != len(self.schedules) - 1:
            return self  # it has no value, and `formula_problems` says why
        bound = self.bind_phases(setting, self.schedules)
        return self if bound == self.schedules else replace(self, schedules=bound)

    def phases(self) -> list[tuple[float, Schedule]]:
        return list(zip((0, *self.milestones), self.schedules, strict=True))

    def entry(self, i: int) -> str:
        return f"phase {i + 1}: {self.schedules[i].name}"

    def momentum_key(self) -> Hashable | None:
        keys = [child.momentum_key() for child in self.schedules]
        return (self.milestones, *keys) if any(key is not None for key in keys) else None

    def momenta(self, start: int, stop: int) -> Sequence[float | None]:
        """That of the active phase; one that does not move it leaves what the phase before left."""
        values: list[float | None] = []
        for child, first, end in self.stretches(start, stop):
            if child.moves_momentum:
                values += child.momenta(first, end)
            else:
                values += [self.momentum_left(start + len(values))] * (end - first)
        return values

    def momentum_left(self, t: int) -> float | None:
        """What the last phase before t that moves the momentum has left."""
        begins = (0, *map(int, self.milestones))
        for i in reversed(range(bisect_right(self.milestones, t))):
            size = begins[i + 1] - begins[i]
            if size > 0 and self.schedules[i].moves_momentum:
                return self.schedules[i].momenta(size - 1, size)[0]
        return None

    def repeats_after(self) -> int | None:
        inner = self.schedules[-1].repeats_after()
        return None if inner is None else inner + int(self.milestones[-1] if self.milestones else 0)
