"""Warmups and cosines, one after the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from itertools import accumulate
from typing import Any

from lrcli.errors import InvalidValue
from lrcli.frameworks.optax._schedule import OptaxSchedule, joined
from lrcli.frameworks.optax.warmup_cosine_decay_schedule import warmup_cosine
from lrcli.schedules import CurveMarks, data, dataclass, is_number

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

    def stretch(self, steps: Sequence[int], base_lr: float) -> list[float]:
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
