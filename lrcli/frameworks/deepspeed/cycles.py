"""DeepSpeed's range test and its one cycle."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterator, Sequence

from lrcli.errors import Problem
from lrcli.frameworks.deepspeed.warmups import DeepSpeedScheduler
from lrcli.frameworks.schedule import Pieces
from lrcli.schedules import CurveMarks, LrRule, count, dataclass, flag, length, number


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

    def pieces(self, base_lr: float) -> Pieces:
        least, size, rate = float(self.lr_range_test_min_lr), self.lr_range_test_step_size, self.lr_range_test_step_rate
        if self.lr_range_test_staircase:
            floor = math.floor
            return (1, lambda t: least), (math.inf, lambda t: least * (1 + rate * floor(t / size)))
        return (1, lambda t: least), (math.inf, lambda t: least * (1 + rate * (t / size)))

    def repeats(self) -> Iterator[tuple[float, float, str]]:
        if self.lr_range_test_staircase:
            yield self.lr_range_test_step_size, self.lr_range_test_step_size, "stair"


@dataclass(frozen=True, kw_only=True)
class DeepSpeedOneCycle(DeepSpeedScheduler):
    """Climb from cycle_min_lr to cycle_max_lr and come back in a straight line or in stairs; then decay from there.

    total = cycle_first_step_size + cycle_second_step_size, ratio = cycle_first_step_size / total
    lr(t) = cycle_min_lr + (cycle_max_lr - cycle_min_lr) * scale                              for t <= total
                with x = t / total: scale = x / ratio up to the ratio, (x - 1) / (ratio - 1) after it
            cycle_min_lr / (1 + decay_lr_rate * (t - total) / decay_step_size)                for t > total

    With n stairs in a half, scale is rounded down to a multiple of 1 / n. decay_lr_rate does nothing without
    decay_step_size. The momentum (the first beta of Adam and its kin) moves the other way.

    >>> schedule = DeepSpeedOneCycle(cycle_min_lr=0.5, cycle_max_lr=1.0, cycle_first_step_size=4)
    >>> [schedule.lr_at(t, 0.0) for t in range(10)]
    [0.5, 0.625, 0.75, 0.875, 1.0, 0.875, 0.75, 0.625, 0.5, 0.5]

    Source: deepspeed/runtime/lr_schedules.py, OneCycle, 0.19.8 (run).
    """

    name = "deepspeed.OneCycle"
    own_rate = "cycle_max_lr"

    cycle_min_lr: float = number(doc="the learning rate at both ends of the cycle", per_group=True, example="0.001")
    cycle_max_lr: float | None = number(None, doc="the learning rate at its top", per_group=True, optional=True)
    decay_lr_rate: float = number(0.0, doc="the decay after the cycle, each decay_step_size steps")
    cycle_first_step_size: float = length(2000, doc="steps of the first half", any_number=True)
    cycle_second_step_size: float | None = length(
        None, doc="steps of the second half; left out: as the first", any_number=True, optional=True
    )
    cycle_first_stair_count: float = count(0, doc="stairs of the first half; 0: a line")
    cycle_second_stair_count: float | None = count(
        None, doc="stairs of the second half; left out: as the first", optional=True
    )
    decay_step_size: float = length(0, doc="steps of the decay's rate; 0: no decay", any_number=True)
    cycle_momentum: bool = flag(True, doc="whether the momentum moves, too")
    cycle_min_mom: float = number(0.8, doc="the least momentum", per_group=True)
    cycle_max_mom: float = number(0.9, doc="the largest momentum", per_group=True)
    decay_mom_rate: float = number(0.0, doc="the momentum's decay after the cycle")

    def check_values(self) -> None:
        super().check_values()
        reason = f"cycle_first_step_size must be positive, not {self.cycle_first_step_size!r}"
        self.require(self.cycle_first_step_size > 0, reason, "cycle_first_step_size")
        reason = f"cycle_second_step_size must not be negative, not {self._second!r}"
        self.require(self._second >= 0, reason, "cycle_second_step_size")

    @property
    def _second(self) -> float:
        second = self.cycle_second_step_size
        return float(self.cycle_first_step_size if second is None else second)

    @property
    def _stairs(self) -> tuple[float, float]:
        second = self.cycle_second_stair_count
        return self.cycle_first_stair_count, self.cycle_first_stair_count if second is None else second

    def pieces(self, base_lr: float) -> Pieces:
        least = float(self.cycle_min_lr)
        height = (base_lr if self.cycle_max_lr is None else self.cycle_max_lr) - least
        total, scale = self.cycle_first_step_size + self._second, self._scale()
        rate, size = self.decay_lr_rate, self.decay_step_size
        decays = size and rate
        return (
            (1, lambda t: least),
            (total + 1, lambda t: least + height * scale(t)),
            (math.inf, lambda t: least / (1 + rate * ((t - 1 - total + 1) / size)) if decays else least),
        )

    def _scale(self) -> LrRule:
        """How far up the cycle is at update t, from 0 to 1."""
        first, second = float(self.cycle_first_step_size), self._second
        total = first + second
        ratio, stairs, floor = first / total, self._stairs, math.floor

        def scale(t: int) -> float:
            x = 1.0 + t / total - floor(1 + t / total)
            if x <= ratio:
                up, n = x / ratio, stairs[0]
            else:
                up, n = (x - 1) / (ratio - 1), stairs[1]
            if n > 0:
                at = t % total
                return floor(at * n / first if at <= first else (total - at) * n / second) / n
            return up

        return scale

    def momentum_key(self) -> Hashable | None:
        if not self.cycle_momentum:
            return None
        shape = (self.cycle_first_step_size, self._second, self._stairs, self.decay_step_size, self.decay_mom_rate)
        return ("deepspeed.OneCycle", *shape, self.cycle_min_mom, self.cycle_max_mom)

    def momenta(self, start: int, stop: int) -> Sequence[float | None]:
        """From cycle_max_mom down to cycle_min_mom and back, then climbing by decay_mom_rate; cycle_min_mom at first.

        It is the first beta: an optimizer without betas keeps its momentum.
        """
        if not self.cycle_momentum:
            return super().momenta(start, stop)
        least, most = float(self.cycle_min_mom), float(self.cycle_max_mom)
        total, scale = self.cycle_first_step_size + self._second, self._scale()
        size, rate = self.decay_step_size, self.decay_mom_rate

        def momentum(t: int) -> float:
            if t == 0:
                return least
            if t - 1 < total:
                return most - (most - least) * scale(t)
            return most * (1 + rate * ((t - total) / size)) if size and rate else most

        return [momentum(t) for t in range(start, stop)]

    def marks(self) -> CurveMarks:
        peak, end = self.cycle_first_step_size, self.cycle_first_step_size + self._second
        yield from ((peak, "peak"), (peak + 1, ""), (end, "cycle ends"), (end + 1, ""))

    def turns(self, t: int) -> CurveMarks:
        """The first step >= t at which a stair begins; none where there is none in this half."""
        half, total = float(self.cycle_first_step_size), self.cycle_first_step_size + self._second
        up, down = self._stairs
        if t <= half and up > 0:
            yield max(t, math.ceil((math.floor((t - 1) * up / half) + 1) * half / up)), ""
        if half < t <= total and down > 0:
            left = math.floor((total - t + 1) * down / self._second)
            yield max(t, math.floor(total - left * self._second / down) + 1), ""

    def notes(self) -> Iterator[Problem]:
        if self.decay_lr_rate and not self.decay_step_size:
            yield Problem("no-decay", f"decay_lr_rate {self.decay_lr_rate!r} does nothing", "decay_step_size is 0")
