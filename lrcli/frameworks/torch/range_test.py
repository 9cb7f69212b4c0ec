"""A range test: a LambdaLR on an optimizer whose LR is 1."""

from __future__ import annotations

from functools import partial

from lrcli.frameworks.torch.machine import ParamGroup, Replay
from lrcli.frameworks.torch.releases import Release
from lrcli.frameworks.torch.ruled import Ruled, closed_form
from lrcli.schedules.range_test import RangeTest


class RangeTestReplay(Ruled):
    def construct(self, group: ParamGroup, last_epoch: int = -1) -> float:
        group.lr = group.initial_lr = 1.0
        return super().construct(group, last_epoch)


def replay(schedule: RangeTest, release: Release) -> Replay:
    return RangeTestReplay(release, partial(closed_form, schedule))  # the base LR is 1
