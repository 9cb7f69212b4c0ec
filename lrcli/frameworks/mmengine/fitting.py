"""Curves in the words of a param_scheduler: a LinearLR whose last step is the warmup's end, then one other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import repeat
from typing import Any

from lrcli.frameworks.fitting import Shape, Words
from lrcli.frameworks.porting import NEARLY_0, WantedCurve
from lrcli.schedules.base import Schedule, parameters
from lrcli.schedules.params import Record

RANK = 9
LOG = r" - mmengine - INFO - | mmengine +INFO "


def spell_own(shape: Shape) -> Iterator[Words]:
    """Its list of schedulers."""
    if shape.ramp != "line" or shape.product:
        return
    clock: dict[str, Any] = {} if shape.epochs else {"by_epoch": False}
    parts: list[dict[str, Any]] = []
    if shape.warmup:
        parts.append({"type": "LinearLR", "start_factor": shape.start / shape.lr, "end": shape.warmup + 1, **clock})
    span = {"begin": shape.begin, "end": shape.end, **clock} if shape.begin else {"end": shape.end, **clock}
    if shape.decay == "steps":
        size = shape.by_epoch
        milestones = tuple(m // (size or 1) for m in shape.milestones)
        parts.append({"type": "MultiStepLR", "milestones": milestones, "gamma": shape.power, **({} if size else clock)})
    elif shape.decay == "cosine":
        size = shape.end - shape.begin
        parts.append({"type": "CosineAnnealingLR", "T_max": size, "eta_min": shape.floor, **span})
    elif shape.decay in ("line", "power"):
        span["end"] += 1  # PolyLR is at eta_min one step before its end
        parts.append({"type": "PolyLR", "eta_min": shape.floor, "power": shape.power, **span})
    elif shape.decay != "constant":
        return
    if parts:
        yield Words("mmengine.param_scheduler", {"schedulers": tuple(parts)})


def entry_lists(curve: WantedCurve) -> Iterator[tuple[Record, ...]]:
    """Lists of entries as mmengine has them: a main curve, alone or behind a linear warmup."""
    by_epoch = {} if curve.unit == "ep" else {"by_epoch": False}
    steps, jumps, least = len(curve.rates), tuple(curve.jumps), min(curve.rates)
    powers = list(dict.fromkeys([*(x for x in curve.numbers if 0 < x <= 10), *curve.factors[:1]])) or [1.0]
    first = curve.rates[0] / curve.lr if curve.lr else 0.0
    translated = _translated(curve.wrapped, by_epoch)
    for sign in (1, -1) if translated else ():
        yield tuple(Record(entry) for entry in translated[::sign])
    for warm in curve.warmups:
        fronts: list[list[dict[str, Any]]] = [[]]
        if warm:  # it reaches its end_factor one step before its end
            starts = dict.fromkeys(x for x in (first, NEARLY_0) if 0 < x <= 1)
            fronts = [
                [{"type": "LinearLR", "start_factor": x, **by_epoch, "end": end}]
                for x in starts
                for end in (warm + 1, warm)
            ]
        mains: list[list[dict[str, Any]]] = [[]]
        for begin in dict.fromkeys((warm, *(t for t in curve.breaks[:2] if t > warm))):
            common = {**by_epoch, **({"begin": begin} if begin else {})}
            for end in (end for end in (steps, *curve.lengths[:4]) if end > begin):
                for low in dict.fromkeys((0.0, least, curve.rates[-1])):
                    cosine = {"type": "CosineAnnealingLR", "T_max": end - begin, "eta_min": low, **common}
                    mains.append([{**cosine, "end": end}])
                    for power in dict.fromkeys((1.0, *powers)):
                        poly = {"type": "PolyLR", "power": power, "eta_min": low, **common}
                        mains += [[{**poly, "end": end + 1}], [{**poly, "end": end}]]
            mains += [[{"type": "ExponentialLR", "gamma": gamma, **common}] for gamma in powers]
        for gamma in powers if jumps else ():
            mains.append([{"type": "MultiStepLR", "milestones": jumps, "gamma": gamma, **by_epoch}])
        for front in fronts:
            for rest in mains:
                if front or rest:
                    yield tuple(Record(entry) for entry in [*front, *rest])


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
        keys = {f.name: getattr(schedule, f.name) for f in parameters(schedule)}
        entry = {"type": str(schedule.torch).replace("Polynomial", "Poly"), **common, **keys}
        entry |= {"begin": begin} if begin else {}
        if "total_iters" in keys:  # it acts once more, at its end
            entry["end"] = begin + int(entry.pop("total_iters")) + 1
        entries.append(entry)
    return entries
