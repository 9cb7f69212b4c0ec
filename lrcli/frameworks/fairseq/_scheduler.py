"""What fairseq's schedulers have in common: one learning rate for all groups, set before each update."""

from __future__ import annotations

from lrcli.frameworks.schedule import FrameworkSchedule
from lrcli.schedules import CurveMarks, Setting, dataclass, length, number

ONE_EPOCH = 1 << 62
"""More updates than a run has: those of an epoch where nothing says how many it has."""


ONE_RATE = "fairseq sets one lr for all groups: they must not have different ones"


@dataclass(frozen=True, kw_only=True)
class FairseqScheduler(FrameworkSchedule):
    """A scheduler of the one learning rate of the optimizer."""

    one_rate = ONE_RATE

    def check_run(self, setting: Setting) -> None:
        if setting.lr is not None:
            self.check(setting.lr)

    def check(self, lr: float) -> None:
        """Raise what fairseq refuses of the arguments with this learning rate."""

    @property
    def clock(self) -> tuple[int, int]:
        """The updates of a row, and of an epoch."""
        run = self.setting or Setting(0)
        return run.steps_per_row, run.steps_per_epoch or (1 if run.interval == "epoch" else ONE_EPOCH)


@dataclass(frozen=True, kw_only=True)
class FairseqWarmed(FairseqScheduler):
    """A scheduler with a linear warmup."""

    warmup_updates: float = length(0, doc="updates of the linear warmup", any_number=True, example="400")

    def marks(self) -> CurveMarks:
        yield self.warmup_updates, "warmup ends"


@dataclass(frozen=True, kw_only=True)
class FairseqFloored(FairseqWarmed):
    """A scheduler with a smallest learning rate, from which the warmup begins unless it is told otherwise."""

    warmup_init_lr: float = number(-1, doc="the learning rate at the start of the warmup; below 0: min_lr")
    min_lr: float = number(0.0, doc="the smallest learning rate")

    def check(self, lr: float) -> None:
        self.require(lr > self.min_lr, "lr must be more than min_lr", "min_lr", "AssertionError")

    @property
    def first_lr(self) -> float:
        """The learning rate at the start of the warmup."""
        return self.min_lr if self.warmup_init_lr < 0 else self.warmup_init_lr
