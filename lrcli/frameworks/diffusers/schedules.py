"""The schedules of diffusers: those of transformers, with what it does otherwise."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from itertools import accumulate
from operator import mul
from typing import TYPE_CHECKING, Any

from lrcli.errors import Problem
from lrcli.frameworks.schedule import FrameworkSchedule
from lrcli.frameworks.transformers.cosine import TransformersCosine, TransformersCosineWithRestarts
from lrcli.frameworks.transformers.warmups import (
    TransformersConstant,
    TransformersConstantWithWarmup,
    TransformersLinear,
    TransformersPolynomial,
)
from lrcli.schedules import CurveMarks, LrRule, dataclass, length, number, text
from lrcli.schedules.base import parameters
from lrcli.schedules.params import param_of

if TYPE_CHECKING:
    from lrcli.frameworks.porting import WantedCurve


_UNUSED = "not used"
"""How the doc of a field begins that changes nothing."""


def unused_steps(doc: str = _UNUSED) -> Any:
    """A number of steps that the schedule does not look at."""
    return length(None, doc=doc, any_number=True, optional=True)


def unused_number() -> Any:
    """A number that the schedule does not look at."""
    return number(None, doc=_UNUSED, optional=True)


def unused_text() -> Any:
    """A text that the schedule does not look at."""
    return text(None, doc=_UNUSED, optional=True)


@dataclass(frozen=True, kw_only=True)
class Diffusers(FrameworkSchedule):
    """A schedule of diffusers, which tells of given fields that it does nothing with."""

    def notes(self) -> Iterator[Problem]:
        yield from super().notes()
        unused = [f.name for f in parameters(self) if param_of(f).doc.startswith(_UNUSED)]
        given = [name for name in unused if name != "num_training_steps" and getattr(self, name) is not None]
        if given:
            yield Problem("not-used", f"{self.name} does nothing with {' and '.join(given)}, as diffusers does")


@dataclass(frozen=True, kw_only=True)
class DiffusersConstant(Diffusers, TransformersConstant):
    """Keep the base LR, whatever the warmup.

    lr(t) = base_lr

    The training scripts of diffusers give it a warmup of 500 steps: constant does nothing with that.

    >>> DiffusersConstant(num_warmup_steps=500).lr_at(0, base_lr=0.1)
    0.1

    Source: diffusers.optimization.get_constant_schedule (run in 0.42.1).
    """

    name = "diffusers.constant"

    num_warmup_steps: float | None = unused_steps(f"{_UNUSED}: there is no warmup")
    num_training_steps: float | None = unused_steps()
    num_cycles: float | None = unused_number()
    power: float | None = unused_number()
    step_rules: str | None = unused_text()


@dataclass(frozen=True, kw_only=True)
class DiffusersConstantWithWarmup(Diffusers, TransformersConstantWithWarmup):
    """Warm up linearly from 0 to the base LR, and keep it: as transformers does.

    lr(t) = base_lr * (t / max(1, num_warmup_steps))    for t < num_warmup_steps
            base_lr                                     from there on

    >>> [DiffusersConstantWithWarmup(num_warmup_steps=4).lr_at(t, base_lr=0.1) for t in (0, 1, 4, 9)]
    [0.0, 0.025, 0.1, 0.1]

    Source: diffusers.optimization.get_constant_schedule_with_warmup (run in 0.42.1).
    """

    name = "diffusers.constant_with_warmup"

    num_training_steps: float | None = unused_steps()
    num_cycles: float | None = unused_number()
    power: float | None = unused_number()
    step_rules: str | None = unused_text()


@dataclass(frozen=True, kw_only=True)
class DiffusersLinear(Diffusers, TransformersLinear):
    """Warm up linearly from 0 to the base LR, then fall linearly to 0 and stay there: as transformers does.

    lr(t) = base_lr * (t / max(1, num_warmup_steps))    for t < num_warmup_steps
            base_lr * max(0, (num_training_steps - t) / max(1, num_training_steps - num_warmup_steps))

    >>> linear = DiffusersLinear(num_warmup_steps=2, num_training_steps=10)
    >>> [linear.lr_at(t, base_lr=0.1) for t in (0, 1, 2, 6, 10, 11)]
    [0.0, 0.05, 0.1, 0.05, 0.0, 0.0]

    Source: diffusers.optimization.get_linear_schedule_with_warmup (run in 0.42.1).
    """

    name = "diffusers.linear"

    num_cycles: float | None = unused_number()
    power: float | None = unused_number()
    step_rules: str | None = unused_text()


@dataclass(frozen=True, kw_only=True)
class DiffusersCosine(Diffusers, TransformersCosine):
    """Warm up linearly from 0 to the base LR, then follow half a cosine to 0, whatever num_cycles says.

    lr(t) = base_lr * (t / max(1, num_warmup_steps))    for t < num_warmup_steps
            base_lr * max(0, 0.5 * (1 + cos(pi * progress)))
                with progress = (t - num_warmup_steps) / max(1, num_training_steps - num_warmup_steps)

    get_scheduler does not pass its num_cycles on. Nothing stops the cosine: after num_training_steps it climbs again.

    >>> cosine = DiffusersCosine(num_warmup_steps=2, num_training_steps=10, num_cycles=3)
    >>> [cosine.lr_at(t, base_lr=0.1) for t in (0, 1, 2, 6, 10)]
    [0.0, 0.05, 0.1, 0.05, 0.0]

    Source: diffusers.optimization.get_scheduler("cosine") (run in 0.42.1).
    """

    name = "diffusers.cosine"

    num_cycles: Any = unused_number()
    power: float | None = unused_number()
    step_rules: str | None = unused_text()

    @property
    def waves(self) -> float:
        return 0.5


@dataclass(frozen=True, kw_only=True)
class DiffusersCosineWithRestarts(Diffusers, TransformersCosineWithRestarts):
    """Warm up linearly from 0 to the base LR, then fall along num_cycles half cosines: as transformers does.

    lr(t) = base_lr * (t / max(1, num_warmup_steps))    for t < num_warmup_steps
            base_lr * max(0, 0.5 * (1 + cos(pi * ((num_cycles * progress) % 1))))    for progress < 1
                with progress = (t - num_warmup_steps) / max(1, num_training_steps - num_warmup_steps)
            0    from there on

    >>> restarts = DiffusersCosineWithRestarts(num_warmup_steps=2, num_training_steps=10, num_cycles=2)
    >>> [restarts.lr_at(t, base_lr=0.1) for t in (0, 2, 4, 6, 8, 10)]
    [0.0, 0.1, 0.05, 0.1, 0.05, 0.0]

    Source: diffusers.optimization.get_scheduler("cosine_with_restarts") (run in 0.42.1).
    """

    name = "diffusers.cosine_with_restarts"

    power: float | None = unused_number()
    step_rules: str | None = unused_text()


@dataclass(frozen=True, kw_only=True)
class DiffusersPolynomial(Diffusers, TransformersPolynomial):
    """Warm up linearly from 0 to the base LR, then fall along a polynomial to 1e-7: as transformers does.

    lr(t) = base_lr * (t / max(1, num_warmup_steps))    for t < num_warmup_steps
            base_lr * (((lr0 - lr_end) * (1 - progress)**power + lr_end) / lr0)    for t <= num_training_steps
                with progress = (t - num_warmup_steps) / (num_training_steps - num_warmup_steps)
            base_lr * (lr_end / lr0)    from there on

    lr0 is the optimizer's default LR. get_scheduler has no lr_end: only the function itself takes another than 1e-7.

    >>> polynomial = DiffusersPolynomial(num_warmup_steps=2, num_training_steps=10, power=2.0)
    >>> [polynomial.lr_at(t, base_lr=0.1) for t in (0, 2, 6, 11)]
    [0.0, 0.1, 0.025000075, 1e-07]

    Source: diffusers.optimization.get_polynomial_decay_schedule_with_warmup (run in 0.42.1).
    """

    name = "diffusers.polynomial"

    num_cycles: float | None = unused_number()
    step_rules: str | None = unused_text()


def _rules_of(curve: WantedCurve) -> list[str]:
    """Constant pieces as "1:30,0.1:60,0.01": a factor up to each step, and the last one."""
    if not curve.pieces or not curve.lr:
        return []
    factors = accumulate(curve.factors, mul, initial=curve.pieces[0] / curve.lr)
    rules = [f"{float(f'{factor:.12g}')!r}:{t}" for factor, t in zip(factors, [*curve.jumps, ""], strict=False)]
    return [",".join(rules).rstrip(":")]


@dataclass(frozen=True, kw_only=True)
class DiffusersPiecewiseConstant(Diffusers):
    """Multiply the base LR by the factor of the first rule whose step is not reached yet.

    lr(t) = base_lr * factor of the first "factor:step" with t < step; the last factor from there on

    The rules are sorted by their steps; of two with one step the later one counts.

    >>> pieces = DiffusersPiecewiseConstant(step_rules="1:10,0.1:20,0.005")
    >>> [pieces.lr_at(t, base_lr=0.1) for t in (0, 9, 10, 20)]
    [0.1, 0.1, 0.010000000000000002, 0.0005]

    Source: diffusers.optimization.get_piecewise_constant_schedule (run in 0.42.1).
    """

    name = "diffusers.piecewise_constant"
    aliases = ("get_piecewise_constant_schedule",)

    step_rules: str = text(
        doc="factor:step, ..., and the last factor", example='"1:1000,0.1:2000,0.01"', tried=_rules_of
    )
    num_warmup_steps: float | None = unused_steps(f"{_UNUSED}: there is no warmup")
    num_training_steps: float | None = unused_steps()
    num_cycles: float | None = unused_number()
    power: float | None = unused_number()

    def check_values(self) -> None:
        self.rules()

    def rules(self) -> tuple[list[int], list[float]]:
        """(the steps, in order; the factor before each, and the last one)."""
        *first, last = self.step_rules.split(",")
        factors: dict[int, float] = {}
        try:
            for rule in first:
                factor, step = rule.split(":")
                factors[int(step)] = float(factor)
            rest = float(last)
        except ValueError:
            reason = "step_rules must be factor:step, ..., and a factor at the end: 1:10,0.1:20,0.005"
            raise self.refusal("ValueError", reason, "step_rules") from None
        steps = sorted(factors)
        return steps, [*(factors[step] for step in steps), rest]

    def rule(self, base_lr: float) -> LrRule:
        steps, factors = self.rules()
        lrs = [base_lr * factor for factor in factors]
        return lambda t: lrs[bisect_right(steps, t)]

    def marks(self) -> CurveMarks:
        steps, factors = self.rules()
        for step, factor in zip(steps, factors[1:], strict=True):
            yield step, f"x{factor:g} of lr"
