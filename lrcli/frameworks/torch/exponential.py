"""ExponentialLR: closed form in 1.0, 1.2 and 1.3, chained in 1.1 and from 1.4 on, with three ways to begin."""

from __future__ import annotations

from lrcli.frameworks.torch.machine import Replay
from lrcli.frameworks.torch.releases import Release, is_closed_form
from lrcli.frameworks.torch.ruled import Ruled, Rules, closed_form, hold
from lrcli.schedules.exponential import Exponential

SINCE = (1, 0)
READING = "the rule multiplies by gamma, and reading it multiplies once more"


def replay(schedule: Exponential, release: Release) -> Replay:
    def rules(base: float) -> Rules:
        closed = closed_form(schedule, base)
        gamma = schedule.gamma

        def from_base(lr: float, t: int) -> float:
            return base if t == 0 else lr * gamma

        def from_group(lr: float, t: int) -> float:
            return lr if t == 0 else lr * gamma

        def chained(lr: float, t: int) -> float:
            return lr * gamma

        if is_closed_form(release):
            return closed
        if release < (1, 10):
            return Rules(from_base, closed=closed.rule)
        if release < (2, 8):
            return Rules(from_group, closed=closed.rule)
        return Rules(chained, first=hold, closed=closed.rule)

    return Ruled(release, rules, READING)
