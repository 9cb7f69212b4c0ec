"""What DeepSpeed's schedules share: a step after each update, and the warmup of three of them with its notes."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

from lrcli.errors import InvalidValue, Problem
from lrcli.frameworks.schedule import FrameworkSchedule
from lrcli.schedules import CurveMarks, count, dataclass, length, text


@dataclass(frozen=True, kw_only=True)
class DeepSpeedScheduler(FrameworkSchedule):
    """A schedule of a run from its beginning."""

    value_raises = "ValueError"

    last_batch_iteration: float = count(-1, doc="-1: the run begins here", at_least=-1)

    def check_values(self) -> None:
        if self.last_batch_iteration != -1:
            rule = "must be -1, a run from its beginning"
            raise InvalidValue("last_batch_iteration", rule, self.last_batch_iteration)

    def require_integer(self, field: str) -> None:
        """DeepSpeed takes a positive int and no float, not even 10.0."""
        value = getattr(self, field)
        positive = isinstance(value, int) and value > 0
        self.require(positive, f"{field} must be a positive integer, not {value!r}", field)


@dataclass(frozen=True, kw_only=True)
class DeepSpeedWarmed(DeepSpeedScheduler):
    """A schedule with a warmup by logarithm or by line, of at least 2 batches."""

    warmup_num_steps: float = length(1000, doc="batches of the warmup", any_number=True)
    warmup_type: str = text("log", doc="log or linear", choices=("log", "linear"))

    def check_values(self) -> None:
        super().check_values()
        self.require_integer("warmup_num_steps")

    @property
    def warmup(self) -> int:
        """The batches of the warmup."""
        return max(2, int(self.warmup_num_steps))

    @property
    def end(self) -> float | None:
        """The update at which the decay ends."""
        return None

    @property
    def start(self) -> float:
        """The learning rate of the first two updates."""
        return 0.0

    def share(self) -> Callable[[int], float]:
        """The share of the warmup that is done at batch j: log(j + 1) / log(W), or j / W where it is linear."""
        steps = self.warmup
        if self.warmup_type == "linear":
            return lambda j: j / steps
        inverse, log = 1.0 / math.log(steps), math.log
        return lambda j: inverse * log(j + 1)

    def marks(self) -> CurveMarks:
        """Update t trains with the learning rate of batch t - 1."""
        yield from ((1, ""), (self.warmup, ""), (self.warmup + 1, "warmup ends"))
        if self.end is not None:
            yield from ((self.warmup + 2, ""), (self.end - 1, ""), (self.end, "decay ends"))

    def notes(self) -> Iterator[Problem]:
        """What DeepSpeed does without a word."""
        if self.warmup_type not in ("log", "linear"):
            what = f"{self.name} does not know the warmup_type {self.warmup_type!r} and warms up by log"
            yield Problem("warmup-type", what)
        yield self.first_updates()
        total = getattr(self, "total_num_steps", None)
        if total is not None and total < self.warmup:
            what = f"total_num_steps {total:g} of {self.name} is less than its warmup of {self.warmup} steps"
            yield Problem("horizon", what, "the learning rate drops right after the warmup")

    def first_updates(self) -> Problem:
        """What the first two updates train with."""
        why = "the scheduler is stepped after each update, and its first step gives batch 0"
        return Problem("first-updates", f"{self.name} trains the updates 0 and 1 both at {self.start!r}", why)
