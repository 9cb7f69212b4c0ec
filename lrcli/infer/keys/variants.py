"""A spec with other values: read again from its own nodes, so that everything that follows from a value follows."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import fields, replace
from typing import Any

from lrcli.errors import LrcliError
from lrcli.expression import Expression
from lrcli.infer.effort import spend
from lrcli.infer.keys.key import Change, Key, KeyValue
from lrcli.infer.limits import SAME_LINE
from lrcli.reader import Declared
from lrcli.schedules.base import Schedule, Setting, parameters
from lrcli.schedules.params import Record
from lrcli.spec import Group, Spec

SPEC, CONFIG, DIRECT = 200, 1000, 20
"""So many learning rates could be computed while a spec is built, while a training config is translated, and while a
value is put into the schedule itself."""

Trial = tuple[Key, KeyValue]
"""A key with another value."""

Path = tuple[str | int, ...]
"""Where a number stands in a parameter group: names of fields, and places in tuples."""

Leaf = tuple[Path, float, float]
"""A number of a parameter group that follows from a key: where it stands, and what it is (a + b times the key)."""


class Variants:
    """The specs, and one parameter group of them, that differ from a declared one in a few values.

    A training run is read again for each. Where its numbers follow from a key in straight lines (warmup.for moves the
    warmup's length, the milestone behind it and the decay's T_max), they are put into the parameter group directly.
    """

    def __init__(self, declared: Declared, group: int = 0) -> None:
        self.declared, self.index = declared, group
        self._specs: dict[tuple[str, ...], Spec | None] = {}
        self._leaves: dict[Key, list[Leaf] | None] = {}

    def spec(self, changes: Sequence[Change]) -> Spec | None:
        """The spec with these changes; None where that is no spec."""
        assert self.declared.variant is not None
        settings = tuple(change.setting for change in changes)
        if settings not in self._specs:
            spend(SPEC if self.declared.origin is None else CONFIG, 1)
            try:
                spec = self.declared.variant([(change.key, change.value) for change in changes])
            except (LrcliError, ArithmeticError):
                spec = None
            self._specs[settings] = spec
        return self._specs[settings]

    def group(self, trials: Sequence[Trial]) -> Group | None:
        """The parameter group with other values of these keys; None where that is no spec."""
        direct = [(leaves, value) for key, value in trials if (leaves := self.leaves(key)) is not None]
        spec = self.spec([key.to(value) for key, value in trials if self.leaves(key) is None])
        if spec is None:
            return None
        changes = [change for leaves, value in direct for change in _changes(leaves, value)]
        spend(DIRECT * bool(changes), 1)
        try:
            group: Group = replaced(spec.groups[self.index], changes)
            return None if changes and any(True for _ in group.schedule.formula_problems()) else group
        except (LrcliError, ArithmeticError):
            return None
        except (AttributeError, IndexError, TypeError, ValueError):  # with the other changes it stands elsewhere
            spec = self.spec([key.to(value) for key, value in trials])
            return spec.groups[self.index] if spec is not None else None

    def leaves(self, key: Key) -> list[Leaf] | None:
        """The numbers of the parameter group that follow from a key; None where they do not in straight lines."""
        if key not in self._leaves:
            self._leaves[key] = self._found_leaves(key)
        return self._leaves[key]

    def _found_leaves(self, key: Key) -> list[Leaf] | None:
        """Read off two other values of the key, and confirmed by a third."""
        group = self.declared.spec.groups[self.index]
        specs = [(value, self.spec([key.to(value)])) for value in key.others(self.declared.spec.length)[:3]]
        groups = [(value, spec.groups[self.index]) for value, spec in specs if spec is not None]
        if not groups:
            return None
        leaves: list[Leaf] = []
        for path, a, b in changed_places(group, groups[0][1]):
            if isinstance(value := groups[0][0], tuple):
                leaves = [(path[:-1], 0.0, 1.0)]
            elif isinstance(a, (int, float)) and isinstance(b, (int, float)) and not isinstance(value, str):
                slope = (b - a) / (value - key.number)
                leaves.append((path, a - slope * key.number, slope))
            else:
                return None
        try:
            same = all(_near(replaced(group, _changes(leaves, value)), other) for value, other in groups)
        except LrcliError:
            same = False
        return leaves if same and (len(groups) > 1 or key.kind == "positions") else None


def changed_places(a: Any, b: Any, path: Path = ()) -> Iterator[tuple[Path, Any, Any]]:
    """The places at which two parameter groups differ, with both values."""
    if a is b or (a == b and type(a) is type(b)):
        return
    if isinstance(a, tuple) and isinstance(b, tuple) and len(a) == len(b):
        for i, (x, y) in enumerate(zip(a, b, strict=True)):
            yield from changed_places(x, y, (*path, i))
    elif isinstance(a, Record) and isinstance(b, Record) and a.keys() == b.keys():
        for name in a:
            yield from changed_places(a[name], b[name], (*path, name))
    elif isinstance(a, (Group, Schedule)) and type(a) is type(b):
        for f in fields(a):
            yield from changed_places(getattr(a, f.name), getattr(b, f.name), (*path, f.name))
    else:
        yield path, a, b


def numbers_of(part: Any, path: Path = ()) -> Iterator[tuple[Path, float]]:
    """The numbers of a schedule and of those in it, of its expressions, too, each with where it stands."""
    if isinstance(part, tuple):
        for i, item in enumerate(part):
            yield from numbers_of(item, (*path, i))
    elif isinstance(part, Schedule):
        for f in parameters(part):
            yield from numbers_of(getattr(part, f.name), (*path, f.name))
    elif isinstance(part, Record):
        for name, value in part.items():
            yield from numbers_of(value, (*path, name))
    elif part.__class__ in (int, float):
        yield path, part
    elif isinstance(part, Expression):
        yield from ((path, float(text)) for text in re.findall(r"(?<![\w.])\d+(?![\w.])", part.text))


def replaced(whole: Any, changes: Sequence[tuple[Path, Any]]) -> Any:
    """A parameter group, or a part of it, with other values at these places."""
    if not changes:
        return whole
    if not changes[0][0]:
        return changes[0][1]
    parts: dict[str | int, list[tuple[Path, Any]]] = {}
    for path, value in changes:
        parts.setdefault(path[0], []).append((path[1:], value))
    if isinstance(whole, tuple):
        items = (replaced(part, parts.get(i, ())) for i, part in enumerate(whole))
        return type(whole)._make(items) if isinstance(whole, Setting) else tuple(items)
    if isinstance(whole, Record):
        return Record({**whole, **{str(name): replaced(whole[str(name)], inner) for name, inner in parts.items()}})
    return replace(whole, **{str(name): replaced(getattr(whole, str(name)), inner) for name, inner in parts.items()})


def _changes(leaves: Sequence[Leaf], value: KeyValue) -> list[tuple[Path, Any]]:
    if isinstance(value, tuple):
        return [(path, value) for path, _, _ in leaves]
    assert not isinstance(value, str)
    return [(path, _number(a + b * value if a else b * value)) for path, a, b in leaves]


def _number(value: float) -> float:
    """A whole number as an int: some frameworks refuse 100.0 where 100 is meant."""
    return int(value) if abs(value) < 2**53 and value == int(value) else value


def _near(a: Group, b: Group) -> bool:
    """Whether two parameter groups are the same, but for the last digits of their numbers."""
    return all(
        isinstance(x, (int, float)) and isinstance(y, (int, float)) and math.isclose(x, y, rel_tol=SAME_LINE)
        for _, x, y in changed_places(a, b)
    )
