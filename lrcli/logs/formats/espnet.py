"""What ESPnet2 prints: `INFO: 5epoch:train:3376-3750batch: iter_time=0.001, ..., lr_0=0.100`, the last batch counts.

FunASR writes the number of updates behind it, `101-150batch:150num_updates:`, and that goes on from epoch to epoch.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lrcli.logs.format import LogFile, LogFormat, Opening
from lrcli.logs.gather import Gathered
from lrcli.logs.line import NUMBER
from lrcli.logs.line_pattern import pattern_of
from lrcli.logs.text_rows import TextRows

_LINE = (
    rf"\b(?P<epoch>\d+)epoch:train:\d+-(?:\d+batch:(?=\d+num))?(?P<step>\d+)(?:batch|num_updates): [^\n]*?"
    rf"\b(?:optim\d+_)?lr_?0=(?P<lr>{NUMBER})(?:, (?:optim\d+_)?lr_?1=(?P<lr_1>{NUMBER}))?[^\n]*"
)
_SEARCH = re.compile(_LINE)


def _read(file: LogFile, gathered: Gathered) -> Iterator[str]:
    with file.text() as text:
        yield from TextRows(gathered, [pattern_of(_LINE, ("batch", "lr"))]).read(text)


def recognise(opening: Opening) -> bool:
    return opening.has_line(_SEARCH, "epoch:train:")


FORMAT = LogFormat("espnet", "what ESPnet2 prints", recognise, _read, order=40)
