"""`lrcli.values.dataclass` makes what the standard library's makes."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import FrozenInstanceError, asdict, field, fields, replace
from typing import Any, ClassVar

import pytest

from lrcli import values


def _made(dataclass: Callable[..., Any], **options: bool) -> Any:
    @dataclass(**options)
    class Base:
        """Fields of every kind."""

        a: int
        b: list[int] = field(default_factory=list)
        c: str = field(default="c", repr=False)
        d: float = field(default=0.5, compare=False)
        e: int = field(default=7, init=False)
        f: bool = field(default=False, kw_only=True)
        later: int = field(init=False, repr=False)

        def __post_init__(self) -> None:
            if self.a < 0:
                raise ValueError("a")
            object.__setattr__(self, "later", self.a + 1)

    @dataclass(**options)
    class Child(Base):
        """One more."""

        g: tuple[int, ...] = ()

    return Base, Child


def _said(cls: Any, frozen: bool) -> list[object]:
    """What can be seen of a class and its values."""
    one, two, other = cls(1, [2], f=True), cls(1, [2], d=9.0, f=True), cls(2)
    for args, named in (((), {}), (range(1, 9), {}), ((1,), {"x": 1})):
        with pytest.raises(TypeError):
            cls(*args, **named)
    with pytest.raises(ValueError, match="a"):
        cls(-1)
    if frozen:
        with pytest.raises(FrozenInstanceError):
            one.a = 2
        with pytest.raises(FrozenInstanceError):
            del one.a
    said = [repr(one).rpartition(".")[2], asdict(replace(one, a=5)), [f.name for f in fields(cls)], cls.__match_args__]
    return [*said, one == two, one == other, one == 1, cls(1).b is cls(1).b, one.later]


@pytest.mark.parametrize("options", [{"frozen": True}, {}, {"eq": False}, {"frozen": True, "eq": False}], ids=str)
def test_as_the_standard_one(options: dict[str, bool]) -> None:
    """The same values, text, equality and refusals; `replace`, `fields` and `asdict` take both."""
    frozen = options.get("frozen", False)
    for ours, theirs in zip(_made(values.dataclass, **options), _made(dataclasses.dataclass, **options), strict=True):
        assert _said(theirs, frozen) == _said(ours, frozen)


def test_hash_and_inheritance() -> None:
    """Equal values have equal hashes, and a standard frozen dataclass may inherit from one of ours."""

    @values.dataclass(frozen=True)
    class Point:
        x: float
        y: float = 0.0

    @dataclasses.dataclass(frozen=True)
    class Named(Point):
        name: str = ""

    assert hash(Point(1)) == hash(Point(1, 0.0))
    assert (Named(1, 2, "p"), {"x": 1, "y": 2, "name": "p"}) == (Named(1, 2, "p"), asdict(Named(1, 2, "p")))
    nan = float("nan")
    assert Point(nan) == Point(nan)


def test_arguments_by_name_only() -> None:
    """With kw_only a field without a default may follow one with a default, and none is given by its position."""

    @values.dataclass(frozen=True, kw_only=True)
    class Base:
        """A default first."""

        a: int = 1

    @values.dataclass(frozen=True, kw_only=True)
    class Child(Base):
        """Then none."""

        b: int

    assert Child(b=2) == Child(b=2, a=1) != Child(b=2, a=3)
    for args, named in (((), {}), ((2,), {"b": 2})):
        with pytest.raises(TypeError):
            Child(*args, **named)


def test_class_variables_are_no_fields() -> None:
    """A ClassVar is left alone, and inherited as any attribute."""

    @values.dataclass(frozen=True)
    class Base:
        kind: ClassVar[str] = "base"
        size: int = 3

    @values.dataclass(frozen=True)
    class Child(Base):
        color: str = "red"

    assert ([f.name for f in fields(Child)], Child.kind) == (["size", "color"], "base")


def test_no_docstring_is_written() -> None:
    """The standard one writes a missing docstring from the signature, for which Python imports a tokenizer."""

    @values.dataclass
    class Bare:
        x: int

    assert Bare.__doc__ is None
