"""How simple a number is, which is the simplest one in an interval, and which learning rates are too large or small."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction

from lrcli.errors import LrcliError


def digits(value: float) -> int:
    """How many significant digits the shortest decimal of a number has, trailing zeros not counted.

    >>> digits(2e-4), digits(6687), digits(1000), digits(1 / 3)
    (1, 4, 1, 16)
    """
    return len(_figures(value))


def _figures(value: float) -> str:
    return repr(float(value)).partition("e")[0].replace(".", "").replace("-", "").strip("0")


def cost(value: float) -> float:
    """How much there is to say about a number: about its digits, less for the 1, 2, 5 and 25 that people like.

    >>> cost(0), cost(0.001) < cost(0.003) < cost(0.0011) < cost(0.00123)
    (0.0, True)
    """
    if value == 0:
        return 0.0
    figures = _figures(value)
    count = len(figures)
    if count > 4:
        inverse = 1 / value
        near = round(inverse)
        if 1 < near <= 100_000 and abs(inverse - near) < 1e-9 * near and digits(1 / near) > 10:  # a warmup from 1/300
            return min(count, 1.0 + digits(near))
    liked = {"1": 0.5, "2": 0.3, "5": 0.3, "25": 0.6, "15": 0.3, "75": 0.2, "3": 0.1}.get(figures, 0.0)
    return count - liked


def floor_cost(floor: float, lr: float) -> float:
    """The cost of a rate, or of the share of another that it is, whichever is rounder."""
    return min(cost(floor), cost(floor / lr))


def written(value: float) -> float:
    """The number without what arithmetic in floats has left behind its twelfth digit.

    >>> written(0.1 * 3)
    0.3
    """
    return float(f"{value:.12g}")


def simplest(low: float, high: float) -> float:
    """The number of the fewest digits in low <= x <= high, the liked one of several, else the one in the middle.

    >>> simplest(1.9999e-4, 2.00004e-4), simplest(0.0011, 0.0019), simplest(-1.0, 1.0)
    (0.0002, 0.0015, 0.0)
    """
    if low <= 0 <= high:
        return 0.0
    if high < 0:
        return -simplest(-high, -low)
    top = math.floor(math.log10(high))
    for count in range(1, 18):
        power = count - 1 - top
        unit = 10.0**-power
        first, last = math.ceil(low / unit), math.floor(high / unit)
        if last - first > 50:
            continue  # more digits than are needed: cannot happen after the first round
        numbers = [float(f"{k}e{-power}") for k in range(first, last + 1)]
        numbers = [x for x in numbers if low <= x <= high]
        if numbers:
            middle = (low + high) / 2
            return min(numbers, key=lambda x: (cost(x), abs(x - middle)))
    return (low + high) / 2


def simplest_whole(low: float, high: float, origin: int = 0) -> int | None:
    """The whole number in low <= n <= high that is the roundest as counted from an origin; None if there is none.

    >>> simplest_whole(970, 1030), simplest_whole(31, 33.5), simplest_whole(0.2, 0.8), simplest_whole(970, 1030, 7)
    (1000, 32, None, 1007)
    """
    if origin:
        whole = simplest_whole(low - origin, high - origin)
        return None if whole is None else whole + origin
    first, last = math.ceil(low), math.floor(high)
    if first > last:
        return None
    unit: int = 10 ** len(str(max(abs(first), abs(last))))
    while unit >= 1:
        start, stop = -(-first // unit), last // unit
        if start <= stop:
            numbers = [k * unit for k in range(start, min(stop, start + 50) + 1)]
            middle = (low + high) / 2
            return min(numbers, key=lambda n: (cost(n), abs(n - middle)))
        unit //= 10
    return None


def short_numbers(low: float, high: float) -> list[float]:
    """The numbers of one or two digits, and a few of three, from low to high, the most liked first.

    >>> short_numbers(0.0019, 0.00225)
    [0.002, 0.0019, 0.0021, 0.0022, 0.00225]
    """
    powers = range(math.floor(math.log10(low)) - 2, math.ceil(math.log10(high)) + 1)
    leads = (*range(1, 100), 125, 175, 225, 325, 375, 625, 875)
    numbers = {x for power in powers for lead in leads if low <= (x := float(f"{lead}e{power}")) <= high}
    return sorted(numbers, key=lambda x: (cost(x), x))


def rounded(value: float, most: int = 15) -> Iterator[float]:
    """The number rounded to 1, 2, 3 ... digits, each result once, and at last the number itself."""
    seen = set()
    for count in range(1, most + 1):
        short = float(f"{value:.{count - 1}e}")
        if short not in seen:
            seen.add(short)
            yield short
    if value not in seen:
        yield value


def geometric(
    spans: Sequence[tuple[float, float]], exponents: Sequence[int]
) -> tuple[tuple[float, float], float] | None:
    """((low, high) of a number, a factor): the number times these powers of the factor lies in the intervals.

    >>> geometric([(1.0, 1.1), (0.49, 0.51), (0.06, 0.063)], [0, 1, 4])
    ((1.0, 1.008), 0.5)
    """
    (least, most), first = spans[0], exponents[0]
    if min(low for low, _ in spans) <= 0:
        return None
    later = [(span, exponent - first) for span, exponent in zip(spans, exponents, strict=True) if exponent > first]
    lowest = max(((low / most) ** (1 / n) for (low, _), n in later), default=1.0)
    highest = min(((high / least) ** (1 / n) for (_, high), n in later), default=1.0)
    if not 0 < lowest <= highest:
        return None
    factor = simplest(lowest, highest)
    numbers = [(low / factor**n, high / factor**n) for (low, high), n in zip(spans, exponents, strict=True)]
    low, high = max(low for low, _ in numbers), min(high for _, high in numbers)
    return ((low, high), factor) if low <= high else None


def simplest_factor(low: float, high: float) -> float:
    """The simplest number from low to high: few digits, a fraction, a root of two; else the middle.

    >>> simplest_factor(1.99999, 2.00001), simplest_factor(0.33333333, 0.33333334), simplest_factor(0.707106, 0.707108)
    (2.0, 0.3333333333333333, 0.7071067811865476)
    >>> simplest_factor(1.000099e200, 1.000101e200)
    1.0001e+200
    """
    middle = (low + high) / 2
    if not math.isfinite(middle) or low == high:
        return middle
    short = simplest(low, high)
    if digits(short) > 3 and abs(middle) < 1e6:
        share = Fraction(middle).limit_denominator(1024)
        if share and low <= float(share) <= high and share.denominator * abs(share.numerator) < 100_000:
            return float(share)
        square = Fraction(middle * middle).limit_denominator(64)
        root = math.copysign(math.sqrt(square), middle)
        if low <= root <= high:
            return root
    return short


def agreed(intervals: Iterable[tuple[float, float]]) -> tuple[float, float, int]:
    """(low, high, how many): where most of the intervals overlap; each may begin with its upper end.

    >>> agreed([(1, 3), (4, 2), (2.5, 9), (20, 30)])
    (2.5, 3, 3)
    """
    ends = sorted(end for a, b in intervals for end in ((min(a, b), -1), (max(a, b), 1)))
    held = most = 0
    low = high = math.nan
    for i, (end, side) in enumerate(ends):
        held -= side
        if held > most:
            most, low, high = held, end, ends[i + 1][0]
    return low, high, most


def is_round(value: float) -> bool:
    """Whether a factor is one that people choose: a power of 2 or its root, of 10, or a small whole number.

    >>> is_round(8.0), is_round(0.1), is_round(2**0.5), is_round(0.8123)
    (True, True, True, False)
    """
    if value <= 0 or not math.isfinite(value):
        return False
    for log in (2 * math.log2(value), math.log10(value)):
        if abs(log - round(log)) < 1e-6:
            return True
    return any(abs(x - round(x)) < 1e-9 and round(x) <= 64 for x in (value, 1 / value))


SMALLEST, LARGEST = 1e-150, 1e150
"""The product of two learning rates that are compared has to be an ordinary double."""


def check_magnitudes(name: str, rates: Iterable[float | None]) -> None:
    """Raise LrcliError for a learning rate that no training has: infinite, or so large or small that squares are not.

    Zero and NaN are rates of real runs.

    >>> check_magnitudes("run.csv", [0.1, 0.0, float("nan"), None])
    """
    for rate in rates:
        if rate and not SMALLEST <= abs(rate) <= LARGEST and rate == rate:
            bounds = f"only those from {SMALLEST:g} to {LARGEST:g} and 0 can be told from each other"
            raise LrcliError(f"{name}: the learning rate {rate!r} is out of range: {bounds}")
