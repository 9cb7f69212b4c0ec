"""Which step of the schedule a row of the log shows: a clock turns positions into schedule steps."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import field

from lrcli.values import dataclass


@dataclass(frozen=True)
class Clock:
    """A function from positions to schedule steps. form: what row t shows, in one line."""

    form: str
    times: Callable[[Sequence[int]], Sequence[float]] = field(compare=False)


STRAIGHT = Clock("s(t)", lambda at: at)
"""Row t shows step t."""


def shifted(d: int) -> Clock:
    """Row t shows step t + d, and no step before 0.

    >>> shifted(-1).times([0, 1, 2]), shifted(2).form
    ([0, 0, 1], 's(t + 2)')
    """
    return Clock(f"s(t {'-' if d < 0 else '+'} {abs(d)})", lambda at: [t + d if t + d > 0 else 0 for t in at])


def shifted_since(begin: int, d: int) -> Clock:
    """From position `begin` on, row t shows step t + d; d = -begin is a restart."""
    form = f"{shifted(d).form} from t = {begin} on"
    return Clock(form, lambda at: [t if t < begin else max(t + d, 0) for t in at])


def scaled(k: int, ahead: int = 0) -> Clock:
    """Row t shows step k t + ahead: the scheduler is stepped k times as often."""
    return Clock(f"s({k} t + {ahead})" if ahead else f"s({k} t)", lambda at: [k * t + ahead for t in at])


def stretched(k: int, whole: bool) -> Clock:
    """Row t shows step t / k: k times as slow; whole steps only where the scheduler is stepped every k rows."""
    if whole:
        return Clock(f"s(floor(t / {k}))", lambda at: [t // k for t in at])
    return Clock(f"s(t / {k})", lambda at: [t / k if t % k else t // k for t in at])


def cycled(n: int) -> Clock:
    """Row t shows step t mod n: the counter begins again every n rows."""
    return Clock(f"s(t mod {n})", lambda at: [t % n for t in at])


def lagging(rows: Sequence[int], lags: Sequence[int]) -> Clock:
    """Row t shows step t - lag, where the lag grows to lags[i] at position rows[i]."""
    places = ", ".join(f"{lag} from t = {row}" for row, lag in list(zip(rows, lags, strict=True))[:4])
    more = f" and {len(rows) - 4} more places" if len(rows) > 4 else ""
    all_lags = (0, *lags)
    return Clock(
        f"s(t - lag), lag {places}{more}", lambda at: [max(t - all_lags[bisect_right(rows, t)], 0) for t in at]
    )


def held(stop: int) -> Clock:
    """The schedule stands still from step `stop` on."""
    return Clock(f"s(min(t, {stop}))", lambda at: [t if t < stop else stop for t in at])


def mirrored(stop: int) -> Clock:
    """The schedule goes back from step `stop` on: s(T + d) = s(T - d)."""
    return Clock(f"s({stop} - |t - {stop}|)", lambda at: [t if t <= stop else abs(2 * stop - t) for t in at])
