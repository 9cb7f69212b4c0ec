"""The policies of a darknet network, with its burn_in."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Iterator

from lrcli.errors import InvalidValue
from lrcli.frameworks._float32 import f32
from lrcli.frameworks.schedule import Pieced, Pieces
from lrcli.schedules import CurveMarks, choice, count, dataclass, length, number, positions, untried

_PI = 3.14159265


@dataclass(frozen=True)
class GetCurrentRate(Pieced):
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
    aliases = ("net",)

    policy: str = choice(
        "constant", "constant", "steps", "step", "exp", "poly", "sig", "sgdr", doc="how the rate changes"
    )
    max_batches: float = length(0, doc="updates of the run", zero=True, formula_zero=True, fills="run")
    burn_in: int = count(0, doc="updates of the burn-in", example="1000", tried=lambda curve: curve.warmups)
    power: float = number(4.0, doc="power of the burn-in and of poly")
    steps: tuple[float, ...] = positions((), doc="batches at which the rate is scaled")
    scales: tuple[float, ...] = positions((), doc="the factors there", tried=lambda curve: [(), tuple(curve.factors)])
    step: float = number(1.0, doc="batches between two scalings, or the middle of sig")
    scale: float = number(1.0, doc="the factor of policy step")
    gamma: float = number(1.0, doc="the base of exp, the steepness of sig")
    learning_rate_min: float = number(1e-5, doc="the lowest rate of sgdr")
    sgdr_cycle: int | None = count(
        None, doc="batches of the first cycle; max_batches if left out", optional=True, tried=untried
    )
    sgdr_mult: int = count(2, doc="how much longer each next cycle is", at_least=1, tried=untried)
    gpus: int = count(1, doc="GPUs, which multiply the rate", at_least=1, tried=untried)

    def check_values(self) -> None:
        if len(self.steps) > len(self.scales):
            raise InvalidValue("scales", f"must be as many as the steps, {len(self.steps)} here", self.scales)
        if self.policy == "step" and self.step < 1:
            raise InvalidValue("step", "must be at least 1", self.step)

    def formula_problems(self) -> Iterator[InvalidValue]:
        yield from super().formula_problems()
        if self.policy == "poly" and self._length() < 1:
            yield InvalidValue("max_batches", "must be at least 1", self.max_batches)

    def _length(self) -> int:
        return int(self.max_batches) or self.setting.length

    def pieces(self, base_lr: float) -> Pieces:
        base, burn_in = f32(f32(base_lr) * self.gpus), int(self.burn_in)
        after, power, pow_ = self._after(base), f32(self.power), math.pow
        return (
            (burn_in - 1, lambda t: f32(base * pow_(f32(f32(t + 1) / burn_in), power))),
            (math.inf, lambda t: after(t + 1)),
        )

    def _after(self, base: float) -> Callable[[int], float]:
        """The rate of a batch after the burn-in."""
        scale, size, gamma, power = f32(self.scale), int(self.step), f32(self.gamma), f32(self.power)
        length, pow_ = self._length(), math.pow
        if self.policy == "steps":
            return self._steps(base)
        rules: dict[str, Callable[[int], float]] = {
            "constant": lambda n: base,
            "step": lambda n: f32(base * pow_(scale, n // size)),
            "exp": lambda n: f32(base * pow_(gamma, n)),
            "poly": lambda n: f32(base * pow_(f32(1 - f32(f32(n) / length)), power)),
            "sig": lambda n: self._sigmoid(base, f32(gamma * (n - size))),
            "sgdr": lambda n: self._sgdr(n, base),
        }
        return rules[self.policy]

    @staticmethod
    def _sigmoid(base: float, exponent: float) -> float:
        return f32(base * (1.0 / (1.0 + math.exp(exponent)))) if exponent < 700 else 0.0

    def _steps(self, base: float) -> Callable[[int], float]:
        steps, rates = self.steps, [base]
        for scale in self.scales[: len(steps)]:
            rates.append(f32(rates[-1] * f32(scale)))
        if list(steps) == sorted(steps):
            return lambda n: rates[bisect_right(steps, n)]
        return lambda n: rates[next((i for i, step in enumerate(steps) if step > n), len(steps))]

    def _sgdr(self, n: int, base: float) -> float:
        start, cycle = self._cycle(n)
        least = f32(self.learning_rate_min)
        height = 0.5 * f32(base - least)
        return f32(least + height * (1.0 + math.cos(f32(n - start) * _PI / cycle)))

    def _cycle(self, n: int) -> tuple[int, int]:
        """(the batch before the cycle of batch n, the batches of that cycle)."""
        start, cycle = 0, int(self.sgdr_cycle or self._length() or 1)
        if self.sgdr_mult == 1:
            return (n - 1) // cycle * cycle, cycle
        while start + cycle < n:
            start += cycle
            cycle *= int(self.sgdr_mult)
        return start, cycle

    def marks(self) -> CurveMarks:
        yield int(self.burn_in) - 1, "burn-in ends"
        if self.policy == "steps":
            for step, scale in zip(self.steps, self.scales, strict=False):
                yield step - 1, f"milestone x{scale:g}"
        if self.policy == "poly":
            yield self._length(), ""

    def repeats(self) -> Iterator[tuple[float, float, str]]:
        if self.policy == "step":
            yield int(self.step) - 1, int(self.step), ""

    def turns(self, t: int) -> CurveMarks:
        yield from super().turns(t)
        if self.policy == "sgdr":
            yield sum(self._cycle(t)), ""
