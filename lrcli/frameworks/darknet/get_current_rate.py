"""The policies of a darknet network, with its burn_in."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from struct import pack, unpack

from lrcli.errors import InvalidValue
from lrcli.schedules.base import Schedule, Setting, choice, count, number, positions, setting

_PI = 3.14159265


def _float(value: float) -> float:
    """A double as the nearest float, which is what C stores."""
    try:
        rounded: float = unpack("f", pack("f", value))[0]
    except OverflowError:
        return math.copysign(math.inf, value)
    return rounded


@dataclass(frozen=True)
class GetCurrentRate(Schedule):
    """The rate of each batch by the policy of a network; the first update has batch number 1.

    With n = t + 1 and base = learning_rate * gpus, everything stored as float32:

        n < burn_in     base * (n / burn_in) ** power
        constant        base
        steps           base * the product of the scales whose steps are <= n
        step            base * scale ** (n // step)
        exp             base * gamma ** n
        poly            base * (1 - n / max_batches) ** power, counted from the first batch on
        sig             base / (1 + exp(gamma * (n - step)))
        sgdr            learning_rate_min + (base - learning_rate_min) * (1 + cos(pi * k / cycle)) / 2, k batches into a
                        cycle, each of which is sgdr_mult times as long as the one before and includes its last batch

    >>> [GetCurrentRate(policy="steps", steps=(4,), scales=(0.1,), burn_in=2).lr_at(t, 0.5) for t in (0, 1, 2, 3)]
    [0.03125, 0.5, 0.5, 0.05000000074505806]

    Source: github.com/AlexeyAB/darknet, src/network.c, commit 59596d7 (compiled and run for constant, steps and
    poly; the others were read).
    """

    name = "darknet.get_current_rate"
    counts = "step"

    policy: str = choice(
        "constant", "constant", "steps", "step", "exp", "poly", "sig", "sgdr", doc="how the rate changes"
    )
    max_batches: int = count(0, doc="updates of the run")
    burn_in: int = count(0, doc="updates of the burn-in", example="1000")
    power: float = number(4.0, doc="power of the burn-in and of poly")
    steps: tuple[float, ...] = positions((), doc="batches at which the rate is scaled")
    scales: tuple[float, ...] = positions((), doc="the factors there")
    step: float = number(1.0, doc="batches between two scalings, or the middle of sig")
    scale: float = number(1.0, doc="the factor of policy step")
    gamma: float = number(1.0, doc="the base of exp, the steepness of sig")
    learning_rate_min: float = number(1e-5, doc="the lowest rate of sgdr")
    sgdr_cycle: int | None = count(None, doc="batches of the first cycle; max_batches if left out", optional=True)
    sgdr_mult: int = count(2, doc="how much longer each next cycle is", at_least=1)
    gpus: int = count(1, doc="GPUs, which multiply the rate", at_least=1)
    setting: Setting | None = setting()

    def __post_init__(self) -> None:
        super().__post_init__()
        if len(self.steps) > len(self.scales):
            raise InvalidValue("scales", f"must be as many as the steps, {len(self.steps)} here", self.scales)
        if self.policy == "step" and self.step < 1:
            raise InvalidValue("step", "must be at least 1", self.step)

    def formula_problems(self) -> Iterator[InvalidValue]:
        yield from super().formula_problems()
        if self.policy == "poly" and self._length() < 1:
            yield InvalidValue("max_batches", "must be at least 1", self.max_batches)

    def _length(self) -> int:
        return int(self.max_batches) or (self.setting.length if self.setting else 0)

    def lr_at(self, t: int, base_lr: float) -> float:
        n = t + 1
        base = _float(_float(base_lr) * self.gpus)
        power = _float(self.power)
        if n < self.burn_in:
            return _float(base * math.pow(_float(_float(n) / int(self.burn_in)), power))
        if self.policy == "steps":
            for step, scale in zip(self.steps, self.scales, strict=False):
                if step > n:
                    break
                base = _float(base * _float(scale))
            return base
        if self.policy == "step":
            return _float(base * math.pow(_float(self.scale), n // int(self.step)))
        if self.policy == "exp":
            return _float(base * math.pow(_float(self.gamma), n))
        if self.policy == "poly":
            left = _float(1 - _float(_float(n) / self._length()))
            return _float(base * math.pow(left, power))
        if self.policy == "sig":
            exponent = _float(_float(self.gamma) * (n - int(self.step)))
            return _float(base * (1.0 / (1.0 + math.exp(exponent)))) if exponent < 700 else 0.0
        if self.policy == "sgdr":
            return self._sgdr(n, base)
        return base

    def _sgdr(self, n: int, base: float) -> float:
        start, cycle = self._cycle(n)
        least = _float(self.learning_rate_min)
        return _float(least + 0.5 * (base - least) * (1.0 + math.cos(_float(n - start) * _PI / cycle)))

    def _cycle(self, n: int) -> tuple[int, int]:
        """(the batch before the cycle of batch n, the batches of that cycle)."""
        start, cycle = 0, int(self.sgdr_cycle or self._length() or 1)
        if self.sgdr_mult == 1:
            return (n - 1) // cycle * cycle, cycle
        while start + cycle < n:
            start += cycle
            cycle *= int(self.sgdr_mult)
        return start, cycle

    def next_break(self, t: int) -> int | None:
        rows = [int(self.burn_in) - 1]
        if self.policy == "steps":
            rows += [int(step) - 1 for step in self.steps]
        if self.policy == "step" and self.step >= 1:
            size = int(self.step)
            rows.append((max(t, 1) + size) // size * size - 1)
        if self.policy == "sgdr":
            start, cycle = self._cycle(max(t, 1))
            rows.append(start + cycle)
        if self.policy == "poly":
            rows.append(self._length())
        return min((row for row in rows if row >= max(t, 1)), default=None)

    def event_at(self, t: int) -> str:
        if t and t == self.burn_in - 1:
            return "burn-in ends"
        if self.policy == "steps" and t + 1 in self.steps:
            return f"milestone x{self.scales[self.steps.index(t + 1)]:g}"
        return ""
