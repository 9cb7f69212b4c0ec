"""What optax's one-cycle schedules have in common: their arguments, and the way between their points."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from lrcli.frameworks.optax._schedule import OptaxSchedule, interpolated
from lrcli.frameworks.schedule import NOT_ZERO, above
from lrcli.schedules import dataclass, length, number


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

    def stretch(self, steps: Sequence[int], base_lr: float) -> list[float]:
        return interpolated(self.width, self.way, steps, self.rate(base_lr) / self.div_factor, self.scales())
