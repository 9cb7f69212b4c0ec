"""What all schedulers of PyTorch share: counters, a constructor, and the ways to step.

PyTorch's abstraction is `get_lr()`: from (the group's LR, last_epoch, the base LR) to the next LR. `step()` moves the
counter, applies it and stores the result. A replay has the same verbs; most are one rule and a counter (`ruled`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import field
from itertools import repeat
from typing import NamedTuple

from lrcli.errors import Problem
from lrcli.frameworks.torch.releases import Release, refuse
from lrcli.values import dataclass

RateRule = Callable[[float, int], float]
"""(the group's LR, last_epoch) -> the LR that get_lr() returns."""


@dataclass
class ParamGroup:
    """What an optimizer keeps of one parameter group, as far as schedulers look at it."""

    lr: float
    initial_lr: float | None = None
    arguments: dict[str, float] = field(default_factory=dict)
    """What OneCycleLR (max_lr, min_lr, ...) and SWALR (swa_lr) write here, and read at every call."""
    momentum: float | None = None
    """The momentum or beta1, None where it is not known."""

    def base_lr(self) -> float:
        """group.setdefault("initial_lr", group["lr"]): a left-over initial_lr wins."""
        if self.initial_lr is None:
            self.initial_lr = self.lr
        return self.initial_lr


class Reason(NamedTuple):
    """Why a number is not the one that was meant, and the issue that tells of it."""

    why: str
    reference: str = ""


class Replay:
    """A scheduler on one parameter group, as one release runs it: three verbs and the counters.

    construct(group) -> lr           what the constructor leaves in the group
    step(lr, epoch, metric) -> lr    what scheduler.step() leaves there
    get_lr(lr) -> lr                 what get_lr() returns in the training loop; changes nothing
    """

    def __init__(self, release: Release) -> None:
        self.release = release
        self.last_epoch = -1
        self.calls = 0  # _step_count: the constructor's own step counts
        self.last_lr: float | None = None
        self.momentum_at: Callable[[float], float] | None = None
        """What step() makes of the momentum, where that follows from last_epoch alone."""
        self.scheduler_first = release < (1, 1)
        """Whether the release documents scheduler.step() before optimizer.step()."""

    def require(self, holds: bool, exception: str, reason: str) -> None:
        """Raise what the release raises, for this reason, unless its rule holds."""
        if not holds:
            raise refuse(self.release, exception, reason)

    def construct(self, group: ParamGroup, last_epoch: int = -1) -> float:
        raise NotImplementedError

    def step(self, lr: float, epoch: float | None = None, metric: float | None = None) -> float:
        self.calls += 1
        return self.update(lr, epoch)

    def update(self, lr: float, epoch: float | None = None) -> float:
        """step() without its bookkeeping (LRScheduler._update_lr)."""
        raise NotImplementedError

    def initial_step(self, lr: float) -> float:
        """LRScheduler._initial_step(): what the constructor does, and SequentialLR again from 1.13 on."""
        raise NotImplementedError

    def undo(self) -> None:
        """scheduler.last_epoch -= 1: how SequentialLR takes back a child's initial step."""
        self.last_epoch -= 1

    def undo_all(self) -> None:
        """The same down a tree of composites (from 2.6 on)."""
        self.undo()

    def get_lr(self, lr: float) -> float:
        raise refuse(self.release, "NotImplementedError", "the class has no get_lr()")

    def get_last_lr(self) -> float:
        if self.release < (1, 4) or self.last_lr is None:
            raise refuse(self.release, "AttributeError", "there is no get_last_lr()")
        return self.last_lr

    def has(self, reading: str) -> bool:
        """Whether the class has a call of that name that ever returns."""
        return reading == "lr" or (reading == "get_lr" or self.release >= (1, 4))

    def plain_rule(self) -> RateRule | None:
        """The rule, if step() without arguments is nothing but `lr = rule(lr, last_epoch + 1)` from here on."""
        return None

    def skip(self, n: int, lr: float) -> None:
        """Account for n steps that were computed at a stretch; they ended at lr."""
        self.last_epoch += n
        self.calls += n
        self.last_lr = lr

    def stretch(self, lr: float, n: int, metrics: Sequence[float], out: list[float]) -> bool:
        """Append what the next n calls of step() leave, without the bookkeeping; False where each has to be stepped."""
        rule = self.plain_rule()
        if metrics or rule is None:
            return False
        for t in range(self.last_epoch + 1, self.last_epoch + 1 + n):
            lr = rule(lr, t)
            out.append(lr)
        return True

    def run(self, lr: float, n: int, out: list[float], metrics: Sequence[float] = ()) -> None:
        """Append what the next n calls of step() leave, each with its metric if there are any.

        On an exception `out` ends with the last good one.
        """
        begin = len(out)
        try:
            if n and self.stretch(lr, n, metrics, out):
                self.skip(n, out[-1])
                return
        except Exception:
            del out[begin:]  # step by step, to find the one that fails
        for metric in metrics or repeat(None, n):
            lr = self.step(lr, None, metric)
            out.append(lr)

    def notes(self) -> list[Problem]:
        """What a user should know of this class in this release, whatever the loop does."""
        return []

    def order_notes(self) -> Iterator[Problem]:
        """What stepping in the other order than the documented one does to the numbers."""
        what = "the first learning rate of the schedule is skipped, and every later one comes an epoch early"
        why = "from torch 1.1 on the constructor sets it, and scheduler.step() comes after optimizer.step()"
        advice = "Call optimizer.step() first"
        if self.scheduler_first:
            what = "the first learning rate comes twice, and every later one is an epoch late"
            why = f"torch {self.release[0]}.{self.release[1]} wants scheduler.step() before optimizer.step()"
            advice = "Call scheduler.step() first, as its documentation does"
        yield Problem("order", what, why, advice, reference="pytorch #20124")

    def lead(self, scheduler_first: bool) -> int:
        """How many epochs the LRs of such a loop are ahead of the schedule: 0 in the documented order."""
        return scheduler_first - self.scheduler_first

    def reading_reason(self, fresh: bool, later: bool) -> Reason:
        """Why a reading in the loop is not the LR in use: before the first step() (fresh), or (also) later."""
        return Reason("")

    def resume_reason(self) -> Reason:
        """Why a scheduler that is built with last_epoch does not go on where the old one was."""
        return Reason("")
