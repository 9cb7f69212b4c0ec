"""What Keras 2 and 3 print: `Epoch 5/20`, and under it the bar, `200/200 [====] - 0s - loss: 0.38 - lr: 0.0100`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lrcli.logs.format import LogFile, LogFormat, Opening
from lrcli.logs.gather import Gathered
from lrcli.logs.line import NUMBER, epoch_of

_BAR = re.compile(r"^[\s\x08]*\d+/(?:\d+|Unknown)[ \t]+(?:\[[=>.]*\]|[━─╸╺]+)", re.MULTILINE)
_RATE = re.compile(rf" - (lr|learning_rate): ({NUMBER})(?!\S)")
_OTHER = re.compile(rf" - (\w+): ({NUMBER})(?!\S)")


def recognise(opening: Opening) -> bool:
    return any(_BAR.match(line) and _RATE.search(line) for line in opening.lines)


def _read(file: LogFile, gathered: Gathered) -> Iterator[str]:
    """Each bar with a learning rate is a row, of the epoch above it; above the first heading it is the epoch before."""
    gathered.words = {"epoch": "Epoch"}
    epoch: str | None = None
    waiting: list[tuple[int, dict[str, object]]] = []
    for number, line in enumerate(file.lines(), 1):
        if not _BAR.match(line):
            if epoch is None and (heading := epoch_of(line)) and heading[1].isdigit():
                for n, (at, cells) in enumerate(waiting):
                    gathered.add(at, {"epoch": int(heading[1]) - len(waiting) + n, **cells})
                waiting.clear()
            epoch = heading[1] if (heading := epoch_of(line)) else epoch
            continue
        found = _RATE.search(line)
        if not found:
            continue
        record: dict[str, object] = dict(_OTHER.findall(line))
        if epoch is None:
            waiting.append((number, record))
        else:
            gathered.add(number, {"epoch": epoch, **record})
    for at, cells in waiting:
        gathered.add(at, cells)
    if gathered.rows:
        yield "read as the progress bars of Keras; its epochs count from 1"


FORMAT = LogFormat("keras-bars", "what Keras prints: its epochs and progress bars", recognise, _read, order=45)
