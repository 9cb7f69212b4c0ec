"""The rules: one file each, found by its name, which is the code with `_` for `-`."""

from __future__ import annotations

from functools import cache
from importlib import import_module

from lrcli.checks.rule import Rule
from lrcli.errors import LEVELS
from lrcli.folder import module_names


def codes() -> tuple[str, ...]:
    """The code of every rule, sorted, without importing them."""
    return tuple(sorted(name.replace("_", "-") for name in module_names(__path__)))


@cache
def rule(code: str) -> Rule:
    """The rule of a code."""
    loaded = import_module(f"{__name__}.{code.replace('-', '_')}").RULE
    assert isinstance(loaded, Rule)
    return loaded


def all_rules() -> tuple[Rule, ...]:
    """Every rule, sorted by its code."""
    return tuple(map(rule, codes()))


def rules_by_level() -> list[Rule]:
    """Every rule, the gravest first."""
    return sorted(all_rules(), key=lambda rule: LEVELS.index(rule.level))
