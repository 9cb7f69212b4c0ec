"""A range test: a LambdaLR on an optimizer whose LR is 1."""

from __future__ import annotations

from lrcli.emulate.torch.machine import ParamGroup, Replay, Ruled, Rules
from lrcli.emulate.torch.releases import Release
from lrcli.schedules.range_test import RangeTest

SINCE = (1, 0)


class RangeTestReplay(Ruled):
    def construct(self, group: ParamGroup, last_epoch: int = -1) -> float:
        group.lr = group.initial_lr = 1.0
        return super().construct(group, last_epoch)


def replay(schedule: RangeTest, release: Release) -> Replay:
    lr_at = schedule.lr_at
    return RangeTestReplay(release, lambda base: Rules(lambda lr, t: base * lr_at(t, base)))
