"""The polynomial of NeMo's decays."""

from __future__ import annotations

import math

from lrcli.frameworks.stateless import StatelessRule


def poly_decay(base_lr: float, begin: float, steps: float, power: float, low: float, cycle: bool) -> StatelessRule:
    """A polynomial from base_lr to `low` over `steps` steps, then `low`, or (cycle) again over twice as many."""
    span, pow = base_lr - low, math.pow

    def cycling(t: int) -> float:
        step = t - begin
        size = steps * (1.0 if step == 0 else math.ceil(step / steps))
        return span * pow(1.0 - step / size, power) + low

    def falling(t: int) -> float:
        step = t - begin
        return span * pow(1.0 - (step if step < steps else steps) / steps, power) + low

    return cycling if cycle else falling
