"""Spec -> numbers: the schedule's formula, or a replay where the spec asks for one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from lrcli.spec import Spec

BLOCK = 8192
"""How many rows are computed at a time."""


@dataclass(frozen=True)
class Note:
    """Something a user should know about a curve: what, at which rows, why, and what to do instead.

    `epochs` are the rows it is about (empty: the whole run), `more` how many beyond those listed. `str()` is the line
    that goes to stderr.
    """

    code: str
    what: str
    why: str = ""
    advice: str = ""
    reference: str = ""
    epochs: tuple[int, ...] = ()
    more: int = 0
    unit: str = "epoch"

    def __str__(self) -> str:
        text = self.what
        if self.epochs:
            word = self.unit if len(self.epochs) + self.more == 1 else f"{self.unit}s"
            text += f" at {word} {', '.join(map(str, self.epochs))}"
            if self.more:
                text += f" and {self.more} more ({len(self.epochs) + self.more} in all)"
        if self.why:
            text += f": {self.why}"
        if self.reference:
            text += f" ({self.reference})"
        return f"{text}. {self.advice}".rstrip() if self.advice else text


@dataclass(frozen=True)
class GroupBlock:
    """Consecutive rows of one parameter group, column by column. A reading that was not asked for, or that the release
    does not have, is None; a call that raises is a None in its row."""

    lr: Sequence[float]
    get_lr: Sequence[float | None] | None = None
    get_last_lr: Sequence[float | None] | None = None
    trace: dict[str, Sequence[Any]] | None = None  # metric, best, bad, cooldown of a plateau


@dataclass(frozen=True)
class Block:
    """Rows start <= t < start + size of every parameter group."""

    start: int
    size: int
    groups: tuple[GroupBlock, ...]


@dataclass(frozen=True)
class Curve:
    """The numbers of one spec: all its rows.

    `start` is the first row's epoch (or step): 0, or k + 1 for a run that resumes after epoch k. `reading` names the
    column that is shown as the curve; `columns` are the readings that exist, in order ("lr", "get_lr", "get_last_lr").
    """

    name: str
    spec: Spec
    start: int
    groups: tuple[GroupBlock, ...]
    reading: str
    columns: tuple[str, ...]
    notes: tuple[Note, ...] = ()

    def shown(self, group: int = 0) -> Sequence[float | None]:
        """The values of the reading that is shown as the curve."""
        values = getattr(self.groups[group], self.reading)
        assert values is not None
        return values


def blocks(spec: Spec, readings: Sequence[str] = ("lr",), start: int = 0, stop: int | None = None) -> Iterator[Block]:
    raise NotImplementedError


def evaluate(spec: Spec, readings: Sequence[str] | None = None) -> Curve:
    raise NotImplementedError
