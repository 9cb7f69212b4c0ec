"""What PaddleSeg prints: `[TRAIN] epoch: 3, iter: 410/80000, loss: 1.6, lr: 0.009999`, 410 steps of the whole run."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lrcli.logs.format import LogFile, LogFormat, Opening
from lrcli.logs.gather import Gathered
from lrcli.logs.line import NUMBER
from lrcli.logs.line_pattern import pattern_of
from lrcli.logs.text_rows import TextRows

_LINE = rf"\[TRAIN\] epoch: (?P<epoch>\d+), iter: (?P<step>\d+)/\d+, [^\n]*?\blr: (?P<lr>{NUMBER})[^\n]*"
_SEARCH = re.compile(_LINE)


def _read(file: LogFile, gathered: Gathered) -> Iterator[str]:
    with file.text() as text:
        yield from TextRows(gathered, [pattern_of(_LINE, ("iter", "lr"))]).read(text)


def recognise(opening: Opening) -> bool:
    return opening.has_line(_SEARCH, "[TRAIN]")


FORMAT = LogFormat("paddleseg", "what PaddleSeg prints", recognise, _read, order=40)
