"""What the schedules of transformers have in common: a LambdaLR over optimizer steps, with a linear warmup."""

from __future__ import annotations

from lrcli.errors import Problem
from lrcli.frameworks.base import Refuses, before
from lrcli.frameworks.marked import first
from lrcli.schedules import CurveMarks, Schedule, Setting, dataclass, length, number, setting
from lrcli.schedules.turns import next_turn


@dataclass(frozen=True, kw_only=True)
class Warmed(Schedule):
    """A warmup from 0 to the base LR over num_warmup_steps."""

    counts = "step"

    num_warmup_steps: float = length(doc="optimizer steps of the warmup", any_number=True, rounds="up", example="500")
    setting: Setting | None = setting()

    def marks(self) -> CurveMarks:
        yield self.num_warmup_steps, "warmup ends"

    @property
    def framework(self) -> str:
        """Whose schedule it is: others have taken it over."""
        return self.name.partition(".")[0]

    def default_lr(self, base_lr: float) -> float:
        """`optimizer.defaults["lr"]`, which some schedules use for every parameter group."""
        known = self.setting.default_lr if self.setting else None
        return base_lr if known is None else known


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

    def turning(self) -> tuple[float, float] | None:
        """(the first step of the cosine, the steps from one of its turns to the next); None for a flat one."""
        rest = max(1, self.num_training_steps - self.num_warmup_steps)
        if not self.waves:
            return None
        return self.num_warmup_steps - self.lead, rest / abs(2 * self.waves)

    def next_break(self, t: int) -> int | None:
        turning = self.turning()
        if turning is None:
            return super().next_break(t)
        begin, every = turning
        return first(super().next_break(t), next_turn(t, max(begin, self.num_warmup_steps - 1), every))

    def notes(self) -> tuple[Problem, ...]:
        end = self.num_training_steps - self.lead
        if self.setting is None or self.setting.length - 1 <= end or not self.waves:
            return ()
        return (
            Problem(
                "past-the-end",
                f"{self.name} turns again after step {end:g}: its cosine has no end",
                help=f"Give num_training_steps: {self.setting.length}, the length of the run",
            ),
        )


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

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.min_lr is not None and self.min_lr_rate is not None:
            raise Refuses(
                "transformers", "ValueError", "only one of min_lr and min_lr_rate may be given", "min_lr_rate"
            )
        if self.min_lr is None and self.min_lr_rate is None:
            raise Refuses("transformers", "ValueError", "min_lr or min_lr_rate must be given", "min_lr")

    def rate(self, base_lr: float) -> float:
        """The smallest learning rate as a share of the base LR."""
        if self.min_lr is not None:
            return self.min_lr / self.default_lr(base_lr)
        assert self.min_lr_rate is not None
        return self.min_lr_rate


def refuse_before(name: str, release: str) -> None:
    """Raise what a release says that does not have the schedule yet: it is in none of those before 5."""
    if before(release, "5"):
        own = name.partition(".")[2]
        raise Refuses("transformers", "ValueError", f"{own} is no SchedulerType in {release}", "type")
