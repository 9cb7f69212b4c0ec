"""The dicts that Hugging Face's Trainer prints, among progress bars and whatever else a terminal shows."""

from __future__ import annotations

from collections.abc import Iterator

from lrcli.logs.format import LogFile, LogFormat, Opening
from lrcli.logs.formats.json_rows import read_json
from lrcli.logs.gather import Gathered
from lrcli.logs.text import rows_among_text


def recognise(opening: Opening) -> bool:
    return rows_among_text(opening.data)


def _read(file: LogFile, gathered: Gathered) -> Iterator[str]:
    with file.text() as text:
        yield from read_json(text, gathered, among=True)


FORMAT = LogFormat("printed-dicts", "the dicts that Hugging Face's Trainer prints", recognise, _read, order=20)
