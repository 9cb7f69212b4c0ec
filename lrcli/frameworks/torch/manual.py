"""Several schedulers on one optimizer, stepped by hand: no class of PyTorch, so in every release."""

from __future__ import annotations

from lrcli.frameworks.torch.composite import Composite
from lrcli.frameworks.torch.machine import Reason, Replay
from lrcli.frameworks.torch.releases import Release, refuse
from lrcli.schedules.manual import Manual


class ManualReplay(Composite):
    """The loop steps each scheduler, and reads get_lr() and get_last_lr() of the last one."""

    def __init__(self, schedule: Manual, release: Release) -> None:
        super().__init__(schedule.schedules, release)
        if not self.children:
            raise refuse(release, "IndexError", "there is no scheduler to step")
        self.scheduler_first = any(child.scheduler_first for child in self.children)

    def step(self, lr: float, epoch: float | None = None, metric: float | None = None) -> float:
        return self.step_children(lr, epoch, metric)

    def has(self, reading: str) -> bool:
        return self.children[-1].has(reading)

    def reading_reason(self, fresh: bool, later: bool) -> Reason:
        return self.children[-1].reading_reason(fresh, later)

    def get_lr(self, lr: float) -> float:
        return self.children[-1].get_lr(lr)

    def get_last_lr(self) -> float:
        return self.children[-1].get_last_lr()


def replay(schedule: Manual, release: Release) -> Replay:
    return ManualReplay(schedule, release)
