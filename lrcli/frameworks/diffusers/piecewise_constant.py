"""Constant pieces, from a text of rules."""

from __future__ import annotations

from bisect import bisect_right

from lrcli.frameworks.diffusers._unused import Diffusers, unused_number, unused_steps
from lrcli.schedules import CurveMarks, LrRule, dataclass, text


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
    unused = ("num_warmup_steps", "num_cycles", "power")
    aliases = ("get_piecewise_constant_schedule",)

    step_rules: str = text(doc="factor:step, ..., and the last factor", example='"1:1000,0.1:2000,0.01"')
    num_warmup_steps: float | None = unused_steps("not used: there is no warmup")
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
