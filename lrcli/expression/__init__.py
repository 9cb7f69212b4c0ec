"""The one expression language of a spec: arithmetic of `epoch`, in floats, and nothing else.

An expression is parsed by Python's own parser, checked against the short list of what is allowed, and compiled once, so
that calling it costs what calling a plain Python function costs. Its numbers are those of that function, to the bit:
the operations run on floats in the written order, and a constant part is only ever replaced by what it evaluates to.
"""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable, Iterable
from dataclasses import field
from typing import Any

from lrcli.errors import suggest
from lrcli.expression.parser import VARIABLES, ExpressionError, parse
from lrcli.values import dataclass

__all__ = ["Expression", "ExpressionError"]

CONSTANTS = {"pi": math.pi, "e": math.e}
NOT_REAL = "a negative number to a fractional power is not a real number"


@dataclass(frozen=True)
class Expression:
    """An arithmetic expression of `epoch` (also written `t` or `step`): a function from a number to a float.

    Numbers, `+ - * / // % **`, comparisons, `a if c else b`, `and or not`, the functions min, max, abs, round, floor,
    ceil, sqrt, exp, log, sin, cos and tanh, and the constants pi and e. A leading `lambda epoch:` may stay. A call
    raises ValueError or ArithmeticError where the expression has no value.

    >>> Expression("0.95 ** epoch")(2)
    0.9025
    >>> Expression("1 - (epoch - 2) / 4 if epoch < 6 else 0")(4)
    0.5
    >>> Expression("9**9**9")
    Traceback (most recent call last):
    ...
    lrcli.expression.parser.ExpressionError: the number is too large, at column 1 of '9**9**9'
    """

    text: str
    # the compiled text, for loops that cannot afford the second call: of one epoch, and of many
    function: Callable[[float], float] = field(init=False, repr=False, compare=False)
    values: Callable[[Iterable[float]], list[float]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        names = _compile(self.text)
        object.__setattr__(self, "function", names["function"])
        object.__setattr__(self, "values", names["values"])

    def __call__(self, epoch: float) -> float:
        return self.function(epoch)

    def __reduce__(self) -> tuple[type[Expression], tuple[str]]:
        return Expression, (self.text,)


# name -> (function, fewest and most arguments)
FUNCTIONS: dict[str, tuple[Callable[..., float], int, int]] = {
    "min": (min, 2, 100),
    "max": (max, 2, 100),
    "abs": (math.fabs, 1, 1),  # unlike abs() it does not make a float of a complex number
    "round": (lambda x, digits=0.0: float(round(x, int(digits))), 1, 2),
    "floor": (lambda x: float(math.floor(x)), 1, 1),
    "ceil": (lambda x: float(math.ceil(x)), 1, 1),
    "sqrt": (math.sqrt, 1, 1),
    "exp": (math.exp, 1, 1),
    "log": (math.log, 1, 2),
    "sin": (math.sin, 1, 1),
    "cos": (math.cos, 1, 1),
    "tanh": (math.tanh, 1, 1),
}

ARITHMETIC: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
}
_UNARY: dict[type[ast.unaryop], Callable[[float], Any]] = {ast.UAdd: operator.pos, ast.USub: operator.neg}
_COMPARISONS = (ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.Eq, ast.NotEq)

_FORBIDDEN: dict[type[ast.AST], tuple[str, str]] = {
    ast.ListComp: ("a comprehension is not allowed", ""),
    ast.SetComp: ("a comprehension is not allowed", ""),
    ast.DictComp: ("a comprehension is not allowed", ""),
    ast.GeneratorExp: ("a comprehension is not allowed", ""),
    ast.List: ("a list is not allowed", "an expression is one number; nest 'a if epoch < 10 else b' for pieces"),
    ast.Tuple: ("a ',' outside of a call is not allowed", "an expression is one number"),
    ast.Dict: ("braces are not allowed", "group with ( and )"),
    ast.Set: ("braces are not allowed", "group with ( and )"),
    ast.Subscript: ("an index is not allowed", ""),
    ast.Lambda: ("a lambda inside of an expression is not allowed", ""),
    ast.NamedExpr: ("an assignment is not allowed", "compare with '=='"),
    ast.Starred: ("a '*' before an argument is not allowed", ""),
    ast.JoinedStr: ("a string is not allowed", ""),
}

_TEMPLATE = """
def function(epoch):
    epoch = float(epoch)
    try:
        value = 0.0
    except (ArithmeticError, ValueError) as error:
        raise clear(error) from None
    return value

def values(epochs):
    try:
        return [0.0 for epoch in map(float, epochs)]
    except (ArithmeticError, ValueError) as error:
        raise clear(error) from None
"""


def tree_of(text: str) -> ast.expr:
    """The syntax tree of an expression of `epoch`, on floats, of what is allowed. Raises ExpressionError."""
    if not isinstance(text, str):
        raise ExpressionError(str(text), 1, "an expression is written as text")
    body, argument = parse(text)
    return _Checker(text, argument).value(body)


def _compile(text: str) -> dict[str, Any]:
    """The functions of the template, each with the expression in the place of its 0.0."""
    try:
        value = tree_of(text)
        template = ast.parse(_TEMPLATE)
        for node in ast.walk(template):
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
                node.value = value
            elif isinstance(node, ast.ListComp):
                node.elt = value
        code = compile(ast.fix_missing_locations(template), "<expression>", "exec")
    except (RecursionError, MemoryError):
        raise ExpressionError(text, 1, "the expression is nested too deeply") from None
    names: dict[str, Any] = {name: entry[0] for name, entry in FUNCTIONS.items()}
    names |= {
        "__builtins__": {},
        "ArithmeticError": ArithmeticError,
        "ValueError": ValueError,
        "float": float,
        "map": map,
        "clear": _clear,
        "not_real": not_real,
    }
    exec(code, names)
    return names


def not_real() -> float:
    raise ValueError(NOT_REAL)


def _real_power(base: float, exponent: float) -> float:
    power = base**exponent
    return power if isinstance(power, float) else not_real()


def _clear(error: Exception) -> Exception:
    """What went wrong in an evaluation, in words that do not depend on the release of Python."""
    if isinstance(error, ZeroDivisionError):
        return ZeroDivisionError("division by zero")
    if isinstance(error, OverflowError):
        return OverflowError("the number is too large")
    return error if str(error) == NOT_REAL else ValueError("a function (sqrt, log, ...) has no value there")


class _Checker:
    """Turns the syntax tree into one that only holds what is allowed, on floats, constants folded."""

    def __init__(self, text: str, argument: str) -> None:
        self.text = text
        self.argument = argument

    def error(self, node: ast.expr, message: str, hint: str = "") -> ExpressionError:
        return ExpressionError(self.text, node.col_offset + 1, message, hint)

    def value(self, node: ast.expr) -> ast.expr:
        """`node` where its value counts: always a float (a comparison is 1.0 or 0.0, so that no int can grow)."""
        match node:
            case ast.Constant():
                return self.constant(node)
            case ast.Name():
                return self.name(node)
            case ast.BinOp():
                return self.binary(node)
            case ast.UnaryOp() if type(node.op) in _UNARY:
                operand = self.value(node.operand)
                return self.fold(node, ast.UnaryOp(node.op, operand), _UNARY[type(node.op)], operand)
            case ast.BoolOp():
                return ast.BoolOp(node.op, [self.value(item) for item in node.values])
            case ast.IfExp():
                return ast.IfExp(self.test(node.test), self.value(node.body), self.value(node.orelse))
            case ast.Call():
                return self.call(node)
        return ast.IfExp(self.test(node), ast.Constant(1.0), ast.Constant(0.0))

    def test(self, node: ast.expr) -> ast.expr:
        """`node` where only its truth counts."""
        match node:
            case ast.Compare():
                if not all(isinstance(op, _COMPARISONS) for op in node.ops):
                    raise self.error(node, "'in' and 'is' are not allowed", "compare with '=='")
                return ast.Compare(self.value(node.left), node.ops, [self.value(item) for item in node.comparators])
            case ast.UnaryOp(op=ast.Not()):
                return ast.UnaryOp(node.op, self.test(node.operand))
            case ast.UnaryOp(op=ast.Invert()):
                raise self.error(node, "'~' is no operator here", "write 'not'")
            case ast.BoolOp():
                return ast.BoolOp(node.op, [self.test(item) for item in node.values])
            case ast.Constant() | ast.Name() | ast.BinOp() | ast.UnaryOp() | ast.IfExp() | ast.Call():
                return self.value(node)
            case ast.Attribute():
                hint = f"write {node.attr}" if node.attr in FUNCTIONS or node.attr in CONSTANTS else ""
                raise self.error(node, "attribute access is not allowed", hint)
        raise self.error(node, *_FORBIDDEN.get(type(node), ("this is not arithmetic", "")))

    def constant(self, node: ast.Constant) -> ast.expr:
        if not isinstance(node.value, (bool, int, float)):
            what = {complex: "a complex number", str: "a string", bytes: "a string"}.get(type(node.value))
            raise self.error(node, f"{what or str(node.value)} is not allowed")
        try:
            number = float(node.value)
        except OverflowError:
            number = math.inf
        if math.isinf(number):
            raise self.error(node, "the number is too large")
        return ast.Constant(number)

    def name(self, node: ast.Name) -> ast.expr:
        if node.id == self.argument or (node.id in VARIABLES and self.argument in VARIABLES):
            return ast.Name("epoch", ast.Load())
        if node.id in CONSTANTS:
            return ast.Constant(CONSTANTS[node.id])
        if node.id in FUNCTIONS:
            raise self.error(node, f"{node.id} is a function", f"write {node.id}(...)")
        hint = self.suggest(node.id, (*VARIABLES, *CONSTANTS, *FUNCTIONS))
        raise self.error(node, f"unknown name {node.id!r}", hint)

    def binary(self, node: ast.BinOp) -> ast.expr:
        compute = ARITHMETIC.get(type(node.op))
        if compute is None:
            if isinstance(node.op, ast.BitXor):
                raise self.error(node, "'^' is no operator here", "write a power as '**'")
            raise self.error(node, "only + - * / // % and ** are operators here", "write 'and', 'or' for & and |")
        left, right = self.value(node.left), self.value(node.right)
        folded: ast.expr = ast.BinOp(left, node.op, right)
        if isinstance(node.op, ast.Pow):
            compute = _real_power
            if not (_number(right).is_integer() or _number(left) > 0):
                folded = _checked_power(folded)
        return self.fold(node, folded, compute, left, right)

    def call(self, node: ast.Call) -> ast.expr:
        if isinstance(node.func, ast.Attribute):
            self.test(node.func)
        if not isinstance(node.func, ast.Name):
            raise self.error(node, "only a function's name can be called", "write a product with '*'")
        name = node.func.id
        if name not in FUNCTIONS:
            if name == self.argument or name in (*VARIABLES, *CONSTANTS):
                raise self.error(node, f"{name} is no function", "write a product with '*'")
            hint = "write a ** b" if name in ("pow", "power") else self.suggest(name, tuple(FUNCTIONS))
            raise self.error(node, f"unknown function {name!r}", hint)
        if node.keywords:
            raise self.error(node, f"{name} takes no named arguments")
        function, fewest, most = FUNCTIONS[name]
        if not fewest <= len(node.args) <= most:
            words = {1: "one argument", 2: "one or two arguments"}.get(most, "two or more arguments")
            raise self.error(node, f"{name} takes {words}, not {len(node.args)}")
        arguments = [self.value(argument) for argument in node.args]
        folded = ast.Call(ast.Name(name, ast.Load()), arguments, [])
        return self.fold(node, folded, function, *arguments)

    def fold(self, node: ast.expr, folded: ast.expr, compute: Callable[..., float], *operands: ast.expr) -> ast.expr:
        """`folded`, or its value where it is constant; an error where that value does not exist."""
        if not all(isinstance(operand, ast.Constant) for operand in operands):
            return folded
        numbers = [_number(operand) for operand in operands]
        try:
            return ast.Constant(compute(*numbers))
        except (ArithmeticError, ValueError) as error:
            raise self.error(node, str(_clear(error))) from None

    def suggest(self, name: str, names: tuple[str, ...]) -> str:
        functions = f"the functions are {', '.join(names)}"
        return suggest(name, names, functions if names == tuple(FUNCTIONS) else f"the variable is {self.argument}")


def _number(node: ast.expr) -> float:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, float) else math.nan


def _checked_power(power: ast.expr) -> ast.expr:
    """`value if (value := power).__class__ is float else not_real()`: only a power can leave the real numbers.

    Inline, as a call would double the price of a power.
    """
    assigned = ast.NamedExpr(ast.Name("value", ast.Store()), power)
    kind = ast.Attribute(assigned, "__class__", ast.Load())
    is_float = ast.Compare(kind, [ast.Is()], [ast.Name("float", ast.Load())])
    refuse = ast.Call(ast.Name("not_real", ast.Load()), [], [])
    return ast.IfExp(is_float, ast.Name("value", ast.Load()), refuse)
