"""The rules of `check`: one file each, whose name is the code, with `_` for `-`.

The first line of a file says what its rule finds, and its RULE the rest.
"""

import sys
from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from typing import TypeAlias

from lrcli.checks.subject import Subject
from lrcli.errors import LEVELS, Problem
from lrcli.folder import module_names
from lrcli.values import dataclass

__all__ = ["Findings", "Rule", "Subject", "all_rules", "codes", "rule", "rules_by_level"]

Findings: TypeAlias = Iterator[Problem]
"""What a rule finds, as it finds it."""


@dataclass(frozen=True)
class Rule:
    """One idea of what may be wrong with a schedule.

    why: as in `Problem`. unless: codes of findings that say the same better, at the same key or, where this rule is
    `of_curve`, anywhere.
    """

    level: str
    find: Callable[[Subject], Findings]
    why: str
    unless: tuple[str, ...] = ()
    of_curve: bool = False

    @property
    def code(self) -> str:
        return self.find.__module__.rpartition(".")[2].replace("_", "-")

    @property
    def finds(self) -> str:
        """What it looks for, as a line of documentation: the first line of its file."""
        text = sys.modules[self.find.__module__].__doc__ or ""
        return text[:1].lower() + text[1:].rstrip(".")


def codes() -> tuple[str, ...]:
    """The code of every rule, sorted, without importing them."""
    return tuple(sorted(name.replace("_", "-") for name in module_names(__path__)))


@cache
def rule(code: str) -> Rule:
    loaded = import_module(f"{__name__}.{code.replace('-', '_')}").RULE
    assert isinstance(loaded, Rule)
    return loaded


def all_rules() -> tuple[Rule, ...]:
    return tuple(map(rule, codes()))


def rules_by_level() -> list[Rule]:
    return sorted(all_rules(), key=lambda rule: LEVELS.index(rule.level))
