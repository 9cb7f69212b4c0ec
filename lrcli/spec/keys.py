"""The keys of a spec outside its schedules, each declared once: for the reader, the JSON schema and completion."""

from __future__ import annotations

from typing import NamedTuple

from lrcli.spec import REPLAYED, SHOWABLE, STEP_ORDERS


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
