"""What Keras 2 and 3 print: `Epoch 5/20`, and under it the bar, `200/200 [====] - 0s - loss: 0.38 - lr: 0.0100`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lrcli.logs.format import LogFile, LogFormat, Opening
from lrcli.logs.gather import Gathered
from lrcli.logs.line import NUMBER, epoch_of

_BAR = r"[\s\x08]*\d+/(?:\d+|Unknown)[ \t]+(?:\[[=>.]*\]|[━─╸╺]+)"
_RATE = rf" - (lr|learning_rate): ({NUMBER})(?!\S)"
_CELL = rf" - (\w+): ({NUMBER})(?!\S)"


def recognise(opening: Opening) -> bool:
    return any(re.match(_BAR, line) and re.search(_RATE, line) for line in opening.lines if " - l" in line)


def _read(file: LogFile, gathered: Gathered) -> Iterator[str]:
    """Each bar with a learning rate is a row, of the epoch above it; above the first heading it is the epoch before."""
    gathered.words = {"epoch": "Epoch"}
    epoch: str | None = None
    waiting: list[tuple[int, dict[str, object]]] = []
    for number, line in enumerate(file.lines(), 1):
        if not re.match(_BAR, line):
            if heading := epoch_of(line):
                if epoch is None and heading[1].isdigit():
                    for epochs_ahead, (at, cells) in zip(range(len(waiting), 0, -1), waiting, strict=True):
                        gathered.add(at, {"epoch": int(heading[1]) - epochs_ahead, **cells})
                    waiting.clear()
                epoch = heading[1]
        elif re.search(_RATE, line):
            record: dict[str, object] = dict(re.findall(_CELL, line))
            if epoch is None:
                waiting.append((number, record))
            else:
                gathered.add(number, {"epoch": epoch, **record})
    for at, cells in waiting:
        gathered.add(at, cells)
    if gathered.rows:
        yield "read as the progress bars of Keras; its epochs count from 1"


FORMAT = LogFormat("keras-bars", recognise, _read, order=45)
