"""LambdaLR: the closed form in every release."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from lrcli.frameworks.torch.machine import Replay
from lrcli.frameworks.torch.releases import Release
from lrcli.frameworks.torch.ruled import Ruled, closed_form
from lrcli.schedules.lambda_ import Lambda

SINCE = (1, 0)


def replay(schedule: Lambda, release: Release) -> Replay:
    return Ruled(release, lambda base: closed_form(schedule, base))


def lambda_lr(functions: Sequence[Callable[[int], float]], optimizer: Any) -> Any:
    """PyTorch's own LambdaLR, with one function per parameter group: for the types that have no class there."""
    from torch.optim.lr_scheduler import LambdaLR

    return LambdaLR(optimizer, lr_lambda=list(functions))
