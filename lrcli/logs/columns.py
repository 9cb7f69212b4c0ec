"""What the columns of a log mean, by their names: the step, the epoch, a learning rate, or something else."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from lrcli.logs import NoLog

STEPS = (
    *("step", "global_step", "steps", "trainer/global_step", "train/global_step", "global_steps"),
    *("current_steps", "current_step", "num_updates", "time/total_timesteps", "total_timesteps", "num_env_steps"),
    *("timesteps_total", "_step", "iteration", "iter", "it", "iterations", "time/iterations", "n_iter"),
    *("update", "updates", "total_steps", "step_idx", "batch", "batches"),
)
"""The names of a step column, the first one that is there is taken; `_step` counts the calls of wandb.log."""

EPOCHS = ("epoch", "epochs", "ep", "train/epoch", "trainer/epoch", "current_epoch", "_epoch")
"""The names of an epoch column, likewise."""

_PLAIN = ("lr", "learning_rate", "learningrate")
_PREFIX = re.compile(r"^(train|training|optim|optimizer|opt|scheduler|trainer|hyper|params?)[/._:]")
_WORDS = re.compile(r"(^|[^a-z])(lr|lrs|learning[ _-]?rates?)($|[^a-z])")
_NOT_RATES = re.compile(r"(mult|scale|ratio|decay|factor|loss|time|warmup|grad|norm|momentum)")
_SHADOW = re.compile(r"__(min|max)$")  # the band that Weights & Biases exports around a curve
_GROUP = re.compile(r"[/_. -]*(?:(?:param[_ -]?)?(?:pg|group|g)[_ -]?)?\[?\d+\]?$")


def is_step(name: str) -> bool:
    """Whether a column of that name counts steps.

    >>> is_step("Global Step"), is_step("loss")
    (True, False)
    """
    return _plain(name) in STEPS


def is_epoch(name: str) -> bool:
    """Whether a column of that name counts epochs."""
    return _plain(name) in EPOCHS


def rank(name: str) -> int:
    """How surely a column of that name holds the learning rate: 0 by its whole name, 1 by a word of it, 2 not.

    >>> [rank(name) for name in ("train/learning_rate", "lr/pg0", "base_lr", "lr_mult", "loss")]
    [0, 1, 1, 2, 2]
    """
    plain = _plain(name).rpartition("_-_")[2]  # Weights & Biases: the run's name stands before the column's
    if _SHADOW.search(plain):
        return 2
    bare = _PREFIX.sub("", plain)
    if bare in _PLAIN or plain in ("train_lr", "current_lr"):
        return 0
    if _WORDS.search(plain.replace("learningrate", "lr")) and not _NOT_RATES.search(plain):
        return 1
    return 2


def _plain(name: str) -> str:
    return re.sub(r"\s+", "_", name.strip().lower())


@lru_cache(maxsize=1024)
def family(name: str) -> str:
    """The name without the number or the name of its parameter group.

    >>> {family(name) for name in ("lr/pg0", "lr/pg1", "lr/head", "lr")}, family("lr-Adam/pg2"), family("lr_head")
    ({'lr'}, 'lr-adam', 'lr_head')
    """
    plain = _plain(name)
    return plain[: _group_at(plain)] or plain


def group(name: str) -> str:
    """What tells a parameter group's column from the others of its family.

    >>> group("lr-Adam/pg1"), group("lr_0"), group("lr"), group("lr-Adam/head"), group("train/lr")
    ('pg1', '0', '', 'head', '')
    """
    return name.strip()[_group_at(name.strip().lower()) :].strip("/_-. []")


def groups_in(names: Sequence[str]) -> dict[str, str]:
    """The columns of the first one's family, each with what its parameter group is called.

    >>> groups_in(["lr/pg0", "lr/pg1", "get_lr/pg0"]), groups_in(["lr", "base_lr"])
    ({'lr/pg0': 'pg0', 'lr/pg1': 'pg1'}, {'lr': 'lr'})
    """
    return {name: group(name) or name for name in names if family(name) == family(names[0])}


def _group_at(name: str) -> int:
    """Where the end of a name begins that numbers a group, or names one behind the name of a learning rate.

    A number is not sought far from the end, as each start would be tried to the end.
    """
    number = _GROUP.search(name, max(0, len(name) - 80))
    if number is not None:
        return number.start()
    rate, slash, _ = name.rpartition("/")
    return len(rate) if slash and rank(rate) < 2 else len(name)


def place(name: str, names: Sequence[str]) -> int:
    """The place of a column's name in one of the lists above; behind all of them where it is in none."""
    plain = _plain(name)
    return names.index(plain) if plain in names else len(names)


def choose_rates(names: Sequence[str], column: str | None = None) -> tuple[str, ...]:
    """The learning-rate columns among these: `column` or the groups of the one that is meant, then the others.

    Raises NoLog where none is better than another.
    """
    if column is not None:
        return (column, *(name for name in names if name != column))
    best = min(rank(name) for name in names)
    first = [name for name in names if rank(name) == best]
    families = list(dict.fromkeys(family(name) for name in first))
    if len(families) > 1:
        families = [name for name in families if name in _PLAIN]
        first = [name for name in first if family(name) in families]
    if len(families) != 1:
        raise NoLog(f"which column is the learning rate? The candidates are {listed(names)}", "which")
    return (*first, *(name for name in names if name not in first))


def listed(names: Iterable[str], most: int = 20) -> str:
    """Names for a message, the first few of many."""
    all_names = [name if len(name) <= 60 else f"{name[:57]}..." for name in names]
    return ", ".join(all_names[:most]) + (f", ... ({len(all_names)} in all)" if len(all_names) > most else "")
