"""What optax refuses, what it does without a word, and schedules that are joined."""

from __future__ import annotations

import pytest

from lrcli.frameworks._float32 import f32
from tests.frameworks.specs import events, lrs, notes_of, refusal

WARM = "type: optax.warmup_cosine_decay_schedule, init_value: 0.0"


@pytest.mark.parametrize(
    ("schedule", "message"),
    [
        ("{type: optax.cosine_decay_schedule, decay_steps: 0}", "optax raises ValueError: decay_steps must be above 0"),
        (
            f"{{{WARM}, warmup_steps: 10, decay_steps: 10}}",
            "ValueError: decay_steps, which include the warmup",
        ),
        (f"{{{WARM}, warmup_steps: 10, decay_steps: 5}}", "ValueError: decay_steps, which include the warmup"),
        (f"{{{WARM}}}", "missing key 'warmup_steps'"),
        (
            "{type: optax.piecewise_constant_schedule, boundaries_and_scales: {3: -1}}",
            "optax raises ValueError: the factors must be at least 0",
        ),
        ("{type: optax.piecewise_constant_schedule, boundaries_and_scales: [3]}", "must be a mapping from counts to"),
        ("{type: optax.piecewise_constant_schedule, boundaries_and_scales: {a: 1}}", "must be a mapping from counts"),
        ("{type: optax.piecewise_interpolate_schedule, interpolate_type: x}", "must be 'linear' or 'cosine'"),
        ("{type: optax.piecewise_interpolate_schedule}", "missing key 'interpolate_type'"),
        ("{type: optax.linear_onecycle_schedule, transition_steps: 0}", "ValueError: transition_steps must be above 0"),
        ("{type: optax.cosine_onecycle_schedule, div_factor: 0}", "optax raises ZeroDivisionError: div_factor is"),
        ("{type: optax.sgdr_schedule, cosine_kwargs: 3}", "cosine_kwargs must be a list of mappings"),
        ("{type: optax.sgdr_schedule, cosine_kwargs: [{init_value: 0}]}", "TypeError: peak_value is missing"),
        ("{type: optax.sgdr_schedule, cosine_kwargs: [{steps: 0}]}", "TypeError: 'steps' is no argument"),
        ("{type: optax.join_schedules, schedules: [], boundaries: []}", "schedules must hold at least one"),
        ("{type: optax.cosine_decay_schedule, dtype: float16}", "dtype must be 'float32' or 'float64'"),
    ],
)
def test_refuses(schedule: str, message: str) -> None:
    """What optax refuses is refused, with its exception and its reason."""
    assert message in refusal(schedule)


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [
        (
            "{type: optax.linear_onecycle_schedule, transition_steps: 2, peak_value: 0.1}",
            [0.10000000149011612, 0.004000000189989805, 4.0000000467443897e-07, 4.0000000467443897e-07],
        ),
        (
            "{type: optax.linear_onecycle_schedule, transition_steps: 1, peak_value: 0.1}",
            [0.00016000001050997525, 1.6000001323845936e-08, 1.6000001323845936e-08],
        ),
        ("{type: optax.exponential_decay, init_value: 0.1, transition_steps: -1, decay_rate: 0.5}", [0.1, 0.1, 0.1]),
        (f"{{{WARM}, peak_value: 0.0, warmup_steps: 2, decay_steps: 5}}", [0.0] * 8),
        ("{type: optax.linear_schedule, init_value: 0.3, end_value: 0, transition_steps: 0}", [0.3, 0.3]),
        ("{type: optax.piecewise_constant_schedule, init_value: 0.3}", [0.3, 0.3]),
    ],
)
def test_does(schedule: str, expected: list[float]) -> None:
    """What it accepts without a word is done, to the bit."""
    assert lrs(schedule, len(expected)) == expected


def test_resolution() -> None:
    """A count beyond 2**24 is rounded to a single before it is divided."""
    from lrcli.frameworks.optax.decays import OptaxLinearSchedule

    schedule = OptaxLinearSchedule(init_value=1.0, end_value=0.0, transition_steps=2**25)
    assert schedule.lrs(0.0, 2**24, 2**24 + 5) == [
        0.5,
        0.5,
        0.4999999403953552,
        0.49999988079071045,
        0.49999988079071045,
    ]


def test_join() -> None:
    """Schedules are joined with their own clocks; those beyond the boundaries are dropped, with a note."""
    one, two, three = (f"{{type: optax.constant_schedule, value: {value}}}" for value in (1.0, 2.0, 3.0))
    joined = f"{{type: optax.join_schedules, schedules: [{one}, {two}, {three}], boundaries: [2]}}"
    assert lrs(joined, 6) == [1.0, 1.0, 2.0, 2.0, 2.0, 2.0]
    (note,) = notes_of(joined, 6)
    assert "drops 1 of its schedules" in note
    line = "{type: optax.linear_schedule, init_value: 0.0, end_value: 0.1}"
    cosine = "{type: optax.cosine_decay_schedule, init_value: 0.1}"
    joined = f"{{type: optax.join_schedules, schedules: [{line}, {cosine}], boundaries: [3]}}"
    warm = lrs(f"{{{WARM}, peak_value: 0.1, warmup_steps: 3, decay_steps: 10}}")
    assert lrs(joined) == warm
    assert notes_of(joined) == []
    backwards = f"{{type: optax.join_schedules, schedules: [{one}, {two}, {three}], boundaries: [5, 2]}}"
    assert lrs(backwards, 7) == [1.0, 1.0, 3.0, 3.0, 3.0, 3.0, 3.0]
    assert events(joined)[3] == "transition ends; boundary: optax.cosine_decay_schedule"
    single = "{type: optax.join_schedules, schedules: [{type: optax.constant_schedule, value: 0.1}], boundaries: []}"
    assert lrs(single, 2) == [0.1, 0.1]
    both = f"{{type: optax.join_schedules, schedules: [{line}, {line}], boundaries: [5], dtype: float64}}"
    assert lrs(both)[1] == (0.0 - 0.1) * (1 - 1 / 5) + 0.1


def test_a_rate_of_its_own() -> None:
    """peak_value, init_value and value are lr where they are left out, and a note says where they are not."""
    assert lrs(f"{{{WARM}, warmup_steps: 2}}", more="lr: 0.3") == lrs(f"{{{WARM}, warmup_steps: 2, peak_value: 0.3}}")
    assert lrs("{type: optax.constant_schedule}", 2, "lr: 0.3") == [0.3, 0.3]
    (note,) = notes_of("{type: optax.constant_schedule, value: 0.3}", more="lr: 0.1")
    assert "lr 0.1 is not used" in note
    assert "has one learning rate" in refusal(f"{{{WARM}, warmup_steps: 2}}", more="groups: [{lr: 0.1}, {lr: 0.2}]")


def test_length_follows_from_the_run() -> None:
    """decay_steps and transition_steps are the run's length, or what the boundaries leave of it."""
    assert lrs("{type: optax.cosine_decay_schedule}") == lrs("{type: optax.cosine_decay_schedule, decay_steps: 10}")
    assert lrs("{type: optax.linear_schedule, end_value: 0}")[5] == f32(0.05)


def test_events() -> None:
    """Warmup, restarts and boundaries are events."""
    cycle = "{init_value: 0.0, peak_value: 0.1, warmup_steps: 1, decay_steps: 4}"
    assert events(f"{{type: optax.sgdr_schedule, cosine_kwargs: [{cycle}, {cycle}]}}") == {
        1: "warmup ends",
        4: "restart",
        5: "warmup ends",
        8: "cosine ends",
    }
    pieces = "{type: optax.piecewise_constant_schedule, boundaries_and_scales: {3: 0.1, 5: 0.5}}"
    assert events(pieces) == {3: "boundary x0.1", 5: "boundary x0.5"}
