"""Is an argument a log or a spec? Its content tells; what looks like YAML is a spec."""

from __future__ import annotations

import re

from lrcli.inputs import FileTrouble, Input, Inputs
from lrcli.logs import LogRequest
from lrcli.logs.format import Opening
from lrcli.logs.formats import format_of
from lrcli.logs.line_pattern import pattern_of

_SPEC_KEY = r"""^\s*["']?[A-Za-z_][\w -]{0,99}["']?\s*:(\s|$)|^\s*(---|%YAML|<<)"""
_SPEC_LINE = r"""(?m)^["']?(schedule|groups)["']?\s*:"""
_SPEC_INSIDE = r"""["']?\b(schedule|groups)\b["']?\s*:"""
_RECORD = r"""\[?\s*\{\s*["']"""  # YAML needs no quotes around a key, so nobody writes them
_DOCUMENT = r"""\{|\[\s*[\[{"]"""
_SPEC_ENDINGS = (".yaml", ".yml")
_LOG_ENDINGS = (".csv", ".tsv", ".jsonl", ".log")


def is_log(source: Input, request: LogRequest = LogRequest()) -> bool:  # noqa: B008 - frozen
    """Whether an input is a log, by its content. What cannot be read is for its reader to tell."""
    name = source.name.lower()
    if request.column is not None:
        return not name.endswith(_SPEC_ENDINGS)
    try:
        opening = Opening(source.head)
    except FileTrouble:
        return bool(event_files(source))
    if looks_logged(opening):
        return True
    fits = request.pattern is not None and pattern_of(request.pattern).regex.search(opening.text) is not None
    return (fits or name.endswith(_LOG_ENDINGS)) and not is_spec(opening)


def event_files(source: Input) -> tuple[Input, ...]:
    """TensorBoard's event files in a folder, in the order in which they were begun; none where it is no folder."""
    if source.path is None or not source.path.is_dir():
        return ()
    paths = sorted(source.path.glob("*.tfevents.*"), key=lambda path: path.name)
    inputs = Inputs()
    return tuple(inputs.get(str(path)) for path in paths)


def looks_logged(opening: Opening) -> bool:
    r"""Whether a text that begins like this is a log.

    >>> texts = (b"epoch,lr\n0,0.1\n", b'{"lr": 0.1, "step": 1}\n', b"lr: 0.1\nepochs: 3\n")
    >>> [looks_logged(Opening(text)) for text in texts]
    [True, True, False]
    """
    if opening.is_events or opening.encoding == "utf-16":
        return True
    text = opening.text.lstrip()
    if re.match(_DOCUMENT, text):
        return '"log_history"' in text or bool(re.match(_RECORD, text) and not re.search(_SPEC_INSIDE, text))
    if is_spec(opening):
        return False
    line = next(iter(opening.lines), "")
    is_table = any(mark in line for mark in ",;\t") and not re.search(_SPEC_KEY, line)
    return format_of(opening) is not None or is_table


def is_spec(opening: Opening) -> bool:
    """Whether a text has a line that only a spec of ours has."""
    return re.search(_SPEC_LINE, opening.text) is not None
