"""What NeMo's policies have in common: a warmup whose first step is above 0, and min_lr past max_steps."""

from __future__ import annotations

import math
from collections.abc import Iterator

from lrcli.errors import Problem
from lrcli.frameworks.schedule import Pieced, Pieces
from lrcli.schedules import CurveMarks, LrRule, dataclass, length, number, untried


def edges(step: float, event: str) -> CurveMarks:
    """The marks at the last step of a piece, where the event is, and at the first one of the next."""
    yield math.floor(step), event
    yield math.floor(step) + 1, ""


@dataclass(frozen=True, kw_only=True)
class NemoPolicy(Pieced):
    """A policy in a run: its setting, and the arguments that every policy has."""

    min_lr: float = number(0.0, doc="the learning rate past max_steps; for most a floor, too")

    def first_lr(self, base_lr: float) -> float:
        """The learning rate of the first parameter group, which some policies use for all."""
        first = self.setting.lrs[0] if self.setting.lrs else None
        return base_lr if first is None else first

    def all_lrs(self, base_lr: float) -> tuple[float, ...]:
        """The learning rates of all parameter groups."""
        return tuple(lr for lr in self.setting.lrs if lr is not None) if self.setting.length else (base_lr,)

    @property
    def end(self) -> float | None:
        """The last step that is not at min_lr; None where there is none."""
        return getattr(self, "max_steps", None)

    def check_pair(self, name: str) -> None:
        """Raise what NeMo raises where both NAME_steps and NAME_ratio are given, or the ratio of nothing."""
        steps, ratio = getattr(self, f"{name}_steps"), f"{name}_ratio"
        alone = steps is None or getattr(self, ratio) is None
        self.require(alone, f"{name}_steps and {ratio} exclude each other", ratio, "AssertionError")
        known = self.end is not None or getattr(self, ratio) is None
        self.require(known, f"{ratio} needs max_steps", ratio, "AssertionError")

    def steps_of(self, name: str) -> float:
        """NAME_steps or, rounded down, the share NAME_ratio of max_steps; else 0."""
        steps, ratio = getattr(self, f"{name}_steps"), getattr(self, f"{name}_ratio")
        share = 0 if ratio is None or self.end is None else int(ratio * self.end)
        return share if steps is None else steps

    def first_group_note(self) -> Iterator[Problem]:
        """That the policy takes the first group's learning rate for all, where that matters."""
        if len(set(self.setting.lrs)) > 1:
            yield Problem("first-group", f"{self.name} takes the learning rate of the first group for all of them")


@dataclass(frozen=True, kw_only=True)
class NemoWarmed(NemoPolicy):
    """A policy with a warmup."""

    decays = True
    """Whether the learning rate falls after the warmup."""

    warmup_steps: float | None = length(
        None, doc="steps of the warmup", any_number=True, optional=True, rounds="down", example="500"
    )
    warmup_ratio: float | None = number(
        None, doc="the warmup as a share of max_steps, rounded down", optional=True, tried=untried
    )

    def check_values(self) -> None:
        self.check_pair("warmup")

    @property
    def warmup(self) -> float:
        """Steps of the warmup."""
        return self.steps_of("warmup")

    def body(self, base_lr: float) -> LrRule:
        """The learning rate after the warmup, up to max_steps."""
        raise NotImplementedError

    def held(self, base_lr: float) -> Iterator[tuple[float, LrRule]]:
        """What stands between the warmup and the body."""
        yield from ()

    def pieces(self, base_lr: float) -> Pieces:
        warmup, low, end = self.warmup, float(self.min_lr), self.end
        pieces: list[tuple[float, LrRule]] = []
        if warmup > 0:
            climb = warmup + 1
            pieces.append((math.floor(warmup) + 1, lambda t: base_lr * ((t + 1) / climb)))
        pieces += self.held(base_lr)
        pieces.append((math.inf if end is None else math.floor(end) + 1, self.body(base_lr)))
        return (*pieces, (math.inf, lambda t: low))

    def marks(self) -> CurveMarks:
        if self.warmup > 0:
            yield from edges(self.warmup, "warmup ends")
        if self.end is not None:
            yield from edges(self.end, "decay ends" if self.decays else "")


@dataclass(frozen=True, kw_only=True)
class NemoAnnealed(NemoWarmed):
    """A policy with a warmup, and an end at max_steps."""

    max_steps: float = length(doc="the last step of the decay, the warmup included", any_number=True, fills="run")


@dataclass(frozen=True, kw_only=True)
class NemoHeld(NemoAnnealed):
    """A policy that holds the learning rate between the warmup and the decay."""

    hold_steps: float | None = length(
        None,
        doc="steps at the learning rate, after the warmup",
        any_number=True,
        optional=True,
        rounds="down",
        example="1000",
    )
    hold_ratio: float | None = number(
        None, doc="the same as a share of max_steps, rounded down", optional=True, tried=untried
    )

    forgets_warmup = True
    """Whether the decay begins at step 0 where no hold is given."""

    def check_values(self) -> None:
        super().check_values()
        self.check_pair("hold")

    @property
    def hold(self) -> float:
        """The step at which the hold ends; 0 (and not the warmup's end) where none is given."""
        if self.hold_steps is None and self.hold_ratio is None:
            return 0
        return self.steps_of("hold") + self.warmup

    def held(self, base_lr: float) -> Iterator[tuple[float, LrRule]]:
        yield self.hold, lambda t: base_lr

    def marks(self) -> CurveMarks:
        yield from super().marks()
        if self.hold > self.warmup:
            yield self.hold, "hold ends" if self.decays else ""

    def notes(self) -> Iterator[Problem]:
        if self.forgets_warmup and not self.hold and self.warmup > 0:
            what = f"{self.name} counts its decay from step 0 without hold_steps: it jumps as the warmup ends"
            yield Problem("no-hold", what, help="hold_steps: 0 counts it from the end of the warmup")
