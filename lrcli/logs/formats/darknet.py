"""What darknet prints: `11000: 0.051831, 0.085730 avg loss, 0.001000 rate, 0.886196 seconds, 2816000 images`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lrcli.logs.format import LogFile, LogFormat, Opening
from lrcli.logs.gather import Gathered
from lrcli.logs.line import NUMBER
from lrcli.logs.line_pattern import pattern_of
from lrcli.logs.text_rows import TextRows

_LINE = rf"^[ \t]*(?P<step>\d+): [-\w.]+, [-\w.]+ avg(?: loss)?, (?P<lr>{NUMBER}) rate,.*"
_SEARCH = re.compile(_LINE, re.MULTILINE)


def _read(file: LogFile, gathered: Gathered) -> Iterator[str]:
    with file.text() as text:
        yield from TextRows(gathered, [pattern_of(_LINE, ("iteration", "rate"))]).read(text)


def recognise(opening: Opening) -> bool:
    return opening.has_line(_SEARCH, " rate,")


FORMAT = LogFormat("darknet", "what darknet prints", recognise, _read, order=40)
