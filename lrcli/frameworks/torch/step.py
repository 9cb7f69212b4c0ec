"""StepLR: closed form in 1.0, 1.2 and 1.3, chained in 1.1 and from 1.4 on."""

from __future__ import annotations

from lrcli.frameworks.torch.machine import Replay
from lrcli.frameworks.torch.releases import Release, is_closed_form
from lrcli.frameworks.torch.ruled import Ruled, Rules, closed_form
from lrcli.schedules.step import Step

SINCE = (1, 0)
READING = "the rule multiplies by gamma at a decay epoch, and reading it multiplies once more"


def replay(schedule: Step, release: Release) -> Replay:
    def rules(base: float) -> Rules:
        closed = closed_form(schedule, base)
        step_size, gamma = schedule.step_size, schedule.gamma

        def chained(lr: float, t: int) -> float:
            return lr if t == 0 or t % step_size != 0 else lr * gamma

        return closed if is_closed_form(release) else Rules(chained, closed=closed.rule)

    return Ruled(release, rules, READING)
