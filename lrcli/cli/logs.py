"""A SPEC argument that is a log -> the spec that stands for it."""

from __future__ import annotations

from lrcli.errors import LrcliError
from lrcli.inputs import Inputs
from lrcli.logs.read import split_log
from lrcli.logs.recognise import is_log
from lrcli.reader.argument import split_argument
from lrcli.spec import Spec


def read_logged(argument: str, inputs: Inputs, user: str, run: int | None) -> Spec | None:
    """The log's run as a spec, or None where the argument is none.

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
    from lrcli.logs.logged import spec_of
    from lrcli.logs.read import log_of

    return spec_of(log_of(source, column=column, others=False), run=run, only=column is not None)
