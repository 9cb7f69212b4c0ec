"""`dataclass` for the classes that every start makes: what the standard one makes, in a tenth of its time.

The standard one compiles up to seven functions for each class, and a short command would spend a tenth of its time on
that. Here __init__ alone is compiled, when a class gets its first value; the others are shared, and ask a class for
its fields.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import MISSING, Field, FrozenInstanceError, field, fields
from operator import attrgetter
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass
else:

    def dataclass(cls=None, /, *, frozen=False, eq=True, kw_only=False):
        """As `dataclasses.dataclass`, with its most used options."""
        if cls is None:
            return lambda cls: dataclass(cls, frozen=frozen, eq=eq, kw_only=kw_only)
        cls.__dataclass_params__ = SimpleNamespace(frozen=frozen)  # a standard one that inherits from it asks for that
        cls.__dataclass_fields__ = _fields_of(cls, kw_only)
        cls.__match_args__ = tuple(f.name for f in fields(cls) if f.init and not f.kw_only)
        attributes = vars(cls)
        methods = {"__init__": _first_init(cls), "__repr__": _repr}
        if eq:
            cls.__compared__ = staticmethod(_values_of([f.name for f in fields(cls) if f.compare]))
            methods |= {"__eq__": _eq, "__hash__": _hash if frozen else None}
        if frozen:
            methods |= {"__setattr__": _setattr, "__delattr__": _delattr}
        for name, method in methods.items():
            if attributes.get(name) is None:
                setattr(cls, name, method)
        return cls


def _fields_of(cls: Any, kw_only: bool) -> dict[str, Any]:
    """The fields by name, those of the bases first; the class itself keeps the plain defaults."""
    by_name: dict[str, Any] = {}
    for base in reversed(cls.__mro__[1:]):
        by_name |= vars(base).get("__dataclass_fields__", {})
    for name, annotation in cls.__annotations__.items():
        if _is_class_variable(annotation):
            continue
        default: Any = getattr(cls, name, MISSING)
        declared: Any = default if isinstance(default, Field) else field(default=default)
        declared.name, declared.type, declared._field_type = name, annotation, dataclasses._FIELD  # type: ignore[attr-defined]
        if declared.kw_only is MISSING:
            declared.kw_only = kw_only
        if declared is default and declared.default is MISSING:
            delattr(cls, name)
        elif declared is default:
            setattr(cls, name, declared.default)
        by_name[name] = declared
    return by_name


def _is_class_variable(annotation: Any) -> bool:
    if isinstance(annotation, str):
        return annotation.partition("[")[0].endswith("ClassVar")
    return getattr(annotation, "__origin__", None) is ClassVar


def _values_of(names: list[str]) -> Callable[[Any], tuple[Any, ...]]:
    if len(names) > 1:
        return attrgetter(*names)
    return lambda value: tuple(getattr(value, name) for name in names)


def _first_init(cls: Any) -> Any:
    """An __init__ that puts the compiled one in its place."""

    def __init__(self: Any, *args: Any, **named: Any) -> None:
        cls.__init__ = _init_of(cls)
        cls.__init__(self, *args, **named)

    return __init__


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
