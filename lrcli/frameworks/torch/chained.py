"""ChainedScheduler: every child steps, in order."""

from __future__ import annotations

from lrcli.frameworks.torch.composite import Composite
from lrcli.frameworks.torch.machine import ParamGroup, Replay
from lrcli.frameworks.torch.releases import Release, refuse
from lrcli.schedules.chained import Chained


class ChainedReplay(Composite):
    """It has no counter. get_last_lr() is what the group holds."""

    def begin(self, group: ParamGroup, last_epoch: int) -> float:
        if not self.children and self.release >= (1, 11):
            exception = "IndexError" if self.release < (2, 4) else "ValueError"
            raise refuse(self.release, exception, "ChainedScheduler needs at least one scheduler")
        self.check_children()
        if self.release >= (1, 11):
            self.last_lr = group.lr
        return group.lr

    def undo(self) -> None:
        raise refuse(self.release, "AttributeError", "a ChainedScheduler inside a SequentialLR works from torch 2.6 on")

    def advance(self, lr: float) -> float:
        lr = self.step_children(lr)
        if self.release >= (1, 11):
            self.last_lr = lr
        return lr

    def run(self, lr: float, n: int, out: list[float]) -> None:
        super().run(lr, n, out)
        if self.release >= (1, 11) and n:
            self.last_lr = out[-1]


def replay(schedule: Chained, release: Release) -> Replay:
    return ChainedReplay(schedule.schedules, release)
