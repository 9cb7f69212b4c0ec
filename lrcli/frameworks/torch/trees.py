"""What is done to the syntax trees of this package's code where it is written out to stand alone."""

from __future__ import annotations

import ast
import inspect
import math
from collections.abc import Callable, Mapping
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Any

from lrcli.errors import LrcliError

PACKAGE = "lrcli"
REPLACE = """def replace(value, **changes):
    cached = {key for key in vars(value) if isinstance(getattr(type(value), key, None), cached_property)}
    return type(value)(**{key: item for key, item in vars(value).items() if key not in cached} | changes)"""
"""What dataclasses.replace does, for classes that are none any more."""
IN_MATH = ("floor", "ceil", "sqrt", "exp", "log", "sin", "cos", "tanh", "pi", "e")
"""What an expression finds in the module math."""
_PLAIN = {"min": min, "max": max, "abs": abs, "round": round}
_COMPARED = 100_000
_DECORATORS = ("property", "cached_property", "staticmethod", "classmethod", "cache", "lru_cache")


class NotBundled(LrcliError):
    """Something that cannot be written without this package."""


class PythonText(str):
    """A value that is Python already."""


class Signed(ast.NodeTransformer):
    """Writes a negative number as a minus before a number, which Python puts in brackets where it must."""

    def visit_Constant(self, node: ast.Constant) -> ast.expr:
        if isinstance(node.value, float) and math.copysign(1.0, node.value) < 0:
            return ast.UnaryOp(ast.USub(), ast.Constant(-node.value))
        return node


class Flattened(ast.NodeTransformer):
    """Turns `module.name` of this package, and what a function imports of it, into names that know what they are."""

    def __init__(self, names: Mapping[str, Any]) -> None:
        self._names = names
        self._imported: dict[str, tuple[Any, str, ModuleType]] = {}

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.stmt:
        """An import in a function: its names are known from here on."""
        if node.module is None or not node.module.startswith(PACKAGE):
            return node
        module = import_module(node.module)
        for alias in node.names:
            self._imported[alias.asname or alias.name] = (getattr(module, alias.name), alias.name, module)
        return ast.Pass()

    def visit_Name(self, node: ast.Name) -> ast.Name:
        if node.id in self._imported:
            node.found = self._imported[node.id]  # type: ignore[attr-defined]
        return node

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        self.generic_visit(node)
        module = self._names.get(node.value.id) if isinstance(node.value, ast.Name) else None
        if not isinstance(module, ModuleType) or not module.__name__.startswith(PACKAGE):
            return node
        name = ast.Name(node.attr, ast.Load())
        name.found = (getattr(module, node.attr), node.attr, module)  # type: ignore[attr-defined]
        return name


class Bare(ast.NodeTransformer):
    """Takes away what does not compute: docstrings, annotations, asserts and decorators for people."""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.returns = None
        node.decorator_list = [each for each in node.decorator_list if ast.unparse(each) in _DECORATORS]
        if ast.get_docstring(node) is not None:
            node.body = node.body[1:] or [ast.Pass()]
        self.generic_visit(node)
        node.body = node.body or [ast.Pass()]
        return node

    def visit_arg(self, node: ast.arg) -> ast.AST:
        node.annotation = None
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST | None:
        self.generic_visit(node)
        return None if node.value is None else ast.copy_location(ast.Assign([node.target], node.value), node)

    def visit_Assert(self, node: ast.Assert) -> None:
        return None


class InFloats(ast.NodeTransformer):
    """Lets an expression of checked numbers stand alone: its argument is a float, its functions are Python's own."""

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return ast.Call(ast.Name("float", ast.Load()), [node], []) if node.id == "epoch" else node

    def visit_IfExp(self, node: ast.IfExp) -> ast.expr:
        """A power is checked for a real number, which PyTorch's own arithmetic does, too."""
        self.generic_visit(node)
        is_check = isinstance(node.orelse, ast.Call) and ast.unparse(node.orelse) == "not_real()"
        if not is_check:
            return node
        return next(each.value for each in ast.walk(node.test) if isinstance(each, ast.NamedExpr))


def same_in_python(expression: Callable[[int], float], text: str, n: int) -> bool:
    """Whether the text of a lambda, on whole numbers, has the numbers that the expression has in floats."""
    names = {"__builtins__": {}, **_PLAIN, **{name: getattr(math, name) for name in IN_MATH}}
    function = eval(text, names)  # an expression that the parser has checked
    try:
        return all(function(t) == expression(t) for t in range(min(n, _COMPARED)))
    except (ArithmeticError, ValueError, TypeError):
        return False


@cache
def statements(module: ModuleType) -> list[ast.stmt]:
    """What a module defines, in order."""
    return ast.parse(inspect.getsource(module)).body


def is_ours(thing: Any) -> bool:
    """Whether a class or a function is of this package."""
    return bool(thing.__module__.startswith(PACKAGE))
