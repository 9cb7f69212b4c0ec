"""Cyclical learning rates."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Sequence
from functools import cached_property

from lrcli.expression import Expression
from lrcli.schedules import CurveMarks, LrRule, Schedule, choice, dataclass, expression, flag, length, number


@dataclass(frozen=True)
class Cyclic(Schedule):
    """Cycle between base_lr and max_lr: up in step_size_up steps, down in step_size_down.

    lr(t) = base_lr + (max_lr - base_lr) * s * scale

    With total = step_size_up + step_size_down, cycle = floor(1 + t / total) and x = 1 + t / total - cycle (where in the
    cycle t is, 0 <= x < 1): s rises from 0 to 1 until x = step_size_up / total, and falls to 0 after it. scale is 1
    (triangular), 1 / 2 ** (cycle - 1) (triangular2) or gamma ** t (exp_range); scale_fn replaces it by an expression
    of the cycle or, with scale_mode "iterations", of t. The group's own LR is not used.

    >>> cyclic = Cyclic(base_lr=0.1, max_lr=0.5, step_size_up=4)
    >>> [cyclic.lr_at(t, base_lr=9.9) for t in (0, 2, 4, 6, 8)]
    [0.1, 0.30000000000000004, 0.5, 0.30000000000000004, 0.1]

    Source: Smith (arXiv:1506.01186); torch.optim.lr_scheduler.CyclicLR.
    """

    name = "cyclic"
    torch = "CyclicLR"
    sets_lr = True
    overwrites = True

    base_lr: float = number(doc="the learning rate at the start of a cycle", per_group=True, example="1e-3")
    max_lr: float = number(doc="the learning rate at the top of a cycle", per_group=True, example="0.1")
    step_size_up: float = length(2000, doc="steps from base_lr to max_lr", example="15")
    step_size_down: float | None = length(
        None, doc="steps back to base_lr (default: step_size_up)", zero=True, formula_zero=True, optional=True
    )
    mode: str = choice("triangular", "triangular", "triangular2", "exp_range", doc="how the peaks change")
    gamma: float = number(1.0, doc="factor of each step in exp_range")
    scale_fn: Expression | None = expression(None, doc="the scale as an expression; mode is ignored", optional=True)
    scale_mode: str = choice("cycle", "cycle", "iterations", doc="what scale_fn is an expression of")
    cycle_momentum: bool = flag(True, doc="whether the momentum cycles too", momentum=True)
    base_momentum: float = number(0.8, doc="momentum at the top of a cycle", per_group=True, momentum=True)
    max_momentum: float = number(0.9, doc="momentum at the start of a cycle", per_group=True, momentum=True)

    @cached_property
    def _sizes(self) -> tuple[float, float]:
        """(steps of a cycle, share of them that rises), in PyTorch's arithmetic."""
        up = float(self.step_size_up)
        down = up if self.step_size_down is None else float(self.step_size_down)
        return up + down, up / (up + down)

    def rule(self, base_lr: float) -> LrRule:
        return self.curve_from(self.base_lr)

    def curve_from(self, base: float) -> Callable[[float], float]:
        """The formula as a function of t, with another base: until 1.2 PyTorch took the group's."""
        (total, ratio), height, scale = self._sizes, self.max_lr - base, self._scale()
        floor, fall = math.floor, ratio - 1

        def triangular(t: float) -> float:
            x = 1.0 + t / total - floor(1 + t / total)
            return base + (height * (x / ratio if x <= ratio else (x - 1) / fall)) * 1.0

        def scaled(t: float) -> float:
            cycle = floor(1 + t / total)
            x = 1.0 + t / total - cycle
            return base + (height * (x / ratio if x <= ratio else (x - 1) / fall)) * scale(cycle, t)

        return triangular if self.scale_fn is None and self.mode == "triangular" else scaled

    def _scale(self) -> Callable[[int, float], float]:
        """The factor of the height, of (cycle, t)."""
        gamma, scale_fn = self.gamma, self.scale_fn
        if scale_fn is not None:
            if self.scale_mode == "cycle":
                return lambda cycle, t: scale_fn(cycle)
            return lambda cycle, t: scale_fn(t)
        if self.mode == "exp_range":
            return lambda cycle, t: float(gamma**t)
        return lambda cycle, t: 1 / (2.0 ** (cycle - 1))

    def momentum_key(self) -> Hashable | None:
        if not self.cycle_momentum:
            return None
        shape = (self._sizes, self.mode, self.gamma, self.scale_fn, self.scale_mode)
        return ("cyclic", *shape, self.base_momentum, self.max_momentum)

    def momenta(self, start: int, stop: int) -> Sequence[float | None]:
        """max_momentum - (max_momentum - base_momentum) * s * scale: it falls while the learning rate rises."""
        if not self.cycle_momentum:
            return super().momenta(start, stop)
        curve = self.momentum_from(self.base_momentum)
        return [curve(t) for t in range(start, stop)]

    def momentum_from(self, base: float) -> Callable[[float], float]:
        """The momentum as a function of t, with another base: until 2.2 PyTorch took the group's."""
        (total, ratio), top = self._sizes, self.max_momentum
        scale = None if self.scale_fn is None and self.mode == "triangular" else self._scale()

        def at(t: float) -> float:
            cycle = math.floor(1 + t / total)
            x = 1.0 + t / total - cycle
            height = (top - base) * (x / ratio if x <= ratio else (x - 1) / (ratio - 1))
            return top - height * (1.0 if scale is None else scale(cycle, t))

        return at

    def turns(self, t: int) -> CurveMarks:
        total, ratio = self._sizes
        begin = t // total * total
        places = [place for place in (begin, begin + total * ratio, begin + total) if math.isfinite(place)]
        for at in {step for place in places for step in (math.floor(place), math.ceil(place))}:
            if at % total == 0:
                yield at, f"cycle {int(at // total) + 1}"
            else:
                yield at, "peak" if at % total == total * ratio else ""

    def monotone_until(self, t: int) -> int | None:
        scaled = self.mode == "exp_range" or self.scale_fn is not None
        return t + 1 if scaled else super().monotone_until(t)

    def repeats_after(self) -> int | None:
        narrows = self.scale_fn is None and (self.mode != "exp_range" or 0 <= self.gamma <= 1)
        total = self._sizes[0]
        return int(total) if narrows and total % 1 == 0 else None
