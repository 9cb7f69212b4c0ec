"""LinearLR: chained; from 2.8 on a resumed constructor leaves the LR alone."""

from __future__ import annotations

from lrcli.frameworks.torch.machine import Replay
from lrcli.frameworks.torch.releases import Release, refuse
from lrcli.frameworks.torch.ruled import Ruled, Rules, closed_form
from lrcli.schedules.linear import Linear

SINCE = (1, 10)
READING = (
    "the rule scales by start_factor at epoch 0 and by the ratio of two factors after it,"
    " and reading it scales once more"
)


def replay(schedule: Linear, release: Release) -> Replay:
    start, end = schedule.start_factor, schedule.end_factor
    if start > 1.0 or start < 0 or (start == 0 and release >= (2, 0)):
        least = "between 0 and 1" if release < (2, 0) else "above 0 and at most 1"
        raise refuse(release, "ValueError", f"start_factor must be {least}, not {start!r}")
    if end > 1.0 or end < 0:
        raise refuse(release, "ValueError", f"end_factor must be between 0 and 1, not {end!r}")

    def rules(base: float) -> Rules:
        closed = closed_form(schedule, base)
        total, delta = schedule.total_iters, end - start
        scaled_start = total * start

        def chained(lr: float, t: int) -> float:
            if t == 0:
                return lr * start
            if t > total:
                return lr
            return lr * (1.0 + delta / (scaled_start + (t - 1) * delta))

        def hold(lr: float, t: int) -> float:
            return lr * start if t == 0 else lr

        return Rules(chained, first=hold if release >= (2, 8) else None, closed=closed.rule)

    return Ruled(release, rules, READING)
