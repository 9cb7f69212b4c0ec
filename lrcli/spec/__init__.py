"""A YAML file declares these frozen values. `reader/` makes them, `series/` turns them into numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lrcli.errors import EvaluationError, Problem
from lrcli.printable import printable
from lrcli.schedules.base import Schedule
from lrcli.values import dataclass

if TYPE_CHECKING:
    from lrcli.spec.data import Data

READINGS = ("lr", "get_lr", "get_last_lr")
SHOWABLE = (*READINGS, "momentum")
"""What can be shown as the curve: a reading of the learning rate, or the momentum that the scheduler sets."""
STEP_ORDERS = ("optimizer_first", "scheduler_first")


REPLAYED = "torch"
"""The framework whose releases are replayed: the schedules of this package are its own."""


@dataclass(frozen=True)
class Group:
    """One parameter group: its base learning rate and its schedule.

    `lr` is None only where the schedule sets the learning rate itself (one_cycle, cyclic, range_test). Per-group lists
    are resolved: `schedule` holds this group's values. `name` is None for an unnamed group; in it, as in a spec's name,
    what a terminal would obey is written as an escape.
    """

    name: str | None
    lr: float | None
    schedule: Schedule

    def __post_init__(self) -> None:
        if self.name is not None and not self.name.isprintable():
            object.__setattr__(self, "name", printable(self.name))

    @property
    def base_lr(self) -> float:
        """The base learning rate; where the schedule sets the learning rate itself, the one that it begins with.

        A warmup before such a schedule rises to that one.
        """
        if self.lr is not None:
            return self.lr
        from lrcli.schedules.sequential import Sequential

        phases = self.schedule.parts() if isinstance(self.schedule, Sequential) else ()
        setting = next((phase for phase in phases if phase.sets_lr or phase.own_rate), self.schedule)
        try:
            return setting.lr_at(0, 0.0)
        except (ArithmeticError, ValueError) as error:
            raise EvaluationError.of(error, 0, type_name=self.schedule.name) from error


@dataclass(frozen=True)
class Emulation:
    """Which release is replayed, and how the training loop used its scheduler.

    release: "1.1": an examined minor release of the framework.
    read: the reading that is shown as the curve, one of SHOWABLE; None is what that release documents.
    step_order: "optimizer_first" (train, then scheduler.step()) or "scheduler_first"; None is what it documents.
    last_epoch: -1 for a plain run; k >= 0 for a new scheduler that resumes after epoch k.
    saved: what a resumed optimizer's groups hold: all that was saved "after_step" or "before_step" (of the
        scheduler.step() that the loop makes in epoch k), "fresh" (the base LR), or the LR itself, one or one per group.
    initial_lr: a left-over group['initial_lr'], one or one per group; None is none.
    step_epoch: the explicit argument of scheduler.step(epoch), call by call (None: no argument; later calls: none), or
        an expression of the row's index ("epoch + 1").
    momentum: what the groups' momentum is before the scheduler is built, one or one per group; None is not known.
    label: how the user wrote it ("torch-1.1"), for curve names.
    framework: whose release it is. Only REPLAYED is replayed; the schedules of the others compute as that release does.
    """

    release: str
    read: str | None = None
    step_order: str | None = None
    last_epoch: int = -1
    saved: str | float | tuple[float, ...] = "after_step"
    initial_lr: float | tuple[float, ...] | None = None
    step_epoch: str | tuple[float | None, ...] = ()
    momentum: float | tuple[float, ...] | None = None
    label: str = ""
    framework: str = REPLAYED


@dataclass(frozen=True)
class Spec:
    """A run: its length, its parameter groups, and whose arithmetic it asks for.

    `length` counts rows, which are scheduler steps: epochs or, with interval "step", steps. `emulation` None means the
    schedule's own formula. `notes` are what the reader had to say that is no error: that an argument is ignored, or, as
    a warning, which --quiet does not silence, that a percentage was rounded.
    `data` is what steps_per_epoch was counted from, where the spec gives that. `first_step` is how a log of the run
    numbers its rows: what stands at step (or epoch) `first_step` of the log is row 0 here;
    `epoch_shows` says what a log that counts epochs shows of an epoch's steps ("first", "last", "mean").
    `skipped` are the steps of the log at which the scheduler did not move on (a float16 loss scaler skips some): from
    each of them on it is one row further behind. `release` is the release of another framework that its schedules are
    computed as ("ultralytics-8.3.228"), "" for the newest examined one.
    """

    name: str
    groups: tuple[Group, ...]
    length: int
    interval: str = "epoch"
    steps_per_epoch: int | None = None
    emulation: Emulation | None = None
    notes: tuple[Problem, ...] = ()
    data: Data | None = None
    first_step: int = 0
    epoch_shows: str = "first"
    skipped: tuple[int, ...] = ()
    release: str = ""

    def __post_init__(self) -> None:
        if not self.name.isprintable():
            object.__setattr__(self, "name", printable(self.name))
