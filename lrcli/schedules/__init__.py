"""The schedules: one frozen class in one file each. The registry finds them by their files.

The name of the file is the name of the type, so a command imports only the schedules that its spec names. PyTorch's
class names and other spellings are looked up in the classes themselves.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from keyword import iskeyword
from pkgutil import iter_modules

from lrcli.schedules.base import Param, Schedule, param_of

__all__ = ["Param", "Schedule", "all_types", "find_type", "param_of", "type_names"]

_NOT_TYPES = {"base"}


@cache
def _stems() -> tuple[str, ...]:
    # lambda_.py holds the type `lambda`, which no module can be called
    return tuple(sorted(module.name.rstrip("_") for module in iter_modules(__path__) if module.name not in _NOT_TYPES))


@cache
def _load(stem: str) -> type[Schedule]:
    module = import_module(f"{__name__}.{stem}{'_' * iskeyword(stem)}")
    (found,) = [
        value
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, Schedule) and value.__module__ == module.__name__
    ]
    return found


def all_types() -> tuple[type[Schedule], ...]:
    """Every schedule class, sorted by its name in a spec."""
    return tuple(sorted((_load(stem) for stem in _stems()), key=lambda cls: cls.name.lower()))


def find_type(name: str) -> type[Schedule] | None:
    """The schedule class that a spec calls `name`: a type name, an alias, or PyTorch's class name.

    >>> find_type("step") is find_type("StepLR")
    True
    """
    if name in _stems():
        return _load(name)
    for cls in all_types():
        if name in (cls.name, cls.torch, *cls.aliases):
            return cls
    return None


def type_names() -> tuple[str, ...]:
    """Every spelling that `find_type` knows, for suggestions."""
    spellings = {spelling for cls in all_types() for spelling in (cls.name, cls.torch, *cls.aliases) if spelling}
    return tuple(sorted(spellings, key=str.lower))
