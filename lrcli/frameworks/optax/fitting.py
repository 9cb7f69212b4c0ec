"""Curves in optax's words, for a log of single-precision values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise

from lrcli.frameworks.fitting import Shape, Words, decays_of
from lrcli.schedules.params import Record

RANK = 6


def spell_single(shape: Shape) -> Iterator[Words]:
    """Its decays, those of them that it has with a warmup, and schedules one after the other."""
    yield from _alone(shape)
    if shape.cycles and not shape.warmup:
        names = ("init_value", "peak_value", "warmup_steps", "decay_steps", "end_value")
        values = ((part.lr, part.lr, 0, part.end, part.floor) for part in shape.cycles)
        kwargs = tuple(Record(dict(zip(names, each, strict=True))) for each in values)
        yield Words("optax.sgdr_schedule", {"cosine_kwargs": kwargs})
    if len(shape.phases) > 1:
        yield from _cornered(shape.corners)
        parts = [next((words._replace(lr=part.lr) for words in _alone(part)), None) for _, part in shape.phases]
        if all(parts):
            boundaries = tuple(begin for begin, _ in shape.phases[1:])
            yield Words("optax.join_schedules", {"schedules": tuple(parts), "boundaries": boundaries})


def _cornered(corners: tuple[tuple[int, float], ...]) -> Iterator[Words]:
    """Lines from point to point, of which three may be a cycle."""
    (_, first), *points = corners or ((0, 0.0),)
    if len(points) < 2 or not all(value for _, value in points) or not first:
        return
    if len(points) == 3 and points[1][1] == first:
        total = points[2][0]
        keys = {"pct_start": points[0][0] / total, "pct_final": points[1][0] / total}
        keys |= {"div_factor": points[0][1] / first, "final_div_factor": first / points[2][1]}
        rounded = {key: float(f"{value:.9g}") for key, value in keys.items()}
        yield Words("optax.linear_onecycle_schedule", {"transition_steps": total, **rounded})
    lines = {"interpolate_type": "linear", "boundaries_and_scales": _scales(corners)}
    yield Words("optax.piecewise_interpolate_schedule", lines, lr=first)


def _scales(points: Iterable[tuple[int, float]]) -> Record:
    """The factor at each step but the first."""
    return Record({str(at): float(f"{value / before:.12g}") for (_, before), (at, value) in pairwise(points)})


def _alone(shape: Shape) -> Iterator[Words]:
    """What it has a name for; the power of a polynomial may be an int or a float."""
    if len(shape.levels) > 1 and all(shape.levels):
        scales = _scales(zip((0, *shape.milestones), shape.levels, strict=True))
        yield Words("optax.piecewise_constant_schedule", {"boundaries_and_scales": scales}, lr=shape.levels[0])
    if shape.ramp != "line" or shape.product:
        return
    size, floor = shape.end - shape.begin, shape.floor
    warmed = {"init_value": shape.start, "warmup_steps": shape.warmup}
    if shape.decay == "cosine" and shape.plain:
        if shape.warmup:
            yield Words("optax.warmup_cosine_decay_schedule", {**warmed, "decay_steps": shape.end, "end_value": floor})
        else:
            yield Words("optax.cosine_decay_schedule", {"decay_steps": size, "alpha": shape.floor_share})
    elif shape.decay == "constant" and shape.plain:
        yield Words("optax.warmup_constant_schedule", warmed) if shape.warmup else Words("optax.constant_schedule", {})
    elif shape.decay in ("line", "power") and not shape.warmup:
        keys = {"end_value": floor, "transition_steps": size, "transition_begin": shape.begin}
        if shape.decay == "line":
            yield Words("optax.linear_schedule", keys)
            return
        powers = (int(shape.power), float(shape.power)) if shape.power % 1 == 0 else (shape.power,)
        yield from (Words("optax.polynomial_schedule", {**keys, "power": power}) for power in powers)
    elif shape.decay == "exponential":
        for steps, rate in decays_of(shape.power):
            keys = {"transition_steps": steps, "decay_rate": rate}
            if shape.warmup and shape.plain:
                yield Words("optax.warmup_exponential_decay_schedule", {**warmed, **keys})
            elif not shape.warmup:
                yield Words("optax.exponential_decay", {**keys, "transition_begin": shape.begin})
