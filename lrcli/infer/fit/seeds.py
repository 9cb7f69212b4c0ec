"""The values of the keys of a registered class with which a search for the rows of a log begins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import MISSING, Field
from typing import Any

from lrcli.infer.fit.logged import LoggedCurve
from lrcli.infer.limits import KEY_VALUES
from lrcli.infer.port.curve import values_of
from lrcli.infer.usual import DECAY_POWERS
from lrcli.schedules.base import Schedule
from lrcli.schedules.params import param_of

_FACTORS = ("gamma", "mul", "shrink", "cycle", "rate", "decay")
"""Words in the names of numbers that may be a factor from jump to jump, or from step to step."""


def seeds(cls: type[Schedule], f: Field[Any], curve: LoggedCurve) -> tuple[Any, ...]:
    """The values of a key of a class, the likeliest first: of a number those from which it is solved for."""
    values, plain, low = values_of(f, curve), f.default, f.name.lower()
    if f.name == cls.own_rate:
        return (None,) if plain is None else (plain,)
    if f.name == "dtype":
        return ("float64",)
    if low.endswith("_limit"):
        return tuple(dict.fromkeys((*values[:1], plain)))
    if not is_number_key(f):
        if "warmup" in low and plain in values and 0 < curve.top <= min(curve.jumps, default=curve.top):
            values = tuple(dict.fromkeys((*values[1:2], *values)))
        return values if param_of(f).choices else values[:KEY_VALUES]
    given = [x for x in values if x is not None]
    if plain is None:
        return (None, *given[:1])
    if plain is MISSING:
        return tuple(given[:4])
    likely: Sequence[float] = ()
    if "power" in low:
        likely = DECAY_POWERS[1:4]
    elif "cycles" in low:
        likely = curve.cycles
    elif any(word in low for word in _FACTORS):
        likely = given[:1] if curve.cycles_from else (*curve.factors, *curve.pace)
    return tuple(dict.fromkeys((plain, *(x for x in likely if param_of(f).test(x)))))[:4]


def is_number_key(f: Field[Any]) -> bool:
    """Whether a key is a number that can be solved for: a rate, a share, a factor, a power."""
    param = param_of(f)
    counts = f.name.endswith(("_steps", "_limit"))  # which only go up and down by whole ones
    return param.kind == "number" and not counts and not param.momentum and not param.tried
