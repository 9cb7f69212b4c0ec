"""The rows of one run, as the search sees them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from lrcli.infer.effort import spend
from lrcli.infer.fit.solve import amplitudes
from lrcli.infer.limits import FINE, SLACKS
from lrcli.logs import Rounding
from lrcli.logs.rounding import tolerance


@dataclass(frozen=True)
class FitRows:
    """Positions and learning rates of one run, in order, and how far a law may be from each of them.

    peak: the largest learning rate. epoch: the steps of an epoch where the log's own columns say that, else 0.
    in_epochs: whether positions are epochs. writer: the framework that wrote the log, "" if unknown.
    """

    p: Sequence[int]
    y: Sequence[float]
    tol: Sequence[float]
    peak: float
    epoch: int = 0
    in_epochs: bool = False
    writer: str = ""

    def __len__(self) -> int:
        return len(self.p)

    @property
    def weights(self) -> list[float]:
        """What the rows count in a fit: the more, the more exact they are."""
        return [1 / tol for tol in self.tol]

    def part(self, start: int, stop: int) -> FitRows:
        """The rows start <= i < stop."""
        return replace(self, p=self.p[start:stop], y=self.y[start:stop], tol=self.tol[start:stop])

    def pick(self, indices: Iterable[int]) -> FitRows:
        """These rows."""
        chosen = sorted(set(indices))
        p = [self.p[i] for i in chosen]
        y = [self.y[i] for i in chosen]
        tol = [self.tol[i] for i in chosen]
        return replace(self, p=p, y=y, tol=tol)

    def heights(self, unit: Callable[[int], float]) -> tuple[float, float] | None:
        """(floor, height) with which floor + height * unit(p) is nearest to the rows; None if it is not near enough."""
        shape = [unit(p) for p in self.p]
        factors = amplitudes([[1.0] * len(self), shape], self.y, self.weights)
        if factors is None:
            return None
        floor, height = factors
        gaps = (
            abs(floor + height * s - y) - SLACKS[0] * tol for s, y, tol in zip(shape, self.y, self.tol, strict=True)
        )
        return (floor, height) if all(gap <= 0 for gap in gaps) else None

    def above(self, floor: float) -> FitRows:
        """The rows with the floor taken from their learning rates."""
        return replace(self, y=[y - floor for y in self.y])

    def holds(self, law: Callable[[int], float], slack: float = 1.0) -> bool:
        """Whether the law is near enough at every row."""
        return self.holds_within(law, 0.0, slack)

    def holds_within(self, law: Callable[[int], float], gap: float, slack: float) -> bool:
        """Whether the law is as near as this gap and so many tolerances at every row."""
        spend(len(self.p), 1)
        return all(abs(law(p) - y) <= gap + slack * tol for p, y, tol in zip(self.p, self.y, self.tol, strict=True))

    def scale(self, shape: Callable[[int], float], slack: float = 1.0) -> tuple[float, float] | None:
        """The interval of factors c for which c * shape(p) is near enough at every row; None if there is none."""
        low, high = 0.0, float("inf")
        spend(len(self.p))
        for p, y, tol in zip(self.p, self.y, self.tol, strict=True):
            s = shape(p)
            if s <= 0:
                if abs(y) > slack * tol + 1e-300:
                    return None
                continue
            low = max(low, (y - slack * tol) / s)
            high = min(high, (y + slack * tol) / s)
            if low > high:
                return None
        return (low, high) if high < float("inf") else None


def make_rows(
    p: Sequence[int],
    y: Sequence[float],
    rounding: Rounding,
    *,
    fine: bool = False,
    epoch: int = 0,
    in_epochs: bool = False,
) -> FitRows:
    """The rows with the tolerance of the log's rounding; `fine` asks for more where every digit is logged."""
    peak = max((abs(v) for v in y), default=0.0)
    share = FINE if fine and rounding.kind == "full" else 1.0
    known = lru_cache(4096)(lambda value: max(share * tolerance(value, rounding, peak), 1e-300))
    tol = [known(value) for value in y]
    return FitRows(p, y, tol, peak, epoch, in_epochs)


def spread(n: int, count: int, ends: int = 24) -> list[int]:
    """At most about `count` of the indices 0 to n - 1: both ends in full, the rest evenly."""
    if n <= count:
        return list(range(n))
    inner = max(count - 2 * ends, 2)
    even = (round(k * (n - 1) / (inner - 1)) for k in range(inner))
    return sorted({*range(ends), *even, *range(n - ends, n)})
