"""The ramp of a learning-rate range test."""

from __future__ import annotations

from lrcli.schedules import CurveMarks, LrRule, Schedule, choice, dataclass, length, number


@dataclass(frozen=True)
class RangeTest(Schedule):
    """Ramp the learning rate from start to end, to find the range in which training works.

    lr(t) = start * (end / start) ** (t / (num_iter - 1))    exponential
            start + (end - start) * (t / (num_iter - 1))     linear

    end is reached at the last step, t = num_iter - 1, and held after it. The group's own LR is not used.

    >>> [RangeTest(num_iter=5, start=0.25, end=4.0).lr_at(t, base_lr=9.9) for t in (0, 1, 2, 4, 5)]
    [0.25, 0.5, 1.0, 4.0, 4.0]

    Source: Smith (arXiv:1506.01186), section 3.3. PyTorch has no class for it; a replay runs it as a LambdaLR.
    """

    name = "range_test"
    horizon = ("num_iter",)
    sets_lr = True
    overwrites = True

    num_iter: float = length(doc="steps of the ramp", fills="run", whole=True)
    start: float = number(1e-7, doc="the learning rate of the first step", above=0)
    end: float = number(10.0, doc="the learning rate of the last step", above=0)
    shape: str = choice("exponential", "exponential", "linear", doc="shape of the ramp")

    def rule(self, base_lr: float) -> LrRule:
        start, end, last, is_linear = self.start, self.end, self.num_iter - 1, self.shape == "linear"

        def lr_at(t: int) -> float:
            if t >= last:
                return end if last > 0 or t else start
            part = t / last
            return start + (end - start) * part if is_linear else float(start * (end / start) ** part)

        return lr_at

    def marks(self) -> CurveMarks:
        yield self.num_iter - 1, "ramp ends"
