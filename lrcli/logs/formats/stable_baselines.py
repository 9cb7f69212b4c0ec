"""The tables that Stable-Baselines prints: `|    learning_rate        | 0.0003 |`, a table after each rollout."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lrcli.logs.format import LogFile, LogFormat, Opening
from lrcli.logs.gather import Gathered

_RULE = r"\s*[-+=─┌└├╭╰]{5,}"
_RATE = r"^[ \t]*[|│][ \t]*(?:train/)?(?:learning_rate|lr)[ \t]*[|│][ \t]*[\d.]"


def recognise(opening: Opening) -> bool:
    return (opening.has_line(_RATE, "|") or opening.has_line(_RATE, "│")) and opening.has_line(f"^{_RULE}", "")


def _read(file: LogFile, gathered: Gathered) -> Iterator[str]:
    """Each table is a row, its cells named `time/total_timesteps`, by the heading that stands above them."""
    record: dict[str, object] = {}
    section, tables, start = "", 0, 0
    for number, line in enumerate(file.lines(), 1):
        if cell := _cell(line):
            name, indented, value = cell
            if not value and name.endswith("/"):
                section = name
            else:
                record.setdefault(section + name if indented else name, value)
                start = start or number
        elif record and re.match(_RULE, line):
            gathered.add(start, record)
            tables += 1
            record, section, start = {}, "", 0
    if record:
        yield "the last table is cut off and was left out"
    yield f"read as the tables of Stable-Baselines, {tables} of them"


def _cell(line: str) -> tuple[str, bool, str] | None:
    """The name in a row of the table, whether it is indented below a heading, and the value; None for another line.

    >>> _cell("|    fps      | 544    |"), _cell("| time/   |    |"), _cell("-----")
    (('fps', True, '544'), ('time/', False, ''), None)
    """
    parts = line.strip().replace("│", "|").split("|")
    if len(parts) != 4 or parts[0] or parts[3] or not parts[1].strip():
        return None
    return parts[1].strip(), parts[1].startswith("  "), parts[2].strip()


FORMAT = LogFormat("stable-baselines", recognise, _read, order=45)
