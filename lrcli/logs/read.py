"""A LOG argument -> Log: finds the file and what is in it, whatever tool wrote it."""

from __future__ import annotations

from dataclasses import replace

from lrcli.errors import LrcliError
from lrcli.inputs import FileTrouble, Input, Inputs
from lrcli.logs import Log, LogRequest, NoLog
from lrcli.logs.advice import advice
from lrcli.logs.assemble import assemble
from lrcli.logs.format import LogFile, LogFormat, Opening
from lrcli.logs.formats import delimited, format_of, json_rows, text
from lrcli.logs.gather import Gathered
from lrcli.logs.line_pattern import pattern_of
from lrcli.logs.recognise import event_files, is_spec
from lrcli.logs.text_rows import TextRows
from lrcli.reader.argument import exists


def read_log(
    argument: str,
    *,
    inputs: Inputs | None = None,
    column: str | None = None,
    others: bool = True,
    request: LogRequest = LogRequest(),  # noqa: B008 - frozen
) -> Log:
    """The log of a LOG argument: a path or `-`, each optionally with `:COLUMN`, the learning-rate column.

    inputs: where files and stdin are read from; others: also read the columns that are neither a learning rate nor a
    position (loss, val_loss); request: what else is known of the columns. Raises LrcliError where there is no log, or
    where it does not say which column is meant.
    """
    path, named = split_log(argument)
    source = (inputs or Inputs.of_process()).get(path, "LOG")
    return log_of(source, replace(request, column=named or column or request.column), others=others)


def log_of(source: Input, request: LogRequest = LogRequest(), *, others: bool = True) -> Log:  # noqa: B008 - frozen
    """The log that an input holds."""
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


def split_log(argument: str) -> tuple[str, str | None]:
    r"""(the path, the column after the last `:`). An existing path wins; a drive letter is no file.

    >>> split_log("runs/a.csv:lr/pg2"), split_log(r"C:\run.csv")[1]
    (('runs/a.csv', 'lr/pg2'), None)
    """
    head, colon, tail = argument.rpartition(":")
    if not colon or not head or not tail or exists(argument):
        return argument, None
    if len(head) == 1 and tail[:1] in ("\\", "/"):
        return argument, None
    return head, tail


def _read(file: LogFile, gathered: Gathered) -> list[str]:
    """Reads the input by what is in it; what is to be said about it."""
    opening, pattern = file.opening, gathered.request.pattern
    if not opening.data.strip():
        raise LrcliError(f"{file.source.name}: the file is empty")
    if pattern is not None:
        return list(TextRows(gathered, [pattern_of(pattern)]).read(file))
    if is_spec(opening):
        raise LrcliError(f"{file.source.name}: this is a spec, not the log of a run")
    return list((format_of(opening) or _likely(opening)).read(file, gathered))


def _likely(opening: Opening) -> LogFormat:
    """The format whose words fit best what is no log by its first lines."""
    if json_rows.starts_as_json(opening):
        return json_rows.FORMAT
    return delimited.FORMAT if delimited.is_tabular(opening) or delimited.is_bare(opening) else text.FORMAT
