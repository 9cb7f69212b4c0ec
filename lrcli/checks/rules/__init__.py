"""The rules: one file each, found by its name, which is the code with `_` for `-`."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from lrcli.checks.rule import Rule


def codes() -> tuple[str, ...]:
    """The code of every rule, sorted, without importing them."""
    return tuple(sorted(module.name.replace("_", "-") for module in iter_modules(__path__)))


@cache
def rule(code: str) -> Rule:
    """The rule of a code."""
    found = import_module(f"{__name__}.{code.replace('-', '_')}").RULE
    assert isinstance(found, Rule)
    return found


def all_rules() -> tuple[Rule, ...]:
    """Every rule, sorted by its code."""
    return tuple(map(rule, codes()))
