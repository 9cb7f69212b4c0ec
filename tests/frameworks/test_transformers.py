"""What transformers refuses, what it does wrong without a word, and what a run tells its schedules."""

from __future__ import annotations

import pytest

from tests.frameworks.specs import events, lrs, notes_of, refusal

W = "num_warmup_steps"
T = "num_training_steps"


@pytest.mark.parametrize(
    ("schedule", "message"),
    [
        ("{type: hf.linear}", f"missing key '{W}' in transformers.linear"),
        (f"{{type: hf.polynomial, {W}: 2, lr_end: 0.2}}", "transformers raises ValueError: lr_end must be below lr"),
        (
            f"{{type: hf.polynomial, {W}: 5, {T}: 5}}",
            f"transformers raises ZeroDivisionError: {T} - {W} is 0",
        ),
        (f"{{type: hf.cosine_with_min_lr, {W}: 2}}", "raises ValueError: min_lr or min_lr_rate must be given"),
        (f"{{type: hf.cosine_with_min_lr, {W}: 2, min_lr: 0, min_lr_rate: 0}}", "only one of min_lr and min_lr_rate"),
        (f"{{type: hf.cosine_warmup_with_min_lr, {W}: 2}}", "raises ValueError: min_lr or min_lr_rate must be given"),
        (
            f"{{type: hf.warmup_stable_decay, {W}: 2, num_decay_steps: 2, decay_type: exp}}",
            "must be 'linear', 'cosine'",
        ),
        (f"{{type: hf.warmup_stable_decay, {W}: 2}}", "missing key 'num_decay_steps'"),
        ("{type: hf.greedy, factor: 1.0, metric: [1, 1, 1, 1, 1, 1, 1, 1, 1]}", "factor must be below 1"),
        ("{type: hf.greedy, mode: x, metric: [1, 1, 1, 1, 1, 1, 1, 1, 1]}", "mode must be 'min' or 'max'"),
        ("{type: hf.greedy, min_lr: [0, 0], metric: [1, 1, 1, 1, 1, 1, 1, 1, 1]}", "one value per parameter group, 1"),
        ("{type: hf.greedy, max_lr: high, metric: [1, 1, 1, 1, 1, 1, 1, 1, 1]}", "max_lr must be a number, or a list"),
        ("{type: hf.reduce_lr_on_plateau, factor: 1.5, metric: [1, 1, 1, 1, 1, 1, 1, 1, 1]}", "factor must be below 1"),
        (f"{{type: hf.inverse_sqrt, {W}: 5, timescale: 0}}", "no value at step 5: "),
        ("{type: hf.nosuch}", "it is one of transformers.constant, "),
        (f"{{type: get_cosine_schedule_with_warmups, {W}: 2}}", "did you mean 'get_cosine_schedule_with_warmup'?"),
    ],
)
def test_refuses(schedule: str, message: str) -> None:
    """What transformers refuses is refused, with its exception and its reason."""
    assert message in refusal(schedule)


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [
        (f"{{type: hf.polynomial, {W}: 5, {T}: 3}}", [0, 0.02, 0.04, 0.06, 0.08, 1e-07, 1e-07, 1e-07]),
        (
            f"{{type: hf.warmup_stable_decay, {W}: 5, num_decay_steps: 6, {T}: 9}}",
            [0.0, 0.02, 0.04, 0.06, 0.08, 0.075, 0.05, 0.025, 0.0067, 0.0, 0.0],
        ),
        (f"{{type: hf.cosine_with_restarts, {W}: 1, {T}: 5, num_cycles: 0}}", [0.0, 0.1, 0.1, 0.1, 0.1, 0.0]),
    ],
)
def test_does(schedule: str, expected: list[float]) -> None:
    """What it accepts without a word is done."""
    assert [round(lr, 7 if lr < 1e-6 else 4) for lr in lrs(schedule, len(expected))] == expected


def test_default_lr_of_the_optimizer() -> None:
    """polynomial and min_lr use the optimizer's default LR in every group: another group ends elsewhere."""
    more = "lr: 0.1, groups: [{lr: 0.1}, {lr: 0.01}]"
    assert lrs(f"{{type: hf.polynomial, {W}: 0, {T}: 4, lr_end: 0.01}}", 6, more, group=1) == [
        0.01,
        0.007749999999999999,
        0.0055000000000000005,
        0.0032500000000000003,
        0.001,
        0.001,
    ]
    assert lrs(f"{{type: hf.cosine_with_min_lr, {W}: 0, {T}: 4, min_lr: 0.01}}", 5, more, group=1)[4] == 0.001


def test_greedy_of_several_groups() -> None:
    """The countdown to a reset goes on only when every group is at its min_lr."""
    metric = ", ".join(["1"] * 12)
    schedule = (
        f"{{type: hf.greedy, patience: 0, factor: 0.5, min_lr: [0.05, 0.0125], reset_start: 1, metric: [{metric}]}}"
    )
    more = "groups: [{lr: 0.1}, {lr: 0.1}]"
    alone = f"{{type: hf.greedy, patience: 0, factor: 0.5, min_lr: 0.05, reset_start: 1, metric: [{metric}]}}"
    assert lrs(schedule, 6, more) == [0.1, 0.2, 0.1, 0.05, 0.05, 0.1]
    assert lrs(alone, 6) == [0.1, 0.2, 0.1, 0.1, 0.2, 0.1]


def test_length_follows_from_the_run() -> None:
    """num_training_steps is the run's length, and a percentage of it is rounded up, as the Trainer does."""
    assert lrs(f"{{type: hf.linear, {W}: 3%}}", 10) == lrs(f"{{type: hf.linear, {W}: 1, {T}: 10}}", 10)
    assert lrs(f"[{{type: constant, for: 4}}, {{type: hf.linear, {W}: 0}}]", 10)[4:6] == [0.1, 0.1 * (5.0 / 6.0)]


def test_cosine_past_its_end() -> None:
    """A run that is longer than the cosine is told that it climbs again; a run of its length is not."""
    (note,) = notes_of(f"{{type: hf.cosine, {W}: 0, {T}: 6}}")
    assert note.startswith("transformers.cosine turns again after step 6: ")
    assert notes_of(f"{{type: hf.cosine, {W}: 0}}") == []
    assert notes_of(f"{{type: hf.cosine, {W}: 0, {T}: 9}}") == []
    assert notes_of(f"[{{type: constant, for: 4}}, {{type: hf.cosine, {W}: 0}}]") == []
    (note,) = notes_of(f"{{type: hf.warmup_stable_decay, {W}: 8, num_decay_steps: 8}}")
    assert "the decay begins part-way" in note


def test_events() -> None:
    """Warmup, restarts, stable phase and end are events."""
    assert events(f"{{type: hf.cosine_with_restarts, {W}: 2, {T}: 8, num_cycles: 2}}") == {
        2: "warmup ends",
        5: "restart",
        8: "decay ends",
    }
    assert events(f"{{type: hf.warmup_stable_decay, {W}: 2, num_decay_steps: 3, num_stable_steps: 3}}") == {
        2: "warmup ends",
        5: "decay begins",
        8: "decay ends",
    }
    assert events("{type: hf.greedy, patience: 1, factor: 0.5, metric: [1, 0.9, 0.9, 0.9, 0.9, 1, 1, 1, 1, 1]}") == {
        2: "raised x2",
        4: "reduced x0.5",
        6: "reduced x0.5",
        8: "reduced x0.5",
    }


def test_releases() -> None:
    """A schedule that a release does not have yet is refused there."""
    more = "lr: 0.1, emulate: transformers-4.51"
    assert "is no SchedulerType in 4.51.3" in refusal(
        f"{{type: hf.cosine_warmup_with_min_lr, {W}: 2, min_lr: 0}}", more=more
    )
    assert lrs(f"{{type: hf.linear, {W}: 2}}", more=more) == lrs(f"{{type: hf.linear, {W}: 2}}")
