"""Schedulers one after the other."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from lrcli.errors import InvalidValue
from lrcli.frameworks.ignite._scheduler import IgniteScheduler
from lrcli.frameworks.walk import Walked
from lrcli.schedules import LrRule, Schedule, dataclass, positions, schedules
from lrcli.schedules.phased import Phased


@dataclass(frozen=True, kw_only=True)
class IgniteConcatScheduler(Phased, IgniteScheduler, Walked):
    """Let each scheduler act for its number of events, and the last one for ever.

    lr(t) = schedulers[k](t - begin_k), where begin_k is the sum of the durations before

    Each scheduler's events are counted from where its turn comes.

    >>> from lrcli.frameworks.ignite.piecewise_linear import IgnitePiecewiseLinear
    >>> rise = IgnitePiecewiseLinear(milestones_values=((0, 0.0), (4, 0.4)))
    >>> fall = IgnitePiecewiseLinear(milestones_values=((0, 0.4), (4, 0.0)))
    >>> concat = IgniteConcatScheduler(schedulers=(rise, fall), durations=(4,))
    >>> [round(concat.lr_at(t, 0.0), 4) for t in (0, 2, 4, 6, 8)]
    [0.0, 0.2, 0.4, 0.2, 0.0]

    Source: ignite.handlers.ConcatScheduler (run in 0.5.5).
    """

    name = "ignite.ConcatScheduler"
    sets_lr = True

    schedulers: tuple[Schedule, ...] = schedules(
        doc="ignite's schedulers, in order",
        example="{type: ignite.PiecewiseLinear, milestones_values: [[0, 0.0], [500, 0.1]]}\n"
        "{type: ignite.CosineAnnealingScheduler, start_value: 0.1, end_value: 0.0, cycle_size: 9500}",
    )
    durations: tuple[float, ...] = positions(doc="events of each scheduler but the last", example="[500]")

    def check_values(self) -> None:
        self.require(len(self.schedulers) > 1, "schedulers should be more than one", "schedulers")
        for part in self.schedulers:
            reason = f"schedulers should be ignite's own, and not {part.name}"
            self.require(isinstance(part, IgniteScheduler), reason, "schedulers", "TypeError")
            reason = "param_group_index is not read inside: give groups schedules of their own"
            self.require(getattr(part, "param_group_index", None) is None, reason, "schedulers")
        wrapped = [inner for part in self.schedulers for inner in part.parts() if "." not in inner.name]
        if len(wrapped) > 1 and any(inner.sets_lr for inner in wrapped):
            rule = (
                "hold several schedulers of PyTorch, one of which sets the lr that the others begin from: not computed"
            )
            raise InvalidValue("schedulers", rule, None)
        are_whole = all(duration == int(duration) for duration in self.durations)
        self.require(are_whole, "durations should be integers", "durations")
        reason = f"{len(self.schedulers)} schedulers need {len(self.schedulers) - 1} durations"
        self.require(len(self.schedulers) == len(self.durations) + 1, reason, "durations")

    def phases(self) -> list[tuple[float, IgniteScheduler]]:
        durations = (*self.durations, -1)
        first, begin = int(durations[0] == 0), 0
        phases: list[tuple[float, IgniteScheduler]] = []
        for part, duration in zip(self.schedulers[first:], durations[first:], strict=True):
            assert isinstance(part, IgniteScheduler)
            phases.append((begin, part))
            begin += int(duration)
            if duration <= 0:  # it never ends
                break
        return phases

    def stands_alone(self) -> bool:
        return all(part.stands_alone() for part in self.parts())

    def events(self, base_lr: float, lr: float) -> Iterator[float]:
        phases = self.phases()
        ends = [begin for begin, _ in phases[1:]]
        for (begin, part), end in zip(phases, (*ends, None), strict=True):
            rows = islice(part.events(base_lr, lr), None if end is None else int(end - begin))
            for lr in rows:
                yield lr

    def constructed(self, base_lr: float, lr: float) -> float:
        for part in self.schedulers:
            lr = part.constructed(base_lr, lr) if isinstance(part, IgniteScheduler) else lr
        return lr

    def walk(self, base_lr: float) -> Iterator[float]:
        return self.events(base_lr, self.constructed(base_lr, base_lr))

    def rule(self, base_lr: float) -> LrRule:
        return lambda t: self.lrs(base_lr, t, t + 1)[0]

    def lrs(self, base_lr: float, start: int, stop: int) -> list[float]:
        return (Phased if self.stands_alone() else Walked).lrs(self, base_lr, start, stop)

    def monotone_until(self, t: int) -> int | None:
        return super().monotone_until(t) if self.stands_alone() else t + 1

    def event_at(self, t: int) -> str:
        i, begin, part = self.phase_at(t)
        return "next scheduler" if i and t == begin else part.event_at(t - begin)
