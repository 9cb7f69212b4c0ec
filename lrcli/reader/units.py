"""Plain scalars: what one means, a value of YAML 1.2 (its core schema) or a length with a unit (`30ep`), and its text.

1e-3 is a number, 010 is ten and on is a text.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, NamedTuple

from lrcli.errors import Unreadable
from lrcli.values import dataclass

if TYPE_CHECKING:
    from fractions import Fraction

    from lrcli.spec.data import Data

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


_QUANTITY = r"([-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d{1,3})?)\s*([A-Za-z]+|%)"
_UNITS = {"ep": "epoch", "st": "step", "ba": "step", "%": "%", "dur": "dur"}
_SPELLINGS = {"epoch": "ep", "epochs": "ep", "e": "ep", "step": "st", "steps": "st", "batches": "ba", "s": "st"}


class Quantity(NamedTuple):
    """A number with its unit: "epoch", "step", "%" or "dur"."""

    number: Fraction
    unit: str


@dataclass(frozen=True)
class RowClock:
    """The rows of a run count scheduler steps, which are epochs or steps."""

    interval: str = "epoch"
    steps_per_epoch: int | None = None
    data: Data | None = None

    def rows(self, quantity: Quantity, length: int) -> Fraction:
        """Count the rows of a quantity, in a run or phase of `length` rows."""
        number, unit = quantity
        if unit in ("%", "dur"):
            return number * length / (100 if unit == "%" else 1)
        if unit == self.interval:
            return number
        if self.steps_per_epoch is None:
            raise Unreadable(
                f"{unit}s in a run that counts {self.interval}s need steps_per_epoch",
                "give steps_per_epoch (or data) at the top level",
            )
        return number * self.steps_per_epoch if unit == "epoch" else number / self.steps_per_epoch


def parse_quantity(text: str) -> Quantity:
    """A number with a unit; Unreadable if it is none.

    >>> parse_quantity("2.5ep")
    Quantity(number=Fraction(5, 2), unit='epoch')
    """
    match = re.fullmatch(_QUANTITY, text.strip()) if len(text) < 60 else None
    if not match:
        raise Unreadable(f"{text[:40]!r} is no length", "a length is a number or, with a unit, 30ep, 500st or 10%")
    from fractions import Fraction  # imported here: most specs have no units, and it costs as much as the reader

    number, unit = match.groups()
    if unit not in _UNITS:
        instead = _SPELLINGS.get(unit.lower())
        hint = f"write {number}{instead}" if instead else "the units are ep, st (or ba), % and dur"
        raise Unreadable(f"unknown unit {unit!r}", hint)
    return Quantity(Fraction(number), _UNITS[unit])


def resolve_length(text: str, length: int, clock: RowClock, rounds: str = "nearest") -> tuple[float, str]:
    """(rows, warning) of a length with a unit. The warning is not empty if a percentage had to be rounded.

    A percentage becomes a whole number of rows: `rounds` says which, nearest (halves up), up, down, or keep (a fraction
    stays one). A length in epochs or steps stays the fraction that it is.

    >>> resolve_length("10%", 25, RowClock())
    (3, '10% of 25 epochs is 2.5, rounded to 3')
    """
    quantity = parse_quantity(text)
    exact = clock.rows(quantity, length)
    if abs(exact) > 10**15:
        raise Unreadable(f"{text.strip()[:40]} is too long", f"a run has at most 1e12 {clock.interval}s")
    if exact.denominator == 1:
        return int(exact), ""
    if rounds == "keep" or quantity.unit not in ("%", "dur"):
        return float(exact), ""
    rows = {"up": math.ceil, "down": math.floor}.get(rounds, _nearest)(exact)
    return rows, f"{text.strip()} of {length} {clock.interval}s is {float(exact):g}, rounded to {rows}"


def _nearest(exact: Fraction) -> int:
    return (2 * exact + 1) // 2  # halves up


def position(text: str, length: int, clock: RowClock) -> int:
    """A row that a command names: `30`, `30ep`, `500st` or `10%`, rounded to the nearest; Unreadable if it is none."""
    text = text.strip()
    if re.fullmatch(r"[-+]?\d{1,30}", text):
        return int(text)
    if len(text) < 60 and re.fullmatch(r"[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d{1,3})?", text):
        from fractions import Fraction

        number = Fraction(text)
        if number.denominator == 1:
            return int(number)
        raise Unreadable(f"{text} is no whole number of {clock.interval}s")
    return _nearest(clock.rows(parse_quantity(text), length))


def text_of(value: bool | int | float | None) -> str:
    """A number, a truth or nothing in the words of a spec.

    >>> [text_of(value) for value in (1e-05, 3, True, None, float("inf"))]
    ['1e-05', '3', 'true', 'null', '.inf']
    """
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, float) and not math.isfinite(value):
        return ".nan" if math.isnan(value) else ".inf" if value > 0 else "-.inf"
    return repr(value)


_WORD = re.compile(r"[A-Za-z_][\w./+-]*")


def scalar_text(text: str) -> str:
    """A text as a YAML scalar, quoted where it would be something else without."""
    if _WORD.fullmatch(text) and isinstance(resolve_scalar(text), str) and len(text) < 200:
        return text
    if "'" not in text and text.isprintable():
        return f"'{text}'"
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c.isprintable() else f"\\u{ord(c):04x}" if ord(c) < 65536 else c for c in escaped) + '"'
