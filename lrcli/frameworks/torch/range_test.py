"""A range test: a LambdaLR on an optimizer whose LR is 1."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from lrcli.frameworks.torch.lambda_ import lambda_lr
from lrcli.frameworks.torch.machine import ParamGroup, Replay
from lrcli.frameworks.torch.releases import Release
from lrcli.frameworks.torch.ruled import Ruled, closed_form
from lrcli.schedules.range_test import RangeTest

SINCE = (1, 0)


class RangeTestReplay(Ruled):
    def construct(self, group: ParamGroup, last_epoch: int = -1) -> float:
        group.lr = group.initial_lr = 1.0
        return super().construct(group, last_epoch)


def replay(schedule: RangeTest, release: Release) -> Replay:
    return RangeTestReplay(release, lambda base: closed_form(schedule, base))  # the base LR is 1


def to_torch(schedules: Sequence[RangeTest], optimizer: Any) -> Any:
    for group in optimizer.param_groups:
        group["lr"] = group["initial_lr"] = 1.0
    return lambda_lr([partial(_lr, schedule) for schedule in schedules], optimizer)


def _lr(schedule: RangeTest, epoch: int) -> float:
    return schedule.lr_at(epoch, 1.0)
