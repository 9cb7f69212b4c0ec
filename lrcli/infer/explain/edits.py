"""A schedule with one change: another length, or its warmup taken off."""

from __future__ import annotations

import math
import re
from typing import Any

from lrcli.errors import LrcliError
from lrcli.infer.keys.variants import replaced
from lrcli.infer.sources import Formula
from lrcli.infer.transforms import RateSource, shifted
from lrcli.schedules.base import parameters
from lrcli.values import dataclass

_SAME_END = ", and its end where it is"

_WARM = re.compile("warm|burn_in")
"""Keys of the length of a warmup."""


@dataclass(frozen=True)
class WarmedUp:
    """The two parts of a schedule that begins with a warmup.

    steps: the length of the warmup. ramp: the schedule up to there. decay: what follows, from its own step 0.
    running: (what is said of it, the decay with a clock that runs from the run's step 0) in each way to mean that.
    """

    steps: int
    ramp: RateSource
    decay: RateSource
    running: tuple[tuple[str, RateSource], ...]


def warmup_of(plain: Formula) -> WarmedUp | None:
    """The parts of a schedule that begins with a warmup; None of another one."""
    schedule: Any = plain.schedule
    if schedule.name == "sequential" and schedule.schedules[0].name == "linear":
        n, ramp, rest = int(schedule.milestones[0]), schedule.schedules[0], schedule.rest()
        decay = Formula(rest, plain.base_lr)
        ends = [
            ((name,), length + n) for name in rest.horizon if isinstance(length := getattr(rest, name), (int, float))
        ]
        whole = Formula(replaced(rest, ends), plain.base_lr)
        return WarmedUp(n, Formula(ramp, plain.base_lr), decay, (("", decay), (_SAME_END, whole))) if n > 0 else None
    n = min((math.ceil(place) for place, event in schedule.marks() if event == "warmup ends"), default=0)
    if n <= 0:
        return None
    after = shifted(n).of(plain)
    warm = [
        ((f.name,), 0) for f in parameters(schedule) if _WARM.search(f.name) and _is_length(getattr(schedule, f.name))
    ]
    try:
        whole = Formula(replaced(schedule, warm), plain.base_lr)
    except LrcliError:  # it has to have a warmup
        return WarmedUp(n, plain, after, (("", after),))
    return WarmedUp(n, plain, after, (("", after), (_SAME_END, whole)))


def _is_length(value: Any) -> bool:
    """Whether a warmup can be so many steps long: 1 is more likely a share or a flag."""
    return value.__class__ in (int, float) and value > 1
