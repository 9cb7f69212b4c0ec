"""What is known where a function is printed: values as constants of its syntax tree, and the trees themselves."""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Iterable, Mapping
from dataclasses import is_dataclass
from functools import cache, partial
from itertools import islice
from textwrap import dedent
from types import BuiltinFunctionType, FunctionType, GeneratorType, MethodType, ModuleType
from typing import Any

from lrcli.errors import LrcliError
from lrcli.schedules.base import Schedule

PACKAGE = "lrcli"
MOST_ITEMS = 64
"""A loop over more functions or objects than this is not printed."""
MUTATING = ("append", "extend", "insert", "pop", "sort", "remove", "clear", "update", "setdefault", "add", "popleft")
"""The methods that change a list or a mapping."""
_SETTLED = (int, float, str, type(None), range, slice, MethodType, BuiltinFunctionType, type, partial, Schedule)


class NotPrinted(LrcliError):
    """Something that cannot be written without this package."""


def known(value: Any, hint: str = "") -> ast.Constant:
    """A value in the place of an expression; `hint` is what it may be called."""
    return ast.Constant(value, hint.strip("_"))


def all_known(nodes: Iterable[ast.AST]) -> bool:
    return all(isinstance(node, ast.Constant) for node in nodes)


def is_ours(thing: Any) -> bool:
    return str(getattr(thing, "__module__", "")).startswith(PACKAGE)


def is_plain(value: Any) -> bool:
    """Whether a value is a number, a text, None, or a tuple of such."""
    return all(map(is_plain, value)) if isinstance(value, tuple) else isinstance(value, (int, float, str, type(None)))


def evaluated(node: ast.expr) -> ast.expr:
    """The value of an operation on known values; the operation where it may be another one each time."""
    names: dict[str, Any] = {}

    def named(child: Any) -> Any:
        if isinstance(child, list):
            return [named(each) for each in child]
        if isinstance(child, ast.keyword):
            return ast.keyword(child.arg, named(child.value))
        if not isinstance(child, ast.Constant):
            return child
        names[f"_{len(names)}"] = child.value
        return ast.Name(f"_{len(names) - 1}", ast.Load())

    operation = type(node)(**{name: named(child) for name, child in ast.iter_fields(node)})
    code = compile(ast.fix_missing_locations(ast.Expression(operation)), "known", "eval")
    try:
        value, again = (eval(code, {"__builtins__": {}}, names) for _ in range(2))
    except Exception:  # what raises here raises in what is printed, if it is ever computed
        return node
    if isinstance(value, (zip, enumerate, reversed, GeneratorType)):
        value = list(islice(value, MOST_ITEMS + 1))
        return known(value) if len(value) <= MOST_ITEMS else node
    of_ours = isinstance(node, ast.Call) and is_ours(node.func.value)  # type: ignore[attr-defined]
    is_kept = value is again and is_ours(type(value))  # an object that is made once
    return known(value) if is_kept or _stays(value) or (of_ours and isinstance(value, (list, dict))) else node


def _stays(value: Any) -> bool:
    """Whether a value is the same each time it is computed: a number, a text, a function, a frozen value."""
    if isinstance(value, tuple):
        return all(map(_stays, value))
    if isinstance(value, FunctionType):
        return not changed_names(sys.modules[value.__module__]) & set(value.__code__.co_freevars)
    return isinstance(value, _SETTLED) or is_dataclass(value)


def without_neutral(node: ast.BinOp) -> ast.expr:
    """The operand alone where the operation gives it back to the last bit."""
    left, right = (each.value if isinstance(each, ast.Constant) else None for each in (node.left, node.right))
    if isinstance(node.op, (ast.Mult, ast.Div, ast.Pow)) and right == 1:
        return node if isinstance(node.op, ast.Div) and isinstance(right, int) else node.left
    if isinstance(node.op, ast.Mult) and left == 1:
        return node.right
    return node.left if isinstance(node.op, ast.Sub) and right == 0 and isinstance(right, int) else node


def key_of(values: Mapping[str, Any]) -> Any:
    """A key for values: constants are the same if they are equal, anything else if it is the same object."""
    pairs = sorted(values.items())
    return tuple((name, (type(value), repr(value)) if is_plain(value) else id(value)) for name, value in pairs)


def cells_of(function: Any) -> dict[str, Any]:
    """The variables that a function takes from the one around it."""
    cells = zip(function.__code__.co_freevars, function.__closure__ or (), strict=True)
    return {name: cell.cell_contents for name, cell in cells}


@cache
def _module_tree(module: ModuleType) -> ast.Module:
    return ast.parse(inspect.getsource(module))


@cache
def changed_names(module: ModuleType) -> frozenset[str]:
    """The variables that a function of the module may change in the one around it."""
    nodes = list(ast.walk(_module_tree(module)))
    names = {name for node in nodes if isinstance(node, ast.Nonlocal) for name in node.names}
    changed = [node.value for node in nodes if isinstance(node, ast.Attribute) and node.attr in MUTATING]
    return frozenset(names | {node.id for node in changed if isinstance(node, ast.Name)})


@cache
def changed_attributes(module: str, name: str) -> frozenset[str]:
    """The attributes that the methods of a class set, but for its constructor."""
    tree = _module_tree(sys.modules[module])
    body = next(node for node in tree.body if getattr(node, "name", "") == name)
    methods = [node for node in ast.walk(body) if isinstance(node, ast.FunctionDef) and node.name != "__init__"]
    nodes = (node for method in methods for node in ast.walk(method))
    return frozenset(each.attr for each in nodes if isinstance(each, ast.Attribute) and isinstance(each.ctx, ast.Store))


def tree_of_function(function: Any) -> ast.FunctionDef:
    """A new tree of the function's definition, which the caller may change."""
    code = function.__code__
    if code.co_name != "<lambda>":
        node = ast.parse(dedent(inspect.getsource(function))).body[0]
        assert isinstance(node, ast.FunctionDef)
        return node
    tree = ast.parse(inspect.getsource(sys.modules[function.__module__]))
    names = list(code.co_varnames[: code.co_argcount])
    lambdas = [node for node in ast.walk(tree) if isinstance(node, ast.Lambda) and node.lineno == code.co_firstlineno]
    lambdas = [node for node in lambdas if [each.arg for each in node.args.args] == names]
    if len(lambdas) > 1 and hasattr(code, "co_positions"):
        columns = {position[2] for position in code.co_positions() if position[2]}
        lambdas = [node for node in lambdas if node.body.col_offset in columns]
    if len(lambdas) != 1:
        raise NotPrinted("a lambda that cannot be told from another")
    return ast.FunctionDef("curve", lambdas[0].args, [ast.Return(lambdas[0].body)], [], None)


def arguments_of(node: ast.FunctionDef | ast.Lambda) -> list[str]:
    if node.args.vararg or node.args.kwarg:
        raise NotPrinted("a function of any number of arguments")
    return [each.arg for each in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)]


def given(names: Iterable[str]) -> ast.arguments:
    return ast.arguments([], [ast.arg(name) for name in names], None, [], [], None, [])


def names_in(statements: Iterable[ast.AST]) -> set[str]:
    """The names that statements bind, but for those of functions and comprehensions in them."""
    names: set[str] = set()
    waiting = list(statements)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        elif isinstance(node, ast.FunctionDef):
            names.add(node.name)
        elif isinstance(node, ast.ImportFrom):
            names |= {alias.asname or alias.name for alias in node.names}
        elif not isinstance(node, (ast.Lambda, ast.ListComp, ast.GeneratorExp)):
            waiting += ast.iter_child_nodes(node)
    return names
