"""What the schedules of transformers have in common: a LambdaLR over optimizer steps, with a linear warmup."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

from lrcli.errors import Problem, Refuses
from lrcli.frameworks.base import before
from lrcli.frameworks.schedule import FrameworkSchedule
from lrcli.schedules import CurveMarks, LrRule, dataclass, length, number


@dataclass(frozen=True, kw_only=True)
class Warmed(FrameworkSchedule):
    """A warmup from 0 to the base LR over num_warmup_steps, then a factor of the base LR."""

    num_warmup_steps: float = length(doc="optimizer steps of the warmup", any_number=True, rounds="up", example="500")

    def factor(self, base_lr: float) -> LrRule:
        """The factor after the warmup, as a function of the step."""
        raise NotImplementedError

    def rule(self, base_lr: float) -> LrRule:
        warmup, climb, factor = self.num_warmup_steps, float(max(1, self.num_warmup_steps)), self.factor(base_lr)
        return lambda t: base_lr * (t / climb if t < warmup else factor(t))

    def marks(self) -> CurveMarks:
        yield self.num_warmup_steps, "warmup ends"

    def default_lr(self, base_lr: float) -> float:
        """`optimizer.defaults["lr"]`, which some schedules use for every parameter group."""
        default_lr = self.setting.default_lr if self.setting else None
        return base_lr if default_lr is None else default_lr


@dataclass(frozen=True, kw_only=True)
class Timed(Warmed):
    """A schedule that knows the length of the run."""

    num_training_steps: float = length(
        doc="optimizer steps of the run, the warmup included", any_number=True, fills="run"
    )

    def marks(self) -> CurveMarks:
        yield from super().marks()
        yield self.num_training_steps, "decay ends"


@dataclass(frozen=True, kw_only=True)
class Turning(Timed):
    """A cosine between the warmup and the end, which nothing stops at the end."""

    lead = 0
    """How many steps the cosine is ahead."""

    @property
    def waves(self) -> float:
        """The waves until the end; half a wave falls from top to bottom."""
        return 0.5

    @property
    def end(self) -> float:
        """The step at which the waves are done."""
        return self.num_training_steps

    def wave(self) -> Callable[[float], float]:
        """The cosine, from 1 down to 0 and up again, as a function of the steps since the warmup."""
        rest, angle, cos = float(max(1, self.end - self.num_warmup_steps)), math.pi * float(self.waves) * 2.0, math.cos
        return lambda steps: 0.5 * (1.0 + cos(angle * (steps / rest)))

    def repeats(self) -> Iterator[tuple[float, float, str]]:
        if self.waves:
            half_wave = max(1, self.end - self.num_warmup_steps) / abs(2 * self.waves)
            yield max(self.num_warmup_steps - self.lead, self.num_warmup_steps - 1), half_wave, ""

    def notes(self) -> Iterator[Problem]:
        end = self.num_training_steps - self.lead
        if self.setting is not None and self.setting.length - 1 > end and self.waves:
            what = f"{self.name} turns again after step {end:g}: its cosine has no end"
            advice = f"Give num_training_steps: {self.setting.length}, the length of the run"
            yield Problem("past-the-end", what, help=advice)


@dataclass(frozen=True, kw_only=True)
class Waves(Turning):
    """A cosine of num_cycles waves."""

    num_cycles: float = number(0.5, doc="waves of the cosine; 0.5 only falls")

    @property
    def waves(self) -> float:
        return self.num_cycles


@dataclass(frozen=True, kw_only=True)
class Floored(Waves):
    """A cosine down to a smallest learning rate: min_lr, or a share of the optimizer's default."""

    min_lr: float | None = number(None, doc="the learning rate at the end", optional=True, example="0.01")
    min_lr_rate: float | None = number(None, doc="the same as a share of the base LR", optional=True)

    def check_values(self) -> None:
        given = [rate is not None for rate in (self.min_lr, self.min_lr_rate)]
        self.require(not all(given), "only one of min_lr and min_lr_rate may be given", "min_lr_rate")
        self.require(any(given), "min_lr or min_lr_rate must be given", "min_lr")

    def floor(self, base_lr: float) -> float:
        """The smallest learning rate as a share of the base LR."""
        if self.min_lr_rate is not None:
            return self.min_lr_rate
        assert self.min_lr is not None
        return self.min_lr / self.default_lr(base_lr)


def refuse_before(name: str, release: str) -> None:
    """Raise what a release says that does not have the schedule yet: it is in none of those before 5."""
    if before(release, "5"):
        scheduler_type = name.partition(".")[2]
        raise Refuses("transformers", "ValueError", f"{scheduler_type} is no SchedulerType in {release}", "type")
