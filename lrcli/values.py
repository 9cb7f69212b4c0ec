"""`dataclass` for the classes that every start makes: what the standard one makes, in a quarter of its time.

The standard one compiles up to seven functions for each class, and a short command would spend a tenth of its time on
that. Here __init__ alone is compiled; the others are shared, and ask a class for its fields.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import MISSING, FrozenInstanceError, fields
from operator import attrgetter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass
else:

    def dataclass(cls=None, /, *, frozen=False, eq=True, kw_only=False):
        """As `dataclasses.dataclass`, with its most used options."""
        if cls is None:
            return lambda cls: dataclass(cls, frozen=frozen, eq=eq, kw_only=kw_only)
        # the standard one compiles __setattr__ and __delattr__ for each frozen class, and wants all bases to be alike
        inherited = [params for base in cls.__mro__ if (params := vars(base).get("__dataclass_params__"))]
        were_frozen = [params.frozen for params in inherited]
        for params in inherited:
            params.frozen = False
        # the standard one writes a missing docstring from the signature, and imports a tokenizer for that
        cls.__doc__ = cls.__doc__ or cls.__name__
        dataclasses.dataclass(init=False, repr=False, eq=False, kw_only=kw_only)(cls)
        for params, was_frozen in zip(inherited, were_frozen, strict=True):
            params.frozen = was_frozen
        cls.__dataclass_params__.frozen = frozen  # so that a standard one may inherit from it
        attributes = vars(cls)
        methods = {"__init__": _init_of(cls), "__repr__": _repr}
        if eq:
            cls.__compared__ = staticmethod(_values_of([f.name for f in fields(cls) if f.compare]))
            methods |= {"__eq__": _eq, "__hash__": _hash if frozen else None}
        if frozen:
            methods |= {"__setattr__": _setattr, "__delattr__": _delattr}
        for name, method in methods.items():
            if attributes.get(name) is None:
                setattr(cls, name, method)
        return cls


def _values_of(names: list[str]) -> Callable[[Any], tuple[Any, ...]]:
    if len(names) > 1:
        return attrgetter(*names)
    return lambda value: tuple(getattr(value, name) for name in names)


def _init_of(cls: type) -> Any:
    scope: dict[str, Any] = {"MISSING": MISSING}
    plain, named, values = ["self"], list[str](), list[str]()
    for f in fields(cls):
        default, value = f"_{f.name}", f.name
        if f.default_factory is not MISSING:
            scope[default] = f.default_factory
            value = f"{default}() if {f.name} is MISSING else {f.name}" if f.init else f"{default}()"
            default = "MISSING"
        elif f.default is not MISSING:
            scope[default] = f.default
            value = f.name if f.init else default
        elif f.init:
            default = ""
        else:
            continue  # __post_init__ gives it a value
        values.append(f"{f.name}={value}")
        if f.init:
            (named if f.kw_only else plain).append(f"{f.name}={default}" if default else f.name)
    arguments = ", ".join([*plain, *["*"] * bool(named), *named])
    then = "\n    self.__post_init__()" if hasattr(cls, "__post_init__") else ""
    exec(f"def __init__({arguments}):\n    self.__dict__.update({', '.join(values)}){then}", scope)
    return scope["__init__"]


def _repr(self: Any) -> str:
    values = ", ".join(f"{f.name}={getattr(self, f.name)!r}" for f in fields(self) if f.repr)
    return f"{type(self).__qualname__}({values})"


def _eq(self: Any, other: Any) -> Any:
    if type(other) is not type(self):
        return NotImplemented
    return self.__compared__(self) == self.__compared__(other)


def _hash(self: Any) -> int:
    return hash(self.__compared__(self))


def _setattr(self: object, name: str, value: object) -> None:
    raise FrozenInstanceError(f"cannot assign to field {name!r}")


def _delattr(self: object, name: str) -> None:
    raise FrozenInstanceError(f"cannot delete field {name!r}")
