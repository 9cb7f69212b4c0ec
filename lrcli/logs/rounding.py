"""How a log writes its learning rates: with every digit of a double, as float32, or rounded to some digits."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from struct import pack, unpack

from lrcli.logs import Rounding

FULL = Rounding()
FLOAT32 = Rounding("float32")

RELATIVE = 1e-9
"""How far apart, in relation to the larger one, a computed and a logged value may be where the log has every digit."""

FLOAT32_RELATIVE = 2.0**-23
"""The same for a log of float32 values: one unit in the last place, since the framework may also compute in float32."""

PEAK = 1e-12
"""The same, in relation to the largest learning rate of the run: what is left of a zero in floating point."""

LONG = 12
"""More significant digits than this are what floating-point arithmetic leaves, not what somebody rounded to."""

ENOUGH = 3
"""So many different values have to look rounded, most of them to the last digit, before a log is called so."""

MANY = 8
"""So many values of at most MOST digits are enough where few use the last digit (a warmup, then round numbers)."""

MOST = 8

BARS_FIXED = 1e-3
"""Keras's progress bars write what is above this with 4 decimals, and what is below with 4 decimals and an exponent."""

SEEN = 1000
"""So many different cells are looked at one by one; of those after them only longer ones."""


def to_float32(value: float) -> float:
    """The float32 nearest to a value; infinite where it is too large for one.

    >>> to_float32(0.001)
    0.0010000000474974513
    """
    try:
        return float(unpack("<f", pack("<f", value))[0])
    except OverflowError:
        return math.copysign(math.inf, value)


def quantise(value: float, rounding: Rounding) -> float:
    """A value as a log with that rounding writes it.

    >>> quantise(0.00043342123, Rounding("significant", 4)), quantise(0.00043342123, Rounding("decimals", 4))
    (0.0004334, 0.0004)
    """
    if rounding.kind == "full" or not math.isfinite(value):
        return value
    if rounding.kind == "float32":
        return to_float32(value)
    if _has_decimals(value, rounding):
        return round(value, rounding.digits)
    return float(f"{value:.{_significant(rounding) - 1}e}")


def tolerance(logged: float, rounding: Rounding, peak: float = 0.0) -> float:
    """How far a computed value may lie from a logged one and still be what was logged.

    Half a unit of the last digit that the log writes, and the last place of a float32; `peak`, the largest learning
    rate of the run, is what the remainder of a zero is measured by.

    >>> tolerance(4.334e-4, Rounding("significant", 4)) < 0.51e-7
    True
    """
    if not math.isfinite(logged):
        return 0.0
    floor = PEAK * peak
    exact = RELATIVE * abs(logged)
    if rounding.kind == "full":
        return max(exact, floor)
    if rounding.kind == "float32":
        return max(FLOAT32_RELATIVE * abs(logged), floor, 2.0**-149)
    if _has_decimals(logged, rounding):
        unit = 10.0**-rounding.digits
    elif logged == 0:
        return floor
    else:
        unit = 10.0 ** (math.floor(math.log10(abs(logged))) - _significant(rounding) + 1)
    # what was a float32 before it was printed may miss by its last place, too; with more digits it would show
    ulp = FLOAT32_RELATIVE * abs(logged)
    return 0.5 * unit + max(exact, floor, ulp if ulp <= unit else 0.0)


def _has_decimals(value: float, rounding: Rounding) -> bool:
    """Whether the log writes such a value with a fixed number of digits after the point."""
    return rounding.kind == "decimals" or (rounding.kind == "bars" and abs(value) > BARS_FIXED)


def _significant(rounding: Rounding) -> int:
    """How many significant digits the log writes of other values."""
    return max(rounding.digits, 1) + (rounding.kind == "bars")


class WrittenDigits:
    """What the written numbers of one column tell about their rounding, of which it keeps the different ones.

    >>> WrittenDigits(["0.0010000000474974513"]).rounding(), WrittenDigits(["1.00e-03"]).rounding()
    (Rounding(kind='float32', digits=0), Rounding(kind='significant', digits=3))
    >>> WrittenDigits(["0.00100"]).rounding(), WrittenDigits(["0.1", "0.01", "0.001"]).rounding()
    (Rounding(kind='decimals', digits=5), Rounding(kind='full', digits=0))
    """

    def __init__(self, texts: Iterable[str] = ()) -> None:
        self._texts: set[str] = set()
        self._longest = 0
        self._is_full = False  # known before all cells are looked at
        for text in texts:
            self.add(text)

    def add(self, text: str) -> None:
        if len(self._texts) < SEEN or len(text) > self._longest:
            self._texts.add(text)
            self._longest = max(self._longest, len(text))

    def add_many(self, texts: Sequence[str]) -> None:
        """More cells. The longest of them has most to tell."""
        if self._is_full:
            return
        longest = max(texts, key=len)
        value = float(longest)
        self._is_full = _digits(value)[0] > LONG and to_float32(value) != value
        for text in dict.fromkeys(texts[:SEEN]) if len(self._texts) < SEEN and not self._is_full else ():
            self.add(text)
        self.add(longest)

    def rounding(self) -> Rounding:
        """What all cells so far have in common. What looks like nothing in particular is "full"."""
        cells = {text.strip().lower(): float(text) for text in self._texts}
        values = {text: value for text, value in cells.items() if value and math.isfinite(value)}
        if not values:
            return FULL
        significant, decimals = zip(*map(_digits, values.values()), strict=True)
        most, most_decimals = max(significant), max(decimals)
        if most > LONG:
            return FLOAT32 if all(to_float32(value) == value for value in values.values()) else FULL
        fixed, is_padded = _places(text for text in values if "e" not in text)
        fixed |= _places(text for text in cells.keys() - values if "." in text and "e" not in text)[0]
        mantissas, is_mantissa_padded = _places(text.partition("e")[0] for text in values if "e" in text)
        if fixed == {4} and mantissas == {4}:
            return Rounding("bars", 4)
        if is_padded and len(fixed) == 1 and not mantissas:
            return Rounding("decimals", fixed.pop())
        if is_mantissa_padded and len(mantissas) == 1 and not fixed - {1}:
            digits = mantissas.pop() + 1
            return Rounding("significant", digits) if digits <= LONG else FULL
        if MOST <= most <= 9 and all(shortest32(value) == value for value in values.values()):
            return FLOAT32
        # numbers that were rounded to n digits have all n of them nine times in ten
        full, full_decimals = significant.count(most), decimals.count(most_decimals)
        is_clear = len(values) >= ENOUGH and max(full, full_decimals) >= 0.6 * len(values)
        if not is_clear and not (len(values) >= MANY and 4 <= most <= MOST):
            return FULL
        if full < full_decimals:
            return Rounding("decimals", most_decimals)
        return Rounding("significant", most) if most > 1 else FULL


def _places(texts: Iterable[str]) -> tuple[set[int], bool]:
    """How many digits stand after the point of numbers, and whether a trailing zero says that the format has so many.

    >>> _places(["0.10", "0.25"])
    ({2}, True)
    """
    fractions = [text.partition(".")[2] for text in texts]
    return set(map(len, fractions)), any(len(digits) > 1 and digits.endswith("0") for digits in fractions)


def _digits(value: float) -> tuple[int, int]:
    """How many significant digits the shortest text of a number has, and how many stand after its point.

    >>> _digits(0.00125), _digits(1e-05), _digits(1200.0)
    ((3, 5), (1, 5), (2, 0))
    """
    mantissa, _, exponent = repr(abs(value)).partition("e")
    whole, _, fraction = mantissa.partition(".")
    fraction = "" if fraction == "0" else fraction
    decimals = max(len(fraction) - int(exponent or 0), 0)
    return len((whole + fraction).strip("0")), decimals


def shortest32(value: float) -> float:
    """The number of the fewest digits that is this value in single precision.

    >>> shortest32(0.0010000000474974513)
    0.001
    """
    wanted = to_float32(value)
    return next((short for n in range(1, 10) if to_float32(short := float(f"{wanted:.{n}g}")) == wanted), value)
