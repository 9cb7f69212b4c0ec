"""Schedulers one after the other."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import islice

from lrcli.errors import InvalidValue
from lrcli.frameworks.ignite._scheduler import IgniteScheduler, refuses
from lrcli.frameworks.walk import Walked
from lrcli.schedules import Schedule, dataclass, positions, schedules


@dataclass(frozen=True, kw_only=True)
class IgniteConcatScheduler(IgniteScheduler, Walked):
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

    def __post_init__(self) -> None:
        super().__post_init__()
        if len(self.schedulers) < 2:
            raise refuses("ValueError", "schedulers should be more than one", "schedulers")
        for part in self.schedulers:
            if not isinstance(part, IgniteScheduler):
                raise refuses("TypeError", f"schedulers should be ignite's own, and not {part.name}", "schedulers")
            if getattr(part, "param_group_index", None) is not None:
                reason = "param_group_index is not read inside: give groups schedules of their own"
                raise refuses("ValueError", reason, "schedulers")
        wrapped = [inner for part in self.schedulers for inner in part.parts() if "." not in inner.name]
        if len(wrapped) > 1 and any(inner.sets_lr for inner in wrapped):
            rule = (
                "hold several schedulers of PyTorch, one of which sets the lr that the others begin from: not computed"
            )
            raise InvalidValue("schedulers", rule, None)
        if any(duration != int(duration) for duration in self.durations):
            raise refuses("ValueError", "durations should be integers", "durations", self.durations)
        if len(self.schedulers) != len(self.durations) + 1:
            reason = f"{len(self.schedulers)} schedulers need {len(self.schedulers) - 1} durations"
            raise refuses("ValueError", reason, "durations", self.durations)

    def spans(self) -> list[tuple[float, IgniteScheduler]]:
        """(the first event that is not its own, the scheduler), in order; a duration below 1 never ends."""
        found: list[tuple[float, IgniteScheduler]] = []
        durations = (*self.durations, -1)
        i, begin = int(durations[0] == 0), 0
        while True:
            part = self.schedulers[i]
            assert isinstance(part, IgniteScheduler)
            if durations[i] <= 0:
                return [*found, (math.inf, part)]
            begin += int(durations[i])
            found.append((begin, part))
            i += 1

    def stands_alone(self) -> bool:
        return all(part.stands_alone() for part in self.parts())

    def events(self, base_lr: float, lr: float) -> Iterator[float]:
        begin = 0
        for end, part in self.spans():
            rows = part.events(base_lr, lr)
            for lr in rows if end == math.inf else islice(rows, int(end) - begin):
                yield lr
            begin = int(end) if end != math.inf else begin

    def constructed(self, base_lr: float, lr: float) -> float:
        for part in self.schedulers:
            lr = part.constructed(base_lr, lr) if isinstance(part, IgniteScheduler) else lr
        return lr

    def walk(self, base_lr: float) -> Iterator[float]:
        return self.events(base_lr, self.constructed(base_lr, base_lr))

    def lr_at(self, t: int, base_lr: float) -> float:
        return self.lrs(base_lr, t, t + 1)[0]

    def lrs(self, base_lr: float, start: int, stop: int) -> list[float]:
        if not self.stands_alone():
            return super().lrs(base_lr, start, stop)
        found: list[float] = []
        begin = 0
        for end, part in self.spans():
            until = int(min(end, stop))
            if until > start:
                found += part.lrs(base_lr, start - begin, until - begin)
                start = until
            begin = int(end) if end != math.inf else begin
        return found

    def next_break(self, t: int) -> int | None:
        begin, t = 0, max(t, 1)
        for end, part in self.spans():
            if t <= end:
                found = part.next_break(t - begin) if t > begin else t
                inner = math.inf if found is None else (found if t == begin else found + begin)
                nearest = min(inner, end)
                return None if nearest == math.inf else int(nearest)
            begin = int(end)
        return None

    def monotone_until(self, t: int) -> int | None:
        return self.next_break(t + 1) if self.stands_alone() else t + 1

    def event_at(self, t: int) -> str:
        begin = 0
        for end, part in self.spans():
            if t < end:
                return ("next scheduler" if t else "") if t == begin else part.event_at(t - begin)
            begin = int(end)
        return ""
