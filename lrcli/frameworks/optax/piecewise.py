"""optax's schedules of pieces: factors at boundaries, the points of one cycle, and other schedules."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import MISSING, replace
from functools import cached_property, partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any, ClassVar

from lrcli.errors import InvalidValue, Problem
from lrcli.frameworks.optax._schedule import OptaxSchedule, OptaxStarted, interpolated, joined, running_products
from lrcli.frameworks.schedule import NOT_ZERO, above
from lrcli.schedules import (
    CurveMarks,
    Schedule,
    Setting,
    choice,
    data,
    dataclass,
    length,
    number,
    positions,
    schedules,
)
from lrcli.schedules.params import Record
from lrcli.schedules.sequential import Phased

if TYPE_CHECKING:
    from lrcli.frameworks.porting import WantedCurve


def _scales_of(curve: WantedCurve) -> list[Record | None]:
    """None, the factor at each jump, or before it, and that from corner to corner."""
    factors = curve.factors if len(curve.factors) == len(curve.jumps) else []
    scales: list[Record | None] = [None]
    scales += [Record({str(t + by): x for t, x in zip(curve.jumps, factors, strict=False)}) for by in (0, -1)]
    inner = [(t, curve.rates[t], curve.rates[before]) for before, t in pairwise(curve.corners)]
    if inner and all(before for _, _, before in inner):
        scales.append(Record({str(t): rate / before for t, rate, before in inner}))
    return scales


@dataclass(frozen=True, kw_only=True)
class OptaxPiecewise(OptaxStarted):
    """A first learning rate, and what it is multiplied by at each boundary."""

    boundaries_and_scales: Any = data(
        None,
        doc="the factor at each boundary",
        takes="a mapping from counts to factors",
        optional=True,
        example="{1000: 0.1, 2000: 0.5}",
        tried=_scales_of,
    )

    def check_values(self) -> None:
        least = min(self.scales().values(), default=0)
        self.require(least >= 0, "the factors must be at least 0", "boundaries_and_scales")

    def scales(self) -> dict[float, float]:
        """The factors by their counts."""
        return factors_of(self.boundaries_and_scales)

    def marks(self) -> CurveMarks:
        scales = self.scales()
        for at in sorted(scales):
            yield at, f"boundary x{scales[at]:g}"


def factors_of(boundaries: Any) -> dict[float, float]:
    """boundaries_and_scales, in numbers. Raises InvalidValue."""
    rule = "must be a mapping from counts to factors, {1000: 0.1}"
    if not isinstance(boundaries, Mapping | None):
        raise InvalidValue("boundaries_and_scales", rule, boundaries)
    scales: dict[float, float] = {}
    for key, scale in (boundaries or {}).items():
        try:
            count = float(key)
        except (TypeError, ValueError):
            raise InvalidValue("boundaries_and_scales", rule, key) from None
        if isinstance(scale, bool) or not isinstance(scale, (int, float)) or not math.isfinite(count):
            raise InvalidValue("boundaries_and_scales", rule, boundaries)
        scales[int(count) if count == int(count) else count] = scale
    return scales


@dataclass(frozen=True, kw_only=True)
class OptaxPiecewiseConstantSchedule(OptaxPiecewise):
    """Multiply the learning rate by a factor at each boundary.

    lr(t) = init_value * the factors of the boundaries <= t

    >>> schedule = OptaxPiecewiseConstantSchedule(init_value=1.0, boundaries_and_scales={2: 0.5, 4: 0.1})
    >>> [schedule.lr_at(t, 0.0) for t in (1, 2, 4)]
    [1.0, 0.5, 0.05000000074505806]

    Source: optax.piecewise_constant_schedule (run in 0.2.8, eagerly).
    """

    name = "optax.piecewise_constant_schedule"

    def lrs_at(self, base_lr: float, steps: Sequence[int]) -> list[float]:
        nearest, scales, value = self.width.nearest, self.scales(), self.rate(base_lr)
        if not scales:
            return [value] * len(steps)
        ordered = sorted(scales)
        levels = running_products(self.width, [nearest(value), *(nearest(scales[at]) for at in ordered)])
        return [levels[bisect_right(ordered, t)] for t in steps]


@dataclass(frozen=True, kw_only=True)
class OptaxPiecewiseInterpolateSchedule(OptaxPiecewise):
    """Go along a line or half a cosine to the value at each boundary: the value before it times its factor.

    lr(t) = (end - start) * share + start                              with interpolate_type linear
            end + (start - end) / 2 * (cos(pi * share) + 1)            with cosine
                with share the part of the way from boundary to boundary; the last value from the last boundary on

    >>> schedule = OptaxPiecewiseInterpolateSchedule(
    ...     interpolate_type="linear", init_value=1.0, boundaries_and_scales={2: 0.5}
    ... )
    >>> [schedule.lr_at(t, 0.0) for t in (0, 1, 2, 3)]
    [1.0, 0.75, 0.5, 0.5]

    Source: optax.piecewise_interpolate_schedule (run in 0.2.8, eagerly).
    """

    name = "optax.piecewise_interpolate_schedule"
    value_raises = "ValueError"

    interpolate_type: str = choice(MISSING, "linear", "cosine", example="linear", doc="the way between boundaries")

    def lrs_at(self, base_lr: float, steps: Sequence[int]) -> list[float]:
        return interpolated(self.width, self.interpolate_type, steps, self.rate(base_lr), self.scales())


@dataclass(frozen=True, kw_only=True)
class OptaxOnecycle(OptaxSchedule):
    """Up to the peak, and down again."""

    own_rate = "peak_value"
    way: ClassVar[str]
    """The way from point to point: linear or cosine."""

    transition_steps: float = length(doc="updates of the cycle", any_number=True, fills="run", demands=(above(0),))
    peak_value: float | None = number(None, doc="the largest learning rate", optional=True)
    pct_start: float = number(0.3, doc="the share of the way up")
    div_factor: float = number(25.0, doc="peak_value / the first learning rate", demands=(NOT_ZERO,))
    final_div_factor: float = number(1e4, doc="the first learning rate / the last", demands=(NOT_ZERO,))

    def scales(self) -> dict[float, float]:
        """The factors by their counts: where two fall on one count, the later one is left."""
        raise NotImplementedError

    def lrs_at(self, base_lr: float, steps: Sequence[int]) -> list[float]:
        return interpolated(self.width, self.way, steps, self.rate(base_lr) / self.div_factor, self.scales())


@dataclass(frozen=True, kw_only=True)
class OptaxCosineOnecycleSchedule(OptaxOnecycle):
    """Climb along half a cosine to peak_value, and fall along another to the last learning rate.

    lr(t) = the half cosines between peak_value / div_factor at 0, peak_value at int(pct_start * transition_steps),
            and peak_value / div_factor / final_div_factor from transition_steps on

    >>> schedule = OptaxCosineOnecycleSchedule(transition_steps=10, peak_value=0.1, div_factor=2.0)
    >>> [schedule.lr_at(t, 0.0) for t in (0, 3, 10)]
    [0.05000000074505806, 0.10000000149011612, 4.999999873689376e-06]

    Source: optax.cosine_onecycle_schedule (run in 0.2.8, eagerly).
    """

    name = "optax.cosine_onecycle_schedule"
    way = "cosine"

    def scales(self) -> dict[float, float]:
        total = self.transition_steps
        return {
            int(self.pct_start * total): self.div_factor,
            int(total): 1.0 / (self.div_factor * self.final_div_factor),
        }

    def marks(self) -> CurveMarks:
        total = self.transition_steps
        yield int(self.pct_start * total), "peak"
        yield total, "cycle ends"


@dataclass(frozen=True, kw_only=True)
class OptaxLinearOnecycleSchedule(OptaxOnecycle):
    """Climb along a line to peak_value, fall along one to the first learning rate, and along a third to the last.

    lr(t) = the lines between peak_value / div_factor at 0, peak_value at int(pct_start * transition_steps),
            peak_value / div_factor at int(pct_final * transition_steps),
            and peak_value / div_factor / final_div_factor from transition_steps on

    Of a few transition_steps two of these counts may be one: then a part is lost.

    >>> schedule = OptaxLinearOnecycleSchedule(transition_steps=10, peak_value=0.1, div_factor=2.0)
    >>> [schedule.lr_at(t, 0.0) for t in (0, 3, 8, 10)]
    [0.05000000074505806, 0.10000000149011612, 0.05000000074505806, 4.999999873689376e-06]

    Source: optax.linear_onecycle_schedule (run in 0.2.8, eagerly).
    """

    name = "optax.linear_onecycle_schedule"
    way = "linear"

    pct_final: float = number(0.85, doc="the share of the way up and down")

    def scales(self) -> dict[float, float]:
        total = self.transition_steps
        return {
            int(self.pct_start * total): self.div_factor,
            int(self.pct_final * total): 1.0 / self.div_factor,
            total: 1.0 / self.final_div_factor,
        }

    def marks(self) -> CurveMarks:
        total = self.transition_steps
        yield int(self.pct_start * total), "peak"
        yield int(self.pct_final * total), "final part begins"
        yield total, "cycle ends"


@dataclass(frozen=True, kw_only=True)
class OptaxJoinSchedules(OptaxSchedule, Phased):
    """Run schedules one after the other; each begins at its boundary, with its own count 0.

    lr(t) = schedules[k](t - boundaries[k - 1]) for the last k whose boundary is at most t

    The result is rounded to the float width. Schedules beyond the boundaries, and boundaries beyond the schedules, are
    dropped without a word.

    >>> from lrcli.frameworks.optax.decays import OptaxConstantSchedule as Constant
    >>> both = OptaxJoinSchedules(schedules=(Constant(value=1.0), Constant(value=0.1)), boundaries=(2,))
    >>> [both.lr_at(t, 0.0) for t in (0, 1, 2)]
    [1.0, 1.0, 0.10000000149011612]

    Source: optax.join_schedules (run in 0.2.8, eagerly).
    """

    name = "optax.join_schedules"

    schedules: tuple[Schedule, ...] = schedules(
        doc="the schedules, in order",
        example="{type: optax.linear_schedule, init_value: 0.0, end_value: 0.1}\n"
        "{type: optax.cosine_decay_schedule, init_value: 0.1}",
    )
    boundaries: tuple[float, ...] = positions(doc="the count at which each but the first begins", example="[500]")

    def check_values(self) -> None:
        if not self.schedules:
            raise InvalidValue("schedules", "must hold at least one schedule", [])

    def phases(self) -> list[tuple[float, Schedule]]:
        return list(zip((0.0, *self.boundaries), self._typed, strict=False))

    def entry(self, i: int) -> str:
        return f"boundary: {self.schedules[i].name}"

    @cached_property
    def _typed(self) -> tuple[Schedule, ...]:
        """The schedules in the float width of this one."""
        parts = self.schedules
        return tuple(replace(part, dtype=self.dtype) if isinstance(part, OptaxSchedule) else part for part in parts)

    def bind(self, setting: Setting) -> OptaxJoinSchedules:
        bound = super().bind(setting)
        return replace(bound, schedules=self.bind_phases(setting, self.schedules))

    def lrs_at(self, base_lr: float, steps: Sequence[int]) -> list[float]:
        pieces = [(begin, partial(part.lrs_at, base_lr)) for begin, part in self.phases()]
        return joined(self.width, steps, pieces)

    def notes(self) -> Iterator[Problem]:
        yield from super().notes()
        unused = len(self.schedules) - len(self.boundaries) - 1
        if unused > 0:
            what = f"{self.name} drops {unused} of its schedules: there are {len(self.boundaries)} boundaries"
            yield Problem("dropped", what)
        elif unused < 0:
            yield Problem("dropped", f"{self.name} drops {-unused} of its boundaries")
