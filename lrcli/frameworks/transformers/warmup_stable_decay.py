"""Warmup, a stable phase, and a decay."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

from lrcli.errors import Problem
from lrcli.frameworks.transformers._lambda import Warmed
from lrcli.schedules import CurveMarks, LrRule, choice, dataclass, length, number
from lrcli.schedules.turns import next_turn

_SHAPES = ("linear", "cosine", "1-sqrt")


@dataclass(frozen=True, kw_only=True)
class TransformersWarmupStableDecay(Warmed):
    """Warm up to the base LR, keep it, and fall over the last num_decay_steps to min_lr_ratio of it.

    lr(t) = base_lr * (up(t / max(1, W)) * (1 - min_lr_ratio) + min_lr_ratio)      for t < W = num_warmup_steps
            base_lr                                                               for t < W + S
            base_lr * (down((t - W - S) / max(1, D)) * (1 - min_lr_ratio) + min_lr_ratio)    for t < W + S + D
            base_lr * min_lr_ratio                                                from there on

    up(p) is p, 0.5 * (1 - cos(pi * p)) or 1 - sqrt(1 - p); down(p) is 1 - p, 0.5 * (1 + cos(pi * num_cycles * 2 * p))
    or 1 - sqrt(p). D is num_decay_steps, S num_stable_steps; left out, S = num_training_steps - W - D, also where that
    is below 0: then the decay begins part-way.

    >>> wsd = TransformersWarmupStableDecay(num_warmup_steps=2, num_decay_steps=4, num_training_steps=10)
    >>> [wsd.lr_at(t, base_lr=0.1) for t in (0, 2, 5, 6, 8, 10)]
    [0.0, 0.1, 0.1, 0.1, 0.05, 0.0]

    Source: transformers.get_wsd_schedule (run in 5.24.0).
    """

    name = "transformers.warmup_stable_decay"
    aliases = ("get_wsd_schedule",)
    value_raises = "ValueError"

    num_decay_steps: float = length(doc="optimizer steps of the decay", any_number=True, rounds="up", example="2000")
    num_training_steps: float | None = length(
        None,
        doc="optimizer steps of the run; not looked at with num_stable_steps",
        any_number=True,
        optional=True,
        fills="run",
        unless=("num_stable_steps",),
    )
    num_stable_steps: float | None = length(
        None, doc="optimizer steps at the base LR; null is what is left of the run", any_number=True, optional=True
    )
    warmup_type: str = choice("linear", *_SHAPES, doc="the shape of the warmup")
    decay_type: str = choice("cosine", *_SHAPES, doc="the shape of the decay")
    min_lr_ratio: float = number(0, doc="the first and the last learning rate as a share of the base LR")
    num_cycles: float = number(0.5, doc="waves of the cosine decay; 0.5 only falls")

    def check_values(self) -> None:
        is_known = self.num_training_steps is not None or self.num_stable_steps is not None
        self.require(is_known, "num_training_steps or num_stable_steps must be given", "num_training_steps")

    def stable_steps(self) -> float:
        """Steps at the base LR; below 0 where warmup and decay are longer than the run."""
        if self.num_stable_steps is not None:
            return self.num_stable_steps
        assert self.num_training_steps is not None
        return self.num_training_steps - self.num_warmup_steps - self.num_decay_steps

    def rule(self, base_lr: float) -> LrRule:
        warmup, low = self.num_warmup_steps, self.min_lr_ratio
        decay_at = warmup + self.stable_steps()
        end, stable = decay_at + self.num_decay_steps, self.stable_steps()
        climb, fall, high = float(max(1, warmup)), float(max(1, self.num_decay_steps)), 1.0 - low
        up, down = _UP[self.warmup_type], _down(self.decay_type, self.num_cycles)

        def lr_at(t: int) -> float:
            if t < warmup:
                return base_lr * max(0.0, up(t / climb) * high + low)
            if t < decay_at:
                return base_lr
            if t < end:
                return base_lr * max(0.0, down((t - warmup - stable) / fall) * high + low)
            return base_lr * low

        return lr_at

    def marks(self) -> CurveMarks:
        yield from super().marks()
        decay_at = self.num_warmup_steps + self.stable_steps()
        yield max(decay_at, self.num_warmup_steps), "decay begins"
        yield decay_at + self.num_decay_steps, "decay ends"

    def turns(self, t: int) -> CurveMarks:
        if self.decay_type == "cosine" and self.num_cycles not in (0, 0.5):
            begin = self.num_warmup_steps + self.stable_steps()
            turn = next_turn(t, begin, max(1, self.num_decay_steps) / abs(2 * self.num_cycles))
            if turn <= begin + self.num_decay_steps:
                yield turn, ""

    def notes(self) -> Iterator[Problem]:
        if self.num_stable_steps is None and self.stable_steps() < 0:
            what = f"{self.name}: warmup and decay are longer than the run: the decay begins part-way, with a jump"
            yield Problem("part-way", what)


_UP: dict[str, Callable[[float], float]] = {
    "linear": lambda progress: progress,
    "cosine": lambda progress: 0.5 * (1.0 - math.cos(math.pi * progress)),
    "1-sqrt": lambda progress: 1.0 - math.sqrt(1.0 - progress),
}
"""The shapes of the warmup, from 0 to 1."""


def _down(shape: str, cycles: float) -> Callable[[float], float]:
    """Return the shape of the decay, from 1 to 0."""
    waves = math.pi * float(cycles) * 2.0
    shapes: dict[str, Callable[[float], float]] = {
        "linear": lambda progress: 1.0 - progress,
        "cosine": lambda progress: 0.5 * (1.0 + math.cos(waves * progress)),
        "1-sqrt": lambda progress: 1.0 - math.sqrt(progress),
    }
    return shapes[shape]
