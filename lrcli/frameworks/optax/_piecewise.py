"""What optax's piecewise schedules have in common: a factor at each boundary."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from lrcli.errors import InvalidValue
from lrcli.frameworks.optax._schedule import OptaxSchedule
from lrcli.schedules import CurveMarks, data, dataclass, number


@dataclass(frozen=True, kw_only=True)
class OptaxPiecewise(OptaxSchedule):
    """A first learning rate, and what it is multiplied by at each boundary."""

    own_rate = "init_value"

    init_value: float | None = number(None, doc="the learning rate at the start", optional=True)
    boundaries_and_scales: Any = data(
        None,
        doc="the factor at each boundary",
        takes="a mapping from counts to factors",
        optional=True,
        example="{1000: 0.1, 2000: 0.5}",
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
