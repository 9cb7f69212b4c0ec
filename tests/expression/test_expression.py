"""The expression language: its numbers are Python's, to the bit, and nothing but arithmetic gets in."""

from __future__ import annotations

import contextlib
import copy
import math
import pickle
import warnings
from collections.abc import Callable
from math import cos, exp, pi, sqrt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lrcli.errors import LrcliError
from lrcli.expression import Expression, ExpressionError

KNOWN = "the functions are min, max, abs, round, floor, ceil, sqrt, exp, log, sin, cos, tanh"

FUNCTIONS: list[tuple[str, Callable[[float], float]]] = [
    ("0.95 ** epoch", lambda epoch: 0.95**epoch),
    ("1 - max(0, epoch + 1 - 100) / 101", lambda epoch: 1 - max(0, epoch + 1 - 100) / 101),
    ("(1 - epoch / 300) ** 0.9", lambda epoch: (1 - epoch / 300) ** 0.9),
    (
        "epoch / 10 if epoch < 10 else "
        "(1e-05 + 0.5 * (0.1 - 1e-05) * (1.0 + cos((epoch - 10) / (50 - 10) * pi))) / 0.1",
        lambda epoch: (
            epoch / 10
            if epoch < 10
            else (1e-05 + 0.5 * (0.1 - 1e-05) * (1.0 + cos((epoch - 10) / (50 - 10) * pi))) / 0.1
        ),
    ),
    ("65 ** -0.5 * min((epoch + 1) ** -0.5, (epoch + 1) * 40 ** -1.5)",
     lambda epoch: 65**-0.5 * min((epoch + 1) ** -0.5, (epoch + 1) * 40**-1.5)),
    ("0.1 ** (epoch // 30)", lambda epoch: 0.1 ** (epoch // 30)),
    ("exp(-0.1 * epoch) * sqrt(epoch + 1) + -2 ** 2", lambda epoch: exp(-0.1 * epoch) * sqrt(epoch + 1) + -(2**2)),
    ("0.1 + 0.2 + epoch", lambda epoch: 0.1 + 0.2 + epoch),
    ("epoch % 7 / 7", lambda epoch: epoch % 7 / 7),
]  # fmt: skip


@pytest.mark.parametrize(("text", "function"), FUNCTIONS, ids=[text for text, _ in FUNCTIONS])
def test_numbers_are_those_of_a_python_function(text: str, function: Callable[[float], float]) -> None:
    """Every operation runs on floats, in the order that is written."""
    expression = Expression(text)
    assert [function(t) for t in range(250)] == [expression(t) for t in range(250)] == expression.values(range(250))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("epoch", 3.0),
        ("t * step", 9.0),
        ("lambda epoch: epoch / 2", 1.5),
        ("lambda e: e * 2", 6.0),
        ("lambda x: x", 3.0),
        ("  \n epoch +\n 1", 4.0),
        ("7 // 2", 3.0),
        ("-7 % 3", 2.0),
        ("2 ** 3 ** 2", 512.0),
        ("1 if epoch > 2 else 0", 1.0),
        ("1 < epoch < 3", 0.0),
        ("1 < epoch <= 3", 1.0),
        ("(epoch > 2) + (epoch > 1)", 2.0),
        ("not epoch", 0.0),
        ("0 or epoch", 3.0),
        ("epoch and 5", 5.0),
        ("epoch == 3 and epoch != 4 or 1 / 2", 1.0),
        ("round(epoch / 2)", 2.0),
        ("round(epoch / 7, 2)", 0.43),
        ("floor(epoch / 2) + ceil(epoch / 2)", 3.0),
        ("abs(-epoch)", 3.0),
        ("max(1, 2, epoch)", 3.0),
        ("log(e) + log(8, 2) + sin(0) + tanh(0)", 4.0),
        ("0x10 + .5 + 1e1", 26.5),
        ("True", 1.0),
        ("1 if epoch > 1 and not epoch > 5 else 2", 1.0),
        ("1 if epoch - 3 else 2", 2.0),
        ("2**0.5 * 2**-1", math.sqrt(2) * 0.5),
    ],
)
def test_language(text: str, expected: float) -> None:
    """What the language holds, at epoch 3; the value is always a float."""
    value = Expression(text)(3)
    assert (expected, float) == (value, type(value))


@pytest.mark.parametrize(
    ("text", "column", "message", "hint"),
    [
        ("__import__('os')", 1, "unknown function '__import__'", KNOWN),
        ("1 + open('f')", 5, "unknown function 'open'", KNOWN),
        ("coss(epoch)", 1, "unknown function 'coss'", "did you mean 'cos'?"),
        ("pow(2, epoch)", 1, "unknown function 'pow'", "write a ** b"),
        ("2 * epcoh", 5, "unknown name 'epcoh'", "did you mean 'epoch'?"),
        ("gamma ** epoch", 1, "unknown name 'gamma'", "the variable is epoch"),
        ("2 * math.cos(epoch)", 5, "attribute access is not allowed", "write cos"),
        ("math.pi", 1, "attribute access is not allowed", "write pi"),
        ("epoch.real", 1, "attribute access is not allowed", ""),
        ("epoch.__class__()", 1, "attribute access is not allowed", ""),
        ("[x for x in (1, 2)]", 1, "a comprehension is not allowed", ""),
        ("max(x for x in epoch)", 1, "max takes two or more arguments, not 1", ""),
        ("[1, 2][0]", 1, "an index is not allowed", ""),
        ("1, 2", 1, "a ',' outside of a call is not allowed", "an expression is one number"),
        ("{1: 2}", 1, "braces are not allowed", "group with ( and )"),
        ("'abc'", 1, "a string is not allowed", ""),
        ("f'{epoch}'", 1, "a string is not allowed", ""),
        ("b'abc'", 1, "a string is not allowed", ""),
        ("None", 1, "None is not allowed", ""),
        ("1j", 1, "a complex number is not allowed", ""),
        ("epoch ^ 2", 1, "'^' is no operator here", "write a power as '**'"),
        ("epoch & 1", 1, "only + - * / // % and ** are operators here", "write 'and', 'or' for & and |"),
        ("~epoch", 1, "'~' is no operator here", "write 'not'"),
        ("!epoch", 1, "'!' is no operator here", "write 'not'"),
        ("epoch = 3", 7, "an assignment is not allowed", "compare with '=='"),
        ("(a := 3)", 2, "an assignment is not allowed", "compare with '=='"),
        ("epoch && 1", 7, "'&&' is no operator here", "write 'and'"),
        ("epoch ? 1 : 2", 7, "'?' is no operator here", "write 'a if condition else b'"),
        ("epoch is 1", 1, "'in' and 'is' are not allowed", "compare with '=='"),
        ("2t", 2, "an operator is missing", "write a product with '*'"),
        ("2 epoch", 2, "an operator is missing", "write a product with '*'"),
        ("0.5epoch", 4, "an operator is missing", "write a product with '*'"),
        ("(1 + 2) epoch", 8, "an operator is missing", "write a product with '*'"),
        ("epoch || 1", 7, "'||' is no operator here", "write 'or'"),
        ("1 if epoch", 1, "not an expression", ""),
        ("2(epoch)", 1, "only a function's name can be called", "write a product with '*'"),
        ("epoch(2)", 1, "epoch is no function", "write a product with '*'"),
        ("cos", 1, "cos is a function", "write cos(...)"),
        ("cos(1, 2)", 1, "cos takes one argument, not 2", ""),
        ("log()", 1, "log takes one or two arguments, not 0", ""),
        ("max(1, key=2)", 1, "max takes no named arguments", ""),
        ("max(1, *epoch)", 8, "a '*' before an argument is not allowed", ""),
        ("lambda a, b: a", 1, "a lambda here has one argument, epoch", ""),
        ("(lambda: 1)", 2, "a lambda here has one argument, epoch", ""),
        ("1 + (lambda t: t)", 6, "a lambda inside of an expression is not allowed", ""),
        ("1 +", 4, "the expression stops short", ""),
        ("(1 + 2", 1, "the brackets do not match", ""),
        ("", 1, "the expression is empty", ""),
        ("1 # one", 3, "'#' is not allowed", ""),
        ("1 \\", 3, "'\\\\' is not allowed", ""),
        ("1" * 400, 1, "the number is too large", ""),
        ("\ud800", 1, "not an expression: 'utf-8' codec can't encode character '\\ud800' in position 0: surrogates not "
         "allowed", ""),
        ("1e999", 1, "the number is too large", ""),
        ("9**9**9", 1, "the number is too large", ""),
        ("epoch + 9**9**9", 9, "the number is too large", ""),
        ("1 / 0", 1, "division by zero", ""),
        ("(-1) ** 0.5", 1, "a negative number to a fractional power is not a real number", ""),
        ("log(-1)", 1, "a function (sqrt, log, ...) has no value there", ""),
        ("é + epcoh", 1, "unknown name 'é'", "the variable is epoch"),
        ("(" * 51 + "1" + ")" * 51, 51, "the expression is nested too deeply", ""),
        ("-" * 300 + "1", 1, "the expression is nested too deeply", ""),
        ("1" + "+1" * 2000, 1, "the expression has more than 1,000 operators", ""),
        ("1" * 10_001, 1, "the expression is longer than 10,000 characters", ""),
    ],
)  # fmt: skip
def test_refused(text: str, column: int, message: str, hint: str) -> None:
    """Anything else is refused when it is read, with its place and, where there is one, a way out."""
    with pytest.raises(ExpressionError) as caught:
        Expression(text)
    error = caught.value
    assert (column, message, hint) == (error.column, error.message, error.help)


@pytest.mark.parametrize(
    ("text", "exception", "message"),
    [
        ("1 / (epoch - 7)", ZeroDivisionError, "division by zero"),
        ("1 % (epoch - 7)", ZeroDivisionError, "division by zero"),
        ("(epoch - 7) ** -1", ZeroDivisionError, "division by zero"),
        ("exp(1000 * epoch)", OverflowError, "the number is too large"),
        ("10.0 ** (epoch * 100)", OverflowError, "the number is too large"),
        ("log(epoch - 7)", ValueError, "a function (sqrt, log, ...) has no value there"),
        ("sqrt(epoch - 8)", ValueError, "a function (sqrt, log, ...) has no value there"),
        ("(epoch - 8) ** 0.5", ValueError, "a negative number to a fractional power is not a real number"),
        ("floor(epoch * 1e308 * 10 * 0)", ValueError, "a function (sqrt, log, ...) has no value there"),
        ("floor(epoch * 1e308 * 10)", OverflowError, "the number is too large"),
        ("abs((epoch - 8) ** 0.5)", ValueError, "a negative number to a fractional power is not a real number"),
    ],
)
def test_no_value_at_an_epoch(text: str, exception: type[Exception], message: str) -> None:
    """An expression without a value at one epoch is read, and raises there, alone or among others."""
    expression = Expression(text)
    for compute in (expression, lambda epoch: expression.values([epoch])):
        with pytest.raises(exception) as caught:
            compute(7)
        assert message == str(caught.value)


def test_is_a_value() -> None:
    """Expressions compare, hash, print, copy and pickle as their text."""
    expression = Expression("0.5 ** epoch")
    assert Expression("0.5 ** epoch") == expression
    assert Expression("0.5**epoch") != expression
    assert repr(expression) == "Expression(text='0.5 ** epoch')"
    assert {expression} == {Expression("0.5 ** epoch")}
    assert expression == copy.deepcopy(expression) == pickle.loads(pickle.dumps(expression))
    assert expression.function(2) == 0.25


def test_nothing_is_on_stderr() -> None:
    """Python's own opinions on the text are not the user's."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert Expression("1if 1else 2")(0) == 1.0


def test_not_a_text() -> None:
    """An expression is written as text, a number too."""
    with pytest.raises(ExpressionError, match="an expression is written as text"):
        Expression(5)  # type: ignore[arg-type]


def test_deep_in_a_program(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where Python has no room left to recurse, that is an ExpressionError too."""

    def parse(text: str) -> None:
        raise RecursionError

    monkeypatch.setattr("lrcli.expression.parse", parse)
    with pytest.raises(ExpressionError, match="the expression is nested too deeply"):
        Expression("1")


def test_argument_hides_nothing_else() -> None:
    """A lambda's own argument name replaces epoch."""
    with pytest.raises(ExpressionError, match="unknown name 'epoch'"):
        Expression("lambda x: epoch")


NAMES = ["epoch", "t", "e", "pi", "max(", "cos(", "if", "else", "and", "or", "not", "lambda", ":", "x", "é", "\n"]
SIGNS = [*"(),+-*/%<[].'\"", "//", "**", "==", "!=", "0", "1", "2.5", "1e3", "9"]
fragments = st.sampled_from(NAMES + SIGNS)


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.text(max_size=40), st.lists(fragments, max_size=30).map(" ".join)))
def test_any_text(text: str) -> None:
    """Whatever is written is an expression or an ExpressionError, and has a float or an arithmetic error as value."""
    try:
        expression = Expression(text)
    except LrcliError:
        return
    for epoch in (0, 1, 7):
        with contextlib.suppress(ArithmeticError, ValueError):
            assert isinstance(expression(epoch), float)
