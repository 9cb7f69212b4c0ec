"""The schedule of "Attention is all you need"."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from lrcli.errors import Problem
from lrcli.frameworks.nemo._policy import NemoWarmed, edges
from lrcli.schedules import CurveMarks, LrRule, Setting, dataclass, length, number


@dataclass(frozen=True, kw_only=True)
class NemoNoamAnnealing(NemoWarmed):
    """Warm up in a line, then fall with the inverse square root of the step; the learning rate is a factor of it.

    lr(t) = base_lr * (d_model**-0.5 * min(s**-0.5, s * warmup_steps**-1.5))    with s = max(1, t)

    Above warmup_steps it does not fall below min_lr. Updates 0 and 1 are alike.

    >>> policy = NemoNoamAnnealing(d_model=4, warmup_steps=4)
    >>> [policy.lr_at(t, base_lr=1.0) for t in (0, 1, 4, 16)]
    [0.0625, 0.0625, 0.25, 0.125]

    Source: nemo.core.optim.lr_scheduler.NoamAnnealing (run in 3.0.0).
    """

    name = "nemo.NoamAnnealing"
    lr_is_factor = True

    d_model: float = number(doc="the width of the model", above=0, example="512")
    max_steps: float | None = length(
        None, doc="steps of the run, which warmup_ratio is a share of", any_number=True, optional=True, fills="run"
    )

    def check_run(self, setting: Setting) -> None:
        above = all(lr >= self.min_lr for lr in self.all_lrs(1.0))
        self.require(above, "the learning rate must not be below min_lr", "min_lr")

    def _peak_share(self) -> float:
        return float(self.d_model ** (-0.5) * max(1, self.warmup) ** (-0.5))

    def pieces(self, base_lr: float) -> Sequence[tuple[float, LrRule]]:
        warmup, low, normal = self.warmup, float(self.min_lr), self.d_model ** (-0.5)

        slope = warmup ** (-1.5) if warmup > 0 else math.inf

        def lr_at(t: int) -> float:
            lr: float = base_lr * (normal * min(t ** (-0.5), t * slope))
            return max(lr, low) if t > warmup else lr

        return ((1, lambda t: lr_at(1)), (math.inf, lr_at))

    def marks(self) -> CurveMarks:
        yield 1, ""
        if self.warmup > 0:
            yield from edges(self.warmup, "warmup ends")

    def notes(self) -> Iterator[Problem]:
        lr = self.setting.lr if self.setting else None
        if lr is not None and lr * self._peak_share() < self.min_lr:
            what = f"{self.name}: lr is a factor here, and the peak of the warmup is below min_lr"
            why = f"it peaks at {lr * self._peak_share():.3g}, then jumps up to min_lr and stays there"
            yield Problem("peak-below-min-lr", what, why)
