"""ChainedScheduler: every child steps, in order."""

from __future__ import annotations

from collections.abc import Sequence

from lrcli.errors import Problem
from lrcli.frameworks.torch.composite import Composite, mark
from lrcli.frameworks.torch.machine import ParamGroup, RateRule, Replay
from lrcli.frameworks.torch.releases import Release, refuse
from lrcli.schedules.chained import Chained


class ChainedReplay(Composite):
    """It has no counter. get_last_lr() is what the group holds."""

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
        run_together(self, lr, n, out)
        if self.release >= (1, 11) and n:
            self.last_lr = out[-1]

    def notes(self) -> list[Problem]:
        return [note for child in self.children for note in child.notes()]


def run_together(composite: Composite, lr: float, n: int, out: list[float]) -> None:
    """n steps of all children: with their bare rules where each has one, else step by step."""
    start = lr
    children = composite.children
    rules = [(rule, child.last_epoch) for child in children if (rule := child.plain_rule()) is not None]
    if len(rules) < len(children) or composite.release == (1, 4):  # 1.4 has its own way with exceptions
        for _ in range(n):
            lr = composite.step_children(lr)
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


def _failing(rules: Sequence[tuple[RateRule, int]], lr: float, step: int) -> int:
    """Which of the rules raises, from the LR before the step that failed."""
    for i, (rule, since) in enumerate(rules):
        try:
            lr = rule(lr, since + step)
        except Exception:
            return i
    return 0


def replay(schedule: Chained, release: Release) -> Replay:
    return ChainedReplay(schedule.schedules, release)
