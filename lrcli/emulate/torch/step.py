"""StepLR: closed form in 1.0, 1.2 and 1.3, chained in 1.1 and from 1.4 on."""

from __future__ import annotations

from lrcli.emulate.torch.machine import Replay, Ruled, Rules
from lrcli.emulate.torch.releases import Release, is_closed_form
from lrcli.schedules.step import Step

SINCE = (1, 0)
READING = "the rule multiplies by gamma at a decay epoch, and reading it multiplies once more"


def replay(schedule: Step, release: Release) -> Replay:
    def rules(base: float) -> Rules:
        step_size, gamma, lr_at = schedule.step_size, schedule.gamma, schedule.lr_at

        def closed(lr: float, t: int) -> float:
            return lr_at(t, base)

        def chained(lr: float, t: int) -> float:
            return lr if t == 0 or t % step_size != 0 else lr * gamma

        return Rules(closed) if is_closed_form(release) else Rules(chained, closed=closed)

    return Ruled(release, rules, READING)
