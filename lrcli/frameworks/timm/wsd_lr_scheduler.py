"""Warmup, a stable phase, and a decay over the last steps."""

from __future__ import annotations

import math
from collections.abc import Callable

from lrcli.frameworks.schedule import above, at_least
from lrcli.frameworks.timm._scheduler import TimmScheduled
from lrcli.schedules import CurveMarks, LrRule, choice, dataclass, length, number
from lrcli.schedules.params import Demand

STABLE = ("constant", "rsqrt", "power")
_A_SHARE = Demand("ValueError", "must be between 0 and 1", lambda value: 0.0 < value < 1.0)
DECAYS = ("1-sqrt", "linear", "cosine", "power", "exp")


@dataclass(frozen=True, kw_only=True)
class TimmWSDLRScheduler(TimmScheduled):
    """Warm up linearly, stay (or fall slowly), and decay to lr_min over the last decay_t of t_initial.

    lr(t) = warmup_lr_init + t * ((base_lr - warmup_lr_init) / warmup_t)    for t < warmup_t
            max(base_lr * stable(s), lr_min)    for s <= t_initial - decay_t, with s = t - warmup_t
            lr_min + (max(base_lr * stable(s), lr_min) - lr_min) * decay(min((s - t_initial + decay_t) / decay_t, 1))

    stable(s) is 1 (constant), (1 + s / stable_timescale)**-0.5 (rsqrt) or the same with -stable_power (power). decay(p)
    is 1 - sqrt(p), 1 - p, 0.5 * (1 + cos(pi * p)), 1 - p**decay_power or (r**p - r) / (1 - r) with r = decay_ratio.
    The warmup is always before t_initial. lr_min is reached one step after the last of them.

    >>> wsd = TimmWSDLRScheduler(t_initial=10, decay_t=4, decay_fn="linear", warmup_t=2)
    >>> [wsd.lr_at(t, base_lr=0.1) for t in (0, 1, 2, 8, 10, 12)]
    [0.0, 0.05, 0.1, 0.1, 0.05, 0.0]

    Source: timm.scheduler.WSDLRScheduler (run in 1.0.31).
    """

    name = "timm.WSDLRScheduler"
    value_raises = "ValueError"
    warmup_prefix = True

    t_initial: float = length(
        doc="length of the stable phase and the decay", any_number=True, fills="run", demands=(above(0),)
    )
    decay_t: float = length(doc="length of the decay", any_number=True, example="20")
    lr_min: float = number(0.0, doc="the learning rate at the end", demands=(at_least(0),))
    stable_fn: str = choice("constant", *STABLE, doc="the shape of the stable phase")
    stable_timescale: float | None = length(
        None, doc="the time scale of rsqrt and power; null is warmup_t", any_number=True, optional=True
    )
    stable_power: float = number(0.5, doc="the exponent of power", demands=(above(0),))
    decay_fn: str = choice("1-sqrt", *DECAYS, doc="the shape of the decay")
    decay_power: float = number(0.5, doc="the exponent of a power decay", demands=(above(0),))
    decay_ratio: float = number(
        0.1, doc="the last share of an exp decay, before it is stretched to end at 0", demands=(_A_SHARE,)
    )

    def check_values(self) -> None:
        reason = f"decay_t must be above 0 and at most {self.t_initial}"
        self.require(0 < self.decay_t <= self.t_initial, reason, "decay_t")
        reason = f"stable_fn {self.stable_fn} needs a stable_timescale above 0; left out, it is warmup_t"
        self.require(self.stable_fn == "constant" or self.timescale > 0, reason, "stable_timescale")

    @property
    def timescale(self) -> float:
        return self.warmup_t if self.stable_timescale is None else self.stable_timescale

    def body(self, base_lr: float) -> LrRule:
        low, size, begin = float(self.lr_min), self.decay_t, self.t_initial - self.decay_t
        scale, power = self.timescale, -(0.5 if self.stable_fn == "rsqrt" else self.stable_power)
        constant, decay = self.stable_fn == "constant", self._decay()

        level = max(base_lr * 1.0, low)

        def lr_at(t: int) -> float:
            stable = level if constant else max(base_lr * (1.0 + t / scale) ** power, low)
            since = t - begin
            if since <= 0:
                return stable
            return low + (stable - low) * decay(min(since / size, 1.0))

        return lr_at

    def _decay(self) -> Callable[[float], float]:
        power, ratio = self.decay_power, self.decay_ratio
        shapes: dict[str, Callable[[float], float]] = {
            "linear": lambda share: 1.0 - share,
            "1-sqrt": lambda share: 1.0 - math.sqrt(share),
            "cosine": lambda share: 0.5 * (1.0 + math.cos(math.pi * share)),
            "power": lambda share: 1.0 - share**power,
            "exp": lambda share: (ratio**share - ratio) / (1.0 - ratio),
        }
        return shapes[self.decay_fn]

    def cycle_length(self) -> float:
        """The length of the whole schedule, as get_cycle_length() gives it."""
        return self.warmup_t + self.t_initial

    def marks(self) -> CurveMarks:
        yield from super().marks()
        yield self.warmup_t + self.t_initial - self.decay_t, "decay begins"
        yield self.warmup_t + self.t_initial, "decay ends"
