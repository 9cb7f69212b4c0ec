"""A LOG argument -> Log: finds the file and what is in it, whatever tool wrote it."""

from __future__ import annotations

from lrcli.errors import LrcliError
from lrcli.inputs import FileTrouble, Input, Inputs
from lrcli.logs import Log
from lrcli.logs.assemble import assemble
from lrcli.logs.format import LogFile, Opening
from lrcli.logs.formats import format_of, log_format
from lrcli.logs.gather import Gathered
from lrcli.logs.line import may_hold_rate
from lrcli.reader.argument import exists


def read_log(argument: str, *, inputs: Inputs | None = None, column: str | None = None, others: bool = True) -> Log:
    """The log of a LOG argument: a path or `-`, each optionally with `:COLUMN`, the learning-rate column.

    inputs: where files and stdin are read from; others: also read the columns that are neither a learning rate nor a
    position (loss, val_loss). Raises LrcliError where there is no log, or where it does not say which column is meant.
    """
    path, named = split_log(argument)
    source = (inputs or Inputs.of_process()).get(path, "LOG")
    return log_of(source, column=named or column, others=others)


def log_of(source: Input, *, column: str | None = None, others: bool = True) -> Log:
    """The log that an input holds."""
    gathered = Gathered(source.name, column, others)
    try:
        remarks = _read(source, gathered)
    except FileTrouble as error:
        raise LrcliError(f"{source.name}: {error}") from None
    return assemble(gathered, source.stem, column, remarks)


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


def _read(source: Input, gathered: Gathered) -> list[str]:
    """Reads the input by what is in it; what is to be said about it."""
    if not source.head.strip():
        raise LrcliError(f"{source.name}: the file is empty")
    opening = Opening(source.head)
    known = format_of(opening) or log_format(_likely(opening))
    return list(known.read(LogFile(source, opening), gathered))


def _likely(opening: Opening) -> str:
    """The format whose words fit best what is no log by its first lines."""
    if opening.text.lstrip().startswith(("{", "[")):
        return "json"
    return "text" if any(map(may_hold_rate, opening.lines)) else "delimited"
