"""A SPEC argument says where the spec is, and which emulation it asks for; FILE:COLUMN names a column of a file."""

from __future__ import annotations

import re
from pathlib import Path

_CALL = r"(?s)\s*([\w.]+\s*=\s*)?[A-Za-z_][\w.]*\((.*\)\s*(@[^()]*)?|[^)./\\]*)"
"""A call as in Python, assigned to a name or not, or one that is not closed and cannot be the name of a file."""


def split_argument(argument: str) -> tuple[str, str | None]:
    """(the path, `-` or inline mapping, the emulation after the last `@`).

    An existing path wins, whatever is in it. A drive letter is no emulation, and neither is a part of a path.

    >>> split_argument("step.yaml@torch-1.1:get_lr")
    ('step.yaml', 'torch-1.1:get_lr')
    >>> split_argument("{lr: 0.1, epochs: 9}@formula")
    ('{lr: 0.1, epochs: 9}', 'formula')
    >>> split_argument("user@host/step.yaml")
    ('user@host/step.yaml', None)
    """
    head, at, tail = argument.rpartition("@")
    if is_inline(argument):
        return (head, tail) if at and head.rstrip().endswith(("}", ")")) and "}" not in tail else (argument, None)
    if not at or not head or exists(argument):
        return argument, None
    if "/" in tail or "\\" in tail or tail.lower().endswith((".yaml", ".yml")):
        return argument, None
    return head, tail


def split_column(argument: str) -> tuple[str, str | None]:
    r"""(the path, the column after the last `:`). An existing path wins; a drive letter is no file.

    >>> split_column("runs/a.csv:lr/pg2"), split_column(r"C:\run.csv")[1]
    (('runs/a.csv', 'lr/pg2'), None)
    """
    head, colon, tail = argument.rpartition(":")
    if not colon or not head or not tail or exists(argument):
        return argument, None
    if len(head) == 1 and tail[:1] in ("\\", "/"):
        return argument, None
    return head, tail


def is_inline(argument: str) -> bool:
    """Whether an argument is the text of a spec, and not a name: a mapping, or the call of a scheduler.

    >>> [is_inline(text) for text in ("{lr: 1}", "StepLR(30)", "sched = optim.StepLR(30)@torch", "StepLR(30")]
    [True, True, True, True]
    >>> [is_inline(text) for text in ("a (1).yaml", "a(1).yaml", "a(1")]
    [False, False, True]
    """
    return argument.lstrip().startswith("{") or is_call(argument)


def is_call(argument: str) -> bool:
    """Whether an argument is the call of a scheduler, with an emulation behind it or not."""
    return looks_called(argument) and not exists(argument)


def looks_called(text: str) -> bool:
    """Whether a text looks like a call; it is compiled by those who have a bracket."""
    return "(" in text and bool(re.fullmatch(_CALL, text))


def exists(path: str) -> bool:
    """Whether there is something at the path; a path that the system cannot even look up is not there."""
    try:
        return Path(path).exists()
    except (OSError, ValueError):
        return False
