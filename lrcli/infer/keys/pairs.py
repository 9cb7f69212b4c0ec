"""Values of two keys at once, near enough to the wanted learning rates to tell the one from: damped least squares."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from lrcli.infer.keys.key import Key
from lrcli.infer.keys.solving import Wanted

ROUNDS = 14
"""So many steps lead to the values, or nowhere."""

HOPEFUL = 6
"""After so many steps most of what was wrong has to be gone."""

NEAR = 0.02
"""How far, in relation to what was wrong at first, the rows may be from the wanted ones at the end."""

Both = Callable[[float, float], "Sequence[float] | None"]


def near_values(keys: tuple[Key, Key], values: Both, wanted: Wanted) -> tuple[float, float] | None:
    """The values of two keys that give about the wanted learning rates, found from where they are; None if none do."""
    peak = max(map(abs, wanted.values), default=0.0)
    weights = [1 / max(abs(value), 0.02 * peak, 1e-300) for value in wanted.values]

    def gaps(at: tuple[float, float]) -> list[float] | None:
        made = values(*at)
        if made is None or any(value != value for value in made):
            return None
        return [(a - b) * w for a, b, w in zip(made, wanted.values, weights, strict=True)]

    at = (keys[0].number, keys[1].number)
    now = gaps(at)
    if now is None:
        return None
    first = error = math.fsum(gap * gap for gap in now)
    damping = 1e-3
    for tried in range(ROUNDS):
        if tried == HOPEFUL and error > first / 4:
            return None
        slopes = [_slope(keys[i], at, i, now, gaps, peak) for i in (0, 1)]
        if slopes[0] is None or slopes[1] is None:
            return None
        moved = False
        while damping < 1e4:
            step = _step(slopes[0][1], slopes[1][1], now, damping)
            if step is None:
                return None
            there = (
                _moved(keys[0], at[0], step[0], slopes[0][0]),
                _moved(keys[1], at[1], step[1], slopes[1][0]),
            )
            then = gaps(there)
            smaller = math.inf if then is None else math.fsum(gap * gap for gap in then)
            if then is not None and smaller < error:
                moved, at, now = True, there, then
                damping = max(damping / 10, 1e-9)
                break
            damping *= 10
        if not moved or smaller > 0.999999 * error:
            break
        error = smaller
        if error < 1e-12 * first:
            break
    return at if math.sqrt(error / (first or 1.0)) < NEAR else None


def _unit(key: Key, value: float, peak: float) -> float:
    """How far a key is moved to see what that does."""
    if key.kind == "whole":
        return max(1.0, float(round(abs(value) * 0.02)))
    return abs(value) * 1e-4 or peak * 1e-4


def _slope(
    key: Key,
    at: tuple[float, float],
    i: int,
    now: list[float],
    gaps: Callable[[tuple[float, float]], list[float] | None],
    peak: float,
) -> tuple[float, list[float]] | None:
    """(how far one key is moved, what the rows change by then): further where a small change of it is none."""
    small = _unit(key, at[i], peak)
    for unit in (small, abs(at[i]) * 0.05, -small):
        moved = gaps((at[0] + unit, at[1]) if i == 0 else (at[0], at[1] + unit))
        if moved is not None and moved != now:
            return unit, [b - a for a, b in zip(now, moved, strict=True)]
    return None


def _step(a: list[float], b: list[float], gaps: list[float], damping: float) -> tuple[float, float] | None:
    """How many units to move both keys."""
    aa, ab, bb = (math.fsum(x * y for x, y in zip(p, q, strict=True)) for p, q in ((a, a), (a, b), (b, b)))
    ag, bg = (math.fsum(x * y for x, y in zip(p, gaps, strict=True)) for p in (a, b))
    aa, bb = aa * (1 + damping), bb * (1 + damping)
    area = aa * bb - ab * ab
    if not area > 1e-12 * aa * bb:
        return None
    return (ab * bg - bb * ag) / area, (ab * ag - aa * bg) / area


def _moved(key: Key, value: float, steps: float, unit: float) -> float:
    """The value so many units further, and not more than tripled or cut to a third at once."""
    there = value + steps * unit
    if value > 0:
        there = min(max(there, value / 3), value * 3)
    return float(round(there)) if key.kind == "whole" else there
