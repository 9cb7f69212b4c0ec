"""Waves whose peak lies between two rows: the schedule runs in smaller steps than the log, which shows one of each
epoch, or their mean.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from lrcli.infer.fit.candidate import Candidate, Epochs
from lrcli.infer.fit.laws import Wave
from lrcli.infer.fit.rows import FitRows
from lrcli.infer.fit.warmup import Ramp
from lrcli.infer.numbers import cost, simplest
from lrcli.schedules.cosine import Cosine

MOST_STEPS = 20_000
"""So many steps an epoch may have."""


def between_candidates(rows: FitRows, law: Wave) -> Iterator[Candidate]:
    """Half a cosine in steps, of which each row shows an epoch: its mean, or its last step."""
    half, whole = round(law.half), math.ceil(law.top - 1e-6)
    shift = whole - law.top
    if half < 1 or abs(law.half - half) > 1e-5 * half or not 0.25 < shift < 1:
        return
    if shift < 0.5:
        # the mean over n steps lies (n - 1) / 2n of an epoch later, and is flatter than what it averages
        steps = round(1 / (1 - 2 * shift))
        flatter = math.sin(math.pi / (2 * half)) / (steps * math.sin(math.pi / (2 * half * steps)))
        told = f"each row is the mean of an epoch of {steps} steps"
        view = Epochs(steps, "mean")
    else:
        steps, flatter = round(1 / (1 - shift)), 1.0
        told = f"each row is the last of the {steps} steps of an epoch"
        view = Epochs(steps, "last")
    if not 1 < steps <= MOST_STEPS:
        return
    height = law.height / flatter
    lr, floor = _near(law.middle + height), law.middle - height
    floor = 0.0 if abs(floor) < 1e-7 * lr else _near(floor)
    for warmup in dict.fromkeys((whole, 0)):
        ramp = Ramp(whole - warmup, warmup * steps, 0.0, 0.0)
        free = ("the warmup: its rows are not in the log",) if warmup and whole <= rows.p[0] else ()
        candidate = Candidate(
            "cosine",
            lr,
            ramp.before(Cosine(T_max=half * steps, eta_min=floor)),
            ramp.first_step,
            cost(lr) + cost(half) + cost(whole) + cost(floor) + (3.0 if warmup == whole else 5.0),
            warmup + half,
            free,
            (f"{told}: half a cosine from {lr:g} over {half} epochs",),
            epochs=view,
        )
        if warmup >= 0 and rows.holds(candidate.at):
            yield candidate


def _near(value: float, part: float = 1e-7) -> float:
    return simplest(*sorted((value * (1 - part), value * (1 + part))))
