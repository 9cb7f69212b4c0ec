"""What fairseq's schedulers have in common: one learning rate for all groups, set before each update."""

from __future__ import annotations

from collections.abc import Iterator

from lrcli.errors import InvalidValue
from lrcli.frameworks.base import require
from lrcli.frameworks.marked import Marked
from lrcli.schedules.base import Setting, setting
from lrcli.schedules.params import length, number
from lrcli.values import dataclass

ONE_EPOCH = 1 << 62
"""More updates than a run has: those of an epoch where nothing says how many it has."""


def require_one_lr(setting: Setting) -> None:
    """Raise InvalidValue for groups of different learning rates: fairseq sets one for all."""
    if len(set(setting.lrs)) > 1:
        raise InvalidValue("type", "fairseq sets one lr for all groups: they must not have different ones", None)


@dataclass(frozen=True, kw_only=True)
class FairseqScheduler(Marked):
    """A scheduler of the one learning rate of the optimizer."""

    counts = "step"

    setting: Setting | None = setting()

    def check_run(self, setting: Setting) -> None:
        require_one_lr(setting)
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

    def marks(self) -> Iterator[tuple[float, str]]:
        yield self.warmup_updates, "warmup ends"


@dataclass(frozen=True, kw_only=True)
class FairseqFloored(FairseqWarmed):
    """A scheduler with a smallest learning rate, from which the warmup begins unless it is told otherwise."""

    warmup_init_lr: float = number(-1, doc="the learning rate at the start of the warmup; below 0: min_lr")
    min_lr: float = number(0.0, doc="the smallest learning rate")

    def check(self, lr: float) -> None:
        require(self, "min_lr", lr > self.min_lr, "lr must be more than min_lr", "AssertionError")

    @property
    def first_lr(self) -> float:
        """The learning rate at the start of the warmup."""
        return self.min_lr if self.warmup_init_lr < 0 else self.warmup_init_lr
