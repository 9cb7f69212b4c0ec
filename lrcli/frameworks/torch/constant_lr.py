"""ConstantLR: chained, the same in every release that has it."""

from __future__ import annotations

from lrcli.frameworks.torch.machine import Replay
from lrcli.frameworks.torch.releases import Release, refuse
from lrcli.frameworks.torch.ruled import Ruled, Rules, closed_form
from lrcli.schedules.constant_lr import ConstantLR

SINCE = (1, 10)
READING = "the rule applies the factor at epoch 0 and takes it back at total_iters, and reading it does so once more"


def replay(schedule: ConstantLR, release: Release) -> Replay:
    if schedule.factor > 1.0 or schedule.factor < 0:
        raise refuse(release, "ValueError", f"factor must be between 0 and 1, not {schedule.factor!r}")

    def rules(base: float) -> Rules:
        closed = closed_form(schedule, base)
        factor, total_iters = schedule.factor, schedule.total_iters

        def chained(lr: float, t: int) -> float:
            if t == 0:
                return lr * factor
            if t != total_iters:
                return lr
            return lr * (1.0 / factor)

        return Rules(chained, closed=closed.rule)

    return Ruled(release, rules, READING)
