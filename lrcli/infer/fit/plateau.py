"""Reductions on a plateau: every metric column is replayed until one gives the logged learning rates."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise, product

from lrcli.infer.fit.candidate import Candidate
from lrcli.infer.fit.rows import FitRows
from lrcli.infer.fit.segments import Flat
from lrcli.infer.numbers import cost, simplest
from lrcli.schedules.plateau import Plateau

MOST_ROWS = 20_000
"""A longer metric would not be read in the spec."""

_THRESHOLDS = {
    "torch": ((1e-4, "rel"), (0.0, "rel"), (1e-3, "rel"), (1e-2, "rel"), (1e-4, "abs"), (1e-3, "abs"), (1e-2, "abs")),
    "keras": ((1e-4, "abs"), (0.0, "abs"), (1e-3, "abs"), (1e-2, "abs"), (1e-5, "abs")),
}
"""What each framework defaults to comes first."""

_PATIENCES = {10: 0.3, 5: 0.3, 3: 0.5, 2: 0.5, 4: 0.8, 7: 0.8, 8: 0.9, 6: 0.9, 15: 0.6, 20: 0.5, 1: 0.8, 12: 1.0}


def plateau_candidates(
    rows: FitRows, found: list[Flat], metrics: Mapping[str, Sequence[float | None]], float32: bool
) -> Iterator[Candidate]:
    """The plateau schedules that give these flat stretches, by metric column; Keras logs float32 numbers."""
    if not 2 <= len(found) <= 100 or len(rows) > MOST_ROWS:
        return
    middles = [(flat.low + flat.high) / 2 for flat in found]
    if min(flat.low for flat in found) <= 0 or any(b >= a for a, b in pairwise(middles)):
        return
    if any(b - a != 1 for a, b in pairwise(rows.p)):
        return
    for lr, factor, min_lr in _values(found):
        for candidate, counting in _replayed(rows, found, metrics, lr, factor, min_lr):
            unusual = (counting == "keras") != float32
            yield replace(candidate, cost=candidate.cost + 0.6 * unusual)


def _values(found: list[Flat]) -> Iterator[tuple[float, float, float]]:
    """(base LR, factor, min_lr) that give the values: the last may be a floor."""
    lr = simplest(found[0].low, found[0].high)
    for cut in (len(found), len(found) - 1):
        low, high = 0.0, math.inf
        for power, flat in enumerate(found[1:cut], 1):
            low, high = max(low, (flat.low / lr) ** (1 / power)), min(high, (flat.high / lr) ** (1 / power))
        if cut == 1:
            # a single reduction, to a floor or by a factor: the factor is the simpler story
            return
        if low <= high:
            last = found[-1]
            factor = simplest(low, high)
            if cut == len(found):
                yield lr, factor, 0.0
            else:
                yield lr, factor, simplest(last.low, last.high)
            return


def _replayed(
    rows: FitRows,
    found: list[Flat],
    metrics: Mapping[str, Sequence[float | None]],
    lr: float,
    factor: float,
    floor: float,
) -> Iterator[tuple[Candidate, str]]:
    """(candidate, whose counting) of every metric column that gives the values."""
    changes = [flat.start for flat in found[1:]]
    for name, cells in metrics.items():
        series = [math.nan if cell is None else cell for cell in cells]
        if len(series) != len(rows) or all(math.isnan(value) for value in series):
            continue
        for mode, counting, shift in product(("min", "max"), ("torch", "keras"), (0, 1)):
            hits = 0
            for (threshold, kind), cooldown in product(_THRESHOLDS[counting], range(6)):
                trial = Plateau(
                    mode=mode,
                    factor=factor,
                    patience=10**9,
                    threshold=threshold,
                    threshold_mode=kind,
                    cooldown=cooldown,
                    min_lr=floor,
                    counting=counting,
                    metric=(),
                )
                patience = _patience(trial, series, changes[0] + shift)
                if patience is None:
                    continue
                made = Plateau(
                    mode=mode,
                    factor=factor,
                    patience=patience,
                    threshold=threshold,
                    threshold_mode=kind,
                    cooldown=cooldown,
                    min_lr=floor,
                    counting=counting,
                    metric=tuple(series),
                )
                candidate = Candidate(
                    "plateau",
                    lr,
                    rows.p[0] - shift,
                    _cost(made, name, shift) + cost(lr),
                    made,
                    evidence=(f"the reductions follow {name}",),
                )
                if rows.holds(candidate.at):
                    yield candidate, counting
                    hits += 1
                    if hits == 3:
                        break


def _patience(trial: Plateau, series: Sequence[float], reduced_at: int) -> int | None:
    """The patience that makes the first reduction at this row: its bad epochs have not been so many before."""
    state, most = trial.start(1.0), 0
    for value in series[: reduced_at - 1]:
        state = trial.after(state, value)
        most = max(most, state.bad)
    if reduced_at < 1:
        return None
    state = trial.after(state, series[reduced_at - 1])
    if state.bad <= most:
        return None
    return state.bad if trial.counting == "keras" else state.bad - 1


def _cost(made: Plateau, name: str, shift: int) -> float:
    usual = ((1e-4, "abs") if made.counting == "keras" else (1e-4, "rel")) == (made.threshold, made.threshold_mode)
    lowered = name.lower()
    validation = "val" in lowered or "eval" in lowered or "test" in lowered
    expected = "max" if any(word in lowered for word in ("acc", "auc", "f1", "map", "iou", "precision")) else "min"
    spent = cost(made.factor) + _PATIENCES.get(int(made.patience), 1.0 + cost(made.patience))
    spent += 0.0 if usual else 0.8
    spent += 0.6 * bool(made.cooldown) + 0.3 * int(made.cooldown) + 0.3 * bool(made.min_lr)
    spent += 0.0 if validation else 0.5
    spent += 0.0 if made.mode == expected else 1.5
    return spent + 0.4 * (shift != 0)
