"""No schedule at all."""

from __future__ import annotations

from lrcli.schedules.base import Schedule
from lrcli.values import dataclass


@dataclass(frozen=True)
class Constant(Schedule):
    """The base learning rate, for the whole run.

    lr(t) = base_lr

    >>> Constant().lr_at(41_234, base_lr=0.1)
    0.1

    PyTorch has no class for it: it is an optimizer without a scheduler. (PyTorch's ConstantLR is a warmup.)
    """

    name = "constant"

    def lr_at(self, t: int, base_lr: float) -> float:
        return base_lr
