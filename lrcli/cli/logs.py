"""A SPEC argument that is a log -> its numbers."""

from __future__ import annotations

import re
from dataclasses import replace

from lrcli.cli.options import LogOptions
from lrcli.errors import LrcliError, SpecError
from lrcli.inputs import HEAD, FileTrouble, Input, Inputs
from lrcli.logs import LogRequest
from lrcli.logs.format import Opening
from lrcli.logs.gather import Gathered
from lrcli.logs.line_pattern import advice, proposed
from lrcli.logs.read import is_log, log_of
from lrcli.reader.source import Source, decoded, is_inline, split_argument, split_column
from lrcli.series import Series

_CONFIG = re.compile(rb"\s*(\{|#|\[\w+\]|[A-Za-z_]\w*\s*=|[^\n]*\s--?\w)")
"""A training config that is no YAML begins so; a log may, too."""


_KEY = re.compile(
    r"^(lr|base_lr|learning_rate|epochs|steps|schedule|groups|warmup|name|data|emulate|interval)\s*:", re.M
)


def read_logged(
    argument: str, inputs: Inputs, user: str, options: LogOptions, *, surely: bool = False
) -> Series | None:
    """The numbers of the log's run, or None where the argument is none.

    user: who reads stdin, where the argument is `-`; surely: whether it is a log whatever it looks like.
    """
    path, emulation = split_argument(argument)
    if is_inline(path):
        return None
    file, column = split_column(path)
    source = inputs.get(file, user)
    request = replace(options.request, column=column)
    if not surely and not is_logged(source, request):
        return None
    if emulation is not None:
        raise LrcliError(f"{path} is a log: it cannot be replayed (@{emulation})")
    from lrcli.logs.series import series_of_log

    return series_of_log(log_of(source, request, others=False), run=options.run, only=column is not None)


def is_logged(source: Input, request: LogRequest = LogRequest()) -> bool:  # noqa: B008 - frozen
    """Whether an input is a log, and no spec and no training config: the one place where that is decided."""
    return is_log(source, request) and (request.column is not None or not _is_config(source))


def not_a_spec(argument: str, inputs: Inputs, user: str, failure: LrcliError, *, logs: bool) -> LrcliError:
    """The failure to read a spec, said of what the argument is if it is none. logs: whether it may be a log as well."""
    path, _ = split_argument(argument)
    file, column = split_column(path)
    kinds = {problem.code for problem in failure.problems} if isinstance(failure, SpecError) else set()
    is_yaml = path.endswith((".yaml", ".yml"))
    is_block = isinstance(failure, SpecError) and any("--block " in problem.help for problem in failure.problems)
    if is_inline(path) or (is_yaml and ("encoding" in kinds or is_block)):
        return failure
    try:
        source = inputs.get(file, user)
        if is_yaml and "unknown-format" not in kinds and _reads_as_config(source):
            return failure
        if is_logged(source, LogRequest(column=column)):
            if logs:
                says = "this is the log of a run by its content and a spec by its name; --from log reads it"
            else:
                says = f"this is the log of a run, and a spec is wanted here; 'lrcli fit {path}' finds one"
            return LrcliError(f"{path}: {says}, --from spec takes it for a spec")
        opening = Opening(source.head)
    except LrcliError:
        return failure
    if "unknown-format" not in kinds and _is_config(source):
        return failure
    rows = "unknown-format" in kinds and proposed(opening, rows=2)
    named = is_yaml or path.endswith(".py")
    if not (kinds & {"wrong-type", "syntax"} or rows) or _KEY.search(opening.text) or named:
        return failure
    how = advice(path, opening, Gathered(LogRequest(), others=False), "lr")
    what = f"{path}: this is no spec, no training config and no log that lrcli knows"
    return LrcliError(f"{what}{how}; or say with --from what it is")


def _is_config(source: Input) -> bool:
    """Whether what looks like a log is a training config: one JSON object, assignments, or flags."""
    try:
        head = source.head
    except FileTrouble:
        return False
    if not _CONFIG.match(head) or b'"log_history"' in head or len(head) == HEAD:
        return False
    return _reads_as_config(source)


def _reads_as_config(source: Input) -> bool:
    from lrcli.configs import is_config

    try:
        return is_config(decoded(Source(source.name), source.read()))
    except LrcliError:
        return False
