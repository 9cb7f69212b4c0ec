"""LambdaLR: the closed form in every release."""

from __future__ import annotations

from lrcli.emulate.torch.machine import Replay, Ruled, Rules
from lrcli.emulate.torch.releases import Release
from lrcli.schedules.lambda_ import Lambda

SINCE = (1, 0)


def replay(schedule: Lambda, release: Release) -> Replay:
    factor = schedule.lr_lambda
    return Ruled(release, lambda base: Rules(lambda lr, t: base * factor(t)))
