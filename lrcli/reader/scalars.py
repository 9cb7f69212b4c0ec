"""A plain scalar means what YAML 1.2 says in its core schema: 1e-3 is a number, 010 is ten and on is a text."""

from __future__ import annotations

import math
import re

_INT = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_WORDS: dict[str, bool | float | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), math.nan),
    **{sign + word: float(sign + "inf") for sign in ("", "+", "-") for word in (".inf", ".Inf", ".INF")},
}


def resolve_scalar(text: str) -> bool | int | float | str | None:
    """The value of a plain scalar.

    >>> [resolve_scalar(text) for text in ("10", "10.0", "1e-3", "010", "0x1F", "1_000", "on", "true", "~")]
    [10, 10.0, 0.001, 10, 31, '1_000', 'on', True, None]
    """
    if text in _WORDS:
        return _WORDS[text]
    if _INT.fullmatch(text):
        if len(text) > 300:  # beyond any float, and int() refuses thousands of digits
            return -math.inf if text[0] == "-" else math.inf
        number = int(text, {"0o": 8, "0x": 16}.get(text[:2], 10))
        return number if abs(number) < 1e308 else math.inf if number > 0 else -math.inf
    return float(text) if _FLOAT.fullmatch(text) else text


def number_hint(text: str, quoted: bool) -> str:
    """Say what to write instead of a text that stands where a number is wanted."""
    bare = text.strip()
    if bare and not isinstance(resolve_scalar(bare), str):
        return "write it without quotes" if quoted else ""
    for mark, instead in (("_", ""), (",", "."), ("'", "")):
        joined = bare.replace(mark, instead)
        if joined != bare and isinstance(resolve_scalar(joined), (int, float)):
            return f"write {joined}"
    if len(bare) < 100 and re.fullmatch(r"[-+*/(). \deE]+", bare):
        from lrcli.expression import Expression, ExpressionError

        try:
            return f"write the number itself: {Expression(bare)(0)!r}"
        except ExpressionError:
            return ""
    return ""
