"""What timm's schedulers have in common: a warmup, a scale per group, and noise, which is refused."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

from lrcli.errors import InvalidValue, Problem, RowList
from lrcli.frameworks.base import raised
from lrcli.frameworks.schedule import FrameworkSchedule, above, at_least
from lrcli.schedules import CurveMarks, LrRule, Setting, data, dataclass, flag, length, number
from lrcli.schedules.params import Demand

_INITIALIZED = Demand(
    "KeyError", "must be true: initial_lr is missing from the groups of a new optimizer", lambda value: value is True
)


def no_noise() -> Any:
    """Declare an argument for noise, which is refused."""
    reason = "timm draws its noise from torch's random generator, which is not computed here"
    doc, takes = "where the learning rate is noisy: refused", f"left out: {reason}"
    return data(None, doc=doc, takes=takes, test=lambda value: False, optional=True)


@dataclass(frozen=True, kw_only=True)
class Noisy(FrameworkSchedule):
    """The arguments of timm's Scheduler itself. Its noise is refused: it is drawn from torch's random generator."""

    counts = "epoch"

    noise_range_t: Any = no_noise()
    noise_pct: float = number(0.67, doc="the largest noise, as a share; without noise it does nothing")
    noise_std: float = number(1.0, doc="the deviation of the noise; without noise it does nothing")
    noise_seed: float | None = number(42, doc="the seed of the noise; without noise it does nothing", optional=True)
    initialize: bool = flag(True, doc="whether initial_lr is taken from the optimizer's lr", demands=(_INITIALIZED,))
    lr_scale: float = number(1.0, doc="factor of the whole curve, mostly one per group (layer decay)", per_group=True)


@dataclass(frozen=True, kw_only=True)
class TimmScheduled(Noisy):
    """A scheduler that is a function of t: what its constructor leaves, the warmup, then `body`."""

    warmup_t: float = length(0, doc="length of the linear warmup", any_number=True)
    warmup_lr_init: float = number(0.0, doc="the learning rate at the start of the warmup")
    t_in_epochs: bool = flag(True, doc="whether t counts epochs; false: updates")

    warmup_prefix = False

    def body(self, base_lr: float) -> LrRule:
        """The function from t (after the prefix) to the learning rate, before lr_scale."""
        raise NotImplementedError

    @property
    def offset(self) -> float:
        """Where the schedule begins: after the warmup that is a prefix."""
        return self.warmup_t if self.warmup_prefix else 0

    def warmup_target(self, base_lr: float) -> float:
        """What the warmup climbs to."""
        return base_lr

    def check_run(self, setting: Setting) -> None:
        if setting.interval == "epoch" and not self.t_in_epochs:
            rule = "must be true in a run that counts epochs: without it step() does nothing. Give steps: for a run"
            raise InvalidValue("t_in_epochs", rule, False)

    def rule(self, base_lr: float) -> LrRule:
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

    def marks(self) -> CurveMarks:
        yield 1, ""
        yield self.warmup_t, "warmup ends"

    def notes(self) -> Iterator[Problem]:
        if self.setting is not None and self.setting.interval != "epoch" and self.t_in_epochs:
            what = f"{self.name}: t_in_epochs is true in a run that counts steps: each row is taken as an epoch"
            yield Problem("t-in-epochs", what, help="With t_in_epochs: false timm steps it at every update")


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
        if self.setting is not None and self.cycle_mul > 1:
            late = tuple(
                start
                for i, start in self._starts(0)
                if i < self.cycle_limit and start < self.setting.length and self.cycle_of(start - self.offset) < i
            )
            if late:
                why = "timm takes the number of the cycle from a logarithm, which rounding leaves just below it"
                rows = RowList(late[:5], len(late[5:]), 0, self.setting.interval)
                yield Problem("late-restart", f"{self.name} restarts one row late", why, rows=rows)
