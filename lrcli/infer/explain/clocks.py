"""Which step of the schedule a row of the log shows: each clock turns positions into schedule steps."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import Protocol

from lrcli.values import dataclass


class Clock(Protocol):
    """Positions -> schedule steps."""

    def times(self, at: Sequence[int]) -> Sequence[float]:
        """The schedule step of each position."""

    def form(self, t: str) -> str:
        """The clock in one line."""


@dataclass(frozen=True)
class Straight:
    """Row t shows step t."""

    def times(self, at: Sequence[int]) -> Sequence[float]:
        """The positions themselves."""
        return at

    def form(self, t: str) -> str:
        """`s(t)`."""
        return f"s({t})"


@dataclass(frozen=True)
class Shifted:
    """Row t shows step t + d, and no step before 0.

    >>> Shifted(-1).times([0, 1, 2]), Shifted(2).form("t")
    ([0, 0, 1], 's(t + 2)')
    """

    d: int

    def times(self, at: Sequence[int]) -> Sequence[float]:
        """t + d."""
        d = self.d
        return [t + d if t + d > 0 else 0 for t in at]

    def form(self, t: str) -> str:
        """`s(t + d)`."""
        return f"s({t} {self.d:+d})".replace(" +", " + ").replace(" -", " - ")


@dataclass(frozen=True)
class Since:
    """As Shifted, from position `at_row` on; the rows before are as they should be. d = -at_row is a restart."""

    at_row: int
    d: int

    def times(self, at: Sequence[int]) -> Sequence[float]:
        """t, then t + d."""
        begin, d = self.at_row, self.d
        return [t if t < begin else max(t + d, 0) for t in at]

    def form(self, t: str) -> str:
        """`s(t) before R, s(t + d) from R on`."""
        return f"{Shifted(self.d).form(t)} from {t} = {self.at_row} on"


@dataclass(frozen=True)
class Scaled:
    """Row t shows step k t + ahead: the scheduler is stepped k times as often."""

    k: int
    ahead: int = 0

    def times(self, at: Sequence[int]) -> Sequence[float]:
        """K t + ahead."""
        k, ahead = self.k, self.ahead
        return [k * t + ahead for t in at]

    def form(self, t: str) -> str:
        """`s(k t)`."""
        return f"s({self.k} {t} + {self.ahead})" if self.ahead else f"s({self.k} {t})"


@dataclass(frozen=True)
class Stretched:
    """Row t shows step t / k: k times as slow; whole steps only where the scheduler is stepped every k rows."""

    k: int
    whole: bool

    def times(self, at: Sequence[int]) -> Sequence[float]:
        """t // k, or t / k."""
        k = self.k
        return [t // k for t in at] if self.whole else [t / k if t % k else t // k for t in at]

    def form(self, t: str) -> str:
        """`s(t / k)`."""
        return f"s(floor({t} / {self.k}))" if self.whole else f"s({t} / {self.k})"


@dataclass(frozen=True)
class Cycled:
    """Row t shows step t mod n: the counter begins again every n rows."""

    n: int

    def times(self, at: Sequence[int]) -> Sequence[float]:
        """T mod n."""
        n = self.n
        return [t % n for t in at]

    def form(self, t: str) -> str:
        """`s(t mod n)`."""
        return f"s({t} mod {self.n})"


@dataclass(frozen=True)
class Skipped:
    """Row t shows step t - lag, where the lag grows to lags[i] at position rows[i]."""

    rows: tuple[int, ...]
    lags: tuple[int, ...]

    def times(self, at: Sequence[int]) -> Sequence[float]:
        """T minus the steps skipped so far."""
        lags = (0, *self.lags)
        return [max(t - lags[bisect_right(self.rows, t)], 0) for t in at]

    def form(self, t: str) -> str:
        """`s(t - lag)`, with the first few places."""
        told = ", ".join(f"{lag} from {t} = {row}" for row, lag in list(zip(self.rows, self.lags, strict=True))[:4])
        more = len(self.rows) - 4
        return f"s({t} - lag), lag {told}" + (f" and {more} more places" if more > 0 else "")


@dataclass(frozen=True)
class Held:
    """The schedule stands still from step `at_step` on."""

    at_step: int

    def times(self, at: Sequence[int]) -> Sequence[float]:
        """min(t, at_step)."""
        stop = self.at_step
        return [t if t < stop else stop for t in at]

    def form(self, t: str) -> str:
        """`s(min(t, R))`."""
        return f"s(min({t}, {self.at_step}))"


@dataclass(frozen=True)
class Mirrored:
    """The schedule goes back from step `at_step` on: s(T + d) = s(T - d)."""

    at_step: int

    def times(self, at: Sequence[int]) -> Sequence[float]:
        """T, then 2 at_step - t."""
        stop = self.at_step
        return [t if t <= stop else abs(2 * stop - t) for t in at]

    def form(self, t: str) -> str:
        """`s(T - |t - T|)`."""
        return f"s({self.at_step} - |{t} - {self.at_step}|)"
