"""The lists of schedulers that a wanted curve may be made of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import repeat
from typing import Any

from lrcli.frameworks.porting import NEARLY_0, WantedCurve
from lrcli.schedules.base import Schedule, parameters
from lrcli.schedules.params import Record


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
