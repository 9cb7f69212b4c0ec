"""The tables that Stable-Baselines prints: `|    learning_rate        | 0.0003 |`, a table after each rollout."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lrcli.logs.format import LogFile, LogFormat, Opening
from lrcli.logs.gather import Gathered

_RULE = re.compile(r"^\s*[-+=─┌└├╭╰]{5,}")
_CELL = re.compile(r"^\s*[|│] ?( *)([\w/ .%-]+?)\s*[|│]\s*(\S*)\s*[|│]\s*$")
_RATE = re.compile(r"^\s*[|│]\s*(?:train/)?(?:learning_rate|lr)\s*[|│]\s*[\d.]", re.MULTILINE)


def recognise(opening: Opening) -> bool:
    return bool(_RATE.search(opening.text)) and any(map(_RULE.match, opening.lines))


def _read(file: LogFile, gathered: Gathered) -> Iterator[str]:
    """Each table is a row, its cells named `time/total_timesteps`, by the heading that stands above them."""
    record: dict[str, object] = {}
    section, tables, start = "", 0, 0
    for number, line in enumerate(file.lines(), 1):
        cell = _CELL.match(line)
        if cell:
            indent, name, value = cell.groups()
            if not value and name.endswith("/"):
                section = name
                continue
            record.setdefault(section + name if indent else name, value)
            start = start or number
        elif record and _RULE.match(line):
            gathered.add(start, record)
            tables += 1
            record, section, start = {}, "", 0
    if record:
        yield "the last table is cut off and was left out"
    yield f"read as the tables of Stable-Baselines, {tables} of them"


FORMAT = LogFormat("stable-baselines", "the tables that Stable-Baselines prints", recognise, _read, order=45)
