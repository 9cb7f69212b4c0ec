"""A scheduler as it is written in Python, `CosineAnnealingLR(optimizer, T_max=90)`, as the mapping of a schedule.

It is parsed and never run: names of types, numbers, texts, lists and a lambda of one argument are all there can be.
"""

from __future__ import annotations

import ast
import re
from dataclasses import replace

from lrcli.expression import Expression, ExpressionError
from lrcli.reader.keys import RUN_LENGTHS, type_named
from lrcli.reader.nodes import Mapping, Node, Scalar, Sequence
from lrcli.reader.source import Place, Source, refuse
from lrcli.reader.values import as_number
from lrcli.schedules.base import parameters

_ASSIGNED = re.compile(r"\s*([\w.]+\s*=\s*)?(?=[A-Za-z_])|")
"""Before a call may stand the name that it is assigned to."""
_ARITHMETIC = (ast.Constant, ast.UnaryOp, ast.UAdd, ast.USub, ast.BinOp, ast.operator)
"""A number may be written with these parts of an expression."""
_COUNTING = ("len", "int", "float", "round", "max", "min")
"""These functions make a number of what only the training code knows: no scheduler has such a name."""
_OPTIMIZERS = ("optimizer", "optim", "opt", "self.optimizer")


def call_mapping(source: Source) -> Mapping:
    """The spec that a call stands for: `schedule:` with its type and arguments. Raises SpecError."""
    return Mapping(source.whole, ((Scalar(source.whole, "schedule"), call_node(source.text, Place(source, 1, 1, 1))),))


def with_own_length(root: Mapping) -> Mapping:
    """The spec of a call, as long as the call itself says where nothing else does: OneCycleLR(total_steps=1000)."""
    call = root.get("schedule")
    if not isinstance(call, Mapping) or root.get("epochs", "steps") is not None:
        return root
    for key, value in call.entries:
        unit = "epochs" if key.text == "epochs" else RUN_LENGTHS.get(key.text)
        number = as_number(value)
        if unit is not None and number is not None and number >= 1 and number % 1 == 0:
            return replace(root, entries=(*root.entries, (Scalar(key.place, unit), value)))
    return root


def call_node(text: str, begin: Place) -> Node:
    """The schedule that a call stands for, whose text begins at that place. Raises SpecError."""
    return _Call(text, begin).schedule()


class _Call:
    def __init__(self, text: str, begin: Place) -> None:
        call = text[_ASSIGNED.match(text).end() :].rstrip()  # type: ignore[union-attr]
        self.source, self.line = begin.source, begin.line
        self.lead = begin.column - 1 + len(text.rstrip()) - len(call)
        try:
            self.tree = ast.parse(call, mode="eval").body
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            place = begin._replace(column=(getattr(error, "offset", None) or 1) + self.lead, width=1)
            hint = "write it as in Python, StepLR(step_size=30), or as YAML, {lr: 0.1, ...}"
            raise refuse(place, "syntax", "this is no call of a scheduler", hint) from None

    def schedule(self) -> Node:
        return self._node(self.tree)

    def _place(self, node: ast.AST) -> Place:
        line, column = getattr(node, "lineno", 1), getattr(node, "col_offset", 0)
        width = (getattr(node, "end_col_offset", column + 1) or column + 1) - column
        column += 1 + (self.lead if line == 1 else 0)
        return Place(self.source, self.line + line - 1, column, max(1, width))

    def _node(self, node: ast.expr) -> Node:
        place = self._place(node)
        if isinstance(node, ast.Call):
            if ast.unparse(node.func) in _COUNTING:
                raise self._refused(node)
            return self._mapping(node)
        if isinstance(node, (ast.List, ast.Tuple)):
            return Sequence(place, tuple(map(self._node, node.elts)))
        if isinstance(node, ast.Lambda):
            return Scalar(place, self._expression(node), plain=False)
        if isinstance(node, ast.Constant):
            value = node.value
            if isinstance(value, str):
                return Scalar(place, value, plain=False)
            words: dict[object, str] = {None: "null", True: "true", False: "false"}
            return Scalar(place, words[value] if value is None or isinstance(value, bool) else repr(value))
        try:  # -1e-3, 1 / 3, 10 * 5
            return Scalar(place, repr(_number(node)))
        except (ValueError, ExpressionError):
            raise self._refused(node) from None

    def _mapping(self, node: ast.Call) -> Mapping:
        place = self._place(node.func)
        name = ast.unparse(node.func).removeprefix("tf.")
        cls = type_named(Scalar(place, name))
        entries: list[tuple[Scalar, Node]] = [(Scalar(place, "type"), Scalar(place, name))]
        positional = [arg for arg in node.args if ast.unparse(arg) not in _OPTIMIZERS]
        names = [f.name for f in parameters(cls)] if cls is not None else []
        if cls is not None and "." in cls.name and positional:  # only PyTorch's arguments have the order of its own
            text = f"{ast.unparse(positional[0])[:60]} has no name"
            raise refuse(self._place(positional[0]), "missing-key", text, f"write it with its key: {', '.join(names)}")
        if cls is not None and len(positional) > len(names):
            raise self._refused(positional[len(names)])
        entries += [
            (Scalar(self._place(arg), key), self._node(arg)) for key, arg in zip(names, positional, strict=False)
        ]
        for keyword in node.keywords:
            if keyword.arg is None:
                raise self._refused(keyword.value)
            if keyword.arg != "optimizer":
                entries.append((Scalar(self._place(keyword), keyword.arg), self._node(keyword.value)))
        return Mapping(self._place(node), tuple(entries))

    def _expression(self, node: ast.Lambda) -> str:
        if len(node.args.args) != 1:
            raise self._refused(node)
        name = node.args.args[0].arg

        class Renamed(ast.NodeTransformer):
            def visit_Name(self, node: ast.Name) -> ast.Name:
                return ast.Name("epoch", node.ctx) if node.id == name else node

            def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
                return ast.Name(node.attr, ast.Load()) if ast.unparse(node.value) in ("math", "np") else node

        return ast.unparse(Renamed().visit(node.body))

    def _refused(self, node: ast.AST) -> Exception:
        text = ast.unparse(node)[:60]
        hint = "an argument is a number, a text, a list, another scheduler, or a lambda of one argument"
        return refuse(self._place(node), "code-not-data", f"{text} is code, and nothing is run here", hint)


def _number(node: ast.expr) -> float:
    """A number that is written as a little arithmetic. Raises ValueError for anything else."""
    parts = list(ast.walk(node))
    numbers = {type(part.value) for part in parts if isinstance(part, ast.Constant)}
    if not numbers or not numbers <= {int, float} or any(not isinstance(part, _ARITHMETIC) for part in parts):
        raise ValueError("no number")
    value = Expression(ast.unparse(node))(0)
    whole = numbers == {int} and value % 1 == 0 and not any(isinstance(part, ast.Div) for part in parts)
    return int(value) if whole else value
