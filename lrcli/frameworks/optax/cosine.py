"""optax's half cosines, and those with a warmup."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from itertools import accumulate
from typing import Any

from lrcli.errors import InvalidValue
from lrcli.frameworks._float32 import Width
from lrcli.frameworks.optax._schedule import OptaxSchedule, OptaxStarted, OptaxWarmed, cosine, joined, polynomial
from lrcli.frameworks.schedule import above
from lrcli.schedules import CurveMarks, data, dataclass, is_number, length, number


@dataclass(frozen=True, kw_only=True)
class OptaxCosineDecaySchedule(OptaxStarted):
    """Follow half a cosine from init_value to alpha of it, and stay there.

    lr(t) = init_value * ((1 - alpha) * (0.5 * (1 + cos(pi * min(t, decay_steps) / decay_steps))) ** exponent + alpha)

    >>> schedule = OptaxCosineDecaySchedule(init_value=0.1, decay_steps=4)
    >>> [schedule.lr_at(t, 0.0) for t in (0, 2, 4, 5)]
    [0.10000000149011612, 0.04999999701976776, 0.0, 0.0]

    Source: optax.cosine_decay_schedule (run in 0.2.8, eagerly).
    """

    name = "optax.cosine_decay_schedule"

    decay_steps: float = length(doc="updates of the cosine", any_number=True, fills="run", demands=(above(0),))
    alpha: float = number(0.0, doc="the last learning rate as a share of init_value")
    exponent: float = number(1.0, doc="the exponent of the cosine")

    def lrs_at(self, base_lr: float, steps: Sequence[int]) -> list[float]:
        return cosine(self.width, steps, self.rate(base_lr), self.decay_steps, self.alpha, self.exponent)

    def marks(self) -> CurveMarks:
        yield self.decay_steps, "cosine ends"


@dataclass(frozen=True, kw_only=True)
class OptaxWarmupCosineDecaySchedule(OptaxWarmed):
    """Warm up linearly from init_value to peak_value, then follow half a cosine to end_value, and stay there.

    lr(t) = (init_value - peak_value) * (1 - t / warmup_steps) + peak_value    for t < warmup_steps
            peak_value * ((1 - alpha) * (0.5 * (1 + cos(pi * min(s, D) / D))) ** exponent + alpha)
                with s = t - warmup_steps, D = decay_steps - warmup_steps and alpha = end_value / peak_value

    decay_steps includes the warmup.

    >>> schedule = OptaxWarmupCosineDecaySchedule(init_value=0.0, peak_value=0.1, warmup_steps=2, decay_steps=6)
    >>> [schedule.lr_at(t, 0.0) for t in (0, 1, 2, 4, 6)]
    [0.0, 0.05000000074505806, 0.10000000149011612, 0.04999999701976776, 0.0]

    Source: optax.warmup_cosine_decay_schedule (run in 0.2.8, eagerly).
    """

    name = "optax.warmup_cosine_decay_schedule"

    decay_steps: float = length(doc="updates until the end, the warmup included", any_number=True, fills="run")
    end_value: float = number(0.0, doc="the learning rate at the end")
    exponent: float = number(1.0, doc="the exponent of the cosine")

    def check_values(self) -> None:
        reason = "decay_steps, which include the warmup, must be above warmup_steps"
        self.require(self.decay_steps - self.warmup_steps > 0, reason, "decay_steps")

    def lrs_at(self, base_lr: float, steps: Sequence[int]) -> list[float]:
        lengths = self.warmup_steps, self.decay_steps
        return warmup_cosine(
            self.width, steps, self.init_value, self.rate(base_lr), *lengths, self.end_value, self.exponent
        )

    def marks(self) -> CurveMarks:
        yield from super().marks()
        yield self.decay_steps, "cosine ends"


def warmup_cosine(
    width: Width,
    counts: Sequence[int],
    init_value: float,
    peak_value: float,
    warmup_steps: float,
    decay_steps: float,
    end_value: float = 0.0,
    exponent: float = 1.0,
) -> list[float]:
    """Compute warmup_cosine_decay_schedule for these counts."""
    alpha = 0.0 if peak_value == 0.0 else end_value / peak_value
    pieces = (
        (0, lambda part: polynomial(width, part, init_value, peak_value, 1, warmup_steps)),
        (warmup_steps, lambda part: cosine(width, part, peak_value, decay_steps - warmup_steps, alpha, exponent)),
    )
    return joined(width, counts, pieces)


_KEYS = ("init_value", "peak_value", "warmup_steps", "decay_steps", "end_value", "exponent")


@dataclass(frozen=True, kw_only=True)
class OptaxSgdrSchedule(OptaxSchedule):
    """Run warmup_cosine_decay_schedules one after the other, each with its own warmup.

    lr(t) = warmup_cosine_decay_schedule(**cosine_kwargs[k])(t - the decay_steps of those before it)

    The last one stays at its end.

    >>> one = {"init_value": 0.0, "peak_value": 0.1, "warmup_steps": 1, "decay_steps": 4}
    >>> schedule = OptaxSgdrSchedule(cosine_kwargs=(one, {**one, "peak_value": 0.05}))
    >>> [schedule.lr_at(t, 0.0) for t in (0, 1, 4, 5, 8)]
    [0.0, 0.10000000149011612, 0.0, 0.05000000074505806, 0.0]

    Source: optax.sgdr_schedule (run in 0.2.8, eagerly).
    """

    name = "optax.sgdr_schedule"
    sets_lr = True

    cosine_kwargs: Any = data(
        doc="the arguments of each warmup_cosine_decay_schedule",
        takes="a list of mappings",
        example="[{init_value: 0.0, peak_value: 0.1, warmup_steps: 100, decay_steps: 10000}]",
    )

    def check_values(self) -> None:
        rule = f"must be a list of mappings with {', '.join(_KEYS)}"
        if not isinstance(self.cosine_kwargs, tuple) or not self.cosine_kwargs:
            raise InvalidValue("cosine_kwargs", rule, None)
        for cycle in self.cosine_kwargs:
            if not isinstance(cycle, Mapping) or not all(map(is_number, cycle.values())):
                raise InvalidValue("cosine_kwargs", rule, None)
            slips = [f"{key!r} is no argument" for key in cycle if key not in _KEYS]
            slips += [f"{key} is missing" for key in _KEYS[:4] if key not in cycle]
            reason = f"{''.join(slips[:1])} of warmup_cosine_decay_schedule"
            self.require(not slips, reason, "cosine_kwargs", "TypeError")
            reason = "decay_steps, which include the warmup, must be above warmup_steps"
            self.require(cycle["decay_steps"] - cycle["warmup_steps"] > 0, reason, "cosine_kwargs")

    @property
    def begins(self) -> list[float]:
        """The first count of each cycle."""
        return list(accumulate((cycle["decay_steps"] for cycle in self.cosine_kwargs[:-1]), initial=0.0))

    def lrs_at(self, base_lr: float, steps: Sequence[int]) -> list[float]:
        cycles = zip(self.begins, self.cosine_kwargs, strict=True)
        return joined(self.width, steps, [(begin, partial(self._cycle, cycle)) for begin, cycle in cycles])

    def _cycle(self, cycle: Mapping[str, Any], counts: Sequence[int]) -> list[float]:
        return warmup_cosine(self.width, counts, **cycle)

    def marks(self) -> CurveMarks:
        for begin, cycle in zip(self.begins, self.cosine_kwargs, strict=True):
            if begin:
                yield begin, "restart"
            yield begin + cycle["warmup_steps"], "warmup ends"
        yield begin + cycle["decay_steps"], "cosine ends"
