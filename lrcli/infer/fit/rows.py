"""The rows of one run, as the search sees them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property, lru_cache
from typing import Any, TypeVar

from lrcli.infer.effort import spend
from lrcli.infer.fit.solve import amplitudes
from lrcli.infer.limits import EXACT_SINGLE, FINE, SLACKS
from lrcli.infer.numbers import rounded
from lrcli.infer.rows import Rows, evenly
from lrcli.infer.usual import FLOOR_SHARES
from lrcli.logs import Rounding
from lrcli.logs.rounding import FULL, tolerance
from lrcli.values import dataclass

_Made = TypeVar("_Made")


@dataclass(frozen=True)
class FitRows(Rows):
    """The rows of one run in order, with what the log says of it.

    peak: the largest learning rate. epoch: the steps of an epoch where the log's own columns say that, else 0.
    in_epochs: whether positions are epochs. writer: the framework that wrote the log, "" if unknown. rounding: how the
    log writes learning rates. loose: whether the slack is what arithmetic in single precision may leave.
    """

    peak: float = 0.0
    epoch: int = 0
    in_epochs: bool = False
    writer: str = ""
    rounding: Rounding = FULL
    loose: bool = False

    @property
    def single(self) -> bool:
        """Whether the log has values in single precision."""
        return self.rounding.kind == "float32"

    @property
    def fine(self) -> FitRows:
        """The rows with the share of their slack that a log of every digit mostly needs."""
        return replace(self, slack=[max(FINE * slack, 1e-300) for slack in self.slack])

    @property
    def coarse(self) -> FitRows:
        """The rows with what arithmetic in single precision may miss them by."""
        return replace(self, slack=[max(slack, EXACT_SINGLE * self.peak) for slack in self.slack], loose=True)

    @cached_property
    def _computed(self) -> dict[object, Any]:
        return {}

    def once(self, compute: Callable[..., _Made], *arguments: object) -> _Made:
        """What a function makes of these rows, computed once for the same arguments."""
        if (compute, arguments) not in self._computed:
            self._computed[compute, arguments] = compute(self, *arguments)
        return self._computed[compute, arguments]  # type: ignore[no-any-return]

    @property
    def weights(self) -> list[float]:
        """What the rows count in a fit: the more, the more exact they are."""
        return [1 / slack for slack in self.slack]

    def heights(self, unit: Callable[[int], float]) -> tuple[float, float] | None:
        """(floor, height) with which floor + height * unit(p) is nearest to the rows; None if it is not near enough."""
        factors = amplitudes([[1.0] * len(self), [unit(p) for p in self.at]], self.values, self.weights)
        if factors is None:
            return None
        floor, height = factors
        return (floor, height) if self.holds(lambda p: floor + height * unit(p), SLACKS[0]) else None

    def floors(self, unit: Callable[[int], float]) -> Iterator[tuple[float, float]]:
        """(floor, its share of the height), of which one is 0, that a curve of height 1 may have in these rows.

        Another floor than 0 is a share of the height, else near the one with which the curve is nearest to the rows.
        """
        yield 0.0, 0.0
        near = self.heights(unit)
        if near is not None:
            yield from ((0.0, share) for share in (*FLOOR_SHARES, 1 / 3, 2 / 3))
            yield from ((floor, 0.0) for floor in rounded(near[0], 15) if 0 < floor < self.peak)

    def minus(self, curve: Callable[[int], float]) -> FitRows:
        """The rows with a curve taken from their learning rates."""
        return replace(self, values=[y - curve(p) for p, y in zip(self.at, self.values, strict=True)])

    def over(self, curve: Callable[[int], float]) -> FitRows:
        """The rows as shares of a curve."""
        divisors = [curve(p) for p in self.at]
        shares = [y / divisor for y, divisor in zip(self.values, divisors, strict=True)]
        slack = [max(slack / divisor, 1e-15) for slack, divisor in zip(self.slack, divisors, strict=True)]
        return FitRows(self.at, shares, slack, peak=1.0)

    def holds(self, law: Callable[[int], float], slacks: float = 1.0, gap: float = 0.0) -> bool:
        """Whether the law is as near as so many slacks, and this gap, at every row."""
        spend(len(self), 1)
        rows = zip(self.at, self.values, self.slack, strict=True)
        return all(abs(law(p) - y) <= gap + slacks * slack for p, y, slack in rows)

    def scale(self, shape: Callable[[int], float]) -> tuple[float, float] | None:
        """The interval of factors c for which c * shape(p) is near enough at every row; None if there is none."""
        low, high = 0.0, float("inf")
        spend(len(self.at))
        for p, y, slack in zip(self.at, self.values, self.slack, strict=True):
            s = shape(p)
            if s <= 0:
                if abs(y) > slack + 1e-300:
                    return None
                continue
            low = max(low, (y - slack) / s)
            high = min(high, (y + slack) / s)
            if low > high:
                return None
        return (low, high) if high < float("inf") else None


def make_rows(
    at: Sequence[int],
    values: Sequence[float],
    rounding: Rounding,
    *,
    epoch: int = 0,
    in_epochs: bool = False,
    writer: str = "",
) -> FitRows:
    """The rows with the tolerance of the log's rounding."""
    peak = max(map(abs, values), default=0.0)
    slack = lru_cache(4096)(lambda value: max(tolerance(value, rounding, peak), 1e-300))
    return FitRows(at, values, [*map(slack, values)], peak, epoch, in_epochs, writer, rounding)


def spread(n: int, count: int, ends: int = 24) -> list[int]:
    """At most about `count` of the indices 0 to n - 1: both ends in full, the rest evenly."""
    if n <= count:
        return list(range(n))
    inner = max(count - 2 * ends, 2)
    return sorted({*range(ends), *evenly(range(n), inner), *range(n - ends, n)})
