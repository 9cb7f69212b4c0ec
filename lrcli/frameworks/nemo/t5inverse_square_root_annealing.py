"""A constant, then the inverse square root of the step."""

from __future__ import annotations

import math
from collections.abc import Sequence

from lrcli.frameworks.nemo._policy import NemoPolicy, edges
from lrcli.schedules import CurveMarks, LrRule, dataclass, length, number


@dataclass(frozen=True, kw_only=True)
class NemoT5InverseSquareRootAnnealing(NemoPolicy):
    """Stay at 1 / sqrt(constant_steps), then fall with the inverse square root of the step.

    lr(t) = 1 / constant_steps**0.5    for t <= constant_steps
            1 / t**0.5                 for t <= max_steps
            min_lr                     from there on

    The learning rate of the optimizer is not used.

    >>> policy = NemoT5InverseSquareRootAnnealing(constant_steps=4, max_steps=16)
    >>> [policy.lr_at(t, base_lr=0.1) for t in (0, 4, 16, 17)]
    [0.5, 0.5, 0.25, 0.0]

    Source: nemo.core.optim.lr_scheduler.T5InverseSquareRootAnnealing (run in 3.0.0).
    """

    name = "nemo.T5InverseSquareRootAnnealing"
    lr_is_factor = True
    sets_lr = True

    constant_steps: float | None = length(
        None, doc="steps of the constant; there must be some", any_number=True, optional=True, example="1000"
    )
    constant_ratio: float | None = number(
        None, doc="a share of max_steps instead: NeMo raises a TypeError", optional=True
    )
    max_steps: float = length(doc="the last step that is not at min_lr", any_number=True, fills="run")

    def check_values(self) -> None:
        self.check_pair("constant")
        steps = self.constant_steps
        self.require(steps is not None, "constant_steps must be given", "constant_steps", "TypeError")
        exception = "TypeError" if steps else "ZeroDivisionError"
        self.require((steps or 0) > 0, "constant_steps must be above 0", "constant_steps", exception)

    def pieces(self, base_lr: float) -> Sequence[tuple[float, LrRule]]:
        steps, low = self.constant_steps or 1, float(self.min_lr)
        constant = 1 / (steps**0.5)
        return (
            (math.floor(steps) + 1, lambda t: constant),
            (math.floor(self.max_steps) + 1, lambda t: 1 / (t**0.5)),
            (math.inf, lambda t: low),
        )

    def marks(self) -> CurveMarks:
        yield from edges(self.constant_steps or 0, "constant ends")
        yield from edges(self.max_steps, "decay ends")
