"""Learning rates as a log with few digits holds them."""

from __future__ import annotations

from collections.abc import Sequence

from lrcli.infer.explain.sources import RateSource
from lrcli.logs import Rounding
from lrcli.logs.rounding import quantise
from lrcli.values import dataclass


@dataclass(frozen=True)
class Written:
    """A source times a factor, rounded."""

    source: RateSource
    rounding: Rounding
    factor: float = 1.0

    def at(self, ts: Sequence[float]) -> list[float]:
        """The rounded values."""
        rounding, factor = self.rounding, self.factor
        return [quantise(factor * value, rounding) for value in self.source.at(ts)]
