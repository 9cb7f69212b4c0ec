"""A linear warmup, then a constant."""

from __future__ import annotations

from collections.abc import Iterator

from lrcli.errors import Problem
from lrcli.frameworks.composer._scheduler import ComposerWarmedTimed, line
from lrcli.schedules import CurveMarks, dataclass, number


@dataclass(frozen=True, kw_only=True)
class ComposerConstantWithWarmupScheduler(ComposerWarmedTimed):
    """Warm up linearly from 0 to alpha of the learning rate, and stay there.

    lr(t) = base_lr * min(1, t / t_warmup) * alpha    for t < t_warmup
            base_lr * alpha                           from there on

    >>> constant = ComposerConstantWithWarmupScheduler(t_warmup="2ba", max_duration="9ba")
    >>> [constant.lr_at(t, base_lr=0.1) for t in (0, 1, 2, 3)]
    [0.0, 0.05, 0.1, 0.1]

    Source: composer.optim.ConstantWithWarmupScheduler (run in 0.32.1).
    """

    name = "composer.ConstantWithWarmupScheduler"

    alpha: float = number(1.0, doc="the factor after the warmup")

    def warmup_top(self) -> float:
        return self.alpha

    def after(self, shares: list[float]) -> list[float]:
        return line(shares, self.alpha, self.alpha)

    def marks(self) -> CurveMarks:
        return ((at, event) for at, event in super().marks() if event != "decay ends")

    def notes(self) -> Iterator[Problem]:
        return (note for note in super().notes() if note.code != "no-decay")
