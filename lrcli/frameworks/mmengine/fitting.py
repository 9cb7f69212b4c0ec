"""Curves in the words of a param_scheduler: a LinearLR whose last step is the warmup's end, then one other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise, product, repeat
from typing import Any

from lrcli.frameworks.fitting import Shape, Words
from lrcli.frameworks.mmcv.fitting import cycle_keys
from lrcli.frameworks.mmengine._entries import KEYS
from lrcli.frameworks.porting import NEARLY_0, WantedCurve
from lrcli.schedules.base import Schedule, parameters
from lrcli.schedules.params import Record

RANK = 9
_RENAMED = {"max_lr": "eta_max"}
LOG = r" - mmengine - INFO - | mmengine +INFO "


def spell(shape: Shape) -> Iterator[Words]:
    """Its list of schedulers with cycles of any length and height, or with mmdet's quadratic warmup."""
    if (shape.parts and shape.cycles) or shape.ramp == "power":
        yield from spell_own(shape)


def spell_own(shape: Shape) -> Iterator[Words]:
    """Its list of schedulers; a quadratic warmup, whose step 0 has climbed once already, is one step behind."""
    late = int(shape.ramp == "power" and shape.climb == 2 and shape.begin == shape.warmup + 1)
    if (shape.ramp != "line" and not late) or shape.product:
        return
    clock: dict[str, Any] = {} if shape.epochs else {"by_epoch": False}
    parts: list[dict[str, Any]] = []
    if late:
        parts.append({"type": "QuadraticWarmupLR", "end": shape.warmup, **clock})
    elif shape.warmup:
        parts.append({"type": "LinearLR", "start_factor": shape.start / shape.lr, "end": shape.warmup + 1, **clock})
    begin = {"begin": shape.begin - late} if shape.begin else {}
    span = {**begin, "end": shape.end - late, **clock}
    if shape.decay == "steps":
        size = shape.by_epoch
        milestones = tuple((m - late) // (size or 1) for m in shape.milestones)
        parts.append({"type": "MultiStepLR", "milestones": milestones, "gamma": shape.power, **({} if size else clock)})
    elif shape.decay == "cosine":
        size = shape.end - shape.begin
        parts.append({"type": "CosineAnnealingLR", "T_max": size, "eta_min": shape.floor, **span})
    elif shape.cycles:
        parts.append({"type": "CosineRestartLR", "eta_min": shape.floor, **cycle_keys(shape, 0.0), **span})
    elif shape.decay in ("line", "power"):
        span["end"] += 1  # PolyLR is at eta_min one step before its end
        parts.append({"type": "PolyLR", "eta_min": shape.floor, "power": shape.power, **span})
    elif shape.decay != "constant":
        return
    if parts:
        yield Words("mmengine.param_scheduler", {"schedulers": tuple(map(Record, parts))}, -late)


def entry_lists(curve: WantedCurve) -> Iterator[tuple[Record, ...]]:
    """Lists of entries as mmengine has them: a main curve, alone or behind a linear warmup."""
    clock: dict[str, Any] = {} if curve.unit == "ep" else {"by_epoch": False}
    translated = _translated(curve.wrapped, clock)
    for sign in (1, -1) if translated else ():
        yield tuple(Record(entry) for entry in translated[::sign])
    for warm in curve.warmups:
        for pair in product(_warmups(curve, warm, clock), _mains(curve, warm, clock)):
            if any(pair):
                yield tuple(Record(entry) for entry in pair if entry)


def _warmups(curve: WantedCurve, warm: int, clock: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The entries of a warmup of so many steps; an empty one where it has none."""
    if not warm:
        yield {}
        return
    first = curve.rates[0] / curve.lr if curve.lr else 0.0
    for start in dict.fromkeys(x for x in (first, NEARLY_0) if 0 < x <= 1):
        for end in (warm + 1, warm):  # it reaches its end_factor one step before its end
            yield {"type": "LinearLR", "start_factor": start, **clock, "end": end}


def _mains(curve: WantedCurve, warm: int, clock: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The entries that may stand behind such a warmup; first an empty one, for nothing."""
    yield {}
    jumps, ends = tuple(curve.jumps), (len(curve.rates), *curve.lengths[:4])
    powers = list(dict.fromkeys([*(x for x in curve.numbers if 0 < x <= 10), *curve.factors[:1]])) or [1.0]
    lows = dict.fromkeys((0.0, min(curve.rates), curve.rates[-1], *curve.floors))
    for begin in dict.fromkeys((warm, *(t for t in curve.breaks[:2] if t > warm))):
        common = {**clock, **({"begin": begin} if begin else {})}
        if begin in curve.cycles_from[:1]:
            yield from ({**restarts, "eta_min": low, **common} for low in lows for restarts in _restarts(curve))
        for end, low in product((end for end in ends if end > begin), lows):
            yield {"type": "CosineAnnealingLR", "T_max": end - begin, "eta_min": low, **common, "end": end}
            for power in dict.fromkeys((1.0, *powers)):
                poly = {"type": "PolyLR", "power": power, "eta_min": low, **common}
                yield from ({**poly, "end": end + 1}, {**poly, "end": end})
        yield from ({"type": "ExponentialLR", "gamma": gamma, **common} for gamma in powers)
    for gamma in powers if jumps else ():
        yield {"type": "MultiStepLR", "milestones": jumps, "gamma": gamma, **clock}


def _restarts(curve: WantedCurve) -> Iterator[dict[str, Any]]:
    """The periods and heights of a curve with restarts; the run may end within the last one."""
    *lengths, last = (end - begin for begin, end in pairwise(curve.cycles_from))
    weights = tuple(curve.rates[begin] / curve.lr for begin in curve.cycles_from[:-1])
    longer = (lengths[-1] * factor for factor in (1, *curve.numbers))
    for period in dict.fromkeys((last, *(int(size) for size in longer if last < size <= len(curve.rates)))):
        yield {"type": "CosineRestartLR", "periods": (*lengths, period), "restart_weights": weights}


def _translated(wrapped: Sequence[Schedule], common: dict[str, Any]) -> list[dict[str, Any]]:
    """The entries of the same names as PyTorch's schedules have that the curve comes from."""
    entries: list[dict[str, Any]] = []
    phases = [(part, 0) for part in wrapped[:1]]
    while phases:
        schedule, begin = phases.pop(0)
        begins = (0, *getattr(schedule, "milestones", ())) if schedule.torch == "SequentialLR" else repeat(0)
        parts = schedule.parts()
        phases += [(part, begin + int(at)) for part, at in zip(parts, begins, strict=False)]
        if parts or schedule.torch in (None, "LambdaLR"):
            continue
        keys = {_RENAMED.get(f.name, f.name): getattr(schedule, f.name) for f in parameters(schedule)}
        kind = str(schedule.torch).replace("Polynomial", "Poly")
        defaults = KEYS.get(kind, {}).items()
        own = {key: keys[key] for key, default in defaults if keys.get(key) not in (None, default)}
        entry = {"type": kind, **common, **own}
        entry |= {"begin": begin} if begin else {}
        if "total_iters" in keys:  # it acts once more, at its end
            entry["end"] = begin + int(keys["total_iters"]) + 1
        entries.append(entry)
    return entries
