"""Sampling: few points where few are enough, exact facts where all rows are known."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import pytest

from lrcli.catalog.registry import find_type
from lrcli.errors import EvaluationError
from lrcli.expression import Expression
from lrcli.progress import progress_heard_by
from lrcli.schedules import Schedule
from lrcli.series import Block, Readings, series_of
from lrcli.series.replay import ReplaySeries
from lrcli.series.sample import PER_COLUMN, Facts, SampledLine
from lrcli.spec import Emulation, Group, Spec


def schedule(name: str, **fields: Any) -> Schedule:
    cls = find_type(name)
    assert cls is not None
    return cls(**fields)


def run(schedule: Schedule, length: int, lr: float = 0.1, emulation: Emulation | None = None) -> Spec:
    return Spec("run", (Group(None, lr, schedule),), length, emulation=emulation)


def only(lines: tuple[SampledLine, ...]) -> SampledLine:
    (line,) = lines
    return line


@dataclass(frozen=True)
class Counted(Schedule):
    """A ramp that counts how often it is asked."""

    name = "counted"
    calls: ClassVar[list[int]] = []

    def lr_at(self, t: int, base_lr: float) -> float:
        self.calls.append(t)
        return base_lr * t


def test_short_run_has_every_row() -> None:
    """A run with few rows per column is evaluated fully, and its facts are exact."""
    line = only(series_of(run(schedule("step", step_size=2), 4)).sampled(80, 0, 4))
    facts = Facts(0.1, 0.1, 0, 0.010000000000000002, 0.05500000000000001)
    assert SampledLine("", (0, 1, 2, 3), (0.1, 0.1, 0.010000000000000002, 0.010000000000000002), facts) == line


@pytest.mark.parametrize("length", [10**4, 10**9, 10**15])
def test_long_formula_is_asked_at_the_columns_only(length: int) -> None:
    """The cost of a formula does not grow with its steps."""
    Counted.calls.clear()
    line = only(series_of(run(Counted(), length)).sampled(72, 0, length))
    assert [len(line.xs), len(Counted.calls)] == [73, 73]
    assert (0, length - 1) == (line.xs[0], line.xs[-1])


def test_dense_breakpoints_are_bounded() -> None:
    """A schedule that turns all the time costs a few points per column."""
    spec = run(schedule("cyclic", base_lr=0.001, max_lr=0.01, step_size_up=2), 10**9)
    line = only(series_of(spec).sampled(72, 0, 10**9))
    assert 72 < len(line.xs) <= 73 * (1 + PER_COLUMN)
    assert line.facts is not None
    assert (line.facts.peak, line.facts.peak_exact, line.facts.mean_exact) == (0.010000000000000002, True, False)


def test_breakpoints_are_sampled_with_the_row_before() -> None:
    """A milestone in a billion steps stands at its own step."""
    line = only(series_of(run(schedule("multistep", milestones=(123_456_789,)), 10**9)).sampled(72, 0, 10**9))
    at = line.xs.index(123_456_789)
    assert (line.xs[at - 1], line.ys[at - 1]) == (123_456_788, 0.1)
    assert line.ys[at] == 0.010000000000000002


def test_mean_of_linear_pieces_is_right() -> None:
    """The estimated mean of constant pieces is their mean."""
    facts = only(series_of(run(schedule("step", step_size=250_000), 10**6)).sampled(72, 0, 10**6)).facts
    assert facts is not None
    assert pytest.approx(facts.mean, rel=1e-12) == (0.1 + 0.01 + 0.001 + 0.0001) / 4


def test_peak_between_breakpoints_is_about() -> None:
    """A peak that was found by sampling alone is marked as such."""
    bump = schedule("lambda", lr_lambda=Expression("1 - (epoch / 1e6 - 0.3) ** 2"))
    facts = only(series_of(run(bump, 10**6)).sampled(72, 0, 10**6)).facts
    assert facts is not None
    assert (facts.peak_exact, facts.mean_exact) == (False, False)
    assert pytest.approx(facts.peak, rel=1e-3) == 0.1


@pytest.mark.parametrize("length", [10, 10**6])
def test_formula_without_a_value_names_the_step(length: int) -> None:
    """A lambda that divides by zero at a row that is needed is an error with its place."""
    spec = run(schedule("lambda", lr_lambda=Expression("1 / epoch")), length)
    with pytest.raises(EvaluationError, match="no value at epoch 0"):
        series_of(spec).sampled(72, 0, length)


def test_infinite_values_are_gaps() -> None:
    """A value that cannot be drawn is a gap; a curve of nothing else has no facts."""

    class Endless(Counted):
        def lr_at(self, t: int, base_lr: float) -> float:
            return math.inf

    line = only(series_of(run(Endless(), 3)).sampled(72, 0, 3))
    assert (line.facts, [str(y) for y in line.ys]) == (None, ["nan"] * 3)


@pytest.mark.parametrize("length", [7, 10**6])
@pytest.mark.parametrize("end", [math.inf, -math.inf, math.nan])
def test_last_value_of_a_formula_may_not_be_finite(length: int, end: float) -> None:
    """A run that ends in infinity or NaN does not seem to end with the last value before that."""

    class Diverging(Counted):
        def lr_at(self, t: int, base_lr: float) -> float:
            return base_lr if t < length - 3 else end

    facts = only(series_of(run(Diverging(), length)).sampled(72, 0, length)).facts
    assert facts is not None
    assert (0.1, 0.1, str(end)) == (facts.first, facts.peak, str(facts.last))


@pytest.mark.parametrize(
    ("values", "last"),
    [
        ([0.1, math.inf], "inf"),
        ([0.1, math.nan], "nan"),
        ([0.1, math.inf, None], "inf"),
        ([0.1, math.inf, 0.2], "0.2"),
        ([0.1, None], "0.1"),
    ],
)
def test_last_value_of_a_replay_may_not_be_finite(
    monkeypatch: pytest.MonkeyPatch, values: list[float | None], last: str
) -> None:
    """The same for a replay, where a call that raises is no value."""

    def blocks(run: ReplaySeries, names: tuple[str, ...], start: int, stop: int) -> Iterator[Block]:
        yield Block(0, len(values), (Readings(lr=[0.1] * len(values), get_lr=values),))

    monkeypatch.setattr(ReplaySeries, "blocks", blocks)
    spec = run(schedule("constant"), len(values), emulation=Emulation("1.1", read="get_lr"))
    facts = only(series_of(spec).sampled(80, 0, len(values))).facts
    assert facts is not None
    assert (0.1, last) == (facts.first, str(facts.last))


def test_range_and_groups() -> None:
    """Rows outside the range are not looked at; every parameter group is a line."""
    groups = (Group("backbone", 0.01, schedule("constant")), Group(None, 0.1, schedule("constant")))
    lines = series_of(Spec("run", groups, 100)).sampled(80, 10, 13)
    assert [line.name for line in lines] == ["backbone", "1"]
    assert [line.xs for line in lines] == [(10, 11, 12)] * 2
    assert [line.ys for line in lines] == [(0.01,) * 3, (0.1,) * 3]


def noisy(n: int) -> tuple[float, ...]:
    return tuple((i * 7919 % 1009) / 1009 for i in range(n))


def test_walk_keeps_first_least_greatest_and_last_of_each_column() -> None:
    """What a plateau looks at is thinned to the extremes of each column; the facts know all rows."""
    metric = noisy(20_000)
    spec = run(schedule("plateau", metric=metric, patience=1_500), len(metric))
    line = only(series_of(spec).sampled(10, 0, len(metric)))
    assert line.metric is not None
    expected = []
    for column in range(10):
        rows = range(column * 2000, (column + 1) * 2000)
        least, greatest = min(rows, key=lambda t: metric[t]), max(rows, key=lambda t: metric[t])
        expected += sorted({rows[0], rows[-1], least, greatest})
    assert expected == list(line.metric.xs)
    assert [metric[t] for t in expected] == list(line.metric.ys)
    lrs = spec.groups[0].schedule.lrs(0.1, 0, len(metric))
    assert line.facts is not None
    assert (lrs[0], lrs[-1], 0.1, 0) == (line.facts.first, line.facts.last, line.facts.peak, line.facts.peak_at)
    assert math.fsum(lrs) / len(lrs) == pytest.approx(line.facts.mean, rel=1e-14)


def test_replay_is_walked_in_constant_memory_with_progress() -> None:
    """A replay's points are bounded by the columns; progress ends at all rows."""
    seen: list[tuple[int, int]] = []
    spec = run(schedule("exponential", gamma=0.9999), 30_000, emulation=Emulation("2.4", label="torch-2.4", read="lr"))
    with progress_heard_by(lambda done, total, unit: seen.append((done, total))):
        line = only(series_of(spec).sampled(20, 0, 30_000))
    assert len(line.xs) <= 20 * PER_COLUMN
    assert seen[0] == (0, 30_000)
    assert seen[-1] == (3 * 8192, 30_000)
    assert sorted(set(line.xs)) == list(line.xs)


def test_readings_that_raise_are_gaps(monkeypatch: pytest.MonkeyPatch) -> None:
    """A None in a replay's reading is a gap and no part of the facts; a reading that is missing is one long gap."""

    def blocks(run: ReplaySeries, names: tuple[str, ...], start: int, stop: int) -> Iterator[Block]:
        values: list[float | None] = [None, 0.2, None, math.inf, 0.4]
        yield Block(0, 5, (Readings(lr=[0.1] * 5, get_lr=values, get_last_lr=[None] * 5),))

    monkeypatch.setattr(ReplaySeries, "blocks", blocks)
    spec = run(schedule("constant"), 5, emulation=Emulation("1.1", read="get_lr"))
    line = only(series_of(spec).sampled(80, 0, 5))
    assert [str(y) for y in line.ys] == ["nan", "0.2", "nan", "nan", "0.4"]
    assert line.facts is not None
    assert (
        line.facts.first,
        line.facts.peak,
        line.facts.peak_at,
        line.facts.last,
        round(line.facts.mean / 0.15),
    ) == (0.2, 0.4, 4, 0.4, 2)
    spec = run(schedule("constant"), 5, emulation=Emulation("1.4", read="get_last_lr"))
    missing = only(series_of(spec).sampled(80, 0, 5))
    assert (None, {"nan"}) == (missing.facts, {str(y) for y in missing.ys})
