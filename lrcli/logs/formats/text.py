"""Free text: whatever prints a learning rate and a step or an epoch on a line, in its own words.

Every kind of line with a learning rate is gathered, the most frequent one is the log.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lrcli.logs import LogRequest, NoLog
from lrcli.logs.format import FAR, LogFile, LogFormat, Opening, without_escapes
from lrcli.logs.gather import Gathered
from lrcli.logs.line import epoch_of, line_words, may_be_heading, may_hold_rate, statement
from lrcli.logs.line_pattern import LinePattern, pattern_like, pattern_of
from lrcli.printable import count_text

_LOOKED_AT = 4000
"""So many lines with a learning rate are looked at to see what a file is."""

BLOCK = 1 << 20
"""How many characters are looked at together."""

MOST = 12
"""How many patterns are kept; a log whose lines need more is read line by line."""

_GAPS = 4
_KINDS = 64
_SHOWN = 120

_SAMPLES = r"Train Epoch: *\d+ *\[ *\d+/\d+ *\("
"""PyTorch's examples count the samples of an epoch so; timm's `Train: 3 [50/1251 (4%)]` counts batches."""

Kind = tuple[str, str, bool]
"""The names of the position and of the learning rate, and whether the position is that of a heading above."""


@dataclass
class LineKind:
    """The rows of one kind of line so far, and its first line."""

    gathered: Gathered
    number: int
    first: str
    words: dict[str, str]
    lines: int = 0

    @property
    def example(self) -> str:
        line = " ".join(self.first.split())
        shown = f"{line[: _SHOWN - 3]}..." if len(line) > _SHOWN else line
        return f"line {self.number}, '{shown}'"


class TextRows:
    """The rows of a text as they are found. patterns: fixed ones, where the format is known; else they are found."""

    def __init__(self, gathered: Gathered, patterns: Sequence[LinePattern] = ()) -> None:
        self.kinds: dict[Kind, LineKind] = {}
        self.other_lines = 0
        self._target = gathered
        self._fixed = bool(patterns)
        self._patterns = list(patterns)
        self._request = gathered.request
        self._epoch: tuple[str, str] | None = None
        self._number = 0
        self._row_number = 0  # of the last line that is a row

    def read(self, file: LogFile) -> Iterator[str]:
        """Reads all of it; yields what is to be said about it. Raises LrcliError where no line is a row."""
        ended, lines = True, list[str]()
        with file.text() as text:
            while block := text.read(BLOCK):
                block += text.readline()
                ended = block.endswith("\n")
                block = without_escapes(block)
                lines = block.split("\n")
                if not lines[-1]:
                    lines.pop()
                if max(map(len, lines), default=0) > FAR:
                    lines = [line[:FAR] for line in lines]
                    block = "\n".join(lines) + "\n" * ended
                if not self._together(block, len(lines)):
                    self._one_by_one(lines)
        yield from self._chosen()
        if not ended and self._row_number == self._number and _ends_in_rate(lines[-1], self._request):
            yield "the last line has no line end: its learning rate may be cut off"

    def _together(self, block: str, lines: int) -> bool:
        """Reads the rows of a block by the patterns alone; False, and nothing read, if it may hold other rows, too."""
        matches: list[tuple[LinePattern, LineKind, list[list[str]]]] = []
        rest = block
        for pattern in self._patterns:
            width = len(pattern.groups) + 1
            parts = pattern.regex.split(rest)
            if len(parts) < width:
                continue
            kind = self.kinds.get((*pattern.kind, False))
            if kind is None or pattern.named or not pattern.places or any(kind is other for _, other, _ in matches):
                return False  # the order of the lines matters
            matches.append((pattern, kind, [parts[i::width] for i in range(1, width)]))
            rest = "".join(parts[::width])
        headed = not all(pattern.has_epoch for pattern, _, _ in matches)
        if not matches or self._may_hold_rate(rest) or (headed and may_be_heading(rest)):
            return False
        self.other_lines += lines
        for pattern, kind, texts in matches:
            columns = dict(zip((column for column, _, _ in pattern.groups), texts, strict=True))
            rows = len(texts[0])
            if not pattern.has_epoch:
                if self._epoch is None:
                    columns.pop("of", None)
                else:
                    columns["epoch"] = [self._epoch[1]] * rows
                    self._note_heading(kind, self._epoch[0])
            if not kind.gathered.add_block(columns):
                for cells in zip(*columns.values(), strict=True):
                    kind.gathered.add(self._number + 1, dict(zip(columns, map(_undivided, cells), strict=True)))
            kind.lines += rows
            self.other_lines -= rows
        self._number += lines
        self._row_number = self._number
        return True

    def _one_by_one(self, lines: Sequence[str]) -> None:
        for number, line in enumerate(lines, self._number + 1):
            if not (self._fixed or self._may_hold_rate(line)) or not self._row(number, line):
                self.other_lines += 1
                if may_be_heading(line) and (heading := epoch_of(line)):
                    self._epoch = heading
        self._number += len(lines)

    def _may_hold_rate(self, text: str) -> bool:
        column = self._request.column
        return may_hold_rate(text) if column is None else line_words(column).lower() in text.lower()

    def _row(self, number: int, line: str) -> bool:
        """Adds the row of a line; whether it is one."""
        for i, pattern in enumerate(self._patterns):
            if match := pattern.regex.search(line):
                if i:
                    self._patterns.insert(0, self._patterns.pop(i))
                texts = [match[name] for name, _, _ in pattern.groups] if pattern.named else match.groups()
                cells = [(*group, text) for group, text in zip(pattern.groups, texts, strict=True) if text is not None]
                self._add(number, line, pattern.kind, cells)
                return True
        parsed = None if self._fixed else statement(line, self._request)
        if parsed is None:
            return False
        cells = [(token.column, token.role, token.name, line[token.start : token.end]) for token in parsed.tokens]
        if len(self._patterns) < MOST:
            pattern = pattern_like(line, parsed)
            match = pattern.regex.search(line)
            gaps = pattern.regex.pattern.count("*?")  # each is tried at each place of a line that does not match
            if match and list(match.groups()) == [text for *_, text in cells] and gaps <= _GAPS:
                self._patterns.insert(0, pattern)
        self._add(number, line, parsed.kind, cells)
        return True

    def _add(self, number: int, line: str, names: tuple[str, str], cells: list[tuple[str, str, str, str]]) -> None:
        """Adds a row. cells: the column, the role, the word and the number of each."""
        roles = {role for _, role, _, _ in cells}
        carried = not roles & {"step", "epoch"} and self._epoch is not None
        kind = self.kinds.get((*names, carried))
        if kind is None:
            if len(self.kinds) >= _KINDS:
                self.other_lines += 1
                return
            words = {column: word for column, _, word, _ in cells}
            kind = self.kinds[(*names, carried)] = LineKind(self._target.like(), number, line, words)
        if self._epoch is None and "epoch" not in roles:  # the steps of an epoch are of use beside one only
            cells = [cell for cell in cells if cell[0] != "of"]
        record = {}
        for column, role, _, text in cells:
            record[column] = _undivided(text)
            kind.gathered.names.setdefault(column, role)
        if self._epoch is not None and "epoch" not in roles:
            record["epoch"] = _undivided(self._epoch[1])
            self._note_heading(kind, self._epoch[0], carried=carried)
        if not (len(cells) < 3 and kind.gathered.add_group(record)):
            kind.gathered.add(number, record)
        kind.lines += 1
        self._row_number = number

    def _note_heading(self, kind: LineKind, word: str, *, carried: bool = False) -> None:
        kind.words.setdefault("epoch", word)
        kind.gathered.names.setdefault("epoch", "epoch")
        kind.gathered.headed = carried

    def _chosen(self) -> Iterator[str]:
        """Hands on the rows of the most frequent kind; yields what was taken and what was left out."""
        if not self.kinds:
            column = self._request.column
            what = f"the number {column!r}" if column else "a learning rate that is known as one"
            raise NoLog("no line is as --pattern says" if self._fixed else f"no line of this text has {what}")
        kind = max(self.kinds.values(), key=lambda kind: kind.lines)
        self._target.take(kind.gathered)
        self._target.words = kind.words
        if re.search(_SAMPLES, kind.first):
            self._target.counts = "samples"
        left = f"; {count_text(self.other_lines, 'line')} without a learning rate left out" if self.other_lines else ""
        yield f"read as text: {count_text(kind.lines, 'line')} like {kind.example}{left}"
        for other in self.kinds.values():
            if other is not kind:
                yield f"{count_text(other.lines, 'line')} of another form left out, as {other.example}"


def _ends_in_rate(line: str, request: LogRequest) -> bool:
    parsed = statement(line, request)
    return parsed is not None and any(token.role == "lr" and token.end == len(line) for token in parsed.tokens)


def _undivided(text: str) -> str:
    """A number without the commas that separate its thousands."""
    return text.replace(",", "")


def recognise(opening: Opening) -> bool:
    r"""Whether some line has a learning rate and a position, or two lines have a learning rate in the same words.

    >>> recognise(Opening(b"Epoch 1/9 | LR: 0.1\n")), recognise(Opening(b"lr: 0.1\nepochs: 3\n"))
    (True, False)
    """
    kinds = set()
    for line in opening.lines[:_LOOKED_AT]:
        if may_hold_rate(line) and (parsed := statement(line)):
            if parsed.has("step") or parsed.has("epoch") or parsed.kind in kinds:
                return True
            kinds.add(parsed.kind)
    return False


def _read(file: LogFile, gathered: Gathered) -> Iterator[str]:
    yield from TextRows(gathered).read(file)


def line_format(name: str, pattern: str, *, word: str, kind: tuple[str, str]) -> LogFormat:
    """The format of a program whose rows are lines of one form: a pattern with named groups tells all of it.

    word: stands in each such line. kind: how the program calls the position and the learning rate.
    """

    def recognise(opening: Opening) -> bool:
        return opening.has_line(pattern, word)

    def read(file: LogFile, gathered: Gathered) -> Iterator[str]:
        yield from TextRows(gathered, [pattern_of(pattern, kind)]).read(file)

    return LogFormat(name, recognise, read, order=40)


FORMAT = LogFormat("text", recognise, _read, order=90)
