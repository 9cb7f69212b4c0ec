"""The text of an expression as a lambda of Python's own."""

from __future__ import annotations

import ast
import math
from collections.abc import Callable

IN_MATH = ("floor", "ceil", "sqrt", "exp", "log", "sin", "cos", "tanh", "pi", "e")
"""What an expression finds in the module math."""
_PLAIN = {"min": min, "max": max, "abs": abs, "round": round}
_COMPARED = 100_000


class Signed(ast.NodeTransformer):
    """Writes a negative number as a minus before a number, which Python puts in brackets where it must."""

    def visit_Constant(self, node: ast.Constant) -> ast.expr:
        if isinstance(node.value, (int, float)) and math.copysign(1.0, node.value) < 0:
            return ast.UnaryOp(ast.USub(), ast.Constant(-node.value))
        return node


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
