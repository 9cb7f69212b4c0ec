"""Rows as a log's file has them, one after the other -> columns of numbers, 8 bytes a cell."""

from __future__ import annotations

import math
from array import array
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import compress, islice
from typing import Any

from lrcli.logs import LogRequest, NoLog
from lrcli.logs.columns import family, is_epoch, is_step, rank
from lrcli.logs.rounding import WrittenDigits

ABSENT = frozenset(("", "null", "none", "na", "n/a", "-"))
"""What a cell without a value says, in lower case."""


_MISSING = array("d", [math.nan])


class Sparse(Sequence["float | None"]):
    """A column in which some cells are missing: those are None. 9 bytes a cell."""

    def __init__(self, values: array[float], present: bytearray) -> None:
        self._values = values
        self._present = present

    def __len__(self) -> int:
        return len(self._values)

    def __getitem__(self, i: Any) -> Any:
        if isinstance(i, slice):
            return Sparse(self._values[i], self._present[i])
        return self._values[i] if self._present[i] else None

    def __iter__(self) -> Iterator[float | None]:
        return (value if present else None for value, present in zip(self._values, self._present, strict=True))


class Cells:
    """One column as it grows."""

    def __init__(self, rows: int) -> None:
        self.values = _MISSING * rows
        self.present = bytearray(rows)

    @property
    def filled(self) -> int:
        return self.present.count(1)

    def put(self, row: int, value: float) -> None:
        """The value of a row, which may be the next one or later."""
        self.pad(row + 1)
        self.values[row] = value
        self.present[row] = 1

    def pad(self, rows: int) -> None:
        more = rows - len(self.values)
        if more > 0:
            self.values.extend(_MISSING * more)
            self.present.extend(bytes(more))

    def extend(self, rows: int, values: array[float]) -> None:
        """The values of the rows after the first `rows` ones."""
        self.pad(rows)
        self.values.extend(values)
        self.present.extend(b"\1" * len(values))

    def keep(self, mask: bytes) -> None:
        self.values = array("d", compress(self.values, mask))
        self.present = bytearray(compress(self.present, mask))

    def sort(self, order: Sequence[int]) -> None:
        self.values = array("d", map(self.values.__getitem__, order))
        self.present = bytearray(map(self.present.__getitem__, order))

    @property
    def constant(self) -> bool:
        return len(set(islice(self._known(), 2))) < 2 and min(self._known(), default=0) == max(self._known(), default=0)

    def _known(self) -> Iterator[float]:
        return compress(self.values, self.present)

    def column(self) -> Sequence[float | None]:
        """The column: bare numbers where no cell is missing."""
        return self.values if self.filled == len(self.values) else Sparse(self.values, self.present)


class Gathered:
    """What the rows so far hold.

    A row is one with a learning rate. The cells of a row without one (an evaluation) go with the row before it, and a
    row at the same step that fills other cells than that (sparse logs) is the same row.

    names: every name seen, with its role: lr, step, epoch, other, text. texts: how the learning rates are written, by
    their family. words: what free text calls a column. headed: the epochs are those of headings above the rows.
    counts: what the steps of an epoch are.
    """

    def __init__(self, request: LogRequest, others: bool) -> None:
        self.request = request
        self.rows = 0
        self.columns: dict[str, Cells] = {}
        self.names: dict[str, str] = {}
        self.texts: defaultdict[str, WrittenDigits] = defaultdict(WrittenDigits)
        self.without_rate = 0
        self.words: dict[str, str] = {}
        self.headed = False
        self.counts = "steps"
        self._others = others
        self._last: dict[str, float] = {}  # the cells of the last row
        self._waiting: dict[str, float] = {}  # cells of a step that has no row yet

    def like(self) -> Gathered:
        """An empty one for the same log."""
        return Gathered(self.request, self._others)

    def take(self, other: Gathered) -> None:
        """The rows of another one, in place of its own."""
        self.__dict__.update(other.__dict__)

    def label(self, name: str) -> str:
        """How a message names a column."""
        return f"'{self.words[name]}'" if name in self.words else f"column '{name}'"

    def role(self, name: str) -> str:
        """What a column is, by its name and what was asked for."""
        if name not in self.names:
            self.names[name] = self._role_by_name(name)
        return self.names[name]

    def _role_by_name(self, name: str) -> str:
        position = "epoch" if is_epoch(name) else "step"
        if name == self.request.column:
            return "lr"
        if name == self.request.step_column:
            return position
        if rank(name) < 2:
            return "lr"
        counts = self.request.step_column is None and (position == "epoch" or is_step(name))
        return position if counts else "other"

    def add(self, line: int, record: Mapping[str, object]) -> None:
        """One more row; `line` says where it stands, for messages."""
        cells: dict[str, float] = {}
        rates = False
        for name, raw in record.items():
            role = self.names.get(name) or self.role(name)
            if role == "text" or (role == "other" and not self._others):
                continue
            value = self._number(line, name, role, raw)
            if value is not None:
                cells[name] = value
                if role == "lr":
                    rates = True
                    self.texts[family(name)].add(raw if isinstance(raw, str) else repr(raw))
        if record.get("mode") == "val":  # an mmcv log writes the learning rate into its evaluations, too
            rates = False
            cells = {name: value for name, value in cells.items() if self.names[name] == "other"}
        if rates:
            self._add_row(cells)
        else:
            self.without_rate += 1
            self._add_beside(cells)

    def add_group(self, record: Mapping[str, str]) -> bool:
        """Put the learning rate of another parameter group into the last row, if that is at the same place."""
        last = self._last
        rates = [name for name in record if self.names.get(name) == "lr"]
        if not self.rows or self._waiting or any(name in last or "/" not in name for name in rates):
            return False
        places = {name: float(text) for name, text in record.items() if name not in rates}
        if places != {name: value for name, value in last.items() if self.names[name] != "lr"}:
            return False
        self._store({name: float(record[name]) for name in rates})
        for name in rates:
            self.texts[family(name)].add(record[name])
        return True

    def add_block(self, block: Mapping[str, Sequence[str]]) -> bool:
        """Rows that each have a number in every column that matters; False, and nothing added, where some have not."""
        columns: dict[str, array[float]] = {}
        for name, texts in block.items():
            role = self.role(name)
            if role != "text" and (role != "other" or self._others):
                try:
                    columns[name] = array("d", map(float, texts))
                except ValueError:
                    return False
        rates = [name for name in columns if self.names[name] == "lr"]
        if not rates or self._waiting or "mode" in block:
            return False
        if self.rows and self._same_row({name: values[0] for name, values in columns.items()}):
            return False
        for name in rates:
            self.texts[family(name)].add_many(block[name])
        for name, values in columns.items():
            self.columns.setdefault(name, Cells(0)).extend(self.rows, values)
        self.rows += len(values)
        self._last = {name: values[-1] for name, values in columns.items()}
        return True

    def _add_row(self, cells: dict[str, float]) -> None:
        """Cells with a learning rate."""
        if self._waiting:
            if self._step(self._waiting) == self._step(cells):
                cells = {**self._waiting, **cells}
                self._waiting = {}
            self._attach()
        if not (self.rows and self._same_row(cells)):
            self._last = {}
            self.rows += 1
        self._store(cells)

    def _add_beside(self, cells: dict[str, float]) -> None:
        """Cells without a learning rate: of the row at the same step if there is one, else of the row before."""
        step = self._step(cells)
        if step is not None and step == self._step(self._last):
            self._store({n: v for n, v in cells.items() if self.names[n] == "other" or n not in self._last})
            return
        if step is None or step != self._step(self._waiting):
            self._attach()
        self._waiting.update(cells)
        if step is None:
            self._attach()

    def _attach(self) -> None:
        """What waited for a row of its step goes to the row before; what came before all rows has none."""
        if self._waiting and self.rows:
            # a row without an epoch has that of what comes next (Lightning logs the learning rate without one)
            wanted = {"other"} if any(self.names[n] == "epoch" for n in self._last) else {"other", "epoch"}
            self._store({n: v for n, v in self._waiting.items() if self.names[n] in wanted})
        self._waiting = {}

    def _step(self, cells: Mapping[str, float]) -> float | None:
        return next((value for name, value in cells.items() if self.names[name] == "step"), None)

    def _same_row(self, cells: Mapping[str, float]) -> bool:
        """Whether these cells belong to the last row: the same step, and they say nothing else than it does."""
        last, shared = self._last, False
        for name, value in cells.items():
            if name in last:
                if last[name] != value:
                    return False
                shared = shared or self.names[name] == "step"
        return shared and not all(name in last for name in cells)

    def _store(self, cells: Mapping[str, float]) -> None:
        row = self.rows - 1
        for name, value in cells.items():
            column = self.columns.get(name)
            if column is None:
                column = self.columns[name] = Cells(row)
            column.put(row, value)
        self._last.update(cells)

    def _number(self, line: int, name: str, role: str, raw: object) -> float | None:
        """The number in a cell, None if it has none. Text is an error where the log cannot do without the number."""
        if raw is None:
            return None
        if isinstance(raw, (int, float, str)) and not isinstance(raw, bool):
            try:
                return float(raw)
            except (ValueError, OverflowError):
                if isinstance(raw, str) and raw.strip().lower() in ABSENT:
                    return None
        if role == "lr":
            shown = repr(raw) if len(repr(raw)) < 40 else repr(raw)[:40] + "..."
            raise NoLog(f"line {line}, column '{name}': {shown} is not a number", "row")
        if role == "other":
            self.names[name] = "text"
            self.columns.pop(name, None)
        return None

    def finished(self) -> dict[str, Cells]:
        self._attach()
        for column in self.columns.values():
            column.pad(self.rows)
        return self.columns
