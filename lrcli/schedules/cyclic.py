"""The cycles of Smith: again and again, or once."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Sequence
from functools import cached_property

from lrcli.errors import InvalidValue
from lrcli.expression import Expression
from lrcli.schedules import CurveMarks, LrRule, Schedule, choice, count, dataclass, expression, flag, length, number


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


@dataclass(frozen=True)
class OneCycle(Schedule):
    """Rise from max_lr / div_factor to max_lr, then fall to max_lr / div_factor / final_div_factor.

    lr(t) = anneal(start, end, (t - begin) / (finish - begin)) in the phase that holds t

    Phases end at pct_start * total_steps - 1 and total_steps - 1; with three_phase at pct_start * total_steps - 1
    (max_lr), 2 * pct_start * total_steps - 2 (back at the initial LR) and total_steps - 1. From total_steps on, the
    learning rate stays the final one (PyTorch raises one step later). The group's own LR is not used.

    anneal is end + (start - end) / 2 * (cos(pi * part) + 1), or (end - start) * part + start with "linear".

    >>> one_cycle = OneCycle(max_lr=0.1, total_steps=10, anneal_strategy="linear")
    >>> [round(one_cycle.lr_at(t, base_lr=9.9), 6) for t in (0, 1, 2, 9)]
    [0.004, 0.052, 0.1, 0.0]

    Source: Smith and Topin (arXiv:1708.07120); torch.optim.lr_scheduler.OneCycleLR.
    """

    name = "one_cycle"
    torch = "OneCycleLR"
    horizon = ("total_steps", "epochs", "steps_per_epoch")
    sets_lr = True
    overwrites = True

    max_lr: float = number(doc="the learning rate at the peak", per_group=True, example="0.1")
    total_steps: float | None = length(
        None, doc="steps of the cycle", fills="run", unless=("epochs", "steps_per_epoch"), optional=True, whole=True
    )
    epochs: float | None = count(None, doc="epochs of the cycle, with steps_per_epoch", at_least=1, optional=True)
    steps_per_epoch: float | None = count(None, doc="steps in an epoch, with epochs", at_least=1, optional=True)
    pct_start: float = number(0.3, doc="share of the cycle that rises, from 0 to 1", at_least=0)
    anneal_strategy: str = choice("cos", "cos", "linear", doc="shape of the annealing")
    cycle_momentum: bool = flag(True, doc="whether the momentum cycles too", momentum=True)
    base_momentum: float = number(0.85, doc="momentum at the peak", per_group=True, momentum=True)
    max_momentum: float = number(0.95, doc="momentum at the start", per_group=True, momentum=True)
    div_factor: float = number(25.0, doc="max_lr / div_factor is the initial learning rate")
    final_div_factor: float = number(1e4, doc="the initial learning rate / final_div_factor is the final one")
    three_phase: bool | None = flag(
        None, doc="whether a third phase does the last annealing (default: false)", optional=True
    )

    def check_values(self) -> None:
        if self.total_steps is None and (self.epochs is None or self.steps_per_epoch is None):
            raise InvalidValue("total_steps", "must be given, or epochs and steps_per_epoch", None)
        for name in ("div_factor", "final_div_factor"):
            if getattr(self, name) == 0:
                raise InvalidValue(name, "must be a number other than 0", 0)

    @property
    def total(self) -> float:
        """Steps of the cycle, however they were given."""
        if self.total_steps is not None:
            return self.total_steps
        assert self.epochs is not None
        assert self.steps_per_epoch is not None
        return self.epochs * self.steps_per_epoch

    @property
    def initial_lr(self) -> float:
        """The learning rate of step 0, but for rounding."""
        return self.max_lr / self.div_factor

    @property
    def final_lr(self) -> float:
        """The learning rate of the last step."""
        return self.initial_lr / self.final_div_factor

    def ends(self) -> tuple[float, ...]:
        """The last step of each phase."""
        up, end = float(self.pct_start * self.total) - 1, self.total - 1
        return (up, float(2 * self.pct_start * self.total) - 2, end) if self.three_phase else (up, end)

    def rule(self, base_lr: float) -> LrRule:
        return self._held(self.initial_lr, self.max_lr, self.final_lr)

    def _held(self, initial: float, peak: float, final: float) -> LrRule:
        """`curve_from` that stays at its end, with the peak at step 0 where PyTorch divides by zero.

        PyTorch does so after a rise of no steps: pct_start is one step then.
        """
        curve, total, no_rise = self.curve_from(initial, peak, final), self.total, self.ends()[0] == 0
        return lambda t: final if t >= total else peak if no_rise and not t else curve(t)

    def curve_from(self, initial: float, peak: float, final: float) -> Callable[[float], float]:
        """The curve as a function of t, without the stop at total_steps: the cosine would turn round there.

        The three LRs stand apart because PyTorch keeps them in the optimizer, where others may overwrite them.
        """
        *before, end = self.ends()
        rising, begin, start = [], 0.0, initial
        for finish, lr in zip(before, (peak, initial), strict=False):
            rising.append((finish, begin, start, lr))
            begin, start = finish, lr
        end_start, end_lr = start, final
        cos, pi = math.cos, math.pi

        def along_cosine(t: float) -> float:
            for finish, since, start_lr, finish_lr in rising:
                if t <= finish:
                    return finish_lr + (start_lr - finish_lr) / 2.0 * (cos(pi * ((t - since) / (finish - since))) + 1)
            return end_lr + (end_start - end_lr) / 2.0 * (cos(pi * ((t - begin) / (end - begin))) + 1)

        def along_line(t: float) -> float:
            for finish, since, start_lr, finish_lr in rising:
                if t <= finish:
                    return (finish_lr - start_lr) * ((t - since) / (finish - since)) + start_lr
            return (end_lr - end_start) * ((t - begin) / (end - begin)) + end_start

        return along_cosine if self.anneal_strategy == "cos" else along_line

    def momentum_key(self) -> Hashable | None:
        if not self.cycle_momentum:
            return None
        shape = (self.total, self.pct_start, self.anneal_strategy, bool(self.three_phase))
        return ("one_cycle", *shape, self.base_momentum, self.max_momentum)

    def momenta(self, start: int, stop: int) -> Sequence[float | None]:
        """From max_momentum to base_momentum while the learning rate rises, and back; in a third phase it stays."""
        if not self.cycle_momentum:
            return super().momenta(start, stop)
        return list(map(self._held(self.max_momentum, self.base_momentum, self.max_momentum), range(start, stop)))

    def marks(self) -> CurveMarks:
        return ((end, "") for end in self.ends())

    def event_at(self, t: int) -> str:
        names = ("peak", "back at the initial LR", "cycle ends") if self.three_phase else ("peak", "cycle ends")
        for finish, name in zip(self.ends(), names, strict=True):
            if t > 0 and t == math.floor(finish):
                return name
        return ""
