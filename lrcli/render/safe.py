"""The cells that a text takes on a terminal, and texts that are cut or broken at words to fit."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence

_JOINERS = {"\u200d", "\ufe0f"}
_NARROWEST = 20
_QUOTED = re.compile(r"\s*\d* \|")
"""Such a line quotes somebody's file, or is the caret under it: it is not broken, as its columns mean something."""
_CARET = re.compile(r" +\| +\^+")
_COMMENT = re.compile(r"(^|\s)#( |$)")
"""A YAML comment begins so: what goes on in the next line is a comment, too."""
_GAP = re.compile(r"(?<=\S) {2,}(?=\S)")
"""Columns are separated so: what goes on in the next line stands under the last column."""
_STYLE = re.compile("\x1b\\[[0-9;]*m")


def cell_width(text: str) -> int:
    """How many terminal cells a printable text takes: East Asian wide characters two, combining marks none.

    >>> cell_width("lr"), cell_width("学習")
    (2, 4)
    """
    if text.isascii():
        return len(text)
    return sum(_width(c) for c in text)


def _width(c: str) -> int:
    if unicodedata.combining(c) or c in _JOINERS:
        return 0
    return 2 if unicodedata.east_asian_width(c) in "WF" else 1


def aligned(rows: Sequence[Sequence[str]], *, numbers: bool = False) -> Iterator[str]:
    r"""The rows as lines, each column but the last filled up to its widest cell. `numbers` stand right in theirs.

    >>> list(aligned([("a", "one"), ("long", "")]))
    ['a     one\n', 'long\n']
    """
    widths = [max(map(cell_width, column)) for column in zip(*rows, strict=True)][:-1]
    for *cells, last in rows:
        blanks = [" " * (width - cell_width(cell)) for cell, width in zip(cells, widths, strict=True)]
        filled = [b + c if numbers and i else c + b for i, (b, c) in enumerate(zip(blanks, cells, strict=True))]
        yield "  ".join((*filled, last)).rstrip() + "\n"


def clip(text: str, width: int, *, ascii: bool = False) -> str:
    """The text, shortened to `width` cells by leaving out its middle: names differ at either end.

    >>> clip("backbone", 6), clip("backbone", 6, ascii=True), clip("head", 6)
    ('bac…ne', 'ba..ne', 'head')
    """
    if cell_width(text) <= width:
        return text
    mark = (".." if ascii else "…")[: max(width, 0)]
    room = max(0, width - len(mark))
    return _start(text, room - room // 2) + mark + _start(text[::-1], room // 2)[::-1]


def _start(text: str, width: int) -> str:
    used = 0
    for i, c in enumerate(text):
        used += _width(c)
        if used > width:
            return text[:i]
    return text


def wrap_lines(text: str, width: int) -> str:
    """The text with its long lines broken at blanks; what goes on is indented a little more.

    A word that is longer than the width stays whole. In a line of columns what goes on stands under the last one. Of a
    quoted line of a file the part around its caret is kept.

    >>> print(wrap_lines("note: the rate at epoch 30 is 1e-3 and not 1e-4", 24))
    note: the rate at epoch
      30 is 1e-3 and not
      1e-4
    >>> print(wrap_lines("lr-zero  an LR of 0 over a whole epoch", 30))
    lr-zero  an LR of 0 over a
             whole epoch
    >>> print(wrap_lines("lr: 1e-5  # what the file says", 24))
    lr: 1e-5  # what the
      # file says
    """
    width = max(width, _NARROWEST)
    lines = text.split("\n")
    for i, caret in enumerate(lines[1:]):
        quoted = lines[i]
        if _CARET.fullmatch(caret) and len(quoted) > width and quoted.isascii() and quoted.isprintable():
            lines[i : i + 2] = _around_caret(quoted, caret, width)
    return "\n".join(_wrap_line(line, width) for line in lines)


def _around_caret(quoted: str, caret: str, width: int) -> tuple[str, str]:
    """The part of a quoted line that has its caret about its middle, and the caret under it."""
    bar = caret.index("|") + 2
    room = width - bar
    start = max(0, min(caret.index("^") - bar - room // 2, len(quoted) - bar - room))
    shown, marks = (line[bar + start :][:room] for line in (quoted, caret))
    if start:
        shown = ".." + shown[2:]
    if len(quoted) > bar + start + room:
        shown = shown[:-2] + ".."
    return quoted[:bar] + shown, caret[:bar] + marks


def _wrap_line(line: str, width: int) -> str:
    if len(line) <= width and line.isascii():
        return line
    if cell_width(_STYLE.sub("", line)) <= width or "\t" in line or _QUOTED.match(line):
        return line
    body = line.lstrip(" ")
    lead = len(line) - len(body)
    column = max((gap.end() for gap in _GAP.finditer(body)), default=0) + lead
    indent = " " * min(lead, width // 2)
    rows, row = [], indent
    below = f"{indent}  "
    if column > lead and width - column >= _NARROWEST and not _COMMENT.search(line):
        below = " " * column
    for word in re.split("(?<! ) ", body):  # one blank; what aligns a column stays with its word
        longer = row + word if not row.strip() else f"{row} {word}"
        if row.strip() and cell_width(_STYLE.sub("", longer)) > width:
            rows.append(row)
            row = f"{below}{'# ' if _COMMENT.search(row) else ''}{word.lstrip()}"
        else:
            row = longer
    return "\n".join([*rows, row])
