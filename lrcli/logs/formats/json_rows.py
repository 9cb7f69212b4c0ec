"""JSON logs: lines of objects (detectron2, mmengine, MAE), and documents (the Trainer's trainer_state.json)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Any

from lrcli.logs import NoLog
from lrcli.logs.format import LogFile, LogFormat, Opening
from lrcli.logs.gather import Gathered

_HISTORY = r'"(log_history|history)"\s*:\s*\['
_START = r"""\s*(\{|\[\s*(\{|\[|"|\]|-?[\d.]+\s*[,\]]|$))"""
_DEEP = 64
"""How many items of a list become columns of their own (a learning rate per group)."""
_LEVELS = 20
"""How deep an object may stand in others; what lies deeper is no number of a training loop."""


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
    return opening.text.lstrip()[:1] in ("{", "[") and re.match(_START, opening.text) is not None


def _read(file: LogFile, gathered: Gathered) -> Iterator[str]:
    with file.text() as text:
        first = next((line for line in text if line.strip()), "")
        row = row_of(first)
        if isinstance(row, dict) and not re.search(_HISTORY, first) and not _is_columns(row):
            second = next(text, "")
            if second or not any(map(_is_columns, row.values())):
                yield from _lines(chain([first], [second] * bool(second), text), gathered)
                return
        yield from _document(first + text.read(), gathered)


def _lines(lines: Iterable[str], gathered: Gathered) -> Iterator[str]:
    bad: list[int] = []
    n, line = 0, ""
    for n, line in enumerate(lines, 1):
        if line.strip():
            row = row_of(line)
            if isinstance(row, dict):
                gathered.add(n, flat_row(row))
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
            return literal_eval(re.sub(r"(?<=: )-?(nan|inf)\b", "None", line.strip()))
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        return None


def _document(text: str, gathered: Gathered) -> Iterator[str]:
    """A list of objects, however deep, an object of lists (a Keras history), or objects one after the other."""
    if history := re.search(_HISTORY, text):
        yield from _entries(text, history.end(), gathered)
    elif text.lstrip().startswith("["):
        yield from _entries(text, text.index("[") + 1, gathered)
    else:
        try:
            data = json.loads(text)
        except (ValueError, RecursionError):
            yield from _entries(text, 0, gathered, in_list=False)
        else:
            _add_columns(data, gathered)


def _entries(text: str, at: int, gathered: Gathered, *, in_list: bool = True) -> Iterator[str]:
    """Objects of several lines each, from a place in the text on, in a list or one after the other."""
    decode = json.JSONDecoder().raw_decode
    between = re.compile(r"[\s,]*" if in_list else r"\s*")
    n = 0
    while True:
        at = between.match(text, at).end()  # type: ignore[union-attr]
        if text[at : at + 1] == ("]" if in_list else ""):
            return
        try:
            row, at = decode(text, at)
        except (ValueError, RecursionError):
            if n == 0:
                where = f"(line {text.count(chr(10), 0, at) + 1})"
                raise NoLog(f"this is not JSON {where}" if in_list else "this is not JSON, and not a log") from None
            yield f"the file is cut off or damaged after entry {n}; what follows was left out"
            return
        n += 1
        if in_list and not isinstance(row, dict):
            raise NoLog(f"entry {n} is not an object with a step and a learning rate")
        gathered.add(n, flat_row(row) if isinstance(row, dict) else {})


def _add_columns(data: Any, gathered: Gathered) -> None:
    """Adds the rows of an object of equally long lists, or of the first such object in one."""
    inner = data.values() if isinstance(data, dict) else ()
    columns = next(filter(_is_columns, (data, *inner)), None)
    if columns is None:
        raise NoLog("this is not a log: a JSON document without a log_history")
    lists = {str(key): value for key, value in columns.items() if isinstance(value, list)}
    for n, cells in enumerate(zip(*lists.values(), strict=True), 1):
        gathered.add(n, dict(zip(lists, cells, strict=True)))


def _is_columns(row: object) -> bool:
    """Whether something is an object that holds a table column by column."""
    if not isinstance(row, dict):
        return False
    lengths = [len(value) for value in row.values() if isinstance(value, list)]
    return len(lengths) > 1 and max(lengths) > 1 and len(set(lengths)) == 1


def flat_row(row: Mapping[str, Any], levels: int = _LEVELS) -> dict[str, object]:
    """An object without objects: `{"train": {"lr": 1}}` has `train/lr`, `{"lr": [1, 2]}` has `lr/0` and `lr/1`."""
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


FORMAT = LogFormat("json", recognise, _read, order=30)
