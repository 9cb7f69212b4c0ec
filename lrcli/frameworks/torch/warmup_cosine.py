"""The warmup_cosine that people write: a LambdaLR."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from lrcli.frameworks.torch.lambda_ import lambda_lr
from lrcli.frameworks.torch.machine import Replay
from lrcli.frameworks.torch.releases import Release
from lrcli.frameworks.torch.ruled import Ruled, closed_form
from lrcli.schedules.warmup_cosine import WarmupCosine

SINCE = (1, 0)


def replay(schedule: WarmupCosine, release: Release) -> Replay:
    return Ruled(release, lambda base: closed_form(schedule, base))


def to_torch(schedules: Sequence[WarmupCosine], optimizer: Any) -> Any:
    groups = zip(schedules, optimizer.param_groups, strict=True)
    # LambdaLR scales initial_lr, which a scheduler that is built before may have left behind a changed lr
    bases = [(schedule, group.get("initial_lr", group["lr"])) for schedule, group in groups]
    return lambda_lr([partial(_factor, schedule, base) for schedule, base in bases], optimizer)


def _factor(schedule: WarmupCosine, base_lr: float, epoch: int) -> float:
    return schedule.factor_at(epoch, base_lr)
