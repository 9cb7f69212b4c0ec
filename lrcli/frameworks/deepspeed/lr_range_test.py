"""A range test: the learning rate climbs in a straight line, or in stairs."""

from __future__ import annotations

import math
from collections.abc import Iterator

from lrcli.frameworks.deepspeed._scheduler import DeepSpeedScheduler
from lrcli.schedules import LrRule, dataclass, flag, length, number


@dataclass(frozen=True, kw_only=True)
class DeepSpeedLRRangeTest(DeepSpeedScheduler):
    """Climb from lr_range_test_min_lr in a straight line or, with lr_range_test_staircase, in stairs.

    lr(t) = lr_range_test_min_lr * (1 + lr_range_test_step_rate * (t / lr_range_test_step_size))

    With the staircase the quotient is rounded down. The learning rate of the optimizer is not used.

    >>> schedule = DeepSpeedLRRangeTest(lr_range_test_step_size=5)
    >>> [schedule.lr_at(t, 0.0) for t in (0, 1, 5, 10)]
    [0.001, 0.0012, 0.002, 0.003]

    Source: deepspeed/runtime/lr_schedules.py, LRRangeTest, 0.19.8 (run).
    """

    name = "deepspeed.LRRangeTest"
    sets_lr = True

    lr_range_test_min_lr: float = number(1e-3, doc="the learning rate at the start", per_group=True)
    lr_range_test_step_size: float = length(2000, doc="steps after which step_rate is added once", any_number=True)
    lr_range_test_step_rate: float = number(1.0, doc="what is added, in units of the learning rate at the start")
    lr_range_test_staircase: bool = flag(False, doc="whether it climbs in stairs")

    def check_values(self) -> None:
        super().check_values()
        self.require_integer("lr_range_test_step_size")

    def rule(self, base_lr: float) -> LrRule:
        least, size, rate = float(self.lr_range_test_min_lr), self.lr_range_test_step_size, self.lr_range_test_step_rate
        if self.lr_range_test_staircase:
            floor = math.floor
            return lambda t: least * (1 + rate * floor(t / size)) if t else least
        return lambda t: least * (1 + rate * (t / size)) if t else least

    def repeats(self) -> Iterator[tuple[float, float, str]]:
        if self.lr_range_test_staircase:
            yield self.lr_range_test_step_size, self.lr_range_test_step_size, "stair"
