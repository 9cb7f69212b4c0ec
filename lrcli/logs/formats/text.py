"""Free text: whatever prints a learning rate and a step or an epoch on a line, in its own words."""

from __future__ import annotations

from collections.abc import Iterator

from lrcli.logs.format import LogFile, LogFormat, Opening
from lrcli.logs.gather import Gathered
from lrcli.logs.line import may_hold_rate, statement
from lrcli.logs.text_rows import TextRows

_LOOKED_AT = 4000
"""So many lines with a learning rate are looked at to see what a file is."""


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


FORMAT = LogFormat("text", recognise, _read, order=90)
