"""A YAML file declares these frozen values. `reader/` makes them, `series/` turns them into numbers.

The keys of a spec outside its schedules are declared once, for the reader, the JSON schema and completion.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

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


class SpecKey(NamedTuple):
    """A key: what it means, and what it takes.

    takes: "name", "rate", "count", "flag", "choice", "whole" (a whole number, negative ones too), "wholes" (one or a
    list), "rates" (one, or one per parameter group), or the key's own name where nothing else takes the same. choices:
    the words of it. default: its value where it is left out, None where there is none to tell. optional: null is as if
    it were left out. required: it cannot be.
    """

    name: str
    takes: str
    doc: str
    choices: tuple[str, ...] = ()
    default: bool | float | str | None = None
    optional: bool = False
    required: bool = False


RATE_KEYS = (
    SpecKey("lr", "rate", "The base learning rate."),
    SpecKey("base_lr", "rate", "Another spelling of lr."),
    SpecKey("learning_rate", "rate", "Another spelling of lr."),
)

DATA_KEYS = (
    SpecKey("samples", "count", "Samples in the training set.", required=True),
    SpecKey("batch_size", "count", "Samples of one batch in one process.", required=True),
    SpecKey("world_size", "count", "Processes that share the samples.", default=1),
    SpecKey("grad_accum", "count", "Batches of a process that make one step.", default=1),
    SpecKey("drop_last", "flag", "Whether an incomplete batch is left out.", default=False),
)

WARMUP_KEYS = (
    SpecKey("for", "rows", "", required=True),
    SpecKey("start_factor", "factor", "The factor at step 0.", default=1 / 3),
)

SAVED = ("after_step", "before_step", "fresh", "groups")
"""A resumed optimizer holds one of these; `groups`, its own saved groups, means the same as after_step."""

EMULATE_KEYS = (
    SpecKey(
        REPLAYED,
        "release",
        "The release: 1.10, 2.4.1, or null for the newest. Quote it: 1.10 is not 1.1.",
        required=True,
    ),
    SpecKey("read", "choice", "The reading that is shown as the curve.", SHOWABLE, optional=True),
    SpecKey(
        "step_order",
        "choice",
        "Whether the loop calls optimizer.step() or scheduler.step() first.",
        STEP_ORDERS,
        optional=True,
    ),
    SpecKey(
        "last_epoch", "last_epoch", "The epoch after which a new scheduler resumes; -1 is a plain run.", default=-1
    ),
    SpecKey(
        "saved",
        "saved",
        "What a resumed optimizer's groups hold: as a word, or the LR itself (a list: per group).",
        SAVED,
        default="after_step",
    ),
    SpecKey("initial_lr", "rates", "A left-over initial_lr of the groups."),
    SpecKey(
        "step_epoch", "step_epoch", "The argument of scheduler.step(): call by call, or an expression of the epoch."
    ),
    SpecKey("momentum", "rates", "The groups' momentum before the scheduler is built."),
)

EPOCH_SHOWS = ("first", "last", "mean")
"""What a log of epochs has of the learning rates of an epoch's steps."""

TOP_KEYS = (
    SpecKey("name", "name", "The spec's name. Default: the file's name without its ending."),
    *RATE_KEYS,
    SpecKey("epochs", "count", "The length of the run in epochs; or give steps."),
    SpecKey("steps", "count", "The length of the run in steps; or give epochs."),
    SpecKey("steps_per_epoch", "count", "Optimizer steps in an epoch; or give data.", optional=True),
    SpecKey("data", "data", "What the steps of an epoch are counted from."),
    SpecKey(
        "interval",
        "choice",
        "What one scheduler step is. Default: epoch, or step where the length is given in steps.",
        ("epoch", "step"),
    ),
    SpecKey("first_step", "whole", "The number that a log of the run gives its first row. Default: 0.", optional=True),
    SpecKey(
        "epoch_shows",
        "choice",
        "What a log that counts epochs shows of an epoch's steps. Default: first.",
        EPOCH_SHOWS,
    ),
    SpecKey("skipped", "wholes", "The steps of a log at which the scheduler did not move on (float16 skips some)."),
    SpecKey("schedule", "schedule", "The schedule: a type with its keys, or a list of phases."),
    SpecKey(
        "warmup",
        "warmup",
        "A first linear phase before the schedule of every group, whose positions count from its end.",
    ),
    SpecKey("groups", "groups", "Parameter groups; each may have its own lr and its own schedule."),
    SpecKey("emulate", "emulate", "The release of PyTorch whose numbers are wanted, bugs included."),
)

GROUP_KEYS = (
    SpecKey("name", "name", "The group's name, for columns and legends."),
    *RATE_KEYS,
    SpecKey("schedule", "schedule", ""),
)

INSIDE = {"data": DATA_KEYS, "warmup": WARMUP_KEYS, "emulate": EMULATE_KEYS}
"""The keys of the mappings at the top level that are no schedules."""


def key_names(keys: tuple[SpecKey, ...]) -> tuple[str, ...]:
    """The names of keys, in order."""
    return tuple(key.name for key in keys)
