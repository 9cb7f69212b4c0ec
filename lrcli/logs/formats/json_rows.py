"""JSON logs: lines of objects (detectron2, mmengine, MAE), and documents (the Trainer's trainer_state.json)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from io import TextIOWrapper
from itertools import chain
from typing import Any

from lrcli.logs.format import LogFile, LogFormat, Opening
from lrcli.logs.gather import Gathered
from lrcli.logs.refusal import NoLog

_HISTORY = re.compile(r'"(log_history|history)"\s*:\s*\[')
_NAN = re.compile(r"(?<=: )-?(nan|inf)\b")
_DEEP = 64
"""How many items of a list become columns of their own (a learning rate per group)."""
_LEVELS = 20
"""How deep an object may stand in others; what lies deeper is no number of a training loop."""


_START = re.compile(r"""\s*(\{|\[\s*(\{|\[|"|\]|-?[\d.]+\s*[,\]]|$))""")


def recognise(opening: Opening) -> bool:
    """Whether a text is JSON as a whole or line by line; a program may also print one dict, then its own words."""
    if not starts_as_json(opening):
        return False
    first, *others = opening.lines
    if first.rstrip().endswith("}") and first.lstrip().startswith("{") and row_of(first) is not None:
        objects = sum(line.lstrip().startswith("{") for line in others)
        return objects * 2 >= len(others)
    return True


def starts_as_json(opening: Opening) -> bool:
    """Whether a text begins like an object or a list."""
    return bool(_START.match(opening.text))


def read_json(text: TextIOWrapper, gathered: Gathered) -> Iterator[str]:
    """Adds the rows of a JSON text; yields what is to be said about them."""
    first = next((line for line in text if line.strip()), "")
    row = row_of(first)
    if isinstance(row, dict) and not _HISTORY.search(first) and not _is_columns(row):
        second = next(text, "")
        if not second and any(map(_is_columns, row.values())):
            yield from _columns(first, gathered)  # a document on one line
            return
        yield from _lines(chain([first], [second] * bool(second), text), gathered)
    else:
        yield from _document(first + text.read(), gathered)


def _lines(lines: Iterable[str], gathered: Gathered) -> Iterator[str]:
    bad: list[int] = []
    n, line = 0, ""
    for n, line in enumerate(lines, 1):
        if not line.strip():
            continue
        found = row_of(line)
        if isinstance(found, dict):
            gathered.add(n, flat_row(found))
        else:
            bad.append(n)
    if bad == [n] and not line.endswith("\n"):
        yield f"line {n}, the last one, is cut off and was left out"
    elif len(bad) == 1:
        yield f"line {bad[0]} is no JSON object and was left out"
    elif bad:
        yield f"{len(bad)} lines are no JSON objects and were left out, the first is line {bad[0]}"


def row_of(line: str) -> Any:
    """What a line holds, None if it is not JSON; also Python's way to print a dict, as the Trainer does."""
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        if "'" not in line:
            return None
    import warnings
    from ast import literal_eval

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # "1if" in a damaged line
            return literal_eval(_NAN.sub("None", line.strip()))
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        return None


def _document(text: str, gathered: Gathered) -> Iterator[str]:
    """A list of objects, however deep, or an object of lists (a Keras history)."""
    found = _HISTORY.search(text)
    start = text.lstrip()
    if found:
        at = found.end()
    elif start.startswith("["):
        at = text.index("[") + 1
    else:
        yield from _columns(text, gathered)
        return
    decode = json.JSONDecoder().raw_decode
    space = re.compile(r"[\s,]*")
    n = 0
    while True:
        match = space.match(text, at)
        assert match is not None
        at = match.end()
        if text[at : at + 1] == "]":
            return
        try:
            row, at = decode(text, at)
        except (ValueError, RecursionError):
            if n == 0:
                raise NoLog(f"this is not JSON (line {text.count(chr(10), 0, at) + 1})") from None
            yield f"the file is cut off or damaged after entry {n}; what follows was left out"
            return
        n += 1
        if not isinstance(row, dict):
            raise NoLog(f"entry {n} is not an object with a step and a learning rate")
        gathered.add(n, flat_row(row))


def _columns(text: str, gathered: Gathered) -> Iterator[str]:
    """An object of equally long lists."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        yield from _objects(text, gathered)
        return
    if isinstance(data, dict) and not _is_columns(data):
        data = next((value for value in data.values() if _is_columns(value)), data)
    if not isinstance(data, dict) or not _is_columns(data):
        raise NoLog("this is not a log: a JSON document without a log_history")
    lists = {str(key): value for key, value in data.items() if isinstance(value, list)}
    for n in range(max(len(value) for value in lists.values())):
        gathered.add(n + 1, {key: value[n] for key, value in lists.items() if n < len(value)})


def _objects(text: str, gathered: Gathered) -> Iterator[str]:
    """Objects of several lines each, one after the other."""
    decode = json.JSONDecoder().raw_decode
    space = re.compile(r"\s*")
    at = n = 0
    while at < len(text):
        match = space.match(text, at)
        assert match is not None
        at = match.end()
        if at == len(text):
            return
        try:
            row, at = decode(text, at)
        except (ValueError, RecursionError):
            if n == 0:
                raise NoLog("this is not JSON, and not a log") from None
            yield f"the file is cut off or damaged after entry {n}; what follows was left out"
            return
        n += 1
        gathered.add(n, flat_row(row) if isinstance(row, dict) else {})


def _is_columns(row: object) -> bool:
    """Whether something is an object that holds a table column by column."""
    if not isinstance(row, dict):
        return False
    lengths = [len(value) for value in row.values() if isinstance(value, list)]
    return len(lengths) > 1 and max(lengths) > 1 and len(set(lengths)) == 1


def flat_row(row: Mapping[str, Any], levels: int = _LEVELS) -> dict[str, object]:
    """An object without objects: `{"train": {"lr": 1}}` has `train/lr`, `{"lr": [1, 2]}` has `lr/0` and `lr/1`."""
    if not any(isinstance(value, (dict, list)) for value in row.values()):
        return dict(row)
    flat: dict[str, object] = {}
    for key, value in row.items():
        if isinstance(value, dict):
            if levels:
                flat.update({f"{key}/{inner}": cell for inner, cell in flat_row(value, levels - 1).items()})
        elif isinstance(value, list):
            flat.update(
                {f"{key}/{i}": cell for i, cell in enumerate(value[:_DEEP]) if not isinstance(cell, (dict, list))}
            )
        else:
            flat[key] = value
    return flat


def _read(file: LogFile, gathered: Gathered) -> Iterator[str]:
    with file.text() as text:
        yield from read_json(text, gathered)


FORMAT = LogFormat(
    "json",
    "JSON lines (detectron2, mmengine, MAE) and documents (trainer_state.json, a Keras history)",
    recognise,
    _read,
    order=30,
)
