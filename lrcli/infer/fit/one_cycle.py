"""The one-cycle policy: a rise and a fall (or two), as PyTorch's OneCycleLR makes them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from lrcli.infer.fit.candidate import Candidate
from lrcli.infer.fit.laws import Slope, Wave
from lrcli.infer.fit.rows import FitRows, spread
from lrcli.infer.fit.segments import Segment
from lrcli.infer.fit.warmup import Start, starts
from lrcli.infer.numbers import cost, digits, rounded, simplest_whole
from lrcli.schedules.one_cycle import OneCycle

SHARES = (0.3, 0.1, 0.25, 0.2, 0.05, 0.4, 0.5, 0.15, 0.45, 0.35, 0.01, 0.02, 0.03, 0.08)
DIVISORS = (25.0, 10.0, 100.0, 20.0, 5.0, 50.0, 4.0, 2.0, 1000.0)


def one_cycle_candidates(rows: FitRows, segments: list[Segment]) -> Iterator[Candidate]:
    """One-cycle schedules whose first peak lies where a rise meets the fall after it."""
    laws = [segment.law for segment in segments if segment.stop - segment.start > 1]
    first = next((segment.start for segment in segments if segment.stop - segment.start > 2), 0)
    if first in (2, 3) and (rise := Slope.fit(rows.part(0, first))) and rows.part(0, first).holds(rise, 1.5):
        laws = [
            rise,
            *(segment.law for segment in segments if segment.start >= first and segment.stop - segment.start > 1),
        ]
    few = rows.pick(spread(len(rows), 80, 10))
    for strategy, kind in (("linear", Slope), ("cos", Wave)):
        same = [law for law in laws if isinstance(law, kind)]
        if not same:
            continue
        peak_at, peak = _peak(rows, same, strategy)
        if peak is None:
            continue
        for start in starts(rows):
            yield from _from(rows, few, start, same, strategy, peak_at, peak)


def _peak(rows: FitRows, laws: Sequence[Slope | Wave], strategy: str) -> tuple[float, float | None]:
    """(position, height) of the first peak."""
    first = laws[0]
    if isinstance(first, Slope):
        second = laws[1] if len(laws) > 1 else None
        if not isinstance(second, Slope) or first.slope <= 0 or second.slope >= 0:
            return 0.0, None
        at = (second(0) - first(0)) / (first.slope - second.slope)
        return at, first(at)
    assert isinstance(first, Wave)
    if rows.y[0] < rows.y[min(3, len(rows) - 1)]:  # it rises: the peak is half a wave after its lowest point
        at = first.top if first.top > rows.p[0] else first.top + 2 * first.half
        return at, first.middle + first.height
    return first.top, first.middle + first.height


def _from(
    rows: FitRows,
    few: FitRows,
    start: Start,
    laws: Sequence[Slope | Wave],
    strategy: str,
    peak_at: float,
    peak: float,
) -> Iterator[Candidate]:
    begin = start.first_step
    rise = peak_at - begin
    if rise <= 0:
        return
    seen = rows.p[0] < peak_at and (laws[0] is not laws[-1] or strategy == "linear")
    initial = laws[0](begin) if seen else 0.0
    if seen and initial <= 1e-6 * peak:
        return  # it begins at max_lr / div_factor
    lasts = laws[-1]
    finals: tuple[float, ...] = (1e4,)
    totals: list[tuple[float, int]] = []
    for share in SHARES:
        exact = (rise + 1) / share
        slack = max(1e-6 * exact, 1.5 if few.tol[0] > 1e-9 * rows.peak else 1e-4 * exact)
        total = simplest_whole(exact - slack, exact + slack)
        for whole in {total, round(exact), simplest_whole(exact - 0.02 * exact, exact + 0.02 * exact)}:
            if whole is not None and whole > 1:
                totals.append((share, whole))
    if isinstance(lasts, Wave):
        end = lasts.top + lasts.half - begin + 1
        for total in {round(end), simplest_whole(end * 0.999, end * 1.001), simplest_whole(end * 0.99, end * 1.01)}:
            if total is not None and total > rise + 1:
                totals += [(share, total) for share in islice(rounded((rise + 1) / total, 4), 4)]
    max_lrs = _written(peak, 5)
    divisors = [*DIVISORS, *_written(peak / initial, 4)] if initial > 0 else [*DIVISORS]
    divisors = [d for d in divisors if initial <= 0 or abs(peak / initial - d) < 0.02 * d] or [25.0]
    if isinstance(lasts, Wave) and lasts.middle - lasts.height > 0:
        share = peak / (lasts.middle - lasts.height)
        finals = (1e4, *(f for f in (1e5, 1e3, 1e2, 1e1, 1.0) if any(0.7 < share / (f * d) < 1.4 for d in divisors)))
    for share, total in dict.fromkeys(totals):
        end_value = lasts(begin + total - 1)
        if end_value > 1e-9 * peak and initial > 0:
            finals = tuple(dict.fromkeys((1e4, *_written(initial / end_value, 3))))
        for max_lr in max_lrs:
            for divisor in dict.fromkeys(divisors):
                for final in finals:
                    for three in (None, True):
                        schedule = OneCycle(
                            max_lr=max_lr,
                            total_steps=total,
                            pct_start=share,
                            anneal_strategy=strategy,
                            div_factor=divisor,
                            final_div_factor=final,
                            three_phase=three,
                        )
                        try:
                            good = few.holds(lambda p, s=schedule: s.lr_at(p - begin, 0.0))  # type: ignore[misc]
                        except ZeroDivisionError:
                            good = False
                        if not good:
                            continue
                        spent = start.cost + cost(max_lr) + cost(share) + cost(total)
                        spent += sum(1 + cost(x) for x, usual in ((divisor, 25.0), (final, 1e4)) if x != usual)
                        free: tuple[str, ...] = ()
                        if rows.p[-1] <= peak_at:
                            free = ("total_steps and pct_start: only their product is seen, the run ends in the rise",)
                        yield Candidate("one_cycle", max_lr, begin, spent - 0.5, schedule, total, free)


def _written(value: float, most: int) -> list[float]:
    """The number rounded to at most so many digits."""
    return [number for number in rounded(value, most) if digits(number) <= most]
