"""Python files that only assign: numbers, texts, lists, dict(...) and arithmetic on names assigned above.

Nothing is run. What would have to be run (a call, an attribute, an `if`) becomes `Unknown`, and stops only who needs
it.
"""

from __future__ import annotations

import ast
import math
import operator
import warnings
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from lrcli.configs.nodes import Unknown, Value, mapping_of, sequence_of, text_of
from lrcli.reader.nodes import MAX_DEPTH, Mapping, Node, Scalar
from lrcli.reader.nodes import Sequence as List
from lrcli.reader.overrides import apply_set
from lrcli.reader.scalars import resolve
from lrcli.reader.source import Place, Source, refuse

_MOST = 10_000
"""The longest text or list that `*` makes."""
_OPERATORS: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
}


def read(source: Source, sets: Sequence[str] = ()) -> Mapping:
    """The names that a Python file assigns, as a mapping."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an invalid escape in somebody's text is nothing to tell of
            tree = ast.parse(source.text)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = getattr(error, "lineno", None) or 0
        place = Place(source, line, getattr(error, "offset", None) or 1, 1)
        raise refuse(place, "syntax", f"this is no Python: {getattr(error, 'msg', None) or error}") from None
    names = _Names(source)
    names.run(tree.body)
    if not names.values:
        raise refuse(source.whole, "syntax", "this Python file assigns nothing")
    root = mapping_of(names.values.values(), source.whole)
    for text in sets:
        root = apply_set(root, text, _scalar)
    return root


def _scalar(place: Place, text: str, plain: bool, tag: str) -> Scalar:
    words = {"True": True, "False": False, "None": None}
    return Value(place, text, plain, read=(words[text] if text in words else resolve(text)) if plain else text)


class _Names:
    """What the names of a file hold after each of its statements."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.values: dict[str, tuple[Scalar, Node]] = {}

    def run(self, body: Sequence[ast.stmt]) -> None:
        for statement in body:
            if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
                self.assign(statement.targets[0], statement.value)
            elif isinstance(statement, ast.AnnAssign) and statement.value is not None:
                self.assign(statement.target, statement.value)
            elif isinstance(statement, ast.AugAssign) and isinstance(statement.target, ast.Name):
                name = ast.copy_location(ast.Name(statement.target.id, ast.Load()), statement.target)
                made = ast.copy_location(ast.BinOp(name, statement.op, statement.value), statement)
                self.assign(statement.target, made)
            elif isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
                continue
            else:
                self.spoil(statement)

    def assign(self, target: ast.expr, value: ast.expr) -> None:
        if isinstance(target, ast.Name):
            self.values[target.id] = Scalar(self.place(target), target.id), self.value(value, 1)
            return
        if (
            isinstance(target, ast.Subscript)
            and isinstance(target.value, ast.Name)
            and isinstance(target.slice, ast.Constant)
        ):
            name, key = target.value.id, target.slice.value
            held = self.values.get(name, (None, None))[1]
            if isinstance(held, Mapping) and isinstance(key, str):
                entry = Scalar(self.place(target.slice), key), self.value(value, 1)
                self.values[name] = self.values[name][0], mapping_of([*held.entries, entry], held.place)
                return
        self.spoil(target)
        self.spoil(value)

    def spoil(self, statement: ast.AST) -> None:
        """Say of each name that a statement may change that nobody knows what it holds."""
        for node in ast.walk(statement):
            names: list[str] = []
            if isinstance(node, ast.Name) and (isinstance(node.ctx, ast.Store) or node.id in self.values):
                names = [node.id]
            elif isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                names = [node.name]
            elif isinstance(node, ast.alias):
                names = [(node.asname or node.name).split(".")[0]]
            for name in names:
                if self._changes(statement, node, name):
                    key = Scalar(self.place(statement), name)
                    held = self.unknown(statement)
                    # an imported class is known by its name, as in type=LinearLR
                    self.values[name] = key, replace(held, text=name) if isinstance(node, ast.alias) else held

    @staticmethod
    def _changes(statement: ast.AST, node: ast.AST, name: str) -> bool:
        """Whether a statement may change a name that stands in it: `if` and the like only where they assign to it."""
        if not isinstance(node, ast.Name) or isinstance(node.ctx, (ast.Store, ast.Del)):
            return True
        for inner in ast.walk(statement):
            if isinstance(inner, ast.Call):  # x.update(...), f(x): either may change what x holds
                parts = [inner.func.value] if isinstance(inner.func, ast.Attribute) else list(inner.args)
                if any(isinstance(n, ast.Name) and n.id == name for part in parts for n in ast.walk(part)):
                    return True
            if isinstance(inner, (ast.Subscript, ast.Attribute)) and isinstance(inner.ctx, (ast.Store, ast.Del)):
                root: ast.AST = inner
                while isinstance(root, (ast.Subscript, ast.Attribute)):
                    root = root.value
                if isinstance(root, ast.Name) and root.id == name:
                    return True
        return False

    def place(self, node: ast.AST) -> Place:
        line, column = getattr(node, "lineno", 1), getattr(node, "col_offset", 0)
        text = self.source.lines[line - 1] if line <= len(self.source.lines) else ""
        start = len(text.encode()[:column].decode(errors="ignore"))
        same = getattr(node, "end_lineno", line) == line
        end = (getattr(node, "end_col_offset", None) or column + 1) if same else column + len(text)
        return Place(self.source, line, start + 1, max(1, end - column))

    def unknown(self, node: ast.AST) -> Unknown:
        place = self.place(node)
        written = (ast.get_source_segment(self.source.text, node) or "").splitlines()
        shown = written[0][:60] if written else "this"
        why = f"{shown!r} is Python that lrcli does not run"
        return Unknown(
            place, written[0][:200] if written else "", code="code-not-data", why=why, help="write the value itself"
        )

    def value(self, node: ast.expr, depth: int) -> Node:
        """The node of an expression."""
        if depth > MAX_DEPTH:
            raise refuse(self.place(node), "limit", f"more than {MAX_DEPTH} levels of nesting")
        place = self.place(node)
        if isinstance(node, ast.Constant):
            return self.constant(node.value, node)
        if isinstance(node, (ast.List, ast.Tuple)) and not any(isinstance(item, ast.Starred) for item in node.elts):
            return sequence_of((self.value(item, depth + 1) for item in node.elts), place)
        if isinstance(node, ast.Dict):
            return self.mapping(node, [(key, value) for key, value in zip(node.keys, node.values, strict=True)], depth)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "dict" and not node.args:
            pairs = [
                (None if word.arg is None else ast.copy_location(ast.Constant(word.arg), word), word.value)
                for word in node.keywords
            ]
            return self.mapping(node, pairs, depth)
        if isinstance(node, ast.Name):
            _, held = self.values.get(node.id, (None, None))
            return self.unknown(node) if held is None else held
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.USub, ast.UAdd)):
            inner = _number(self.value(node.operand, depth + 1))
            if inner is not None:
                return self.constant(-inner if isinstance(node.op, ast.USub) else inner, node)
        if isinstance(node, ast.BinOp):
            return self.arithmetic(node, depth)
        return self.unknown(node)

    def constant(self, value: object, node: ast.AST) -> Node:
        place = self.place(node)
        if value is None or isinstance(value, (bool, int, float)):
            if isinstance(value, int) and abs(value) > 1e300:
                return self.unknown(node)
            return Value(place, text_of(value), read=value)
        return Value(place, value, False, read=value) if isinstance(value, str) else self.unknown(node)

    def mapping(self, node: ast.AST, pairs: Sequence[tuple[ast.expr | None, ast.expr]], depth: int) -> Node:
        entries: list[tuple[Scalar, Node]] = []
        for key, value in pairs:
            inner = self.value(value, depth + 1)
            if key is None:  # **other
                if not isinstance(inner, Mapping):
                    return self.unknown(node)
                entries += inner.entries
                continue
            name = self.value(key, depth + 1)
            if not isinstance(name, Value) or name.read is None:
                return self.unknown(node)
            entries.append((Scalar(name.place, str(name.read)), inner))
        return mapping_of(entries, self.place(node))

    def arithmetic(self, node: ast.BinOp, depth: int) -> Node:
        left, right = self.value(node.left, depth + 1), self.value(node.right, depth + 1)
        a, b, work = _number(left), _number(right), _OPERATORS.get(type(node.op))
        if isinstance(left, Unknown) or isinstance(right, Unknown) or work is None:
            whole = self.unknown(node)
            part = left if isinstance(left, Unknown) else right if isinstance(right, Unknown) else whole
            return replace(part, text=whole.text)
        if a is not None and b is not None:
            if isinstance(node.op, ast.Pow) and a and abs(b) * max(1.0, abs(math.log10(abs(a)))) > 300:
                return self.unknown(node)
            try:
                made = work(a, b)
            except (ArithmeticError, ValueError):
                return self.unknown(node)
            return self.constant(made, node)
        if isinstance(node.op, ast.Mult) and isinstance(left, List) and isinstance(b, int):
            return self.unknown(node) if b * len(left.items) > _MOST else sequence_of(left.items * b, self.place(node))
        if isinstance(node.op, ast.Add) and isinstance(left, List) and isinstance(right, List):
            return sequence_of(left.items + right.items, self.place(node))
        texts = [item.read if isinstance(item, Value) else None for item in (left, right)]
        if isinstance(node.op, ast.Add) and isinstance(texts[0], str) and isinstance(texts[1], str):
            return self.constant(texts[0] + texts[1], node)
        return self.unknown(node)


def _number(node: Node) -> int | float | None:
    value = node.value if isinstance(node, Value) else None
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else None
