"""MultiplicativeLR: chained, with three ways to begin."""

from __future__ import annotations

from lrcli.frameworks.torch.machine import Replay
from lrcli.frameworks.torch.releases import Release
from lrcli.frameworks.torch.ruled import Ruled, Rules, hold
from lrcli.schedules.multiplicative import Multiplicative

SINCE = (1, 4)
READING = "the rule multiplies by the lambda, and reading it multiplies once more"


def replay(schedule: Multiplicative, release: Release) -> Replay:
    def rules(base: float) -> Rules:
        factor = schedule.lr_lambda.function

        def from_base(lr: float, t: int) -> float:
            return lr * factor(t) if t > 0 else base

        def from_group(lr: float, t: int) -> float:
            return lr * factor(t) if t > 0 else lr

        def chained(lr: float, t: int) -> float:
            return lr * factor(t)

        if release < (1, 10):
            return Rules(from_base)
        if release < (2, 8):
            return Rules(from_group)
        return Rules(chained, first=hold)

    return Ruled(release, rules, READING)
