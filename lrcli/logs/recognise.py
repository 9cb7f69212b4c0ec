"""Is an argument a log or a spec? Its content tells; what looks like YAML is a spec."""

from __future__ import annotations

import re

from lrcli.inputs import FileTrouble, Input, Inputs
from lrcli.logs import LogRequest
from lrcli.logs.format import Opening
from lrcli.logs.line_pattern import pattern_of
from lrcli.logs.text import is_events

_SPEC_KEY = re.compile(r"""^\s*["']?[A-Za-z_][\w -]{0,99}["']?\s*:(\s|$)|^\s*(---|%YAML|<<)""")
_SPEC_LINE = re.compile(r"""^["']?(schedule|groups)["']?\s*:""", re.MULTILINE)
_SPEC_INSIDE = re.compile(r"""["']?\b(schedule|groups)\b["']?\s*:""")
_RECORD = re.compile(r"""\[?\s*\{\s*["']""")  # YAML needs no quotes around a key, so nobody writes them
_DOCUMENT = re.compile(r"""\{|\[\s*[\[{"]""")
_SPEC_ENDINGS = (".yaml", ".yml")
_LOG_ENDINGS = (".csv", ".tsv", ".jsonl", ".log")


def is_log(source: Input, request: LogRequest = LogRequest()) -> bool:  # noqa: B008 - frozen
    """Whether an input is a log, by its content. What cannot be read is for its reader to tell."""
    name = source.name.lower()
    if request.column is not None:
        return not name.endswith(_SPEC_ENDINGS)
    try:
        opening = Opening(source.head)
        if request.pattern is not None and not is_spec(opening):
            return bool(pattern_of(request.pattern).regex.search(opening.text)) or looks_logged(source.head)
        return looks_logged(source.head) or (name.endswith(_LOG_ENDINGS) and not is_spec(opening))
    except FileTrouble:
        return bool(event_files(source))


def event_files(source: Input) -> tuple[Input, ...]:
    """TensorBoard's event files in a folder, in the order in which they were begun; none where it is no folder."""
    if source.path is None or not source.path.is_dir():
        return ()
    paths = sorted(source.path.glob("*.tfevents.*"), key=lambda path: path.name)
    inputs = Inputs()
    return tuple(inputs.get(str(path)) for path in paths)


def looks_logged(head: bytes) -> bool:
    r"""Whether a text that begins like this is a log.

    >>> [looks_logged(text) for text in (b"epoch,lr\n0,0.1\n", b'{"lr": 0.1, "step": 1}\n', b"lr: 0.1\nepochs: 3\n")]
    [True, True, False]
    """
    if is_events(head) or head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    opening = Opening(head)
    text = opening.text.lstrip()
    if _DOCUMENT.match(text):
        return '"log_history"' in text or bool(_RECORD.match(text) and not _SPEC_INSIDE.search(text))
    if is_spec(opening):
        return False
    from lrcli.logs.formats import format_of  # not above: a spec does without all of them

    known = format_of(opening)
    if known is None:
        line = next(iter(opening.lines), "")
        return bool(line) and not _SPEC_KEY.search(line) and any(mark in line for mark in ",;\t")
    return True


def is_spec(opening: Opening) -> bool:
    """Whether a text has a line that only a spec of ours has."""
    return bool(_SPEC_LINE.search(opening.text))
