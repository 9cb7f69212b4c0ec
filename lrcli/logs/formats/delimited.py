"""CSV and TSV logs: Keras, Lightning, Ultralytics, timm, and anything with a header line."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from itertools import islice

from lrcli.logs.columns import listed, rank
from lrcli.logs.format import LogFile, LogFormat, Opening
from lrcli.logs.gather import Gathered
from lrcli.logs.line import statement
from lrcli.logs.refusal import NoLog

_NUMBER = re.compile(r"[:=]\s*[-+]?[\d.]")  # a line of text has numbers behind its names

BLOCK = 4096
"""How many rows are looked at together."""


def recognise(opening: Opening) -> bool:
    r"""Whether there is a line of names, and under it one of as many cells, numbers among them.

    >>> [recognise(Opening(text)) for text in (b"epoch,lr\n0,0.1\n", b"lr\n0.1\n", b"Epoch 1, lr 0.1\n")]
    [True, True, False]
    """
    lines = _table(opening)
    if not lines or not is_tabular(opening):
        return False
    names = _names(lines[0])
    return any(rank(name) < 2 for name in names) or _is_scalar(names)


def is_tabular(opening: Opening) -> bool:
    """Whether the first line is one of names, and the second has as many cells."""
    lines = _table(opening)
    if not lines or any(map(_is_number, _names(lines[0]))) or statement(lines[0]) or _NUMBER.search(lines[0]):
        return False
    if len(lines) == 1:
        return True
    delimiter = _delimiter(lines[0])
    names, cells = _cells(lines[0], delimiter), _cells(lines[1], delimiter)
    numbers = sum(map(_is_number, cells))
    if delimiter == " ":
        return len(cells) == len(names) and numbers * 2 > len(cells)
    return numbers > 0 or not any(cells) or cells == names


def is_bare(opening: Opening) -> bool:
    """Whether the first line is a row of numbers, with no names above it."""
    lines = _table(opening)
    return bool(lines) and all(map(_is_number, _names(lines[0])))


def _table(opening: Opening) -> list[str]:
    return [line for line in opening.lines if not line.startswith("#")]


def _names(line: str) -> list[str]:
    return _cells(line, _delimiter(line))


def _delimiter(line: str) -> str:
    return next((mark for mark in "\t,;" if mark in line), " " if len(line.split()) > 1 else ",")


def _cells(line: str, delimiter: str) -> list[str]:
    cells = line.split() if delimiter == " " else line.split(delimiter)
    return [cell.strip().strip('"') for cell in cells]


def _is_scalar(names: list[str]) -> bool:
    """Whether these are the columns of what TensorBoard exports: one scalar, whose name is in that of the file."""
    return [name.lower() for name in names] == ["wall time", "step", "value"]


def read_delimited(lines: Iterable[str], gathered: Gathered, stem: str = "lr") -> Iterator[str]:
    """Adds the rows of a CSV or TSV text; yields what is to be said about them. stem: what the file is called."""
    source = _Lines(lines)
    delimiter = _delimiter(source.peek())
    rows = csv.reader(source, delimiter=delimiter, skipinitialspace=True)
    names: list[str] = []
    headers = long = 0
    pending: tuple[int, list[str]] | None = None
    before = 0
    try:
        while block := list(islice(rows, BLOCK if names else 1)):
            if names and not pending and delimiter in ",\t" and _add_block(gathered, names, block):
                before += len(block)
                continue
            for line, row in enumerate(block, before + 1):
                if not any(cell.strip() for cell in row):
                    continue
                if delimiter == " ":
                    row = [cell for cell in row if cell]
                if not names:
                    names = _header(row)
                    if _is_scalar(names) and gathered.request.column is None:
                        if rank(stem) > 1:
                            gathered.names.update(dict.fromkeys(names, "other"))
                            raise NoLog(
                                f"this is one scalar of TensorBoard, '{stem}': is that the learning rate?", "value"
                            )
                        gathered.names[names[2]] = "lr"
                    continue
                if pending:
                    _add(gathered, names, *pending, delimiter)
                    pending = None
                if _is_header(row, names):
                    headers += 1
                    names = _header(row)
                    continue
                long += len(row) > len(names)
                if len(row) < len(names):
                    pending = line, row  # is it the last one? then it was cut off
                    continue
                _add(gathered, names, line, row, delimiter)
            before += len(block)
    except csv.Error as error:
        raise NoLog(f"line {rows.line_num} is not CSV: {error}") from None
    if not names:
        raise NoLog("the file is empty")
    for name in names:
        gathered.names.setdefault(name, gathered.role(name))
    if pending and source.ended:
        _add(gathered, names, *pending, delimiter)
    elif pending:
        yield f"line {pending[0]}, the last one, is cut off and was left out"
    elif not source.ended and gathered.rows and rank(names[-1]) < 2:
        yield "the last line has no line end: its learning rate may be cut off"
    if headers:
        yield f"the header line comes again {_times(headers)}"
    if long:
        yield f"{long} {'row has' if long == 1 else 'rows have'} more cells than the header; those were left out"


def _times(n: int) -> str:
    return "once" if n == 1 else f"{n} times"


class _Lines:
    """Lines, the first of which can be looked at; knows whether the last one had a line end."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self._first: list[str] = []
        self.ended = True

    def peek(self) -> str:
        for line in self._lines:
            if line.strip() and not line.startswith("#"):
                self._first.append(line)
                return line
            self._first.append("\n")  # keeps the line numbers
        return ""

    def __iter__(self) -> Iterator[str]:
        yield from self._first
        line = self._first[-1] if self._first else "\n"
        for line in self._lines:
            yield line
        self.ended = line.endswith(("\n", "\r"))


def _header(row: list[str]) -> list[str]:
    """The column names, each different."""
    numbers: dict[str, int] = {}  # name -> the number that the next column of that name tries
    for cell in row:
        name = new = cell.strip()
        n = numbers.get(name, 1)
        while new in numbers:
            n += 1
            new = f"{name}#{n}"
        numbers[name] = n
        numbers.setdefault(new, 1)
    names = list(numbers)
    if all(_is_number(name) for name in names):
        raise NoLog(f"the first line is {listed(names, 5)}: a log needs a header line, e.g. epoch,lr")
    return names


def _is_header(row: list[str], names: list[str]) -> bool:
    """Whether a row is a header line once more, as a log has that was appended to."""
    return row[0].strip() == names[0] and not _is_number(row[0]) and not any(_is_number(cell) for cell in row)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _add_block(gathered: Gathered, names: list[str], block: list[list[str]]) -> bool:
    """Adds complete rows of numbers at once, as nearly all rows are; False where these are not such rows."""
    return set(map(len, block)) == {len(names)} and gathered.add_block(
        dict(zip(names, zip(*block, strict=True), strict=True))
    )


def _add(gathered: Gathered, names: list[str], line: int, row: list[str], delimiter: str) -> None:
    if delimiter == ";":
        row = [cell.replace(",", ".") for cell in row]  # where a comma is the decimal point, a semicolon separates
    gathered.add(line, dict(zip(names, row, strict=False)))


def _read(file: LogFile, gathered: Gathered) -> Iterator[str]:
    with file.text() as text:
        yield from read_delimited(text, gathered, "lr" if file.source.path is None else file.source.stem)


FORMAT = LogFormat(
    "delimited",
    "CSV and TSV with a header line: Keras's CSVLogger, Lightning, Ultralytics, timm, any other",
    recognise,
    _read,
    order=60,
)
