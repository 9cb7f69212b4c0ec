"""The rules of `check`: functions that `reported` makes a Rule of, found in the modules of this folder.

    @reported("warning", why="from the first decay on the LR is 0, and nothing is learned any more")
    def gamma_zero(subject: Subject) -> Findings:
        \"\"\"A gamma of 0.\"\"\"

The code is the function's name, with `-` for `_`; the first line of its docstring says what it finds.
"""

from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from typing import TypeAlias

from lrcli.checks.subject import Subject
from lrcli.errors import LEVELS, Problem
from lrcli.folder import module_names
from lrcli.values import dataclass

__all__ = ["Findings", "Rule", "Subject", "all_rules", "reported", "rules_by_code", "rules_by_level"]

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
        return self.find.__name__.replace("_", "-")

    @property
    def finds(self) -> str:
        """What it looks for, as a line of documentation."""
        text = (self.find.__doc__ or "").partition("\n")[0]
        return text[:1].lower() + text[1:].rstrip(".")


def reported(
    level: str, *, why: str, unless: tuple[str, ...] = (), of_curve: bool = False
) -> Callable[[Callable[[Subject], Findings]], Rule]:
    """Make a function a Rule whose findings are reported at this level."""
    return lambda find: Rule(level, find, why, unless, of_curve)


@cache
def rules_by_code() -> dict[str, Rule]:
    """Every rule by its code, sorted."""
    modules = [import_module(f"{__name__}.{name}") for name in module_names(__path__)]
    rules = [rule for module in modules for rule in vars(module).values() if isinstance(rule, Rule)]
    return {rule.code: rule for rule in sorted(rules, key=lambda rule: rule.code)}


def all_rules() -> tuple[Rule, ...]:
    return tuple(rules_by_code().values())


def rules_by_level() -> list[Rule]:
    return sorted(all_rules(), key=lambda rule: LEVELS.index(rule.level))
