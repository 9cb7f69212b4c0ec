"""A SPEC argument says where a spec's text comes from; problems point at places in that text."""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from lrcli.errors import Problem, SpecError
from lrcli.inputs import FileTrouble, Inputs
from lrcli.values import dataclass

MAX_SIZE = 1_000_000
"""Bytes. A spec is written by hand; a longer one is a mistake, or a metric that belongs into a file of its own."""
MAX_PROBLEMS = 100
MAX_SHOWN = 500  # the longest line that is shown with a problem

_LINE_END = "\r\n|[\n\r\x85\u2028\u2029]"  # what YAML counts as one
_BLANKS = str.maketrans("", "", "\t\n\r")
_UNPRINTABLE = "[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"


@dataclass(frozen=True)
class Source:
    """A text with a name. `placed` is false for one without lines, as an option of the command line is."""

    name: str
    text: str = ""
    stem: str = "spec"
    directory: Path = Path()
    placed: bool = True

    @cached_property
    def lines(self) -> list[str]:
        """The lines as YAML counts them."""
        return re.split(_LINE_END, self.text)

    @property
    def whole(self) -> Place:
        """The text as a whole, for a problem that has no line."""
        return Place(self, 0, 0, 1)


class Place(NamedTuple):
    """`width` characters of a source, line and column counted from 1."""

    source: Source
    line: int
    column: int
    width: int

    def problem(self, code: str, message: str, help: str = "", *, why: str = "", level: str = "error") -> Problem:
        source, line, column, width = self
        if not source.placed or not line:
            return Problem(code, message, why, help, level, file=source.name)
        text = source.lines[line - 1] if line <= len(source.lines) else ""
        text = "" if len(text) > MAX_SHOWN else text
        width = max(1, min(width, len(text) - column + 1))
        return Problem(
            code, message, why, help, level, file=source.name, line=line, column=column, source=text, width=width
        )


class Problems:
    """The problems found so far; `notes` are those that are no errors."""

    def __init__(self) -> None:
        self._found: dict[Problem, None] = {}  # in order, and each once: an anchored value may be used twice
        self.notes: dict[str, Problem] = {}

    def note(self, place: Place, code: str, message: str, level: str = "note") -> None:
        """Something that is no error; the same words are told once."""
        self.notes.setdefault(message, place.problem(code, message, level=level))

    def add(self, place: Place, code: str, message: str, help: str = "") -> None:
        """One more error. Raises SpecError when there are more than anybody reads."""
        self._found[place.problem(code, message, help)] = None
        if len(self._found) >= MAX_PROBLEMS:
            self._found[place.source.whole.problem("limit", f"more than {MAX_PROBLEMS} problems")] = None
            self.raise_any()

    def raise_any(self) -> None:
        """SpecError with all of them in the order of the file, those without a line last."""
        if self._found:
            raise SpecError(tuple(sorted(self._found, key=lambda problem: problem.order[:3])))

    def __len__(self) -> int:
        return len(self._found)


def refuse(place: Place, code: str, message: str, help: str = "") -> SpecError:
    """The error of a spec that cannot be read any further."""
    return SpecError((place.problem(code, message, help),))


def read_source(argument: str, inputs: Inputs, user: str = "spec") -> Source:
    """The source of a SPEC argument without its emulation: a path, `-` or an inline mapping."""
    if is_inline(argument):
        return checked(Source("<inline>", argument, "inline"))
    if not argument:
        raise refuse(Source("''").whole, "file", "the name of the spec is empty")
    given = inputs.get(argument, user)
    source = Source(given.name, stem=given.stem, directory=given.directory)
    try:
        return decoded(source, given.read(MAX_SIZE + 1))
    except FileTrouble as error:
        raise refuse(source.whole, "file", str(error), _type_hint(argument)) from None


def _type_hint(argument: str) -> str:
    """Say what to write where a file is wanted and a type is given; "" for another word."""
    if not argument.isidentifier():
        return ""
    from lrcli.catalog.registry import find_types  # not above: only a wrong name needs it

    types = find_types(argument)
    return f"{argument} is a type of schedule: write '{{lr: 0.1, epochs: 90, schedule: {argument}}}'" if types else ""


def decoded(source: Source, data: bytes) -> Source:
    """`source` with the text that `data` holds."""
    if len(data) > MAX_SIZE:
        raise refuse(source.whole, "limit", f"a spec has at most {MAX_SIZE:,} bytes")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        hint = "write it as UTF-8: iconv -f UTF-16 -t UTF-8"
        raise refuse(source.whole, "encoding", "this is UTF-16, a spec is UTF-8 text", hint)
    data = data.removeprefix(BOM_UTF8)  # the codec utf-8-sig would be one more module to import
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise refuse(source.whole, "encoding", f"this is not UTF-8 text (line {line})") from None
    return checked(Source(source.name, text, source.stem, source.directory, source.placed))


def checked(source: Source) -> Source:
    """`source`, if its text is not empty and YAML allows its characters."""
    # compiling the expression takes a tenth of a command's time, and next to no text needs it
    plain = source.text.translate(_BLANKS).isprintable()
    if not plain and (match := re.search(_UNPRINTABLE, source.text)):
        before = re.split(_LINE_END, source.text[: match.start()])
        # no source line: the terminal should not see what is in it
        place = Place(Source(source.name, placed=source.placed), len(before), len(before[-1]) + 1, 1)
        raise refuse(place, "encoding", f"the character U+{ord(match.group()):04X} is not text")
    if len(source.text) > MAX_SIZE:
        raise refuse(source.whole, "limit", f"a spec has at most {MAX_SIZE:,} characters")
    return source


_CALL = r"(?s)\s*([\w.]+\s*=\s*)?[A-Za-z_][\w.]*\((.*\)\s*(@[^()]*)?|[^)./\\]*)"
"""A call as in Python, assigned to a name or not, or one that is not closed and cannot be the name of a file."""


def split_argument(argument: str) -> tuple[str, str | None]:
    """(the path, `-` or inline mapping, the emulation after the last `@`).

    An existing path wins, whatever is in it. A drive letter is no emulation, and neither is a part of a path.

    >>> split_argument("step.yaml@torch-1.1:get_lr")
    ('step.yaml', 'torch-1.1:get_lr')
    >>> split_argument("{lr: 0.1, epochs: 9}@formula")
    ('{lr: 0.1, epochs: 9}', 'formula')
    >>> split_argument("user@host/step.yaml")
    ('user@host/step.yaml', None)
    """
    head, at, tail = argument.rpartition("@")
    if is_inline(argument):
        return (head, tail) if at and head.rstrip().endswith(("}", ")")) and "}" not in tail else (argument, None)
    if not at or not head or exists(argument):
        return argument, None
    if "/" in tail or "\\" in tail or tail.lower().endswith((".yaml", ".yml")):
        return argument, None
    return head, tail


def split_column(argument: str) -> tuple[str, str | None]:
    r"""(the path, the column after the last `:`). An existing path wins; a drive letter is no file.

    >>> split_column("runs/a.csv:lr/pg2"), split_column(r"C:\run.csv")[1]
    (('runs/a.csv', 'lr/pg2'), None)
    """
    head, colon, tail = argument.rpartition(":")
    if not colon or not head or not tail or exists(argument):
        return argument, None
    if len(head) == 1 and tail[:1] in ("\\", "/"):
        return argument, None
    return head, tail


def is_inline(argument: str) -> bool:
    """Whether an argument is the text of a spec, and not a name: a mapping, or the call of a scheduler.

    >>> [is_inline(text) for text in ("{lr: 1}", "StepLR(30)", "sched = optim.StepLR(30)@torch", "StepLR(30")]
    [True, True, True, True]
    >>> [is_inline(text) for text in ("a (1).yaml", "a(1).yaml", "a(1")]
    [False, False, True]
    """
    return argument.lstrip().startswith("{") or is_call(argument)


def is_call(argument: str) -> bool:
    """Whether an argument is the call of a scheduler, with an emulation behind it or not."""
    return looks_called(argument) and not exists(argument)


def looks_called(text: str) -> bool:
    """Whether a text looks like a call; it is compiled by those who have a bracket."""
    return "(" in text and bool(re.fullmatch(_CALL, text))


def exists(path: str) -> bool:
    """Whether there is something at the path; a path that the system cannot even look up is not there."""
    try:
        return Path(path).exists()
    except (OSError, ValueError):
        return False


# the common slips in YAML: (a part of PyYAML's or libyaml's words, ours, what to do); the first that fits counts
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
    """The error of a text that PyYAML does not read, in words that help."""
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
