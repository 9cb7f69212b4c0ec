"""What a run may make of a schedule: another clock, or other learning rates.

A clock turns the positions of a log into schedule steps. A source gives the learning rates of schedule steps in any
order, NaN where there is none; the functions below make a source from others.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import field
from itertools import accumulate

from lrcli.infer.costs import EXTRA
from lrcli.infer.effort import spend
from lrcli.values import dataclass

RateSource = Callable[[Sequence[float]], list[float]]
"""The learning rates of these schedule steps."""


@dataclass(frozen=True)
class Clock:
    """A function from positions to schedule steps.

    form: what row t shows, in one line. cost: what its numbers take to believe, beside the cause that it stands for.
    """

    form: str
    times: Callable[[Sequence[int]], Sequence[float]] = field(compare=False)
    cost: float = 0.0

    def of(self, source: RateSource) -> RateSource:
        """The source by this clock."""
        return lambda ts: source(self.times(ts))  # type: ignore[arg-type]


STRAIGHT = Clock("s(t)", lambda at: at)
"""Row t shows step t."""


def shifted(d: int) -> Clock:
    """Row t shows step t + d, and no step before 0.

    >>> shifted(-1).times([0, 1, 2]), shifted(2).form
    ([0, 0, 1], 's(t + 2)')
    """
    cost = EXTRA["several steps"] * (abs(d) > 1) + EXTRA["twice as many steps"] * math.log2(abs(d) or 1)
    return Clock(f"s(t {'-' if d < 0 else '+'} {abs(d)})", lambda at: [t + d if t + d > 0 else 0 for t in at], cost)


def shifted_since(begin: int, d: int) -> Clock:
    """From position `begin` on, row t shows step t + d; d = -begin is a restart."""
    whole = shifted(d)
    form = f"{whole.form} from t = {begin} on"
    return Clock(form, lambda at: [t if t < begin else max(t + d, 0) for t in at], whole.cost)


def scaled(k: int, ahead: int = 0) -> Clock:
    """Row t shows step k t + ahead: the scheduler is stepped k times as often, and logged before or after that."""
    form = f"s({k} t + {ahead})" if ahead else f"s({k} t)"
    return Clock(form, lambda at: [k * t + ahead for t in at], EXTRA["logged at the end"] * bool(ahead))


def stretched(k: int, whole: bool) -> Clock:
    """Row t shows step t / k: k times as slow; whole steps only where the scheduler is stepped every k rows."""
    if whole:
        return Clock(f"s(floor(t / {k}))", lambda at: [t // k for t in at])
    return Clock(f"s(t / {k})", lambda at: [t / k if t % k else t // k for t in at], EXTRA["a fraction"])


def cycled(n: int) -> Clock:
    """Row t shows step t mod n: the counter begins again every n rows."""
    return Clock(f"s(t mod {n})", lambda at: [t % n for t in at])


def lagging(rows: Sequence[int], lags: Sequence[int]) -> Clock:
    """Row t shows step t - lag, where the lag grows to lags[i] at position rows[i].

    >>> lagging([2, 4], [1, 3]).times([0, 1, 2, 3, 4, 5])
    [0, 1, 1, 2, 1, 2]
    """
    places = ", ".join(f"{lag} from t = {row}" for row, lag in list(zip(rows, lags, strict=True))[:4])
    more = f" and {len(rows) - 4} more places" if len(rows) > 4 else ""
    cost = EXTRA["a place"] * len(rows) + EXTRA["a further step"] * min(lags[-1] - len(rows), 20)
    all_lags = (0, *lags)
    return Clock(
        f"s(t - lag), lag {places}{more}", lambda at: [max(t - all_lags[bisect_right(rows, t)], 0) for t in at], cost
    )


def held(stop: int) -> Clock:
    """The schedule stands still from step `stop` on."""
    return Clock(f"s(min(t, {stop}))", lambda at: [t if t < stop else stop for t in at])


def mirrored(stop: int) -> Clock:
    """The schedule goes back from step `stop` on: s(T + d) = s(T - d)."""
    return Clock(f"s({stop} - |t - {stop}|)", lambda at: [t if t <= stop else abs(2 * stop - t) for t in at])


def pointwise(rate: Callable[[float], float]) -> RateSource:
    """A source from a function of one step."""
    return lambda ts: [rate(t) for t in ts]


def mean_of(sources: Sequence[RateSource]) -> RateSource:
    """The mean of several parameter groups."""
    return lambda ts: [math.fsum(rates) / len(rates) for rates in zip(*(source(ts) for source in sources), strict=True)]


def averaged(source: RateSource, n: int, start: int, stop: float = math.inf) -> RateSource:
    """The mean over n steps that begin `start` steps after t; before the run there is none, and none from `stop` on.

    What lies past `stop` as a whole is a mean of the formula that goes on.
    """

    def window(t: float) -> tuple[int, int]:
        begin, end = max(int(t) + start, 0), int(t) + start + n
        return begin, max(int(min(end, stop)) if begin < stop else end, begin)

    def at(ts: Sequence[float]) -> list[float]:
        windows = [*map(window, ts)]
        first, last = min((a for a, _ in windows), default=0), max((b for _, b in windows), default=0)
        steps = sum(b - a for a, b in windows)
        spend(min(steps, 2 * (last - first)) // 16)
        if last - first > 2 * steps:  # they lie far apart
            sums = [math.fsum(source(range(a, b))) for a, b in windows]
        else:
            rates = source(range(first, last))
            if steps > 2 * (last - first):  # they lie over each other
                upto = list(accumulate(rates, initial=0.0))
                sums = [upto[b - first] - upto[a - first] for a, b in windows]
            else:
                sums = [math.fsum(rates[a - first : b - first]) for a, b in windows]
        return [total / (b - a) if b > a else math.nan for total, (a, b) in zip(sums, windows, strict=True)]

    return at


def averaged_within(source: RateSource, n: int) -> RateSource:
    """The mean over n values from t on, each 1/n later: an epoch that is one step of a schedule."""
    return scaled(n).of(averaged(stretched(n, False).of(source), n, 0))


def switched(before: RateSource, after: RateSource, row: float) -> RateSource:
    """One source before a step, another one from there on.

    >>> switched(pointwise(lambda t: t / 2), pointwise(lambda t: 1.0), 2)([0, 1, 2])
    [0.0, 0.5, 1.0]
    """

    def at(ts: Sequence[float]) -> list[float]:
        early, late = iter(before([t for t in ts if t < row])), iter(after([t for t in ts if not t < row]))
        return [next(early if t < row else late) for t in ts]

    return at


def floored(source: RateSource, floor: float) -> RateSource:
    """max(s(t), floor): a floor that is cut in, not built into the formula."""
    return lambda ts: [max(rate, floor) for rate in source(ts)]


def product(decay: RateSource, share: Callable[[float], float], start: float = 0.0) -> RateSource:
    """A decay times a warmup's factor, which rises from `start` to 1 with the share of the warmup that is done."""
    return lambda ts: [rate * (start + (1 - start) * min(1.0, share(t))) for t, rate in zip(ts, decay(ts), strict=True)]
