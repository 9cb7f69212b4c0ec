"""Warmup, a stable phase, and a decay."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

from lrcli.errors import Problem
from lrcli.frameworks.base import raising
from lrcli.frameworks.schedule import Pieced, Pieces
from lrcli.schedules import CurveMarks, choice, dataclass, length, number


@dataclass(frozen=True, kw_only=True)
class TorchtitanLRScheduler(Pieced):
    """Warm up linearly from above 0, keep the base LR, and decay to min_lr_factor of it.

    lr(t) = base_lr * ((t + 1) / W)      for t < W = min(int(warmup_steps), T)
            base_lr                      for t < W + S
            base_lr * (min_lr_factor + (1 - min_lr_factor) * a(q))    with q = (t + 1 - W - S) / D

    T is total_steps or training_steps; D is T - W, or round(T * decay_ratio) cut to that; S = T + 1 - W - D. a(q) is
    1 - q (linear), 1 - sqrt(q) (sqrt) or 0.5 * (1 + cos(pi * q)) (cosine). The last step of the run is one short of the
    end; past T a line and a root go below 0.

    >>> scheduler = TorchtitanLRScheduler(warmup_steps=2, training_steps=6)
    >>> [scheduler.lr_at(t, base_lr=0.1) for t in (0, 1, 2, 4, 5, 6)]
    [0.05, 0.1, 0.1, 0.05, 0.025, 0.0]

    Source: torchtitan.components.lr_scheduler.LRSchedulersContainer (run in 0.3.0).
    """

    name = "torchtitan.lr_scheduler"
    aliases = ("LRSchedulersContainer",)

    warmup_steps: float = length(200, doc="steps of the warmup", any_number=True, rounds="keep")
    total_steps: float | None = length(
        None, doc="steps until the end of the decay; null is training_steps", any_number=True, optional=True
    )
    training_steps: float | None = length(
        None, doc="steps of the run, training.steps of the config", any_number=True, optional=True, fills="run"
    )
    decay_ratio: float | None = number(None, doc="the decay as a share; null is all but the warmup", optional=True)
    decay_type: str = choice("linear", "linear", "sqrt", "cosine", doc="the shape of the decay")
    min_lr_factor: float = number(0.0, doc="the last learning rate as a share of the base LR")

    @property
    def total(self) -> int:
        """The steps until the end of the decay."""
        given = self.training_steps if self.total_steps is None else self.total_steps
        if given is None:
            given = self.setting.length
        return int(given)

    def phases(self) -> tuple[int, int, int]:
        """The steps of the warmup, of the stable phase (with one virtual step), and of the decay."""
        total = self.total
        warmup = min(int(self.warmup_steps), total)
        decay = total - warmup
        if self.decay_ratio is not None:
            decay = min(round(total * self.decay_ratio), decay)
        return warmup, total + 1 - warmup - decay, decay

    def pieces(self, base_lr: float) -> Pieces:
        warmup, stable, decay = self.phases()
        begin, low, high, left = warmup + stable, self.min_lr_factor, 1 - self.min_lr_factor, _LEFT[self.decay_type]
        over = raising("torchtitan", "AssertionError", "there is no decay, and the steps are over")
        return (
            (warmup, lambda t: base_lr * ((t + 1) / warmup)),
            (begin, lambda t: base_lr),
            (math.inf, (lambda t: base_lr * (low + high * left((t + 1 - begin) / decay))) if decay else over),
        )

    def marks(self) -> CurveMarks:
        warmup, stable, _ = self.phases()
        yield warmup - 1, "warmup ends"
        yield warmup + stable - 1, "decay begins" if stable else ""
        yield self.total, "decay ends"

    def repeats(self) -> Iterator[tuple[float, float, str]]:
        if self.decay_type == "cosine":
            decay = self.phases()[2]
            yield self.total + decay, decay, ""

    def notes(self) -> Iterator[Problem]:
        if self.setting.length - 1 > self.total and self.phases()[2]:
            what = "climbs again" if self.decay_type == "cosine" else "falls on, below its end"
            advice = f"Give total_steps: {self.setting.length}, the length of the run"
            yield Problem("past-the-end", f"{self.name} {what} after step {self.total}", help=advice)


_LEFT: dict[str, Callable[[float], float]] = {
    "linear": lambda share: 1 - share,
    "sqrt": lambda share: 1 - math.sqrt(share),
    "cosine": lambda share: 0.5 * (1.0 + math.cos(math.pi * share)),
}
"""What is left of the decay after a share of its steps."""
