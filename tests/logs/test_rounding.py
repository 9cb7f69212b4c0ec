"""How a log's numbers are rounded, and what is equal at that precision."""

from __future__ import annotations

import math

import pytest

from lrcli.logs import Rounding
from lrcli.logs.rounding import WrittenDigits, quantise, tolerance

FULL, FLOAT32 = Rounding(), Rounding("float32")
COSINE = [0.05 * (1 + math.cos(math.pi * t / 17)) for t in range(17)]


def _agrees(value: float, logged: float, rounding: Rounding, peak: float = 0.0) -> bool:
    """Whether a computed value is what the log holds, at the log's own precision. NaN agrees with NaN."""
    both_nan = math.isnan(value) and math.isnan(logged)
    return value == logged or both_nan or abs(value - logged) <= tolerance(logged, rounding, peak)


def _shortest(value: float) -> str:
    """A float32 as NumPy prints it."""
    wanted = quantise(value, FLOAT32)
    return next(text for n in range(1, 10) if quantise(float(text := f"{wanted:.{n}g}"), FLOAT32) == wanted)


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        ([repr(lr) for lr in COSINE], FULL),
        ([f"{lr:.4f}" for lr in COSINE], Rounding("decimals", 4)),
        ([repr(round(lr, 4)) for lr in COSINE], Rounding("decimals", 4)),
        ([f"{lr:.3e}" for lr in COSINE], Rounding("significant", 4)),
        ([f"{lr:.5g}" for lr in COSINE], Rounding("significant", 5)),
        ([repr(quantise(lr, FLOAT32)) for lr in COSINE], FLOAT32),
        ([f"{lr:.18e}" for lr in COSINE], FULL),
        (["1.00e-03"], Rounding("significant", 3)),
        (["0.00100"], Rounding("decimals", 5)),
        (["0.0010000000474974513"], FLOAT32),
        ([_shortest(lr) for lr in COSINE], FLOAT32),
        # round numbers of a schedule are no rounding
        (["0.1", "0.01", "0.001", "0.0001"], FULL),
        (["0.1"] * 100, FULL),
        (["0.0", "1e-05", "2e-05"], FULL),
        # a warmup in full, then a decay that comes out round: the longest decides
        (["0.0032432", "0.0063595", "0.0092559", *(repr(round(0.00901 - 0.00033 * t, 5)) for t in range(20))],
         Rounding("significant", 5)),
        (["nan", "inf"], FULL),
        ([], FULL),
    ],
)  # fmt: skip
def test_detect(texts: list[str], expected: Rounding) -> None:
    """The written numbers tell how they were rounded; where they do not, they count as full."""
    assert expected == WrittenDigits(texts).rounding()


@pytest.mark.parametrize(
    ("value", "rounding", "expected"),
    [
        (0.00043342123, FULL, 0.00043342123),
        (0.00043342123, Rounding("significant", 4), 0.0004334),
        (0.00043342123, Rounding("decimals", 5), 0.00043),
        (0.001, FLOAT32, 0.0010000000474974513),
        (1e300, FLOAT32, math.inf),
        (0.0, Rounding("significant", 4), 0.0),
        (math.inf, Rounding("decimals", 2), math.inf),
    ],
)
def test_quantise(value: float, rounding: Rounding, expected: float) -> None:
    """A value is written as a log with that rounding writes it."""
    assert expected == quantise(value, rounding)


@pytest.mark.parametrize("rounding", [FULL, FLOAT32, Rounding("significant", 4), Rounding("decimals", 6)])
def test_what_is_quantised_agrees(rounding: Rounding) -> None:
    """A value agrees with what it was rounded to, and not with what is two units of the last digit away."""
    for lr in COSINE:
        logged = quantise(lr, rounding)
        assert (True, False) == (
            _agrees(lr, logged, rounding),
            _agrees(lr + 4 * tolerance(logged, rounding), logged, rounding),
        )


@pytest.mark.parametrize(
    ("value", "logged", "rounding", "peak", "expected"),
    [
        (1e-20, 0.0, FULL, 0.1, True),
        (1e-20, 0.0, FULL, 0.0, False),
        (math.nan, math.nan, FULL, 0.0, True),
        (0.1, math.nan, FULL, 0.0, False),
        (0.1, math.inf, FULL, 0.0, False),
        # the tie: either neighbour is right
        (0.00125, 0.0012, Rounding("decimals", 4), 0.0, True),
        (0.00125, 0.0013, Rounding("decimals", 4), 0.0, True),
        (0.00126, 0.0012, Rounding("decimals", 4), 0.0, False),
    ],
)
def test_agrees(value: float, logged: float, rounding: Rounding, peak: float, expected: bool) -> None:
    """Zeros are measured by the largest learning rate, ties may go either way, NaN agrees with NaN only."""
    assert expected == _agrees(value, logged, rounding, peak)


def test_the_first_cells_of_a_block_are_kept_whatever_their_hashes_are() -> None:
    """Of more different cells than are looked at one by one, those are kept that stand first."""
    texts = [f"{n / 1000}" for n in range(1001, 3300) if n % 10]
    digits = WrittenDigits(texts[:999])
    digits.add_many(["1.230", *texts[999:]])
    assert digits.rounding() == Rounding("decimals", 3)
