"""CyclicLR: the closed form in every release; until 1.2 from the group's initial_lr."""

from __future__ import annotations

from lrcli.frameworks.torch.machine import ParamGroup, Reason, Replay
from lrcli.frameworks.torch.releases import Release
from lrcli.frameworks.torch.ruled import Ruled, Rules, closed_form
from lrcli.schedules.cyclic import Cyclic


class CyclicReplay(Ruled):
    """A new one writes its base_lr into the group before the base class looks at it."""

    def __init__(self, schedule: Cyclic, release: Release) -> None:
        self.schedule = schedule
        self.base_lr = schedule.base_lr

        def rules(initial_lr: float) -> Rules:
            self.initial_lr = initial_lr
            curve = schedule.curve_from(initial_lr)

            def from_initial_lr(lr: float, t: int) -> float:
                return curve(t)

            if release < (1, 3):
                return Rules(from_initial_lr, over=lambda start, stop: [curve(t) for t in range(start, stop)])
            return closed_form(schedule, initial_lr)._replace(first=from_initial_lr)

        super().__init__(release, rules)

    def construct(self, group: ParamGroup, last_epoch: int = -1) -> float:
        if last_epoch == -1:
            group.lr = self.base_lr
        if self.schedule.cycle_momentum:
            self._take_momentum(group, last_epoch)
        lr = super().construct(group, last_epoch)
        self.rules = self.rules._replace(first=None)  # base_lrs is set once the base class has stepped
        return lr

    def _take_momentum(self, group: ParamGroup, last_epoch: int) -> None:
        """Until 2.2 base_momentum goes by way of the group, so a resumed one takes what the group has."""
        base, top = self.schedule.base_momentum, self.schedule.max_momentum
        if self.release >= (2, 3):
            if last_epoch == -1:
                group.momentum = top
                group.arguments.update(base_momentum=base, max_momentum=top)
            self.momentum_at = self.schedule.momentum_from(base)
            return
        if last_epoch == -1:
            group.momentum = base
        if group.momentum is not None:
            self.momentum_at = self.schedule.momentum_from(group.momentum)

    def reading_reason(self, fresh: bool, later: bool) -> Reason:
        return self._stale() if self.release >= (1, 3) else Reason("")

    def resume_reason(self) -> Reason:
        return self._stale() if self.release >= (1, 4) else super().resume_reason()

    def _stale(self) -> Reason:
        used = f"the constructor computes the first LR from the group's initial_lr, {self.initial_lr!r}"
        return Reason(f"{used}, and what follows comes from base_lr, {self.base_lr!r}")


def replay(schedule: Cyclic, release: Release) -> Replay:
    return CyclicReplay(schedule, release)
