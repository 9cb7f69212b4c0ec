"""The ramp of a learning-rate range test."""

from __future__ import annotations

from lrcli.schedules.base import Schedule
from lrcli.schedules.params import choice, length, number
from lrcli.values import dataclass


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

    def lr_at(self, t: int, base_lr: float) -> float:
        if t >= self.num_iter - 1:
            return self.end if self.num_iter > 1 or t else self.start
        part = t / (self.num_iter - 1)
        if self.shape == "linear":
            return self.start + (self.end - self.start) * part
        return float(self.start * (self.end / self.start) ** part)

    def next_break(self, t: int) -> int | None:
        end = int(self.num_iter) - 1
        return end if max(t, 1) <= end else None

    def event_at(self, t: int) -> str:
        return "ramp ends" if t and t == self.num_iter - 1 else ""
