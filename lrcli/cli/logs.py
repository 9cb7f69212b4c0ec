"""A SPEC argument that is a log -> the spec that stands for it."""

from __future__ import annotations

from collections.abc import Callable

from lrcli.errors import LrcliError
from lrcli.logs.recognise import is_log, looks_logged
from lrcli.reader.argument import split_argument
from lrcli.spec import Spec

Stdin = Callable[[], bytes]


def read_logged(argument: str, stdin: Stdin, run: int | None) -> tuple[Spec | None, Stdin]:
    """(the log's run as a spec, or None where the argument is none; stdin, as far as it was not read).

    run: the number of the run, the longest if None.
    """
    path, emulation = split_argument(argument)
    if path == "-" or path.startswith("-:"):
        data = stdin()
        stdin = lambda: data  # noqa: E731 - it was read to see what it is, and is there for who reads it now
        if path == "-" and not looks_logged(data[:65536]):
            return None, stdin
    elif not is_log(path):
        return None, stdin
    if emulation is not None:
        raise LrcliError(f"{path} is a log: it cannot be replayed (@{emulation})")
    from lrcli.logs.logged import spec_of
    from lrcli.logs.read import read_log, split_log

    log = read_log(path, stdin=stdin, others=False)
    return spec_of(log, run=run, only=split_log(path)[1] is not None), stdin
