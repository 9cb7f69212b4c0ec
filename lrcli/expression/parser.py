"""The text of an expression -> Python's syntax tree of it, bounded in size and depth, and not yet checked."""

from __future__ import annotations

import ast
import re
import warnings

from lrcli.errors import Unreadable

MAX_LENGTH = 10_000
MAX_OPERATORS = 1_000
MAX_BRACKETS = 50
MAX_DEPTH = 200

VARIABLES = ("epoch", "t", "step")

_OPERATOR = re.compile(r"\*\*|//|[-+*/%<>=!&|^~,:?]|\b(?:if|else|and|or|not|for|in|is|lambda)\b")


class ExpressionError(Unreadable, ValueError):
    """An expression that is none: what is wrong and where. `column` counts the characters of `text` from 1."""

    def __init__(self, text: str, column: int, message: str, hint: str = "") -> None:
        shown = text if len(text) <= 60 else f"{text[:57]}..."
        super().__init__(message, hint, where=f", at column {column} of {shown!r}")
        self.text = text
        self.column = column


def parse(text: str) -> tuple[ast.expr, str]:
    """The syntax tree of the expression, bounded in size and depth, and the name of its argument."""
    _check_size(text)
    # one line, so that columns are offsets and a line break within YAML text is a blank
    line = re.sub(r"[\r\n\t\f\v]", " ", text)
    start = len(line) - len(line.lstrip())
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # "1if x": refused below or harmless, and no business of stderr
            tree = ast.parse(line[start:], mode="eval").body
    except SyntaxError as error:
        raise _syntax_error(text, start + (error.offset or 1)) from None
    except ValueError as error:  # surrogates, integers of thousands of digits
        raise ExpressionError(text, 1, f"not an expression: {error}") from None
    # places in the tree are offsets into UTF-8
    encoded = line[start:].encode()
    for node in ast.walk(tree):
        if isinstance(node, ast.expr):
            node.col_offset = start + len(encoded[: node.col_offset].decode(errors="ignore"))
    argument = VARIABLES[0]
    if isinstance(tree, ast.Lambda):
        a = tree.args
        if len(a.args) != 1 or a.posonlyargs or a.kwonlyargs or a.vararg or a.kwarg or a.defaults:
            raise ExpressionError(text, tree.col_offset + 1, "a lambda here has one argument, epoch")
        argument, tree = a.args[0].arg, tree.body
    level: list[ast.AST] = [tree]
    for _ in range(MAX_DEPTH):
        level = [child for node in level for child in ast.iter_child_nodes(node)]
        if not level:
            return tree, argument
    raise ExpressionError(text, 1, "the expression is nested too deeply")


def _check_size(text: str) -> None:
    """Refuse before parsing what could exhaust the parser."""
    if len(text) > MAX_LENGTH:
        raise ExpressionError(text, 1, f"the expression is longer than {MAX_LENGTH:,} characters")
    if not text.strip():
        raise ExpressionError(text, 1, "the expression is empty")
    for character in "#\\\0":
        if character in text:
            raise ExpressionError(text, text.index(character) + 1, f"{character!r} is not allowed")
    depth = 0
    for bracket in re.finditer(r"[][(){}]", text):
        depth += 1 if bracket.group() in "([{" else -1
        if depth > MAX_BRACKETS:
            raise ExpressionError(text, bracket.start() + 1, "the expression is nested too deeply")
    if len(_OPERATOR.findall(text)) > MAX_OPERATORS:
        raise ExpressionError(text, 1, f"the expression has more than {MAX_OPERATORS:,} operators")


def _syntax_error(text: str, column: int) -> ExpressionError:
    """The error for what Python's parser does not take; it complains at `column`, later releases closer to the slip."""
    for pattern, message, hint in _SLIPS:
        if match := re.search(pattern, text):
            return ExpressionError(text, match.start() + 1, message, hint)
    if (text.count("("), text.count("[")) != (text.count(")"), text.count("]")):
        return ExpressionError(text, 1, "the brackets do not match")
    return ExpressionError(text, max(1, min(column, len(text))), "not an expression")


# (what stands in the text, what is wrong with it, what to write); the first that is found counts
_SLIPS = (
    (r"&&", "'&&' is no operator here", "write 'and'"),
    (r"\|\|", "'||' is no operator here", "write 'or'"),
    (r"\?", "'?' is no operator here", "write 'a if condition else b'"),
    (r"(?<![<>=!:])=(?!=)", "an assignment is not allowed", "compare with '=='"),
    (r"!(?!=)", "'!' is no operator here", "write 'not'"),
    (r"(?<=[-+*/%<>=,(])\s*$", "the expression stops short", ""),
    (r"(?<=[\d)])\s+(?!(?:if|else|and|or|not)\b)(?=[A-Za-z\d(])", "an operator is missing", "write a product with '*'"),
    (r"(?<=\d)(?=[A-Za-z_]{2}|t\b)", "an operator is missing", "write a product with '*'"),
)
