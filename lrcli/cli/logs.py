"""A SPEC argument that is a log -> its numbers."""

from __future__ import annotations

from lrcli.errors import LrcliError
from lrcli.inputs import Inputs
from lrcli.logs.read import split_log
from lrcli.logs.recognise import is_log
from lrcli.reader.argument import split_argument
from lrcli.series import Series


def read_logged(argument: str, inputs: Inputs, user: str, run: int | None) -> Series | None:
    """The numbers of the log's run, or None where the argument is none.

    user: who reads stdin, where the argument is `-`; run: the number of the run, the longest if None.
    """
    path, emulation = split_argument(argument)
    if path.lstrip().startswith("{"):
        return None
    file, column = split_log(path)
    source = inputs.get(file, user)
    if not is_log(source, column):
        return None
    if emulation is not None:
        raise LrcliError(f"{path} is a log: it cannot be replayed (@{emulation})")
    from lrcli.logs.read import log_of
    from lrcli.logs.series import series_of_log

    return series_of_log(log_of(source, column=column, others=False), run=run, only=column is not None)
