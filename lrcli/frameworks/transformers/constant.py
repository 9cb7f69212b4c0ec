"""The base LR throughout."""

from __future__ import annotations

from lrcli.frameworks.schedule import FrameworkSchedule
from lrcli.schedules import LrRule, dataclass


@dataclass(frozen=True, kw_only=True)
class TransformersConstant(FrameworkSchedule):
    """Keep the base LR.

    lr(t) = base_lr

    >>> TransformersConstant().lr_at(7, base_lr=0.1)
    0.1

    Source: transformers.get_constant_schedule (run in 5.24.0).
    """

    name = "transformers.constant"
    aliases = ("get_constant_schedule",)

    def rule(self, base_lr: float) -> LrRule:
        return lambda t: base_lr
