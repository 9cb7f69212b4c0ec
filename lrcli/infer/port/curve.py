"""The curve of a spec, and the values that a key of another framework's schedule may have there.

The likeliest values come first. They follow from the curve (its peak, its end, where it jumps and bends), from the
numbers of the schedule that it comes from, and from the kind of the key and the words in its name.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import MISSING, Field, fields
from itertools import pairwise
from typing import Any

from lrcli.errors import LrcliError
from lrcli.frameworks._float32 import FloatTyped
from lrcli.frameworks.porting import MOST_CUTS, NEARLY_0, WantedCurve
from lrcli.infer.limits import MOST_ROWS, MOST_VALUES
from lrcli.schedules.base import Schedule, Setting
from lrcli.schedules.params import Param, param_of
from lrcli.series import series_of
from lrcli.spec import Spec

_FACTORS = ("gamma", "rate", "power", "factor", "shrink", "cycle", "decay", "mul")
_RATES = ("min_lr", "learning_rate", "min_ratio", "_lr_rate")
_SHARES = ("ratio", "factor", "alpha", "scale", "_rate")


def _numbers_of(schedule: Schedule) -> Iterator[float]:
    """The numbers that a schedule and its parts were given."""
    for f in fields(schedule):
        value = getattr(schedule, f.name)
        for item in value if isinstance(value, tuple) else (value,):
            if isinstance(item, (int, float)) and not isinstance(item, bool) and item == item and abs(item) < 1e9:
                yield item
    for part in schedule.parts():
        yield from _numbers_of(part)


def rates_of(spec: Spec) -> list[float]:
    """The learning rates of the first parameter group. Raises LrcliError where one is no finite number."""
    series = series_of(spec)
    rates = [rate for block in series.blocks([series.reading]) for rate in block.groups[0][series.reading]]
    if not all(isinstance(rate, (int, float)) and math.isfinite(rate) for rate in rates):
        raise LrcliError(f"{spec.name}: not every learning rate is a finite number, so there is no curve to convert")
    return rates


def curve_of(spec: Spec) -> WantedCurve:
    """The curve of a spec. Raises LrcliError for one that is too long, or has several."""
    if len(spec.groups) > 1:
        reason = f"it has {len(spec.groups)} parameter groups: port each as a spec of its own"
        raise LrcliError(f"{spec.name}: one curve is converted to another framework, and {reason}")
    if spec.length > MOST_ROWS:
        reason = f"convert compares every row, of up to {MOST_ROWS:,}"
        raise LrcliError(f"{spec.name}: the run has {spec.length:,} rows, and {reason}")
    rates, (group,), data = rates_of(spec), spec.groups, spec.data
    setting = Setting(
        length=spec.length,
        interval=spec.interval,
        steps_per_epoch=spec.steps_per_epoch,
        samples_per_step=data.samples_per_step if data else None,
        samples=data.samples if data else None,
    )
    breaks = tuple(group.schedule.breaks(0, spec.length + 1, MOST_CUTS + 1))
    numbers = tuple(dict.fromkeys(_numbers_of(group.schedule)))
    wrapped = (group.schedule, *group.schedule.parts())
    lr = group.lr if group.lr is not None else max(rates)
    held = tuple(part for part in wrapped if part.torch)
    return WantedCurve(rates, lr, breaks, numbers, setting, held, any(map(computes_singles, wrapped)))


def computes_singles(schedule: Schedule) -> bool:
    """Whether a schedule is computed in single precision."""
    return isinstance(schedule, FloatTyped) and schedule.dtype == "float32"


def values_of(f: Field[Any], curve: WantedCurve) -> tuple[Any, ...]:
    """The values of a key that may make the curve, the default first."""
    param = param_of(f)
    plain = default_of(f, curve)
    default = () if plain is MISSING else (plain,)
    if param.momentum and default:
        return default
    likely = _likely_values(f.name, param, curve)
    tried = param.tried(curve) if param.tried else (*_of_restarts(f.name, param, curve), *default, *likely)
    allowed = [value for value in dict.fromkeys(tried) if value in default or (value is not None and param.test(value))]
    return tuple(allowed if param.kind == "data" else allowed[:MOST_VALUES]) or default


def _of_restarts(name: str, param: Param, curve: WantedCurve) -> Iterator[float]:
    """What a key of a curve with restarts likely is: the length of the first cycle, a factor, how many there are."""
    begins, low = curve.cycles_from, name.lower()
    if not begins or "warmup" in low:
        return
    if low.endswith(("_limit", "cycles")):
        yield len(begins) - 1
    elif "shrink" in low or low.startswith("m_") or ("cycle" in low and "decay" in low):  # of heights
        yield curve.factor(*begins[:2])
    elif "mul" in low:
        yield curve.longer
    elif param.kind == "length":
        yield begins[1] - begins[0]


def default_of(f: Field[Any], curve: WantedCurve) -> Any:
    """What a key has where it is left out, MISSING where it may not be: some are as long as the run."""
    return len(curve.rates) if param_of(f).fills and f.default is not MISSING else f.default


def _likely_values(name: str, param: Param, curve: WantedCurve) -> Iterable[Any]:
    """The values of a key that follow from its kind and its name."""
    low, kind = name.lower(), param.kind
    if param.choices or kind == "flag":
        return param.choices or (False, True)
    is_warm = "warmup" in low
    if low.endswith("cycles"):
        return curve.cycles
    if kind in ("length", "count", "text") or low.endswith("_steps"):
        lengths = curve.warmups if is_warm else curve.lengths
        return [f"{n}{curve.unit}" for n in lengths if n] if kind == "text" else lengths
    if kind == "number":
        if any(word in low for word in _FACTORS) and not any(word in low for word in _RATES):
            return _factors(curve)
        return _rates(curve, is_warm, any(word in low for word in _SHARES))
    if kind == "positions":
        return curve.positions()
    return curve.wrapped if kind == "schedule" else ()


def _factors(curve: WantedCurve) -> Sequence[float]:
    """The factors from row to row, and the small numbers of the schedule, which may be exponents as well."""
    ratios = [b / a for a, b in pairwise(curve.rates) if a and b != a][:3]
    return [*(x for x in curve.numbers if 0 <= x <= 10), *curve.factors[:2], 0.0, 1.0, 0.5, 2.0, *ratios]


def _rates(curve: WantedCurve, is_warm: bool, is_share: bool) -> Sequence[float]:
    """Rates, and before them shares of the base rate where a number may be one."""
    lr, first, last, least = curve.lr, curve.rates[0], curve.rates[-1], min(curve.rates)
    shared = [x * lr for x in curve.numbers if 0 < x < 1 and x * lr < curve.peak]
    rates = [0.0, *shared[:3], last, least, first, lr, curve.peak, *(x for x in curve.numbers if 0 < x < curve.peak)]
    if not is_share:
        return rates
    shares = [rate / lr for rate in (last, least, first, *curve.floors) if lr]
    shares += [x for x in curve.numbers if 0 < x <= 1]
    return [0.0, 1.0, *shares, *([NEARLY_0] if is_warm and not first else []), *rates]
