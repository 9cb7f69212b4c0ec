"""A SPEC argument that is a log -> its numbers."""

from __future__ import annotations

import re

from lrcli.errors import LrcliError
from lrcli.inputs import HEAD, Input, Inputs
from lrcli.logs.read import split_log
from lrcli.logs.recognise import is_log
from lrcli.reader.argument import split_argument
from lrcli.series import Series

_CONFIG = re.compile(rb"\s*(\{|#|\[\w+\]|[A-Za-z_]\w*\s*=|[^\n]*\s--?\w)")
"""How a training config begins that is no YAML; a log may begin so, too."""


def read_logged(argument: str, inputs: Inputs, user: str, run: int | None, *, surely: bool = False) -> Series | None:
    """The numbers of the log's run, or None where the argument is none.

    user: who reads stdin, where the argument is `-`; run: the number of the run, the longest if None; surely: whether
    it is a log whatever it looks like.
    """
    path, emulation = split_argument(argument)
    if path.lstrip().startswith("{"):
        return None
    file, column = split_log(path)
    source = inputs.get(file, user)
    if not surely and (not is_log(source, column) or (column is None and _is_config(source))):
        return None
    if emulation is not None:
        raise LrcliError(f"{path} is a log: it cannot be replayed (@{emulation})")
    from lrcli.logs.read import log_of
    from lrcli.logs.series import series_of_log

    return series_of_log(log_of(source, column=column, others=False), run=run, only=column is not None)


def _is_config(source: Input) -> bool:
    """Whether what looks like a log is a training config: one JSON object, assignments, or flags."""
    if not _CONFIG.match(source.head) or b'"log_history"' in source.head or len(source.head) == HEAD:
        return False
    from lrcli.configs import is_config
    from lrcli.reader.source import Source, decoded

    try:
        return is_config(decoded(Source(source.name), source.read()))
    except LrcliError:
        return False
