"""A table as values: what its columns are called, and its rows in columnar chunks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from lrcli.values import dataclass

Chunk = Sequence[Sequence[Any]]
"""Consecutive rows, column by column: one sequence of values per column, all equally long."""


@dataclass(frozen=True)
class Column:
    """A column's name and what it holds.

    kind is "index" (the epoch or step), "lr", "number" (a metric, a count) or "text" ("" for nothing). A number is None
    where the table has no value.
    """

    name: str
    kind: str = "lr"


@dataclass(frozen=True)
class Table:
    """A table: its columns, the rows computed so far, and those still to come (None: there are no more).

    `last` is the largest index that the table can hold, for the width of the first column.
    """

    columns: tuple[Column, ...]
    head: tuple[Chunk, ...]
    rest: Iterator[Chunk] | None = None
    last: int = 0

    @property
    def complete(self) -> bool:
        return self.rest is None

    @property
    def size(self) -> int:
        return sum(len(chunk[0]) for chunk in self.head)

    def chunks(self) -> Iterator[Chunk]:
        """All the rows, in order. Those of `rest` can be had once."""
        yield from self.head
        if self.rest is not None:
            yield from self.rest
