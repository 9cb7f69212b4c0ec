"""The common slips in YAML, told in words that help. Only imported where there may be one."""

from __future__ import annotations

from typing import Any

from lrcli.errors import SpecError
from lrcli.reader.source import Place, Source, refuse

# (a part of PyYAML's or libyaml's words, ours, what to do); the first that fits counts
_WORDS = (
    (
        "mapping values are not allowed",
        "a ':' is not expected here",
        "quote a text that holds ': '; check the indentation",
    ),
    ("block sequence entries are not allowed", "a '-' is not expected here", "quote it where it is a value: '-'"),
    ("sequence entries are not allowed", "a '-' is not expected here", "quote it where it is a value: '-'"),
    ("unknown escape", "a '\\' in double quotes begins an escape", "write it as '\\\\', or use single quotes"),
    ("quoted scalar", "a quote is not closed", ""),
    ("flow mapping", "a ',' or '}' is missing", "close the { }; quote a text that holds one of , : { } [ ] #"),
    ("flow sequence", "a ',' or ']' is missing", "close the [ ]; quote a text that holds one of , : { } [ ] #"),
    ("flow node", "a value is missing", "close the brackets; quote a text that holds one of , : { } [ ] #"),
    ("could not find expected ':'", "a ':' is missing after a key", "write 'key: value', with a blank after the ':'"),
    ("block mapping", "the indentation does not fit", "the keys of one mapping begin in the same column"),
    ("block collection", "the indentation does not fit", "the entries of one list begin in the same column"),
    ("<document start>", "the text goes on after the spec's end", ""),
)
_TOLD_AT_BEGIN = ("could not find expected ':'", "unknown escape")


def syntax_error(source: Source, error: Any) -> SpecError:
    mark = error.problem_mark
    # what is not closed is told at its beginning, and not where the text ends
    at_end = not "".join(source.lines[mark.line :]).strip()
    if error.context_mark and (at_end or any(part in (error.problem or "") for part in _TOLD_AT_BEGIN)):
        mark = error.context_mark
    place = Place(source, mark.line + 1, mark.column + 1, 1)
    line = source.lines[mark.line] if mark.line < len(source.lines) else ""
    here = line[mark.column : mark.column + 1]
    if "\t" in line[: len(line) - len(line.lstrip())] or here == "\t":
        place = Place(source, mark.line + 1, line.index("\t") + 1, 1)
        return refuse(place, "syntax", "a tab cannot indent YAML", "indent with blanks")
    said = f"{error.context or ''} {error.problem or ''}"
    if "cannot start any token" in said:
        return refuse(place, "syntax", f"{here!r} cannot begin a value", "quote the text")
    for part, message, hint in _WORDS:
        if part in said:
            return refuse(place, "syntax", message, hint)
    return refuse(place, "syntax", f"this is not YAML: {error.problem}")
