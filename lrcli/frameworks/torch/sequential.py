"""SequentialLR: which child steps, and what the constructor leaves behind."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from math import isclose

from lrcli.errors import Problem
from lrcli.frameworks.torch.composite import Composite
from lrcli.frameworks.torch.machine import ParamGroup, Reason
from lrcli.frameworks.torch.releases import Release, refuse
from lrcli.schedules.sequential import Sequential


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
