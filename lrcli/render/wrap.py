"""Lines for people, broken at words where a terminal would break them anywhere, also inside a number."""

from __future__ import annotations

import re

_NARROWEST = 20
_QUOTED = re.compile(r"\s*\d* \|")
"""A line of somebody's file, or the caret under it: what stands in it has its column."""
_COMMENT = re.compile(r"(^|\s)#( |$)")
"""Where one begins in YAML: what goes on is a comment, too."""
_STYLE = re.compile("\x1b\\[[0-9;]*m")


def wrap_lines(text: str, width: int) -> str:
    """The text with its long lines broken at blanks; what goes on is indented a little more.

    A word that is longer than the width stays whole, and so do quoted lines of a file.

    >>> print(wrap_lines("note: the rate at epoch 30 is 1e-3 and not 1e-4", 24))
    note: the rate at epoch
      30 is 1e-3 and not
      1e-4
    >>> print(wrap_lines("lr: 1e-5  # what the file says", 24))
    lr: 1e-5  # what the
      # file says
    """
    width = max(width, _NARROWEST)
    return "\n".join(_wrap_line(line, width) for line in text.split("\n"))


def _wrap_line(line: str, width: int) -> str:
    from lrcli.render.safe import cell_width

    if len(line) <= width and line.isascii():
        return line
    if cell_width(_STYLE.sub("", line)) <= width or "\t" in line or _QUOTED.match(line):
        return line
    body = line.lstrip(" ")
    indent = " " * min(len(line) - len(body), width // 2)
    rows, row = [], indent
    for word in re.split("(?<! ) ", body):  # one blank; what aligns a column stays with its word
        longer = row + word if not row.strip() else f"{row} {word}"
        if row.strip() and cell_width(_STYLE.sub("", longer)) > width:
            rows.append(row)
            row = f"{indent}  {'# ' if _COMMENT.search(row) else ''}{word.lstrip()}"
        else:
            row = longer
    return "\n".join([*rows, row])
