"""CyclicLR: the closed form in every release; until 1.2 from the group's initial_lr."""

from __future__ import annotations

from lrcli.emulate.torch.machine import ParamGroup, Replay, Ruled, Rules
from lrcli.emulate.torch.releases import Release
from lrcli.schedules.cyclic import Cyclic

SINCE = (1, 1)


class CyclicReplay(Ruled):
    """A new one writes its base_lr into the group before the base class looks at it."""

    def __init__(self, schedule: Cyclic, release: Release) -> None:
        self.base_lr = schedule.base_lr
        lr_from = schedule.lr_from

        def rules(initial_lr: float) -> Rules:
            def first(lr: float, t: int) -> float:
                return lr_from(initial_lr, t)

            def closed(lr: float, t: int) -> float:
                return schedule.lr_at(t, lr)

            return Rules(first) if release < (1, 3) else Rules(closed, first=first)

        super().__init__(release, rules)

    def construct(self, group: ParamGroup, last_epoch: int = -1) -> float:
        if last_epoch == -1:
            group.lr = self.base_lr
        lr = super().construct(group, last_epoch)
        self.rules = self.rules._replace(first=None)  # base_lrs is set once the base class has stepped
        return lr


def replay(schedule: Cyclic, release: Release) -> Replay:
    return CyclicReplay(schedule, release)
