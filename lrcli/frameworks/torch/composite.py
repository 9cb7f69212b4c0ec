"""Children on one group: ChainedScheduler, SequentialLR, and several schedulers stepped by hand."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from functools import reduce
from math import isclose

from lrcli.errors import Problem, Refused
from lrcli.frameworks.torch import replay as build
from lrcli.frameworks.torch.machine import ParamGroup, RateRule, Reason, Replay
from lrcli.frameworks.torch.plateau import PlateauReplay
from lrcli.frameworks.torch.releases import Release, refuse
from lrcli.frameworks.torch.ruled import hold
from lrcli.schedules.base import Schedule
from lrcli.schedules.sequential import Chained, Manual, Sequential


def mark(exc: Exception, child: int) -> None:
    """Note on an exception in which child of a composition it came up: several groups' exceptions have an order."""
    exc.order = (child, *order_of(exc))  # type: ignore[attr-defined]


def order_of(exc: Exception) -> tuple[int, ...]:
    """Where in a composition the exception came up: child by child, from the outermost composition inwards."""
    order: tuple[int, ...] = getattr(exc, "order", ())
    return order


class Unbuilt(Replay):
    """A child that the release refuses: the loop meets it once the children before it are constructed."""

    def __init__(self, release: Release, refusal: Refused) -> None:
        super().__init__(release)
        self.refusal = refusal

    def construct(self, group: ParamGroup, last_epoch: int = -1) -> float:
        raise self.refusal


def _built(schedule: Schedule, release: Release) -> Replay:
    try:
        return build(schedule, release)
    except Refused as refusal:
        return Unbuilt(release, refusal)


class Composite(Replay):
    """Children that act on one group, in order. It has neither get_lr() nor step(epoch) of its own."""

    def __init__(self, schedule: Sequential | Chained, release: Release) -> None:
        super().__init__(release)
        self.children = [_built(child, release) for child in schedule.schedules]

    def construct_children(self, group: ParamGroup, last_epoch: int = -1) -> None:
        """Construct them one after the other on the same group, which each leaves changed."""
        for i, child in enumerate(self.children):
            try:
                child.construct(group, last_epoch)
            except Exception as exc:
                mark(exc, i)
                raise

    def construct(self, group: ParamGroup, last_epoch: int = -1) -> float:
        self.construct_children(group, last_epoch)
        try:
            return self.begin(group, last_epoch)
        except Exception as exc:
            mark(exc, len(self.children))  # PyTorch builds the children first, each for all groups
            raise

    def begin(self, group: ParamGroup, last_epoch: int) -> float:
        """What the composite's own constructor does, once its children are built."""
        return group.lr

    def check_children(self) -> None:
        """What SequentialLR and ChainedScheduler ask of their children once these are built."""
        composites = [child for child in self.children if isinstance(child, Composite)]
        works = not composites or self.release != (1, 10) or len(self.children) == 1
        self.require(works, "AttributeError", "a composite inside another has no optimizer before torch 1.11")
        allowed = self.release < (2, 4) or not any(isinstance(child, PlateauReplay) for child in self.children)
        self.require(allowed, "ValueError", "ReduceLROnPlateau cannot be a child: step() needs its metric")

    def step_children(self, lr: float, *arguments: float | None) -> float:
        for i, child in enumerate(self.children):
            try:
                lr = child.step(lr, *arguments)
            except Exception as exc:
                mark(exc, i)
                raise
        return lr

    def initial_step(self, lr: float) -> float:
        return self.step(lr)

    def step(self, lr: float, epoch: float | None = None, metric: float | None = None) -> float:
        if epoch is not None:
            raise refuse(self.release, "TypeError", "step() of a composite takes no epoch")
        return self.advance(lr)

    def advance(self, lr: float) -> float:
        """step() without an argument."""
        raise NotImplementedError

    def stretch(self, lr: float, n: int, metrics: Sequence[float], out: list[float]) -> bool:
        """n steps of all children with their bare rules, where each has one and all are in the same epoch."""
        rules = [rule for child in self.children if (rule := child.plain_rule()) is not None]
        epochs = {child.last_epoch for child in self.children}
        if metrics or len(rules) < len(self.children) or len(epochs) != 1:
            return False
        *before, last = rules
        first = reduce(_in_turn, before) if before else hold
        (epoch,) = epochs
        for t in range(epoch + 1, epoch + 1 + n):
            lr = last(first(lr, t), t)
            out.append(lr)
        return True

    def skip(self, n: int, lr: float) -> None:
        for child in self.children:
            child.skip(n, lr)  # what the children before the last one left is not to be seen any more
        if self.release >= (1, 11):
            self.last_lr = lr

    def update(self, lr: float, epoch: float | None = None) -> float:
        raise refuse(self.release, "NotImplementedError", "a composite has no get_lr()")

    def has(self, reading: str) -> bool:
        return reading == "lr" or (reading == "get_last_lr" and self.release >= (1, 11))

    def resume_reason(self) -> Reason:
        reasons = dict.fromkeys(reason for child in self.children if (reason := child.resume_reason()).why)
        references = dict.fromkeys(reason.reference for reason in reasons if reason.reference)
        return Reason("; ".join(reason.why for reason in reasons), ", ".join(references))

    def notes(self) -> list[Problem]:
        return [note for child in self.children for note in child.notes()]

    def undo_all(self) -> None:
        for child in self.children:
            child.undo_all()


def _in_turn(first: RateRule, second: RateRule) -> RateRule:
    return lambda lr, t: second(first(lr, t), t)


class ChainedReplay(Composite):
    """Every child steps, in order. It has no counter. get_last_lr() is what the group holds."""

    def begin(self, group: ParamGroup, last_epoch: int) -> float:
        exception = "IndexError" if self.release < (2, 4) else "ValueError"
        holds = bool(self.children) or self.release < (1, 11)
        self.require(holds, exception, "ChainedScheduler needs at least one scheduler")
        self.check_children()
        if self.release >= (1, 11):
            self.last_lr = group.lr
        return group.lr

    def undo(self) -> None:
        raise refuse(self.release, "AttributeError", "a ChainedScheduler inside a SequentialLR works from torch 2.6 on")

    def advance(self, lr: float) -> float:
        lr = self.step_children(lr)
        if self.release >= (1, 11):
            self.last_lr = lr
        return lr


class ManualReplay(Composite):
    """The loop steps each scheduler by hand, and reads get_lr() and get_last_lr() of the last one."""

    def __init__(self, schedule: Manual, release: Release) -> None:
        super().__init__(schedule, release)
        self.require(bool(self.children), "IndexError", "there is no scheduler to step")
        self.scheduler_first = any(child.scheduler_first for child in self.children)

    def step(self, lr: float, epoch: float | None = None, metric: float | None = None) -> float:
        return self.step_children(lr, epoch, metric)

    def has(self, reading: str) -> bool:
        return self.children[-1].has(reading)

    def reading_reason(self, fresh: bool, later: bool) -> Reason:
        return self.children[-1].reading_reason(fresh, later)

    def get_lr(self, lr: float) -> float:
        return self.children[-1].get_lr(lr)

    def get_last_lr(self) -> float:
        return self.children[-1].get_last_lr()


class SequentialReplay(Composite):
    """One counter and the children; at a milestone the next child gets epoch 0, from its base LR where it can."""

    def __init__(self, schedule: Sequential, release: Release) -> None:
        super().__init__(schedule, release)
        self.require(bool(self.children), "ValueError", "SequentialLR needs at least one scheduler")
        self.milestones = schedule.milestones

    def construct_children(self, group: ParamGroup, last_epoch: int = -1) -> None:
        super().construct_children(group)  # last_epoch is not for them

    def begin(self, group: ParamGroup, last_epoch: int) -> float:
        self.check_children()
        self.last_epoch = last_epoch + 1  # the argument only offsets the counter
        first = self.children[0]
        if self.release >= (1, 13):
            if group.initial_lr is None:
                raise refuse(self.release, "KeyError", "'initial_lr': its children have not set it")
            group.lr = group.initial_lr
            self._undo_children()
            if self.release >= (2, 13):
                first = self.children[bisect_right(self.milestones, 0)]
            group.lr = first.initial_step(group.lr)
        self.left, self.expected = group.lr, first.last_lr
        if self.release >= (1, 11):
            self.last_lr = first.get_last_lr()
        return group.lr

    def _undo_children(self) -> None:
        for child in self.children:
            if self.release >= (2, 6):
                child.undo_all()
            else:
                child.undo()

    def advance(self, lr: float) -> float:
        self.last_epoch += 1
        active = bisect_right(self.milestones, self.last_epoch)
        child = self.children[active]
        if active > 0 and self.milestones[active - 1] == self.last_epoch:
            # from 2.9 on without the bookkeeping of step()
            lr = child.update(lr, 0) if self.release >= (2, 9) else child.step(lr, 0)
        else:
            lr = child.step(lr)
        if self.release >= (1, 11):
            self.last_lr = child.get_last_lr()
        return lr

    def run(self, lr: float, n: int, out: list[float], metrics: Sequence[float] = ()) -> None:
        end = len(out) + n
        while len(out) < end:
            # up to the next milestone the active child runs alone, whatever the order of the milestones
            ahead = min((m for m in self.milestones if m > self.last_epoch), default=self.last_epoch + n + 1)
            alone = min(end - len(out), int(-(-ahead // 1)) - self.last_epoch - 1)
            if alone > 0:
                child = self.children[bisect_right(self.milestones, self.last_epoch)]
                child.run(lr, alone, out)
                self.last_epoch += alone
                lr = out[-1]
                if self.release >= (1, 11):
                    self.last_lr = child.get_last_lr()
            else:
                lr = self.advance(lr)
                out.append(lr)

    def reading_reason(self, fresh: bool, later: bool) -> Reason:
        """Only in 1.11 and 1.12: from 1.13 on the first child begins again, and what it computes is what is used."""
        why = "it returns what the first child computed when it was built, before its siblings changed the LR"
        return Reason(why, "pytorch #72874, fixed in 1.13")

    def resume_reason(self) -> Reason:
        offset = "last_epoch only moves the counter that is compared with the milestones:"
        if self.release < (1, 13):
            why = f"{offset} its children are new, and begin at their epoch 0 from the LR that the optimizer holds"
        else:
            why = f"{offset} its constructor sets the LR back to initial_lr, and its children begin at their epoch 0"
        return Reason(why, "pytorch #162591")

    def notes(self) -> list[Problem]:
        notes = super().notes()
        if self.release < (1, 13) and self.expected is not None and not isclose(self.left, self.expected, rel_tol=1e-9):
            notes.append(
                Problem(
                    code="sequential-first-lr",
                    message=f"SequentialLR starts at {self.left!r} instead of {self.expected!r}",
                    why="its constructor keeps what the constructors of its children left in the group",
                    reference="pytorch #72874, fixed in 1.13",
                    help="Upgrade, or write the warmup as one LambdaLR",
                )
            )
        return notes
