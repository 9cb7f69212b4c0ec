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
    if rounding.kind == "decimals" or (rounding.kind == "bars" and abs(value) > BARS_FIXED):
        return round(value, rounding.digits)
    if rounding.kind == "bars":
        return float(f"{value:.{rounding.digits}e}")
    return float(f"{value:.{max(rounding.digits - 1, 0)}e}")


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
    if rounding.kind == "decimals" or (rounding.kind == "bars" and abs(logged) > BARS_FIXED):
        unit = 10.0**-rounding.digits
    elif logged == 0:
        return floor
    else:
        digits = rounding.digits + (rounding.kind == "bars")
        unit = 10.0 ** (math.floor(math.log10(abs(logged))) - digits + 1)
    # what was a float32 before it was printed may miss by its last place, too; with more digits it would show
    ulp = FLOAT32_RELATIVE * abs(logged)
    return 0.5 * unit + max(exact, floor, ulp if ulp <= unit else 0.0)


def agrees(value: float, logged: float, rounding: Rounding, peak: float = 0.0) -> bool:
    """Whether a computed value is what the log holds, at the log's own precision. NaN agrees with NaN.

    >>> agrees(0.000433421, 0.0004334, Rounding("significant", 4)), agrees(0.000433421, 0.0004334, Rounding())
    (True, False)
    """
    if value == logged or (math.isnan(value) and math.isnan(logged)):
        return True
    return abs(value - logged) <= tolerance(logged, rounding, peak)


def detect(texts: Iterable[str]) -> Rounding:
    """The rounding of numbers as they are written. What looks like nothing in particular is "full".

    >>> detect(["0.0010000000474974513"]), detect(["1.00e-03"]), detect(["0.00100"])
    (Rounding(kind='float32', digits=0), Rounding(kind='significant', digits=3), Rounding(kind='decimals', digits=5))
    >>> detect(["0.1", "0.01", "0.001"])
    Rounding(kind='full', digits=0)
    """
    evidence = WrittenDigits()
    for text in texts:
        evidence.add(text)
    return evidence.rounding()


class WrittenDigits:
    """What the written numbers of one column tell about their rounding, cell by cell."""

    def __init__(self) -> None:
        self._seen: set[str] = set()
        self._longest = 0
        self._float32 = True  # every value so far is one
        self._short32 = True  # every text so far is the shortest that tells a float32 from its neighbours
        self._long = False  # some value has more digits than a rounded one would have
        self._significant: list[int] = []
        self._decimals: list[int] = []
        self._fixed: set[int] = set()  # the decimals as written, trailing zeros included, of cells without exponent
        self._padded = False  # a trailing zero says that these digits are the format's
        self._mantissas: set[int] = set()  # the digits as written of cells with an exponent
        self._mantissa_padded = False

    def add_many(self, texts: Sequence[str]) -> None:
        """More cells. Once enough are known, the longest of them has most to tell."""
        if not self._certain:
            few = len(self._seen) < SEEN
            for text in set(texts[:SEEN]) if few else ():
                self.add(text)
            if not self._certain:
                self.add(max(texts, key=len))

    @property
    def _certain(self) -> bool:
        return self._long and not self._float32

    def add(self, text: str) -> None:
        """One more cell."""
        if self._certain or text in self._seen:
            return
        if len(self._seen) >= SEEN and len(text) <= self._longest:
            return
        self._longest = max(self._longest, len(text))
        try:
            value = float(text)
        except ValueError:
            return
        self._seen.add(text)
        text = text.strip()
        if value == 0 or not math.isfinite(value):
            if "." in text and "e" not in text.lower():
                self._fixed.add(len(text.partition(".")[2]))
            return
        digits, decimals = _digits(value)
        self._float32 = self._float32 and to_float32(value) == value
        self._short32 = self._short32 and digits <= 9 and _shortest32(value) == value
        self._long = self._long or digits > LONG
        self._significant.append(digits)
        self._decimals.append(decimals)
        mantissa, _, exponent = text.lower().lstrip("+-").partition("e")
        places = len(mantissa.partition(".")[2])
        if exponent:
            self._mantissas.add(places)
            self._mantissa_padded = self._mantissa_padded or (places > 1 and mantissa.endswith("0"))
        else:
            self._fixed.add(places)
            self._padded = self._padded or (places > 1 and mantissa.endswith("0"))

    def rounding(self) -> Rounding:
        """What all cells so far have in common."""
        if not self._significant:
            return FULL
        if self._long:
            return FLOAT32 if self._float32 else FULL
        if self._fixed == {4} and self._mantissas == {4}:
            return Rounding("bars", 4)
        if self._padded and len(self._fixed) == 1 and not self._mantissas:
            return Rounding("decimals", next(iter(self._fixed)))
        if self._mantissa_padded and len(self._mantissas) == 1 and not self._fixed - {1}:
            digits = next(iter(self._mantissas)) + 1
            return Rounding("significant", digits) if digits <= LONG else FULL
        if self._short32 and max(self._significant) >= MOST:
            return FLOAT32
        return self._by_digits()

    def _by_digits(self) -> Rounding:
        """The rounding of numbers without any trailing zeros."""
        values, most = len(self._significant), max(self._significant)
        # numbers that were rounded to n digits have all n of them nine times in ten
        significant, decimals = (list_.count(max(list_)) for list_ in (self._significant, self._decimals))
        enough = values >= ENOUGH and max(significant, decimals) >= 0.6 * values
        if not enough and not (values >= MANY and 4 <= most <= MOST):
            return FULL
        if significant < decimals:
            return Rounding("decimals", max(self._decimals))
        return Rounding("significant", most) if most > 1 else FULL


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


def _shortest32(value: float) -> float:
    """The shortest decimal number that has the same float32 as this one."""
    wanted = to_float32(value)
    return next((short for n in range(1, 10) if to_float32(short := float(f"{wanted:.{n}g}")) == wanted), value)
