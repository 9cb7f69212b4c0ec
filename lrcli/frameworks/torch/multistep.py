"""MultiStepLR: closed form in 1.0, 1.2 and 1.3, chained in 1.1 and from 1.4 on."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from typing import Any

from lrcli.frameworks.torch.machine import Replay
from lrcli.frameworks.torch.releases import Release, is_closed_form, refuse
from lrcli.frameworks.torch.ruled import Ruled, Rules, closed_form
from lrcli.schedules.multistep import MultiStep

SINCE = (1, 0)
READING = "the rule multiplies by gamma at a milestone, and reading it multiplies once more"


def replay(schedule: MultiStep, release: Release) -> Replay:
    if is_closed_form(release) and list(schedule.milestones) != sorted(schedule.milestones):
        raise refuse(release, "ValueError", "the milestones must be in increasing order")

    def rules(base: float) -> Rules:
        closed = closed_form(schedule, base)
        gamma, counts = schedule.gamma, Counter(schedule.milestones)

        def closed_1_4(lr: float, t: int) -> float:
            # 1.4 bisects the Counter itself, whose "items" are how often 0, 1, 2, ... are milestones (pytorch #36913)
            unsorted: Any = counts
            decay: float = gamma ** bisect_right(unsorted, t)
            return base * decay

        def chained(lr: float, t: int) -> float:
            if t not in counts:
                return lr
            decay: float = gamma ** counts[t]
            return lr * decay

        if is_closed_form(release):
            return closed
        return Rules(chained, closed=closed_1_4 if release == (1, 4) else closed.rule)

    return Ruled(release, rules, READING)
