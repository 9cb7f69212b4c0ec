"""Which schedules are warmups, and what decays during one."""

from __future__ import annotations

from lrcli.schedules.base import Schedule
from lrcli.schedules.constant_lr import ConstantLR
from lrcli.schedules.linear import Linear
from lrcli.schedules.warmup_cosine import WarmupCosine

_ROUNDING = 1e-9


def warmup_length(schedule: Schedule) -> float | None:
    """How many steps a schedule raises the LR to its base value; None if it is no warmup.

    >>> warmup_length(Linear(start_factor=0.1, total_iters=5)), warmup_length(Linear(end_factor=0.0, total_iters=5))
    (5, None)
    """
    if isinstance(schedule, Linear):
        return schedule.total_iters if schedule.start_factor < schedule.end_factor else None
    if isinstance(schedule, ConstantLR):
        return schedule.total_iters if schedule.factor < 1 else None
    if isinstance(schedule, WarmupCosine):
        return schedule.warmup if schedule.start_factor < 1 else None
    return None


def falls_within(schedule: Schedule, steps: int) -> bool:
    """Whether a schedule has lowered the LR by the last of its first steps."""
    if schedule.sets_lr or warmup_length(schedule) is not None or steps < 2:
        return False
    try:
        return schedule.lr_at(steps - 1, 1.0) < schedule.lr_at(0, 1.0) * (1 - _ROUNDING)
    except (ArithmeticError, ValueError):
        return False
