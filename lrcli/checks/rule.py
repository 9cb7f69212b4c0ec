"""What a rule is."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from lrcli.checks.subject import Subject
from lrcli.errors import Problem
from lrcli.values import dataclass


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
    find: Callable[[Subject], Iterator[Problem]]
    unless: tuple[str, ...] = ()
    of_curve: bool = False
