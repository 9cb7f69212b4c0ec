"""CosineAnnealingLR: closed form in 1.0, 1.2 and 1.3, chained in 1.1 and from 1.4 on."""

from __future__ import annotations

from math import cos, pi

from lrcli.frameworks.torch.machine import Replay
from lrcli.frameworks.torch.releases import Release, is_closed_form
from lrcli.frameworks.torch.ruled import Ruled, Rules, closed_form, hold
from lrcli.schedules.cosine import Cosine

SINCE = (1, 0)
READING = "the rule scales by the epoch's ratio of cosines, and reading it scales once more"


def replay(schedule: Cosine, release: Release) -> Replay:
    def rules(base: float) -> Rules:
        closed = closed_form(schedule, base)
        T_max, eta_min = schedule.T_max, schedule.eta_min

        def chained(lr: float, t: int) -> float:
            if (t - 1 - T_max) % (2 * T_max) == 0:
                return lr + (base - eta_min) * (1 - cos(pi / T_max)) / 2
            return (1 + cos(pi * t / T_max)) / (1 + cos(pi * (t - 1) / T_max)) * (lr - eta_min) + eta_min

        def from_base(lr: float, t: int) -> float:
            return base if t == 0 else chained(lr, t)

        def from_group(lr: float, t: int) -> float:
            return lr if t == 0 else chained(lr, t)

        def resumed(lr: float, t: int) -> float:
            """1.12 on, while _step_count is 1: the closed form in another order of operations."""
            return eta_min + (base - eta_min) * (1 + cos(t * pi / T_max)) / 2

        def first(lr: float, t: int) -> float:
            return lr if t == 0 else resumed(lr, t)

        def fresh(lr: float, t: int) -> float:
            return resumed(lr, t) if t > 0 else chained(lr, t)

        if is_closed_form(release):
            return closed
        if release < (1, 10):
            return Rules(from_base, closed=closed.rule)
        if release < (1, 12):
            return Rules(from_group, closed=closed.rule)
        if release < (2, 8):
            return Rules(from_group, first=first, fresh=first, closed=closed.rule)
        return Rules(chained, first=hold, fresh=fresh, closed=closed.rule)

    return Ruled(release, rules, READING)
