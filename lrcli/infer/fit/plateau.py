"""Reductions on a plateau: every metric column is replayed until one gives the logged learning rates."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice, pairwise, product

from lrcli.infer.costs import COSTS
from lrcli.infer.fit.candidate import Candidate
from lrcli.infer.fit.rows import FitRows
from lrcli.infer.fit.steps import Flat
from lrcli.infer.limits import MOST_METRIC
from lrcli.infer.numbers import cost, simplest
from lrcli.infer.usual import PATIENCES, THRESHOLDS
from lrcli.schedules.plateau import Plateau

MetricColumns = Mapping[str, Sequence[float | None]]
"""The columns of a log that may be a plateau's metric."""


def plateau_candidates(rows: FitRows, flats: list[Flat], metrics: MetricColumns) -> Iterator[Candidate]:
    """The plateau schedules that give these flat stretches, by metric column; Keras logs float32 numbers."""
    if not 2 <= len(flats) <= 100 or len(rows) > MOST_METRIC or flats[-1].low <= 0:
        return
    if any(b.low + b.high >= a.low + a.high for a, b in pairwise(flats)) or any(
        b - a != 1 for a, b in pairwise(rows.at)
    ):
        return
    lr = simplest(flats[0].low, flats[0].high)
    values = _factor(lr, flats)
    if values is None:
        return
    for name, cells in metrics.items():
        series = tuple(math.nan if cell is None else cell for cell in cells)
        if len(series) != len(rows) or all(map(math.isnan, series)):
            continue
        for mode, counting, shift in product(("min", "max"), ("torch", "keras"), (0, 1)):
            unusual = COSTS["other framework"] * ((counting == "keras") != rows.single) + COSTS["shift"] * shift
            replays = _replays(series, flats[1].start + shift, mode, counting, *values)
            candidates = (
                Candidate(
                    "plateau",
                    lr,
                    rows.at[0] - shift,
                    _cost(plateau, name) + cost(lr) + unusual,
                    plateau,
                    evidence=(f"the reductions follow {name}",),
                )
                for plateau in replays
            )
            yield from islice((candidate for candidate in candidates if rows.holds(candidate.at)), 3)


def _factor(lr: float, flats: list[Flat]) -> tuple[float, float] | None:
    """(factor, min_lr) that give the values: the last may be a floor."""
    for floored in (False, True):
        reduced = flats[1 : len(flats) - floored]
        if not reduced:
            return None  # a single reduction, to a floor or by a factor: the factor is the simpler story
        low = max((flat.low / lr) ** (1 / power) for power, flat in enumerate(reduced, 1))
        high = min((flat.high / lr) ** (1 / power) for power, flat in enumerate(reduced, 1))
        if low <= high:
            return simplest(low, high), simplest(flats[-1].low, flats[-1].high) if floored else 0.0
    return None


def _replays(
    series: tuple[float, ...], reduced_at: int, mode: str, counting: str, factor: float, floor: float
) -> Iterator[Plateau]:
    """The schedules whose first reduction is at this row, for every threshold and cooldown that people choose."""
    for (threshold, kind), cooldown in product(THRESHOLDS[counting], range(6)):
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
        patience = _patience(trial, series, reduced_at)
        if patience is not None:
            yield replace(trial, patience=patience, metric=series)


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


def _cost(plateau: Plateau, name: str) -> float:
    usual = (plateau.threshold, plateau.threshold_mode) == THRESHOLDS[plateau.counting][0]
    lowered = name.lower()
    validation = "val" in lowered or "eval" in lowered or "test" in lowered
    expected = "max" if any(word in lowered for word in ("acc", "auc", "f1", "map", "iou", "precision")) else "min"
    spent = cost(plateau.factor) + PATIENCES.get(int(plateau.patience), 1.0 + cost(plateau.patience))
    spent += COSTS["cooldown"] * (2 * bool(plateau.cooldown) + int(plateau.cooldown)) + COSTS["min_lr"] * bool(
        plateau.min_lr
    )
    return (
        spent
        + COSTS["threshold"] * (not usual)
        + COSTS["training metric"] * (not validation)
        + COSTS["mode"] * (plateau.mode != expected)
    )
