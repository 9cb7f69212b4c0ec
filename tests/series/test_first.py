"""The first row below or above a number is the one that a walk over all rows finds."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from lrcli.curve import evaluate
from lrcli.progress import progress_heard_by
from lrcli.reader import parse_text, read_spec
from lrcli.series import series_of

FOLDER = Path(__file__).parents[2] / "schedules"
SAMPLES = [str(path) for path in sorted(FOLDER.glob("*.yaml"))]
MORE = [
    "{steps: 999, schedule: {type: cyclic, base_lr: 0.01, max_lr: 0.1, step_size_up: 70, step_size_down: 33.0}}",
    "{steps: 999, schedule: {type: cyclic, base_lr: 0.01, max_lr: 0.1, step_size_up: 70,"
    " mode: exp_range, gamma: 0.99}}",
    "{steps: 777, schedule: {type: one_cycle, max_lr: 0.1, pct_start: 0.37, three_phase: true}}",
    "{lr: 0.1, steps: 3000, schedule: {type: cosine, T_max: 300}}",
    "{lr: 0.1, steps: 3000, schedule: {type: cosine_restarts, T_0: 100, T_mult: 2}}",
    "{lr: 0.1, steps: 900, schedule: {type: multistep, milestones: [100, 300, 700]}}",
    "{lr: 0.1, steps: 900, schedule: {type: step, step_size: 100, gamma: -0.5}}",
    "{lr: 0.1, steps: 900, schedule: [{type: linear, for: 200, start_factor: 0.01}, {type: constant, for: 100},"
    " {type: lambda, lr_lambda: 'sin(epoch / 30)', for: 300}, {type: polynomial, power: 2}]}",
]


def _limits(values: list[float]) -> list[float]:
    low, high = min(values), max(values)
    spread = [low + (high - low) * part / 7 for part in range(-1, 9)]
    return [*spread, *values[:: max(1, len(values) // 9)]]


@pytest.mark.parametrize(
    "argument", [*SAMPLES, *MORE, f"{FOLDER}/step4.yaml@torch-1.1", f"{FOLDER}/manual.yaml@torch-1.3"]
)
def test_as_a_walk(argument: str) -> None:
    """Every kind of schedule, in many places: the search finds what looking at every row finds."""
    spec = read_spec(argument)
    if spec.length > 9_999:
        spec = replace(spec, length=9_999)
    curve = evaluate(spec)
    columns = [[value for value in curve.shown(i) if value is not None] for i in range(len(spec.groups))]
    for limit in _limits(columns[0]):
        below = tuple(next((t for t, v in enumerate(column) if v < limit), None) for column in columns)
        above = tuple(next((t for t, v in enumerate(column) if v > limit), None) for column in columns)
        assert (below, above) == (series_of(spec).first_below(limit), series_of(spec).first_above(limit))


@pytest.mark.parametrize(
    "schedule", ["step, step_size: 3", "cosine", "exponential, gamma: 0.999999999", "polynomial, total_iters: 1e9"]
)
def test_billion_steps_are_not_walked(schedule: str) -> None:
    """The formula is asked at a few rows only, even where the answer is that it never is so."""
    spec = parse_text(f"{{lr: 0.1, steps: 1e9, schedule: {{type: {schedule}}}}}")
    pieces: list[int] = []
    with progress_heard_by(lambda done, total, unit: pieces.append(done)):
        assert (None,) == series_of(spec).first_above(1.0)
    assert len(pieces) <= 2


def test_null_is_neither() -> None:
    """A call that raises has no value to be below or above."""
    spec = parse_text(
        "{lr: 1, epochs: 9, emulate: 'torch-1.10:get_last_lr', schedule: {type: chained, schedules: "
        "[{type: exponential, gamma: 0.5}]}}"
    )
    assert {None} == set(evaluate(spec).shown())
    assert (None,) == series_of(spec).first_below(0.1)


def test_groups_and_progress() -> None:
    """Each group has its own answer; a long walk says how far it is."""
    spec = parse_text(
        "{steps: 30000, emulate: torch-2.4, schedule: {type: step, step_size: 10000}, groups: [{lr: 1}, {lr: 0.1}]}"
    )
    seen: list[tuple[int, int]] = []
    with progress_heard_by(lambda done, total, unit: seen.append((done, total))):
        assert (20000, 10000) == series_of(spec).first_below(0.05)
    assert [(0, 30000), (8192, 30000)] == seen[:2]


@pytest.mark.parametrize(
    "schedule",
    [
        "{type: cosine, T_max: 2, eta_min: 0.01}",
        "{type: cosine_restarts, T_0: 3, eta_min: 0.01}",
        "{type: cyclic, base_lr: 0.01, max_lr: 0.1, step_size_up: 2}",
        "[{type: constant, for: 5}, {type: cosine, T_max: 2, eta_min: 0.01}]",
    ],
)
def test_a_billion_steps_that_repeat(schedule: str) -> None:
    """A curve that repeats itself is looked at once around, and its extremes are found where they first are."""
    run = series_of(parse_text(f"{{lr: 0.1, steps: 1000000000, schedule: {schedule}}}"))
    short = series_of(parse_text(f"{{lr: 0.1, steps: 100, schedule: {schedule}}}"))
    assert (None,) == run.first_below(1e-3)
    assert (None,) == run.first_above(0.2)
    assert short.first_below(0.05) == run.first_below(0.05) != (None,)
