"""Exponential decay."""

from __future__ import annotations

from lrcli.schedules import LrRule, Schedule, dataclass, number


@dataclass(frozen=True)
class Exponential(Schedule):
    """Multiply the learning rate by gamma at every step.

    lr(t) = base_lr * gamma ** t

    >>> [Exponential(gamma=0.5).lr_at(t, base_lr=0.1) for t in (0, 1, 2)]
    [0.1, 0.05, 0.025]

    Source: torch.optim.lr_scheduler.ExponentialLR.
    """

    name = "exponential"
    torch = "ExponentialLR"

    gamma: float = number(doc="factor of each step", example="0.95")

    def rule(self, base_lr: float) -> LrRule:
        gamma = self.gamma
        return lambda t: base_lr * gamma**t
