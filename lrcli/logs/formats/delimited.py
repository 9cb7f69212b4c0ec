"""CSV and TSV logs: Keras, Lightning, Ultralytics, timm, and anything with a header line."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from itertools import islice

from lrcli.logs import NoLog
from lrcli.logs.columns import listed, rank
from lrcli.logs.format import LogFile, LogFormat, Opening
from lrcli.logs.gather import Gathered
from lrcli.logs.line import statement
from lrcli.printable import times

BLOCK = 4096
"""How many rows are looked at together."""


def recognise(opening: Opening) -> bool:
    r"""Whether there is a line of names, and under it one of as many cells, numbers among them.

    >>> [recognise(Opening(text)) for text in (b"epoch,lr\n0,0.1\n", b"lr\n0.1\n", b"Epoch 1, lr 0.1\n")]
    [True, True, False]
    """
    if not is_tabular(opening):
        return False
    names = _table(opening)[0]
    return any(rank(name) < 2 for name in names) or _is_scalar(names)


def is_tabular(opening: Opening) -> bool:
    """Whether the first line is one of names, and the second has as many cells."""
    header = next(_uncommented(opening), "")
    names, *others = _table(opening) or [["0"]]
    # a line of text has numbers behind its names
    if any(map(_is_number, names)) or re.search(r"[:=]\s*[-+]?[\d.]", header) or statement(header):
        return False
    cells = others[0] if others else names
    numbers = sum(map(_is_number, cells))
    if others and _delimiter(header) == " ":
        return len(cells) == len(names) and numbers * 2 > len(cells)
    return numbers > 0 or not any(cells) or cells == names


def is_bare(opening: Opening) -> bool:
    table = _table(opening)
    return bool(table) and all(map(_is_number, table[0]))


def _uncommented(opening: Opening) -> Iterator[str]:
    return (line for line in opening.lines if not line.startswith("#"))


def _table(opening: Opening) -> list[list[str]]:
    lines = list(islice(_uncommented(opening), 2))
    mark = _delimiter(lines[0]) if lines else ""
    rows = (line.split() if mark == " " else line.split(mark) for line in lines)
    return [[cell.strip().strip('"') for cell in row] for row in rows]


def _delimiter(line: str) -> str:
    return next((mark for mark in "\t,;" if mark in line), " " if len(line.split()) > 1 else ",")


def _is_scalar(names: list[str]) -> bool:
    """Whether these are the columns of what TensorBoard exports: one scalar, whose name is in that of the file."""
    return [name.lower() for name in names] == ["wall time", "step", "value"]


class _Lines:
    """The lines from the first one with cells on; they know whether the last one had a line end."""

    def __init__(self, lines: Iterator[str]) -> None:
        numbered = ((n, line) for n, line in enumerate(lines) if line.strip() and not line.startswith("#"))
        self.skipped, self.first = next(numbered, (0, ""))
        self.ended = True
        self._others = lines

    def __iter__(self) -> Iterator[str]:
        line = self.first
        yield line
        for line in self._others:
            yield line
        self.ended = line.endswith(("\n", "\r"))


def _read(file: LogFile, gathered: Gathered) -> Iterator[str]:
    with file.text() as text:
        yield from _rows(_Lines(text), gathered, "lr" if file.source.path is None else file.source.stem)


def _rows(lines: _Lines, gathered: Gathered, stem: str) -> Iterator[str]:
    """Adds the rows of a table; yields what is to be said about them. stem: what the file is called."""
    delimiter = _delimiter(lines.first)
    rows = csv.reader(lines, delimiter=delimiter, skipinitialspace=True)
    headers = long = 0
    short: tuple[int, list[str]] | None = None  # is it the last one? then it was cut off

    def add(number: int, row: list[str]) -> None:
        if delimiter == ";":
            row = [cell.replace(",", ".") for cell in row]  # where a comma is the decimal point, a semicolon separates
        gathered.add(number, dict(zip(names, row, strict=False)))

    try:
        numbered = enumerate(rows, lines.skipped + 1)
        before, header = next(((n, row) for n, row in numbered if any(map(str.strip, row))), (0, []))
        names = _header(header, delimiter)
        _name_scalar(names, gathered, stem)
        while block := list(islice(rows, BLOCK)):
            if not short and delimiter in ",\t" and _add_block(gathered, names, block):
                before += len(block)
                continue
            for number, row in enumerate(block, before + 1):
                cells = _cells(row, delimiter)
                if not any(cells):
                    continue
                if short:
                    add(*short)
                    short = None
                if cells[0] == names[0] and not any(map(_is_number, cells)):  # as a log has that was appended to
                    headers += 1
                    names = _header(row, delimiter)
                elif len(cells) < len(names):
                    short = number, cells
                else:
                    long += len(cells) > len(names)
                    add(number, cells)
            before += len(block)
    except csv.Error as error:
        raise NoLog(f"line {lines.skipped + rows.line_num} is not CSV: {error}") from None
    for name in names:
        gathered.role(name)  # for the messages, where no row has a number there
    if short and lines.ended:
        add(*short)
    elif short:
        yield f"line {short[0]}, the last one, is cut off and was left out"
    elif not lines.ended and gathered.rows and rank(names[-1]) < 2:
        yield "the last line has no line end: its learning rate may be cut off"
    if headers:
        yield f"the header line comes again {times(headers)}"
    if long:
        yield f"{long} {'row has' if long == 1 else 'rows have'} more cells than the header; those were left out"


def _cells(row: list[str], delimiter: str) -> list[str]:
    return [cell.strip() for cell in row if cell or delimiter != " "]


def _header(row: list[str], delimiter: str) -> list[str]:
    """The column names, each different."""
    numbers: dict[str, int] = {}  # name -> the number that the next column of that name tries
    for name in _cells(row, delimiter):
        new = name
        n = numbers.get(name, 1)
        while new in numbers:
            n += 1
            new = f"{name}#{n}"
        numbers[name] = n
        numbers.setdefault(new, 1)
    names = list(numbers)
    if not names:
        raise NoLog("the file is empty")
    if all(map(_is_number, names)):
        raise NoLog(f"the first line is {listed(names, 5)}: a log needs a header line, e.g. epoch,lr")
    return names


def _name_scalar(names: list[str], gathered: Gathered, stem: str) -> None:
    """Take the one scalar that TensorBoard exports for a learning rate, where the file is called so."""
    if _is_scalar(names) and gathered.request.column is None:
        if rank(stem) > 1:
            gathered.names.update(dict.fromkeys(names, "other"))
            raise NoLog(f"this is one scalar of TensorBoard, '{stem}': is that the learning rate?", "value")
        gathered.names[names[2]] = "lr"


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


FORMAT = LogFormat("delimited", recognise, _read, order=60)
