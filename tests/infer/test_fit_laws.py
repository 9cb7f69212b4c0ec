"""The laws of `fit`: registered classes, stretched, that come back from rows of themselves."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest

from lrcli.infer.fit.laws import LAWS, Law, decay_of, inverse_of, level_of, line_of, power_of, square_root_of, wave_of
from lrcli.infer.fit.rows import make_rows
from lrcli.infer.fit.solve import crossing, polished
from lrcli.logs import Rounding
from lrcli.logs.rounding import FULL, quantise
from lrcli.schedules.base import Schedule
from lrcli.schedules.constant import Constant
from lrcli.schedules.cosine import Cosine
from lrcli.schedules.linear import Linear, Polynomial
from lrcli.schedules.step import Exponential

KINDS: dict[str, tuple[Callable[..., Law | None], Schedule]] = {
    "constant": (level_of, Constant()),
    "line": (line_of, Linear(start_factor=0.25, end_factor=1.0, total_iters=120)),
    "falling line": (line_of, Linear(start_factor=1.0, end_factor=0.1, total_iters=120)),
    "exponential": (decay_of, Exponential(gamma=0.97)),
    "rising exponential": (decay_of, Exponential(gamma=1.03)),
    "power": (power_of, Polynomial(total_iters=130, power=0.9)),
    "unusual power": (power_of, Polynomial(total_iters=130, power=1.7)),
    "power that has ended": (power_of, Polynomial(total_iters=95, power=2.0)),
    "cosine": (wave_of, Cosine(T_max=130, eta_min=1e-5)),
    "part of a cosine": (wave_of, Cosine(T_max=2000, eta_min=1e-5)),
    "several waves": (wave_of, Cosine(T_max=40)),
}


@pytest.mark.parametrize("kind", KINDS)
def test_law_is_the_class(kind: str) -> None:
    """A law has the values of the class that its rows are of, at whole steps and between them."""
    estimate, schedule = KINDS[kind]
    rule = schedule.rule(0.1)
    law = estimate(make_rows(range(0, 120, 4), [rule(t) for t in range(0, 120, 4)], FULL))
    assert law is not None
    steps = [t / 2 for t in range(2 * 116)]
    assert [law(t) for t in steps] == pytest.approx([rule(t) for t in steps], rel=1e-8, abs=1e-11)  # type: ignore[arg-type]


@pytest.mark.parametrize("power", [0.5, 1.0, 0.75])
def test_inverse_runs_a_polynomial_backwards(power: float) -> None:
    """An inverse is a polynomial of a power below 0 behind its pole."""
    rows = make_rows(range(10, 400, 10), [0.01 * (t + 7.0) ** -power for t in range(10, 400, 10)], FULL)
    law = inverse_of(rows)
    assert law is not None
    assert (power, -7.0) == (law.power, law.end)
    assert law(20) == pytest.approx(0.01 * 27**-power, rel=1e-12)
    assert (math.inf, math.inf) == (law(-7), law(-20))


def test_root_runs_a_polynomial_backwards() -> None:
    """A root is a polynomial of power 0.5 run backwards, and falls from its own beginning."""
    law = square_root_of(
        make_rows(range(100, 200, 5), [0.1 - 0.004 * (t - 90) ** 0.5 for t in range(100, 200, 5)], FULL)
    )
    assert law is not None
    assert (90, True) == (law.end, law.height < 0)
    assert law(90) == pytest.approx(0.1, rel=1e-9)


@pytest.mark.parametrize(("begin", "holds"), [(3199, True), (3200, True), (3201, False)])
def test_root_begins_before_its_rows(begin: int, holds: bool) -> None:
    """A row from before the beginning of a root, at the level that it falls from, is not one of its rows."""
    places = range(3200, 4000, 20)
    law = square_root_of(make_rows(places, [0.1 - 0.003 * max(t - begin, 0) ** 0.5 for t in places], FULL))
    assert holds == (law is not None)


@pytest.mark.parametrize("digits", [4, 5, 6, 8])
@pytest.mark.parametrize(
    ("estimate", "curve", "end"),
    [
        (square_root_of, lambda t: 3e-4 * (1 - 0.9 * (max(t - 3200, 0) / 800) ** 0.5), 3200),
        (power_of, lambda t: 1e-5 + 3e-4 * (1 - (t - 3200) / 780) ** 2, 3980),
    ],
    ids=["root that begins at the first row", "power that ends at the last row"],
)
def test_law_ends_at_a_written_row(
    estimate: Callable[..., Law | None], curve: Callable[[int], float], end: int, digits: int
) -> None:
    """What rounding leaves of a row at the end of a law does not hide that it ends there."""
    places = range(3200, 4000, 20)
    rounding = Rounding("significant", digits)
    law = estimate(make_rows(places, [quantise(curve(t), rounding) for t in places], rounding))
    assert law is not None
    assert end == law.end


@pytest.mark.parametrize(("fallen", "rest"), [(1, 2), (1, 6), (2, 7), (20, 19)])
def test_rows_that_rest_at_zero(fallen: int, rest: int) -> None:
    """Rows that are mostly 0 are a law or none."""
    values = [(1 - t / fallen) ** 2 for t in range(fallen)] + [0.0] * rest
    rows = make_rows(range(len(values)), values, FULL)
    for kind in LAWS:
        law = kind.estimate(rows)
        assert law is None or math.isfinite(law(0))


def test_place_of_a_value() -> None:
    """A law knows where it has a value; a cosine only between its top and its lowest point."""
    wave = Law("cosine", 10.0, 40.0, floor=0.1, height=0.8)
    assert (30.0, 10.0) == (wave.place(0.5), wave.place(0.9))
    assert math.isnan(wave.place(0.95))
    line = Law("line", 10.0, floor=1.0, height=-0.25)
    assert (14.0, 8.0) == (line.end, line.place(1.5))


def test_crossing_of_a_steep_gap() -> None:
    """A gap that is nearly flat on one side and steep on the other is closed as well."""
    assert crossing(lambda x: x**9 - 1e-9, 0.0, 4.0) == pytest.approx(0.1, rel=1e-12)
    assert math.isnan(crossing(lambda x: x * x + 1, -1.0, 1.0))


def test_polished_solves_for_two_numbers() -> None:
    """Two numbers in which a curve is not linear are found from near ones."""
    places = range(1, 30)
    target = [3 * math.exp(-t / 11) * t**0.5 for t in places]

    def columns(time: float, power: float) -> list[list[float]]:
        return [[math.exp(-t / time) * t**power for t in places]]

    assert polished(columns, [9.0, 0.6], target, [1.0] * len(target)) == pytest.approx([11, 0.5], rel=1e-9)
