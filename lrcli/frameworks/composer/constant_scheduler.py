"""A constant factor until t_max."""

from __future__ import annotations

from collections.abc import Sequence

from lrcli.frameworks.composer._scheduler import ComposerTimed
from lrcli.schedules import CurveMarks, dataclass, number, text


@dataclass(frozen=True, kw_only=True)
class ComposerConstantScheduler(ComposerTimed):
    """Multiply the learning rate by alpha until t_max.

    lr(t) = base_lr * alpha    for t < t_max
            base_lr            from there on

    >>> [ComposerConstantScheduler(alpha=0.5, t_max="2ba").lr_at(t, base_lr=0.1) for t in (0, 1, 2)]
    [0.05, 0.05, 0.1]

    Source: composer.optim.ConstantScheduler (run in 0.32.1).
    """

    name = "composer.ConstantScheduler"

    t_max: str = text("1dur", doc="where it ends, as a time string", example="1000ba")
    alpha: float = number(1.0, doc="the factor", example="0.5")

    def factors(self, rows: Sequence[int]) -> list[float]:
        end, alpha = self.row("t_max"), self.alpha
        return [alpha if t < end else 1.0 for t in rows]

    def marks(self) -> CurveMarks:
        yield self.row("t_max"), "factor ends" if self.alpha != 1 else ""
