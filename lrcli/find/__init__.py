"""The learning-rate range test: what tools would suggest from the (learning rate, loss) rows of one run.

Here are the points of a log: which columns, which rows, and which of several runs that stand in one log. The rules
stand in the folders of the frameworks; `report.find` puts them side by side.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from lrcli.errors import LrcliError
from lrcli.logs import Log
from lrcli.printable import printable

_PREFERRED = ("loss", "train_loss", "train/loss", "training_loss", "loss/train", "train/loss_step", "train_loss_step")
_WORD = re.compile(r"(^|[^a-z])loss")
_VALIDATION = re.compile(r"(^|[^a-z])(val|valid|validation|eval|test|best)([^a-z]|$)")


@dataclass(frozen=True)
class Points:
    """The rows of a range test: the learning rate of each step and the loss that was recorded there.

    name: as the log is called. lr_column, loss_column: as the columns are called. remarks: what was taken, skipped or
    repaired, in a sentence each.
    """

    name: str
    lrs: tuple[float, ...]
    losses: tuple[float, ...]
    lr_column: str = "lr"
    loss_column: str = "loss"
    remarks: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.lrs)


def points_of(log: Log, loss: str | None = None, run: int | None = None, where: str = "") -> Points:
    """The learning rates of the log's first LR column with a column of losses.

    loss: the name of that column; None finds it. run: which one to take of several runs that stand one after the other
    (the learning rate falls back), counted from 1; None takes the longest. where: what messages call the log.
    Raises LrcliError where there is no such column, or no range test in it.
    """
    where = where or log.name
    lr_column, rates = next(iter(log.lrs.items()))
    loss_column = _loss_column(list(log.others), loss, where, lr_column)
    rows: list[tuple[float, float]] = []
    missing = not_positive = 0
    for lr, value in zip(rates, log.others[loss_column], strict=True):
        if lr is None or value is None or math.isnan(lr):
            missing += 1
        elif lr <= 0 or math.isinf(lr):
            not_positive += 1
        else:
            rows.append((lr, value))
    if not rows:
        raise LrcliError(f"{where}: no row has both a positive {lr_column!r} and a {loss_column!r}")
    remarks = [f"the loss is column {loss_column!r}"]
    if missing:
        remarks.append(f"{_rows(missing)} without {lr_column!r} or {loss_column!r} left out")
    if not_positive:
        remarks.append(f"{_rows(not_positive)} left out in which {lr_column!r} is not a positive number")
    of_run, about_runs = _rows_of_run(where, rows, run)
    lrs, losses = zip(*of_run, strict=True)
    if len(of_run) == 1:
        raise LrcliError(f"{where}: one row is no range test")
    if not any(map(math.isfinite, losses)):
        raise LrcliError(f"{where}: no {loss_column!r} is a finite number")
    if lrs[0] == lrs[-1]:
        of_all = f"is {lrs[0]!r} in all {_rows(len(rows))}" if len(of_run) == len(rows) else "never rises"
        raise LrcliError(f"{where}: this is no range test: {lr_column!r} {of_all}")
    return Points(log.name, lrs, losses, lr_column, loss_column, (*remarks, *about_runs))


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count} rows"


def _loss_column(names: Sequence[str], named: str | None, where: str, lr_column: str) -> str:
    listed = ", ".join(names[:20]) + (", ..." if len(names) > 20 else "") or "none"
    if named is not None:
        named = printable(named)  # as the log's own names are
        if named not in names:
            raise LrcliError(f"{where}: there is no column {named!r}; beside the learning rate there are {listed}")
        return named
    lower = {name.strip().lower().replace(" ", "_"): name for name in reversed(names)}
    for name in _PREFERRED:
        if name in lower:
            return lower[name]
    candidates = [name for name in names if _WORD.search(name.lower())]
    training = [name for name in candidates if not _VALIDATION.search(name.lower())]
    candidates = training or candidates
    if not candidates:
        taken = f"there is only {lr_column!r}, and it is taken for the learning rate"
        there = f"name one with --loss; there are {listed}" if names else taken
        raise LrcliError(f"{where}: no column is called a loss: {there}")
    if len(candidates) > 1:
        raise LrcliError(f"{where}: which column is the loss? Name one with --loss: {', '.join(candidates)}")
    return candidates[0]


def _rows_of_run(
    where: str, rows: Sequence[tuple[float, float]], wanted: int | None
) -> tuple[Sequence[tuple[float, float]], tuple[str, ...]]:
    """The rows of one run, and a sentence about the others."""
    starts = [0, *(i for i, ((before, _), (lr, _)) in enumerate(pairwise(rows), 1) if lr < before)]
    spans = list(pairwise([*starts, len(rows)]))
    if wanted is not None and not 1 <= wanted <= len(spans):
        raise LrcliError(f"{where}: there is no run {wanted}: the log holds {len(spans)}")
    if len(spans) == 1:
        return rows, ()
    if len(spans) > len(rows) // 2:
        raise LrcliError(f"{where}: this is no range test: the learning rate falls again and again")
    longest = max(range(len(spans)), key=lambda i: spans[i][1] - spans[i][0])
    chosen = longest if wanted is None else wanted - 1
    start, stop = spans[chosen]
    sizes = ", ".join(str(b - a) for a, b in spans[:10]) + (", ..." if len(spans) > 10 else "")
    which = "the longest" if wanted is None else f"run {wanted}"
    remark = (
        f"the learning rate falls back: {len(spans)} runs of {sizes} rows; {which} is taken (--run N picks another)"
    )
    return rows[start:stop], (remark,)
