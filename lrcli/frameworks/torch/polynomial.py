"""PolynomialLR: chained; from 2.8 on the constructor leaves the LR alone."""

from __future__ import annotations

from lrcli.frameworks.torch.machine import Replay
from lrcli.frameworks.torch.releases import Release
from lrcli.frameworks.torch.ruled import Ruled, Rules, closed_form, hold
from lrcli.schedules.polynomial import Polynomial

SINCE = (1, 13)
READING = "the rule scales by the ratio of two factors, and reading it scales once more"


def replay(schedule: Polynomial, release: Release) -> Replay:
    def rules(base: float) -> Rules:
        closed = closed_form(schedule, base)
        total, power = schedule.total_iters, schedule.power

        def chained(lr: float, t: int) -> float:
            if t > total:
                return lr
            decay: float = ((1.0 - t / total) / (1.0 - (t - 1) / total)) ** power
            return lr * decay

        def from_group(lr: float, t: int) -> float:
            return lr if t == 0 else chained(lr, t)

        if release < (2, 8):
            return Rules(from_group, closed=closed.rule)
        return Rules(chained, first=hold, closed=closed.rule)

    return Ruled(release, rules, READING)
