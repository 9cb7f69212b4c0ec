"""A Python expression over known names is worked out without running it: literals, arithmetic, dict(...), x['key'].

What would have to be run (a call, an attribute of a module) becomes `Unknown`, and stops only who needs it. What
statements change in place, mappings and lists, is made anew; None stands for a change that nobody knows.
"""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable, Iterator, Sequence
from collections.abc import Mapping as Mapping_
from dataclasses import replace
from typing import Any

from lrcli.configs.nodes import (
    Unknown,
    Value,
    mapped,
    mapping_of,
    merged,
    parts_of,
    sequence_of,
    without_entries,
)
from lrcli.expression import ARITHMETIC
from lrcli.reader.nodes import MAX_DEPTH, Mapping, Node, Scalar
from lrcli.reader.nodes import Sequence as List
from lrcli.reader.source import Place, Source, refuse
from lrcli.reader.units import text_of

_MOST = 10_000
"""The longest text or list that `*` makes."""
_COMPARE: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
_FUNCTIONS: dict[str, Callable[..., Any]] = {"int": int, "float": float, "round": round, "abs": abs, "min": min,
                                             "max": max}  # fmt: skip
"""Functions of Python itself, of numbers; a file that defines one of these names has its own."""

Names = dict[str, tuple[Scalar, Node]]
"""It maps each name of a file to the place where it was assigned and the value that it holds."""


class Expressions:
    """The expressions of one file. Mappings of `shared` names have attributes, too, as mmengine's ConfigDict has."""

    def __init__(self, source: Source, names: Names, shared: set[str]) -> None:
        self.source, self.names, self.shared = source, names, shared

    def place(self, node: ast.AST) -> Place:
        line, column = getattr(node, "lineno", 1), getattr(node, "col_offset", 0)
        text = self.source.lines[line - 1] if line <= len(self.source.lines) else ""
        start = len(text.encode()[:column].decode(errors="ignore"))
        same = getattr(node, "end_lineno", line) == line
        end = (getattr(node, "end_col_offset", None) or column + 1) if same else column + len(text)
        return Place(self.source, line, start + 1, max(1, end - column))

    def unknown(self, node: ast.AST) -> Unknown:
        """Return what stands for something that would have to be run."""
        written = (ast.get_source_segment(self.source.text, node) or "").splitlines()
        text = written[0] if written else ""
        why = f"{text[:60] or 'this'!r} is Python that lrcli does not run"
        return Unknown(self.place(node), text[:200], code="code-not-data", why=why, help="write the value itself")

    def value(self, node: ast.expr, depth: int = 1) -> Node:
        if depth > MAX_DEPTH:
            raise refuse(self.place(node), "limit", f"more than {MAX_DEPTH} levels of nesting")
        match node:
            case ast.Constant():
                return self.constant(node.value, node)
            case ast.Name():
                _, held = self.names.get(node.id, (None, None))
                return self.unknown(node) if held is None else held
            case ast.List() | ast.Tuple() if not any(isinstance(item, ast.Starred) for item in node.elts):
                return sequence_of((self.value(item, depth + 1) for item in node.elts), self.place(node))
            case ast.Dict():
                return self.mapping(node, list(zip(node.keys, node.values, strict=True)), depth)
            case ast.Call():
                return self.call(node, depth)
            case ast.Subscript() | ast.Attribute():
                return self.item(node, depth)
            case ast.BinOp():
                return self.arithmetic(node, depth)
            case ast.UnaryOp():
                return self.unary(node, depth)
            case ast.Compare(ops=[_]):
                return self.comparison(node, depth)
            case ast.IfExp():
                test = self.truth(node.test, depth + 1)
                return self.unknown(node) if test is None else self.value(node.body if test else node.orelse, depth + 1)
            case ast.Set(elts=[ast.Set(elts=[inner]), *_]):  # {{_base_.a}} of mmcv
                return self.value(inner, depth + 1)
        return self.unknown(node)

    def constant(self, value: object, node: ast.AST) -> Node:
        if value is None or isinstance(value, (bool, int, float)):
            if isinstance(value, int) and abs(value) > 1e300:
                return self.unknown(node)
            return Value(self.place(node), text_of(value), read=value)
        return Value(self.place(node), value, False, read=value) if isinstance(value, str) else self.unknown(node)

    def mapping(self, node: ast.AST, pairs: Sequence[tuple[ast.expr | None, ast.expr]], depth: int) -> Node:
        """A mapping of (key, value); a value without a key is `**other`."""
        entries: list[tuple[Scalar, Node]] = []
        for key, value in pairs:
            inner = self.value(value, depth + 1)
            if key is None:
                if not isinstance(inner, Mapping):
                    return self._because(inner, node)
                entries += inner.entries
                continue
            name = self.value(key, depth + 1)
            if not isinstance(name, Value) or name.read is None:
                return self.unknown(node)
            entries.append((Scalar(name.place, str(name.read)), inner))
        return mapping_of(entries, self.place(node), written=all(key is not None for key, _ in pairs))

    def call(self, node: ast.Call, depth: int) -> Node:
        """dict(...), a copy, hasattr(...), or a function of numbers."""
        pairs = keywords_of(node)
        name = node.func.id if isinstance(node.func, ast.Name) and node.func.id not in self.names else ""
        if name == "dict" and len(node.args) <= 1:
            return self.mapping(node, [*((None, part) for part in node.args), *pairs], depth)
        if isinstance(node.func, ast.Attribute) and node.func.attr == "copy" and not node.args and not pairs:
            held = self.value(node.func.value, depth + 1)
            return replace(held) if isinstance(held, (Mapping, List)) else self.unknown(node)
        values = [self.value(part, depth + 1) for part in node.args] if name and not pairs else []
        if name == "hasattr" and len(values) == 2 and isinstance(values[0], Mapping):
            key = values[1].value if isinstance(values[1], Scalar) else None
            return self.constant(inside(values[0], key) is not None, node)
        numbers = [number_of(part) for part in values]
        least = name == "round" and any(part is None or abs(part) > 300 for part in numbers[1:])  # 10**300 at the most
        if name in _FUNCTIONS and numbers and None not in numbers and not least:
            return self._worked(lambda: _FUNCTIONS[name](*numbers), node)
        return next((self._because(part, node) for part in values if isinstance(part, Unknown)), self.unknown(node))

    def item(self, node: ast.Subscript | ast.Attribute, depth: int) -> Node:
        """x['key'], x[0], and x.key where x is one of those mappings that have attributes."""
        held = self.value(node.value, depth + 1)
        if isinstance(node, ast.Attribute):
            key: object = node.attr if root_of(node) in self.shared else None
        elif isinstance(node.slice, ast.Slice):
            return self.part(node, held, node.slice, depth)
        else:
            index = self.value(node.slice, depth + 1)
            key = index.read if isinstance(index, Value) else None
        inner = inside(held, key)
        return self._because(held, node) if inner is None else inner

    def part(self, node: ast.Subscript, held: Node, bounds: ast.Slice, depth: int) -> Node:
        """x[1:3] of a list."""
        ends: list[int | None] = []
        for part in (bounds.lower, bounds.upper):
            end = None if part is None else number_of(self.value(part, depth + 1))
            if part is None or isinstance(end, int):
                ends.append(end if isinstance(end, int) else None)
        if bounds.step is None and isinstance(held, List) and len(ends) == 2:
            return sequence_of(held.items[ends[0] : ends[1]], self.place(node))
        return self._because(held, node)

    def truth(self, node: ast.expr, depth: int = 1) -> bool | None:
        """Whether an expression is true; None where nobody knows."""
        if isinstance(node, ast.BoolOp):
            parts = [self.truth(part, depth + 1) for part in node.values]
            stop = isinstance(node.op, ast.Or)
            return next((part for part in parts if part is None or part == stop), not stop)
        value = self.value(node, depth)
        if isinstance(value, (Mapping, List)):
            return bool(value.entries if isinstance(value, Mapping) else value.items)
        return bool(value.read) if isinstance(value, Value) else None

    def unary(self, node: ast.UnaryOp, depth: int) -> Node:
        if isinstance(node.op, ast.Not):
            test = self.truth(node.operand, depth + 1)
            return self.unknown(node) if test is None else self.constant(not test, node)
        inner = self.value(node.operand, depth + 1)
        number = number_of(inner)
        if number is None or isinstance(node.op, ast.Invert):
            return self._because(inner, node)
        return self.constant(-number if isinstance(node.op, ast.USub) else number, node)

    def comparison(self, node: ast.Compare, depth: int) -> Node:
        left, right = self.value(node.left, depth + 1), self.value(node.comparators[0], depth + 1)
        work = node.ops[0]
        if isinstance(work, (ast.In, ast.NotIn)) and isinstance(left, Value) and isinstance(right, Mapping):
            return self.constant((inside(right, left.read) is not None) == isinstance(work, ast.In), node)
        if not isinstance(left, Value) or not isinstance(right, Value):
            return self._because(left if isinstance(left, Unknown) else right, node)
        if isinstance(work, (ast.Is, ast.IsNot)) and right.read is None:
            return self.constant((left.read is None) == isinstance(work, ast.Is), node)
        known = _COMPARE.get(type(work))
        return self.unknown(node) if known is None else self._worked(lambda: known(left.read, right.read), node)

    def arithmetic(self, node: ast.BinOp, depth: int) -> Node:
        left, right = self.value(node.left, depth + 1), self.value(node.right, depth + 1)
        a, b, work = number_of(left), number_of(right), ARITHMETIC.get(type(node.op))
        if isinstance(left, Unknown) or isinstance(right, Unknown) or work is None:
            return self._because(left if isinstance(left, Unknown) else right, node)
        if a is not None and b is not None:
            if isinstance(node.op, ast.Pow) and a and abs(b) * max(1.0, abs(math.log10(abs(a)))) > 300:
                return self.unknown(node)
            return self._worked(lambda: work(a, b), node)
        if isinstance(node.op, ast.Mult) and isinstance(left, List) and isinstance(b, int):
            return self.unknown(node) if b * len(left.items) > _MOST else sequence_of(left.items * b, self.place(node))
        if isinstance(node.op, ast.Add) and isinstance(left, List) and isinstance(right, List):
            return sequence_of(left.items + right.items, self.place(node))
        texts = [item.read if isinstance(item, Value) else None for item in (left, right)]
        if isinstance(node.op, ast.Add) and isinstance(texts[0], str) and isinstance(texts[1], str):
            return self.constant(texts[0] + texts[1], node)
        return self.unknown(node)

    def _worked(self, work: Callable[[], Any], node: ast.AST) -> Node:
        try:
            return self.constant(work(), node)
        except (ArithmeticError, ValueError, TypeError):
            return self.unknown(node)

    def _because(self, part: Node, node: ast.AST) -> Unknown:
        """Return what stands for an expression of which a part is not known; the reason is that of the part."""
        whole = self.unknown(node)
        return replace(part, text=whole.text) if isinstance(part, Unknown) else whole


def keywords_of(node: ast.Call) -> list[tuple[ast.expr | None, ast.expr]]:
    """The keyword arguments of a call, as entries of a mapping."""
    return [
        (None if word.arg is None else ast.copy_location(ast.Constant(word.arg), word), word.value)
        for word in node.keywords
    ]


def number_of(node: Node) -> int | float | None:
    value = node.value if isinstance(node, Value) else None
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def inside(held: Node, key: object) -> Node | None:
    """Return what a mapping or a list holds under a key or an index; None for nothing."""
    if isinstance(held, Mapping) and isinstance(key, str):
        return held.get(key)
    if isinstance(held, List) and isinstance(key, int) and not isinstance(key, bool):
        return held.items[key] if -len(held.items) <= key < len(held.items) else None
    return None


def root_of(node: ast.AST) -> str:
    """The name that x['a'].b[0] begins with; "" for none."""
    while isinstance(node, (ast.Subscript, ast.Attribute)):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def containers(node: Node) -> Iterator[Node]:
    """The mappings and lists of a value, itself among them."""
    if not isinstance(node, Scalar):
        yield node
    for _, inner in parts_of(node):
        yield from containers(inner)


def swapped(node: Node, swaps: Mapping_[int, Node], kept: dict[int, Node]) -> Node:
    """A node with others in the place of its parts; what is shared stays shared (`kept`)."""
    if isinstance(node, Scalar) or id(node) in swaps:
        return swaps.get(id(node), node)
    if id(node) not in kept:
        changed = mapped(node, lambda _, part: swapped(part, swaps, kept))
        same = all(a is b for (_, a), (_, b) in zip(parts_of(changed), parts_of(node), strict=True))
        kept[id(node)] = node if same else changed
    return kept[id(node)]


def with_item(node: Node, key: object, place: Place, value: Node) -> Node | None:
    """x[key] = value."""
    if isinstance(node, Mapping) and isinstance(key, str):
        return mapping_of([*node.entries, (Scalar(place, key), value)], node.place)
    if isinstance(node, List) and isinstance(key, int) and inside(node, key) is not None:
        items = list(node.items)
        items[key] = value
        return sequence_of(items, node.place)
    return None


def without_item(node: Node, key: object) -> Node | None:
    """del x[key]; None where it is not there."""
    if inside(node, key) is None:
        return None
    if isinstance(node, Mapping):
        return mapping_of([entry for entry in node.entries if entry[0].text != key], node.place)
    assert isinstance(node, List) and isinstance(key, int)
    return sequence_of([item for i, item in enumerate(node.items) if i != key % len(node.items)], node.place)


def lengthened(node: Node, method: str, arguments: Sequence[Node]) -> Node | None:
    """x.append(value), x.extend(values), x.insert(i, value), x.pop(i)."""
    assert isinstance(node, List)
    if method == "append" and len(arguments) == 1:
        return sequence_of([*node.items, *arguments], node.place)
    if method == "extend" and len(arguments) == 1 and isinstance(arguments[0], List):
        return sequence_of([*node.items, *arguments[0].items], node.place)
    index = arguments[0].value if arguments and isinstance(arguments[0], Scalar) else -1
    if not isinstance(index, int) or isinstance(index, bool) or method not in ("insert", "pop"):
        return None
    items = list(node.items)
    if method == "pop":
        return without_item(node, index) if len(arguments) <= 1 else None
    items[index:index] = arguments[1:2]
    return sequence_of(items, node.place) if len(arguments) == 2 else None


def merged_into(node: Node, other: Mapping, deep: bool, deletes: bool) -> Node | None:
    """x.update(other): what both have is merged where `deep`; with `deletes`, `_delete_=True` in it clears x first."""
    if not isinstance(node, Mapping):
        return None
    mark = other.get("_delete_") if deletes else None
    below = mapping_of([], node.place) if isinstance(mark, Scalar) and mark.value is True else node

    def joined(key: Scalar, value: Mapping, held: Node | None) -> Node:
        return (merged_into(held, value, deep, deletes) if deep and held is not None else None) or value

    return replace(
        merged(without_entries(other, ("_delete_",) if deletes else ()), below, joined), place=node.place, twins=()
    )
