"""The lag of a log behind its schedule, where steps were skipped: as few places and as small as the rows allow."""

from __future__ import annotations

from collections.abc import Sequence

from lrcli.infer.effort import spend
from lrcli.infer.explain.clocks import Clock, lagging
from lrcli.infer.explain.evidence import Evidence
from lrcli.infer.explain.tuning import LAGS


def skipped_clock(evidence: Evidence) -> tuple[Clock, int, int] | None:
    """(a clock of a growing lag, its places, the last lag) that explains nearly all rows with few places, or None.

    A stretch of rows keeps every lag that fits all of them; where none is left, the smallest one is taken, and the next
    stretch begins with a larger one.
    """
    at, n = evidence.at, len(evidence.at)
    table = evidence.unclocked(range(at[-1] + 1)) if at[-1] < 4 * n + 20_000 else None
    rows: list[int] = []
    lags: list[int] = []
    least, begin, failures = 0, 0, 0
    possible: Sequence[int] = range(LAGS + 1)
    for i in range(n):
        t, value, slack = at[i], evidence.values[i], evidence.slack[i]
        fitting = _fitting(evidence, table, t, value, slack, possible)
        if not fitting:
            wider = _fitting(evidence, table, t, value, slack, range(possible[0] + 1, possible[0] + 1 + LAGS))
            if not wider:
                failures += 1
                if failures > n // 100:
                    return None
                continue
            if possible[0] > least:
                rows.append(at[begin])
                lags.append(possible[0])
            least, begin, fitting = possible[0], i, wider
            if len(rows) > max(3, n // 4):
                return None
        possible = fitting
    if possible[0] > least:
        rows.append(at[begin])
        lags.append(possible[0])
    if not rows:
        return None
    if len(evidence.sample) < len(evidence.rows):
        rows = [_exact(evidence, row, lag) for row, lag in zip(rows, (0, *lags), strict=False)]
    return lagging(rows, lags), len(rows), lags[-1]


def _fitting(
    evidence: Evidence, table: Sequence[float] | None, t: int, value: float, slack: float, lags: Sequence[int]
) -> list[int]:
    spend(len(lags) // 2)
    steps = [max(t - lag, 0) for lag in lags]
    values = [table[step] for step in steps] if table is not None else evidence.unclocked(steps)
    return [lag for lag, v in zip(lags, values, strict=True) if abs(value - v) <= slack]


def _exact(evidence: Evidence, row: int, lag: int) -> int:
    """The first of all the rows, between two of the sample, at which the lag before no longer fits."""
    i = evidence.index_of(row)
    if i == 0:
        return row
    low, high = evidence.sample[i - 1], evidence.sample[i]
    at = evidence.rows.at[low : high + 1]
    predicted = evidence.unclocked([max(t - lag, 0) for t in at])
    for j, value in enumerate(predicted, low):
        if not abs(value - evidence.rows.values[j]) <= evidence.rows.slack[j]:
            return evidence.rows.at[j]
    return row
