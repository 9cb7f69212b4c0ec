"""The learning rate of stochastic weight averaging."""

from __future__ import annotations

import math

from lrcli.schedules import CurveMarks, Schedule, choice, dataclass, length, number


@dataclass(frozen=True)
class SWALR(Schedule):
    """Anneal from the learning rate found to swa_lr, and stay there.

    lr(t) = swa_lr * alpha + base_lr * (1 - alpha)

    alpha = min(1, t / anneal_epochs), for "cos" (1 - cos(pi * that)) / 2; anneal_epochs 0 is swa_lr from the start.

    >>> [SWALR(swa_lr=0.05, anneal_epochs=4).lr_at(t, base_lr=0.25) for t in (0, 2, 4, 9)]
    [0.25, 0.15, 0.05, 0.05]

    Source: Izmailov et al. (arXiv:1803.05407); torch.optim.swa_utils.SWALR.
    """

    name = "SWALR"
    torch = "SWALR"
    horizon = ("anneal_epochs",)

    swa_lr: float = number(doc="the learning rate at the end", per_group=True, example="0.02")
    anneal_epochs: float = length(
        10, doc="steps of the annealing", zero=True, formula_zero=True, fills="phase", whole=True
    )
    anneal_strategy: str = choice("cos", "cos", "linear", doc="shape of the annealing")

    def alpha_at(self, t: int) -> float:
        """How far the annealing is at step t, from 0 to 1."""
        part = max(0, min(1, t / max(1, self.anneal_epochs)))
        return part if self.anneal_strategy == "linear" else (1 - math.cos(math.pi * part)) / 2

    def lr_at(self, t: int, base_lr: float) -> float:
        alpha = self.alpha_at(t if self.anneal_epochs else max(1, t))
        return self.swa_lr * alpha + base_lr * (1 - alpha)

    def marks(self) -> CurveMarks:
        yield self.anneal_epochs, "annealing ends"
