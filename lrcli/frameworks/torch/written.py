"""Definitions as lines of Python: only those that are needed, each text once, under names that are free.

Below them, an expression as the text of a lambda.
"""

from __future__ import annotations

import ast
import builtins
import math
from collections.abc import Callable, Mapping, Sequence
from itertools import chain, count

IN_MATH = ("floor", "ceil", "sqrt", "exp", "log", "sin", "cos", "tanh", "pi", "e")
"""What an expression finds in the module math."""
_PLAIN = {"min": min, "max": max, "abs": abs, "round": round}
_COMPARED = 100_000
WIDTH = 100

_OF_THE_SCRIPT = (
    "torch", "lr_scheduler", "optimizer", "scheduler", "model", "step", "epoch", "metric", "metrics", "momenta",
    "FormulaLR",
)  # fmt: skip


def write_definitions(
    definitions: Mapping[str, ast.stmt], used: Sequence[str]
) -> tuple[list[str], list[str], set[str]]:
    """(the lines of all that the used definitions need, what those are called, the other names that stand in them).

    Each definition has a name with a blank in it, which no Python has; the part before the blank is what it would like
    to be called.
    """
    definitions, used = _merged(definitions, used)
    needed: set[str] = set()
    waiting = [*used]
    while waiting:
        name = waiting.pop()
        if name in definitions and name not in needed:
            needed.add(name)
            waiting += _identifiers(definitions[name])
    others = {each for name in needed for each in _identifiers(definitions[name])} - needed
    taken = {*dir(builtins), *_OF_THE_SCRIPT, *others}
    final: dict[str, str] = {}
    for name in dict.fromkeys((*used, *(name for name in definitions if name in needed))):
        wish = name.partition(" ")[0]
        wishes = chain([wish], (f"{wish}_{n}" for n in count(2)))
        final[name] = next(text for text in wishes if text not in taken)
        taken.add(final[name])
    lines: list[str] = []
    before: ast.stmt | None = None
    for statement in (each for name, each in definitions.items() if name in needed):
        branched = _Branches().visit(renamed(statement, final))
        text = ast.unparse(ast.fix_missing_locations(branched)).split("\n")
        is_next = isinstance(statement, ast.Assign) and isinstance(before, ast.Assign)
        lines += text if is_next else ["", "", *text]
        before = statement
    return lines, [final[name] for name in used], others


def _merged(definitions: Mapping[str, ast.stmt], used: Sequence[str]) -> tuple[Mapping[str, ast.stmt], Sequence[str]]:
    """The definitions and the used names after functions that say the same have become one."""
    while True:
        first: dict[str, str] = {}
        same: dict[str, str] = {}
        for name, statement in definitions.items():
            if isinstance(statement, ast.FunctionDef) and not isinstance(statement.body[0], ast.Global):
                text = ast.dump(ast.FunctionDef("", statement.args, statement.body, [], None))
                if first.setdefault(text, name) != name:
                    same[name] = first[text]
        if not same:
            return definitions, used
        definitions = {name: renamed(each, same) for name, each in definitions.items() if name not in same}
        used = [same.get(name, name) for name in used]


class _Branches(ast.NodeTransformer):
    """Writes a returned conditional as branches where its line is long or holds another one."""

    def visit_Return(self, node: ast.Return) -> list[ast.stmt]:
        lines: list[ast.stmt] = []
        value = node.value
        is_long = len(ast.unparse(node)) > WIDTH or isinstance(getattr(value, "orelse", None), ast.IfExp)
        while is_long and isinstance(value, ast.IfExp):
            lines.append(ast.If(value.test, [ast.Return(value.body)], []))
            value = value.orelse
        return [*lines, ast.Return(value)]


def _identifiers(tree: ast.AST) -> set[str]:
    nodes = list(ast.walk(tree))
    names = {each.id for each in nodes if isinstance(each, ast.Name)}
    names |= {each.arg for each in nodes if isinstance(each, ast.arg)}
    return names | {each.name for each in nodes if isinstance(each, ast.FunctionDef)}


def renamed(tree: ast.stmt, names: Mapping[str, str]) -> ast.stmt:
    """The statement, changed in place, with other names."""
    for each in ast.walk(tree):
        if isinstance(each, ast.Name):
            each.id = names.get(each.id, each.id)
        elif isinstance(each, ast.FunctionDef):
            each.name = names.get(each.name, each.name)
        elif isinstance(each, ast.Global):
            each.names = [names.get(name, name) for name in each.names]
    return tree


def same_in_python(expression: Callable[[int], float], text: str, n: int) -> bool:
    """Whether the text of a lambda, on whole numbers, has the numbers that the expression has in floats."""
    names = {"__builtins__": {}, **_PLAIN, **{name: getattr(math, name) for name in IN_MATH}}
    function = eval(text, names)  # an expression that the parser has checked
    try:
        return all(function(t) == expression(t) for t in range(min(n, _COMPARED)))
    except (ArithmeticError, ValueError, TypeError):
        return False
