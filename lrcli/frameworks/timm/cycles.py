"""timm's schedulers of cycles."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

from lrcli.errors import Problem, RowList
from lrcli.frameworks.base import raised
from lrcli.frameworks.schedule import above, at_least
from lrcli.frameworks.timm.steps import TimmScheduled
from lrcli.schedules import CurveMarks, LrRule, dataclass, flag, length, number


@dataclass(frozen=True, kw_only=True)
class TimmCycles(TimmScheduled):
    """A scheduler of cycles, each cycle_mul times as long and cycle_decay times as high as the one before."""

    t_initial: float = length(
        doc="length of the first cycle", any_number=True, fills="run", demands=(above(0, "AssertionError"),)
    )
    lr_min: float = number(0.0, doc="the smallest learning rate", demands=(at_least(0, "AssertionError"),))
    cycle_mul: float = number(1.0, doc="factor from one cycle's length to the next")
    cycle_decay: float = number(1.0, doc="factor from one cycle's height to the next")
    cycle_limit: float = number(1, doc="cycles; after them it is lr_min")
    warmup_prefix: bool = flag(False, doc="whether the warmup comes before t_initial; else it hides its beginning")

    def shape(self) -> Callable[[float, float, float], float]:
        """(the top of the cycle, t in the cycle, its length) -> the learning rate."""
        raise NotImplementedError

    def body(self, base_lr: float) -> LrRule:
        size, factor, decay = self.t_initial, self.cycle_mul, self.cycle_decay
        limit, low, shape, cycle_of = self.cycle_limit, float(self.lr_min), self.shape(), self.cycle_of

        def same_length(t: int) -> float:
            i = t // size
            top = base_lr * decay**i
            return shape(top, t - (size * i), size) if i < limit else low

        def growing(t: int) -> float:
            i = cycle_of(t)
            length = factor**i * size
            at = t - (1 - factor**i) / (1 - factor) * size
            top = base_lr * decay**i
            return shape(top, at, length) if i < limit else low

        return same_length if factor == 1 else growing

    def cycle_of(self, t: float) -> int:
        """The number of the cycle of t, by timm's logarithm: rounding may leave the first step to the cycle before."""
        try:
            return math.floor(math.log(1 - t / self.t_initial * (1 - self.cycle_mul), self.cycle_mul))
        except ValueError as error:
            raise raised("timm", "ValueError", f"{error} (cycle_mul {self.cycle_mul:g})") from None

    def cycle_start(self, i: int) -> float:
        """Where cycle i begins."""
        if self.cycle_mul == 1:
            return self.offset + i * self.t_initial
        return self.offset + (1 - self.cycle_mul**i) / (1 - self.cycle_mul) * self.t_initial

    def cycle_length(self) -> float:
        """The length of all cycles, as get_cycle_length() gives it."""
        cycles = max(1, self.cycle_limit)
        if self.cycle_mul == 1.0:
            length = self.t_initial * cycles
        else:
            length = math.floor(-self.t_initial * (self.cycle_mul**cycles - 1) / (1 - self.cycle_mul))
        return length + self.warmup_t if self.warmup_prefix else length

    def _starts(self, t: int) -> Iterator[tuple[int, int]]:
        """(i, the first step of cycle i) from about t on."""
        i = 1 if self.cycle_mul != 1 else max(1, math.floor((t - self.offset) / self.t_initial) - 1)
        previous = -math.inf
        while i <= self.cycle_limit:
            start = self.cycle_start(i)
            if start <= previous or not start < 1e15:
                return
            yield i, math.ceil(start)
            previous, i = start, i + 1

    def turns(self, t: int) -> CurveMarks:
        for i, start in self._starts(t):
            yield start, "restart" if i < self.cycle_limit else "cycles end"
            if self.cycle_mul != 1:
                yield start + 1, ""  # rounding may make a cycle begin one step late
            if start >= t:
                return

    def notes(self) -> Iterator[Problem]:
        yield from super().notes()
        if self.cycle_mul > 1:
            late = tuple(
                start
                for i, start in self._starts(0)
                if i < self.cycle_limit and start < self.setting.length and self.cycle_of(start - self.offset) < i
            )
            if late:
                why = "timm takes the number of the cycle from a logarithm, which rounding leaves just below it"
                rows = RowList(late[:5], len(late[5:]), 0, self.setting.interval)
                yield Problem("late-restart", f"{self.name} restarts one row late", why, rows=rows)


@dataclass(frozen=True, kw_only=True)
class TimmCosineLRScheduler(TimmCycles):
    """Warm up linearly, follow half a cosine to lr_min in each of cycle_limit cycles, and stay at lr_min.

    lr(t) = warmup_lr_init + t * ((base_lr - warmup_lr_init) / warmup_t)    for t < warmup_t
            lr_min + 0.5 * (top - lr_min) * (1 + cos(pi * t_curr**k_decay / t_i**k_decay))    in cycle i < cycle_limit
                with top = base_lr * cycle_decay**i, t_curr the t since the cycle began, t_i its length
            lr_min    from there on

    Without warmup_prefix the cosine's clock runs from t = 0: the warmup climbs to base_lr, and the learning rate jumps
    to where the cosine is by then. With it the cycles begin after the warmup.

    >>> cosine = TimmCosineLRScheduler(t_initial=10, warmup_t=2)
    >>> [cosine.lr_at(t, base_lr=0.1) for t in (0, 1, 2, 5, 10)]
    [0.0, 0.05, 0.09045084971874738, 0.05, 0.0]

    Source: timm.scheduler.CosineLRScheduler (run in 1.0.31).
    """

    name = "timm.CosineLRScheduler"

    k_decay: float = number(1.0, doc="the exponent of t")

    def shape(self) -> Callable[[float, float, float], float]:
        low, k, pi, cos = self.lr_min, self.k_decay, math.pi, math.cos

        def lr_in(top: float, at: float, length: float) -> float:
            power: float = pi * at**k / length**k
            return low + 0.5 * (top - low) * (1 + cos(power))

        return lr_in


@dataclass(frozen=True, kw_only=True)
class TimmTanhLRScheduler(TimmCycles):
    """Warm up linearly, fall along a hyperbolic tangent towards lr_min in each cycle, and stay at lr_min.

    lr(t) = warmup_lr_init + t * ((target - warmup_lr_init) / warmup_t)    for t < warmup_t
            lr_min + 0.5 * (top - lr_min) * (1 - tanh(lb * (1 - t_curr / t_i) + ub * t_curr / t_i))    in a cycle
                with top = base_lr * cycle_decay**i, t_curr the t since cycle i began, t_i its length
            lr_min    from there on

    target is base_lr with warmup_prefix, else what the tangent has at warmup_t. The tangent never begins at base_lr
    itself; only row 0 has it, which the constructor leaves.

    >>> tanh = TimmTanhLRScheduler(t_initial=10)
    >>> [round(tanh.lr_at(t, base_lr=0.1), 6) for t in (0, 1, 7, 9, 10)]
    [0.1, 0.099999, 0.05, 0.001799, 0.0]

    Source: timm.scheduler.TanhLRScheduler (run in 1.0.31), arXiv:1806.01593.
    """

    name = "timm.TanhLRScheduler"

    lb: float = number(-7.0, doc="the tangent's argument at the start of a cycle")
    ub: float = number(3.0, doc="the tangent's argument at the end of a cycle")

    def check_values(self) -> None:
        self.require(self.lb < self.ub, "lb must be below ub", "lb", "AssertionError")
        for field in ("cycle_limit", "warmup_t", "warmup_lr_init"):
            self.require(getattr(self, field) >= 0, f"{field} must be at least 0", field, "AssertionError")

    def warmup_target(self, base_lr: float) -> float:
        return base_lr if self.warmup_prefix else self.body(base_lr)(self.warmup_t)  # type: ignore[arg-type]

    def shape(self) -> Callable[[float, float, float], float]:
        low, lb, ub, tanh = self.lr_min, self.lb, self.ub, math.tanh

        def lr_in(top: float, at: float, length: float) -> float:
            share = at / length
            return low + 0.5 * (top - low) * (1 - tanh(lb * (1.0 - share) + ub * share))

        return lr_in


@dataclass(frozen=True, kw_only=True)
class TimmPolyLRScheduler(TimmCycles):
    """Warm up linearly, fall along a polynomial to lr_min in each of cycle_limit cycles, and stay at lr_min.

    lr(t) = warmup_lr_init + t * ((base_lr - warmup_lr_init) / warmup_t)    for t < warmup_t
            lr_min + (top - lr_min) * (1 - t_curr**k_decay / t_i**k_decay)**power    in cycle i < cycle_limit
                with top = base_lr * cycle_decay**i, t_curr the t since the cycle began, t_i its length
            lr_min    from there on

    Without warmup_prefix the polynomial's clock runs from t = 0, as that of the cosine does.

    >>> poly = TimmPolyLRScheduler(t_initial=4)
    >>> [poly.lr_at(t, base_lr=0.1) for t in (0, 2, 3, 4)]
    [0.1, 0.07071067811865477, 0.05, 0.0]

    Source: timm.scheduler.PolyLRScheduler (run in 1.0.31).
    """

    name = "timm.PolyLRScheduler"

    power: float = number(0.5, doc="the exponent of what is left of the cycle")
    k_decay: float = number(1.0, doc="the exponent of t")

    def shape(self) -> Callable[[float, float, float], float]:
        low, k, power = self.lr_min, self.k_decay, self.power

        def lr_in(top: float, at: float, length: float) -> float:
            left: float = 1 - at**k / length**k
            if left < 0:
                raise raised("timm", "TypeError", "its rate is a complex number here")
            lr: float = low + (top - low) * left**power
            return lr

        return lr_in
