"""No scheduler: the group's LR stays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lrcli.frameworks.torch.lambda_ import lambda_lr
from lrcli.frameworks.torch.machine import Replay
from lrcli.frameworks.torch.releases import Release
from lrcli.frameworks.torch.ruled import Ruled, closed_form
from lrcli.schedules.constant import Constant

SINCE = (1, 0)


def replay(schedule: Constant, release: Release) -> Replay:
    return Ruled(release, lambda base: closed_form(schedule, base))


def to_torch(schedules: Sequence[Constant], optimizer: Any) -> Any:
    return lambda_lr([lambda epoch: 1.0 for _ in schedules], optimizer)
