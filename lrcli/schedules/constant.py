"""No schedule at all."""

from __future__ import annotations

from lrcli.schedules import LrRule, Schedule, dataclass


@dataclass(frozen=True)
class Constant(Schedule):
    """The base learning rate, for the whole run.

    lr(t) = base_lr

    >>> Constant().lr_at(41_234, base_lr=0.1)
    0.1

    PyTorch has no class for it: it is an optimizer without a scheduler. (PyTorch's ConstantLR is a warmup.)
    """

    name = "constant"

    def rule(self, base_lr: float) -> LrRule:
        return lambda t: base_lr
