"""What a rule is, and what a file with one needs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

from lrcli.checks.subject import Subject
from lrcli.errors import Problem
from lrcli.values import dataclass

__all__ = ["Findings", "Rule", "Subject"]

Findings: TypeAlias = Iterator[Problem]
"""What a rule finds, as it finds it."""


@dataclass(frozen=True)
class Rule:
    """One idea of what may be wrong with a schedule.

    finds: what it looks for, as a line of documentation. why: as in `Problem`. unless: codes of findings that say the
    same better, at the same key or, where this rule is `of_curve`, anywhere.
    """

    code: str
    level: str
    finds: str
    why: str
    find: Callable[[Subject], Findings]
    unless: tuple[str, ...] = ()
    of_curve: bool = False
