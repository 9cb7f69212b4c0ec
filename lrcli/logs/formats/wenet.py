"""What WeNet prints: `DEBUG TRAIN Batch 4/203700 loss 12.646465 ... lr 0.00032621 rank 0`, epoch 4, batch 203700."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lrcli.logs.format import LogFile, LogFormat, Opening
from lrcli.logs.gather import Gathered
from lrcli.logs.line import NUMBER
from lrcli.logs.line_pattern import pattern_of
from lrcli.logs.text_rows import TextRows

_LINE = (
    rf"\bTRAIN\b[^\n]{{0,80}}? Batch (?P<epoch>\d+)/(?P<step>\d+) [^\n]*?\blr (?P<lr>{NUMBER})"
    r"(?:[^\n]*? rank (?P<rank>\d+))?[^\n]*"
)
_SEARCH = re.compile(_LINE)


def _read(file: LogFile, gathered: Gathered) -> Iterator[str]:
    with file.text() as text:
        yield from TextRows(gathered, [pattern_of(_LINE, ("batch", "lr"))]).read(text)


def recognise(opening: Opening) -> bool:
    return opening.has_line(_SEARCH, "TRAIN")


FORMAT = LogFormat("wenet", "what WeNet prints", recognise, _read, order=40)
