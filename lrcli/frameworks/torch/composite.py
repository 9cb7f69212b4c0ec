"""Children on one group: ChainedScheduler, several schedulers stepped by hand, what SequentialLR shares with both."""

from __future__ import annotations

from collections.abc import Sequence

from lrcli.errors import Problem, Refused
from lrcli.frameworks.torch import replay as build
from lrcli.frameworks.torch.machine import ParamGroup, RateRule, Reason, Replay
from lrcli.frameworks.torch.plateau import PlateauReplay
from lrcli.frameworks.torch.releases import Release, refuse
from lrcli.schedules.base import Schedule
from lrcli.schedules.sequential import Chained, Manual


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

    def __init__(self, schedules: tuple[Schedule, ...], release: Release) -> None:
        super().__init__(release)
        self.children = [_built(child, release) for child in schedules]

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
        if composites and self.release == (1, 10) and len(self.children) > 1:
            raise refuse(
                self.release, "AttributeError", "a composite inside another has no optimizer before torch 1.11"
            )
        if self.release >= (2, 4) and any(isinstance(child, PlateauReplay) for child in self.children):
            raise refuse(self.release, "ValueError", "ReduceLROnPlateau cannot be a child: step() needs its metric")

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

    def run(self, lr: float, n: int, out: list[float]) -> None:
        """n steps of all children: with their bare rules where each has one, else step by step."""
        start = lr
        children = self.children
        rules = [(rule, child.last_epoch) for child in children if (rule := child.plain_rule()) is not None]
        if len(rules) < len(children) or self.release == (1, 4):  # 1.4 has its own way with exceptions
            for _ in range(n):
                lr = self.step_children(lr)
                out.append(lr)
            return
        append, done = out.append, len(out)
        try:
            if len(rules) == 2 and rules[0][1] == rules[1][1]:  # the common case, without the inner loop
                (first, since), (second, _) = rules
                for t in range(since + 1, since + 1 + n):
                    lr = second(first(lr, t), t)
                    append(lr)
            else:
                for i in range(1, n + 1):
                    for rule, since in rules:
                        lr = rule(lr, since + i)
                    append(lr)
        except Exception as exc:
            before = out[-1] if len(out) > done else start
            mark(exc, _failing(rules, before, len(out) - done + 1))
            raise
        for child in children:
            child.skip(n, lr)  # what the children before the last one left is not to be seen any more

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


def _failing(rules: Sequence[tuple[RateRule, int]], lr: float, step: int) -> int:
    """Which of the rules raises, from the LR before the step that failed."""
    for i, (rule, since) in enumerate(rules):
        try:
            lr = rule(lr, since + step)
        except Exception:
            return i
    return 0


class ChainedReplay(Composite):
    """Every child steps, in order. It has no counter. get_last_lr() is what the group holds."""

    def __init__(self, schedule: Chained, release: Release) -> None:
        super().__init__(schedule.schedules, release)

    def begin(self, group: ParamGroup, last_epoch: int) -> float:
        if not self.children and self.release >= (1, 11):
            exception = "IndexError" if self.release < (2, 4) else "ValueError"
            raise refuse(self.release, exception, "ChainedScheduler needs at least one scheduler")
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

    def run(self, lr: float, n: int, out: list[float]) -> None:
        super().run(lr, n, out)
        if self.release >= (1, 11) and n:
            self.last_lr = out[-1]


class ManualReplay(Composite):
    """The loop steps each scheduler by hand, and reads get_lr() and get_last_lr() of the last one."""

    def __init__(self, schedule: Manual, release: Release) -> None:
        super().__init__(schedule.schedules, release)
        if not self.children:
            raise refuse(release, "IndexError", "there is no scheduler to step")
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
