"""ReduceLROnPlateau: the same learning rates in every release; what changed is the class around them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lrcli.errors import Problem
from lrcli.frameworks.torch.machine import ParamGroup, Reason, Replay
from lrcli.frameworks.torch.releases import Release, refuse
from lrcli.schedules.plateau import Plateau


class PlateauReplay(Replay):
    """Its step() takes the metric first; it has no get_lr() of its own."""

    def __init__(self, schedule: Plateau, release: Release) -> None:
        super().__init__(release)
        self.require(schedule.factor < 1.0, "ValueError", f"factor must be below 1, not {schedule.factor!r}")
        self.schedule = schedule
        self.scheduler_first = False  # every release documents: validate, then step(metric)

    def construct(self, group: ParamGroup, last_epoch: int = -1) -> float:
        self.state = self.schedule.start(group.lr)
        self.last_epoch = 0
        if self.release >= (2, 3):
            self.last_lr = group.lr
        return group.lr

    def initial_step(self, lr: float) -> float:
        self.require(self.release >= (2, 2), "AttributeError", "ReduceLROnPlateau has no _initial_step()")
        return self.step(lr)

    def step(self, lr: float, epoch: float | None = None, metric: float | None = None) -> float:
        # SequentialLR's step(0) is step(metrics=0): the metric comes first
        value = epoch if metric is None else metric
        if value is None:
            raise refuse(self.release, "TypeError", "step() needs the metric")
        self.state = self.schedule.after(self.state._replace(lr=lr), value)
        self.last_epoch += 1
        self.last_lr = self.state.lr
        return self.last_lr

    def stretch(self, lr: float, n: int, metrics: Sequence[float], out: list[float]) -> bool:
        if metrics:
            self.state = self.schedule.follow(self.state._replace(lr=lr), metrics, out)
        return bool(metrics)

    def lead(self, scheduler_first: bool) -> int:
        return int(scheduler_first)

    def order_notes(self) -> Iterator[Problem]:
        return iter(())  # it reacts to the metric it is given, whenever that is

    def resume_reason(self) -> Reason:
        return Reason("it is built without last_epoch, and knows none of the metrics before")

    def has(self, reading: str) -> bool:
        return reading == "lr" or (reading == "get_last_lr" and self.release >= (2, 2))

    def get_lr(self, lr: float) -> float:
        exception = "AttributeError" if self.release < (2, 2) else "NotImplementedError"
        raise refuse(self.release, exception, "ReduceLROnPlateau has no get_lr()")

    def get_last_lr(self) -> float:
        self.require(self.release >= (2, 2), "AttributeError", "ReduceLROnPlateau has no get_last_lr() before 2.2")
        return super().get_last_lr()
