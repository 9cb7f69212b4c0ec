"""What optax's piecewise schedules have in common: a factor at each boundary."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from lrcli.errors import InvalidValue
from lrcli.frameworks.optax._schedule import OptaxSchedule, refuses
from lrcli.schedules.params import data, frozen, number
from lrcli.values import dataclass


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

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "boundaries_and_scales", frozen(self.boundaries_and_scales))
        self.scales()

    def scales(self) -> dict[float, float]:
        """The factors by their counts."""
        return boundaries(self.boundaries_and_scales, "boundaries_and_scales")

    def marks(self) -> Iterator[tuple[float, str]]:
        scales = self.scales()
        for at in sorted(scales):
            yield at, f"boundary x{scales[at]:g}"


def boundaries(value: Any, field: str) -> dict[float, float]:
    """boundaries_and_scales: a mapping from a count to a factor."""
    if value is None:
        return {}
    rule = "must be a mapping from counts to factors, {1000: 0.1}"
    if not isinstance(value, Mapping):
        raise InvalidValue(field, rule, value)
    found: dict[float, float] = {}
    for key, scale in value.items():
        try:
            count = float(key)
        except (TypeError, ValueError):
            raise InvalidValue(field, rule, key) from None
        if isinstance(scale, bool) or not isinstance(scale, (int, float)) or not math.isfinite(count):
            raise InvalidValue(field, rule, value)
        found[int(count) if count == int(count) else count] = scale
    if any(scale < 0 for scale in found.values()):
        raise refuses("the factors must be at least 0", field, value)
    return found
