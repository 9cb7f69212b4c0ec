"""A LOG argument -> Log, whatever tool wrote it.

Its content tells a log from a spec; what looks like YAML is a spec.
"""

from __future__ import annotations

import re
from dataclasses import replace

from lrcli.errors import LrcliError
from lrcli.inputs import FileTrouble, Input, Inputs
from lrcli.logs import Log, LogRequest, NoLog
from lrcli.logs.assemble import assemble
from lrcli.logs.format import LogFile, LogFormat, Opening
from lrcli.logs.formats import delimited, format_of, json_rows, text
from lrcli.logs.gather import Gathered
from lrcli.logs.line_pattern import advice, pattern_of
from lrcli.reader.source import split_column

_SPEC_KEY = r"""^\s*["']?[A-Za-z_][\w -]{0,99}["']?\s*:(\s|$)|^\s*(---|%YAML|<<)"""
_SPEC_LINE = r"""(?m)^["']?(schedule|groups)["']?\s*:"""
_SPEC_INSIDE = r"""["']?\b(schedule|groups)\b["']?\s*:"""
_RECORD = r"""\[?\s*\{\s*["']"""  # YAML needs no quotes around a key, so nobody writes them
_DOCUMENT = r"""\{|\[\s*[\[{"]"""
_SPEC_ENDINGS = (".yaml", ".yml")
_LOG_ENDINGS = (".csv", ".tsv", ".jsonl", ".log")


def read_log(
    argument: str,
    *,
    inputs: Inputs | None = None,
    others: bool = True,
    request: LogRequest = LogRequest(),  # noqa: B008 - frozen
) -> Log:
    """The log of a LOG argument: a path or `-`, each optionally with `:COLUMN`, the learning-rate column.

    inputs: where files and stdin are read from; others: also read the columns that are neither a learning rate nor a
    position (loss, val_loss); request: what else is known of the columns. Raises LrcliError where there is no log, or
    where it does not say which column is meant.
    """
    path, named = split_column(argument)
    source = (inputs or Inputs.of_process()).get(path, "LOG")
    return log_of(source, replace(request, column=named or request.column), others=others)


def log_of(source: Input, request: LogRequest = LogRequest(), *, others: bool = True) -> Log:  # noqa: B008 - frozen
    gathered = Gathered(request, others)
    opening = Opening(b"")
    try:
        parts = event_files(source) or (source,)
        remarks: list[str] = []
        for part in parts:
            opening = Opening(part.head)
            prefix = f"{part.name}: " if len(parts) > 1 else ""
            remarks += [prefix + remark for remark in _read(LogFile(part, opening), gathered)]
        if len(parts) > 1:
            remarks.insert(0, f"{len(parts)} event files of one folder are read as one log")
        return replace(assemble(gathered, source.stem, remarks), opening=opening.text)
    except FileTrouble as error:
        raise LrcliError(f"{source.name}: {error}") from None
    except NoLog as error:
        raise LrcliError(f"{source.name}: {error}{advice(source.name, opening, gathered, error.about)}") from None


def is_log(source: Input, request: LogRequest = LogRequest()) -> bool:  # noqa: B008 - frozen
    """Whether an input is a log, by its content. What cannot be read is for its reader to tell."""
    name = source.name.lower()
    if request.column is not None:
        return not name.endswith(_SPEC_ENDINGS)
    try:
        opening = Opening(source.head)
    except FileTrouble:
        return bool(event_files(source))
    if _looks_logged(opening):
        return True
    fits = request.pattern is not None and pattern_of(request.pattern).regex.search(opening.text) is not None
    return (fits or name.endswith(_LOG_ENDINGS)) and not _is_spec(opening)


def event_files(source: Input) -> tuple[Input, ...]:
    """TensorBoard's event files in a folder, in the order in which they were begun; none where it is no folder."""
    if source.path is None or not source.path.is_dir():
        return ()
    paths = sorted(source.path.glob("*.tfevents.*"), key=lambda path: path.name)
    inputs = Inputs()
    return tuple(inputs.get(str(path)) for path in paths)


def _looks_logged(opening: Opening) -> bool:
    r"""Whether a text that begins like this is a log.

    >>> texts = (b"epoch,lr\n0,0.1\n", b'{"lr": 0.1, "step": 1}\n', b"lr: 0.1\nepochs: 3\n")
    >>> [_looks_logged(Opening(text)) for text in texts]
    [True, True, False]
    """
    if opening.is_events or opening.encoding == "utf-16":
        return True
    begin = opening.text.lstrip()
    if re.match(_DOCUMENT, begin):
        return '"log_history"' in begin or bool(re.match(_RECORD, begin) and not re.search(_SPEC_INSIDE, begin))
    if _is_spec(opening):
        return False
    line = next(iter(opening.lines), "")
    is_table = any(mark in line for mark in ",;\t") and not re.search(_SPEC_KEY, line)
    return format_of(opening) is not None or is_table


def _is_spec(opening: Opening) -> bool:
    return re.search(_SPEC_LINE, opening.text) is not None


def _read(file: LogFile, gathered: Gathered) -> list[str]:
    """Reads the input by what is in it; what is to be said about it."""
    opening, pattern = file.opening, gathered.request.pattern
    if not opening.data.strip():
        raise LrcliError(f"{file.source.name}: the file is empty")
    if pattern is not None:
        return list(text.TextRows(gathered, [pattern_of(pattern)]).read(file))
    if _is_spec(opening):
        raise LrcliError(f"{file.source.name}: this is a spec, not the log of a run")
    return list((format_of(opening) or _likely(opening)).read(file, gathered))


def _likely(opening: Opening) -> LogFormat:
    """The format whose words fit best what is no log by its first lines."""
    if json_rows.starts_as_json(opening):
        return json_rows.FORMAT
    return delimited.FORMAT if delimited.is_tabular(opening) or delimited.is_bare(opening) else text.FORMAT
