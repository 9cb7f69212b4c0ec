"""What timm's schedulers have in common: a warmup, a scale per group, and noise, which is refused."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

from lrcli.errors import InvalidValue, Problem, RowList
from lrcli.frameworks.base import Refuses, raised
from lrcli.frameworks.marked import Marked, first
from lrcli.frameworks.stateless import StatelessRule
from lrcli.schedules.base import Schedule, Setting, setting
from lrcli.schedules.params import data, flag, length, number
from lrcli.values import dataclass


@dataclass(frozen=True, kw_only=True)
class Noisy(Schedule):
    """The arguments of timm's Scheduler itself. Its noise is refused: it is drawn from torch's random generator."""

    noise_range_t: Any = data(
        None, doc="where the learning rate is noisy: refused", takes="null: noise is not computed", optional=True
    )
    noise_pct: float = number(0.67, doc="the largest noise, as a share; without noise it does nothing")
    noise_std: float = number(1.0, doc="the deviation of the noise; without noise it does nothing")
    noise_seed: float | None = number(42, doc="the seed of the noise; without noise it does nothing", optional=True)
    initialize: bool = flag(True, doc="whether initial_lr is taken from the optimizer's lr")
    lr_scale: float = number(1.0, doc="factor of the whole curve, mostly one per group (layer decay)", per_group=True)
    setting: Setting | None = setting()

    def __post_init__(self) -> None:
        super().__post_init__()
        refuse_noise("noise_range_t", self.noise_range_t)
        if not self.initialize:
            raise Refuses("timm", "KeyError", "initial_lr is missing from the groups of a new optimizer", "initialize")

    def require(self, holds: bool, rule: str, field: str, exception: str = "AssertionError") -> None:
        """Raise what timm raises for an argument that breaks its rule."""
        if not holds:
            raise Refuses("timm", exception, f"{field} {rule}", field, getattr(self, field))


def refuse_noise(field: str, value: object) -> None:
    """Raise that noise cannot be computed."""
    if value is not None:
        rule = "must be left out: timm draws its noise from torch's random generator, which is not computed here"
        raise InvalidValue(field, rule, value)


@dataclass(frozen=True, kw_only=True)
class TimmScheduled(Noisy, Marked):
    """A scheduler that is a function of t: what its constructor leaves, the warmup, then `body`."""

    warmup_t: float = length(0, doc="length of the linear warmup", any_number=True)
    warmup_lr_init: float = number(0.0, doc="the learning rate at the start of the warmup")
    t_in_epochs: bool = flag(True, doc="whether t counts epochs; false: updates")

    has_prefix = False
    """Whether the warmup stands before the schedule, where the class has no argument for it."""

    def body(self, base_lr: float) -> StatelessRule:
        """The function from t (after the prefix) to the learning rate, before lr_scale."""
        raise NotImplementedError

    @property
    def offset(self) -> float:
        """Where the schedule begins: after the warmup that is a prefix."""
        return self.warmup_t if getattr(self, "warmup_prefix", self.has_prefix) else 0

    def warmup_target(self, base_lr: float) -> float:
        """What the warmup climbs to."""
        return base_lr

    def bind(self, setting: Setting) -> Any:
        if setting.interval == "epoch" and not self.t_in_epochs:
            rule = "must be true in a run that counts epochs: without it step() does nothing. Give steps: for a run"
            raise InvalidValue("t_in_epochs", rule, False)
        return super().bind(setting)

    def rule(self, base_lr: float) -> StatelessRule:
        warmup, init, scale, offset = self.warmup_t, self.warmup_lr_init, self.lr_scale, self.offset
        gain = (self.warmup_target(base_lr) - init) / warmup if warmup else 1
        body = self.body(base_lr)
        start = float(init if warmup else base_lr)  # what the constructor leaves: step(0) is never called

        def lr_at(t: int) -> float:
            if t == 0:
                return start * scale
            if t < warmup:
                return (init + t * gain) * scale
            return body(t - offset) * scale  # type: ignore[arg-type]

        return lr_at

    def marks(self) -> Iterator[tuple[float, str]]:
        yield 1, ""
        yield self.warmup_t, "warmup ends"

    def notes(self) -> tuple[Problem, ...]:
        if self.setting is None or self.setting.interval == "epoch" or not self.t_in_epochs:
            return ()
        what = f"{self.name}: t_in_epochs is true in a run that counts steps: each row is taken as an epoch"
        return (Problem("t-in-epochs", what, help="With t_in_epochs: false timm steps it at every update"),)


@dataclass(frozen=True, kw_only=True)
class TimmCycles(TimmScheduled):
    """A scheduler of cycles, each cycle_mul times as long and cycle_decay times as high as the one before."""

    t_initial: float = length(doc="length of the first cycle", any_number=True, fills="run")
    lr_min: float = number(0.0, doc="the smallest learning rate")
    cycle_mul: float = number(1.0, doc="factor from one cycle's length to the next")
    cycle_decay: float = number(1.0, doc="factor from one cycle's height to the next")
    cycle_limit: float = number(1, doc="cycles; after them it is lr_min")
    warmup_prefix: bool = flag(False, doc="whether the warmup comes before t_initial; else it hides its beginning")

    def __post_init__(self) -> None:
        super().__post_init__()
        self.require(self.t_initial > 0, "must be above 0", "t_initial")
        self.require(self.lr_min >= 0, "must be at least 0", "lr_min")

    def shape(self) -> Callable[[float, float, float], float]:
        """(the top of the cycle, t in the cycle, its length) -> the learning rate."""
        raise NotImplementedError

    def body(self, base_lr: float) -> StatelessRule:
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

    def next_break(self, t: int) -> int | None:
        least = max(t, 1)
        for _, start in self._starts(t):
            late = start + (self.cycle_mul != 1)  # rounding may make a cycle begin one step late
            if late >= least:
                return first(super().next_break(t), start if start >= least else late)
        return super().next_break(t)

    def event_at(self, t: int) -> str:
        found = [super().event_at(t)]
        for i, start in self._starts(t):
            if start >= t:
                if start == t:
                    found.append("restart" if i < self.cycle_limit else "cycles end")
                break
        return "; ".join(filter(None, found))

    def notes(self) -> tuple[Problem, ...]:
        return (*super().notes(), *self._late_restarts())

    def _late_restarts(self) -> tuple[Problem, ...]:
        if self.setting is None or self.cycle_mul <= 1:
            return ()
        late = tuple(
            start
            for i, start in self._starts(0)
            if i < self.cycle_limit and start < self.setting.length and self.cycle_of(start - self.offset) < i
        )
        if not late:
            return ()
        what = f"{self.name} restarts one row late"
        why = "timm takes the number of the cycle from a logarithm, which rounding leaves just below it"
        return (
            Problem("late-restart", what, why, rows=RowList(tuple(late[:5]), len(late[5:]), 0, self.setting.interval)),
        )
