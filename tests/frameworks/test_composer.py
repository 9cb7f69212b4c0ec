"""Composer's time strings, what it refuses, and what it does without a word."""

from __future__ import annotations

import pytest

from tests.frameworks.specs import events, lrs, notes_of, refusal

COSINE = "type: composer.CosineAnnealingScheduler"
WARM = "type: composer.CosineAnnealingWithWarmupScheduler"
EPOCHS = "lr: 0.1, steps_per_epoch: 5"


@pytest.mark.parametrize(
    ("schedule", "message"),
    [
        (f"{{{WARM}, t_warmup: 10ba, t_max: 50ba}}", "composer raises ValueError: t_max 50ba must be at least max_dur"),
        (f"{{{WARM}, t_warmup: 10tok}}", "ValueError: t_warmup in tok and t_max in ba must use"),
        (f"{{{COSINE}, t_max: 10tok}}", "t_max counts tok: how many a batch has is not known here"),
        (f"{{{COSINE}, t_max: 8sp}}", "t_max counts samples: give data:"),
        (f"{{{COSINE}, t_max: 5sec}}", "composer raises ValueError: t_max must not be a wall-clock time"),
        (f"{{{COSINE}, t_max: 1h30m}}", "composer raises ValueError: t_max must not be a wall-clock time"),
        (f"{{{COSINE}, t_max: ten}}", "composer raises ValueError: t_max 'ten' is no time string"),
        (f"{{{COSINE}, t_max: 1.5ba}}", "composer raises TypeError: t_max '1.5ba' must be a whole number of ba"),
        (f"{{{COSINE}, t_max: 10}}", "composer raises ValueError: t_max '10' is no time string"),
        (f"{{{COSINE}, t_max: 0ba}}", "composer raises ZeroDivisionError"),
        (f"{{{COSINE}, t_max: 2ep}}", "composer raises RuntimeError: t_max counts epochs"),
        ("{type: composer.StepScheduler, step_size: 0ba}", "composer raises ZeroDivisionError"),
        (
            "{type: composer.CosineAnnealingWarmRestartsScheduler, t_0: 4ba, t_mult: 0.5}",
            "step 7: composer raises ValueError: the interval between restarts has come down to 0",
        ),
        ("{type: composer.MultiStepScheduler, milestones: 10ba}", "milestones must be a list of time strings"),
    ],
)
def test_refuses(schedule: str, message: str) -> None:
    """What Composer refuses is refused, with its exception and its reason."""
    assert message in refusal(schedule, steps=100)


def test_needs_batches() -> None:
    """Composer counts batches: a run of epochs says how many an epoch has."""
    spec = f"{{{COSINE}}}"
    message = "Composer counts batches: give steps"
    with pytest.raises(Exception, match=message):
        from lrcli.reader import parse_text

        parse_text(f"{{lr: 0.1, epochs: 9, schedule: {spec}}}")


def test_units() -> None:
    """Batches, epochs and shares of the run say the same, with Composer's own words or ours."""
    first = lrs(f"{{{WARM}, t_warmup: 10ba}}", 50, EPOCHS)
    for warmup in ("2ep", "0.2dur", "20%", "10st", "1e1ba", "10BA"):
        assert lrs(f"{{{WARM}, t_warmup: {warmup}}}", 50, EPOCHS) == first
    data = "lr: 0.1, data: {samples: 40, batch_size: 8}"
    assert lrs(f"{{{COSINE}, t_max: 400sp}}", 50, data) == lrs(f"{{{COSINE}, t_max: 50ba}}", 50, data)


def test_scaled_warmup() -> None:
    """scale_schedule_ratio makes the warmup steeper with scale_warmup, and then it waits for its end."""
    scaled = f"{{{WARM}, t_warmup: 4ba, t_max: 20ba, scale_schedule_ratio: 0.5, scale_warmup: true}}"
    assert lrs(scaled, 10)[:5] == [0.0, 0.05, 0.1, 0.1, 0.1]


def test_notes() -> None:
    """A warmup of no batches, one that the run does not outlast, and another length of the run are told."""
    (note,) = notes_of(f"{{{WARM}, t_warmup: 0.001dur}}")
    assert "t_warmup 0.001dur comes to 0" in note
    (note,) = notes_of(f"{{{WARM}, t_warmup: 20ba}}")
    assert "never decays" in note
    (note,) = notes_of(f"{{{COSINE}, max_duration: 90ba}}")
    assert "max_duration 90ba is not the length of the run" in note
    assert notes_of(f"{{{COSINE}, max_duration: 2ep}}", 10, EPOCHS) == []
    phases = f"[{{for: 1, {COSINE}, max_duration: 10ba}}, {{{COSINE}, max_duration: 10ba}}]"
    assert notes_of(phases, 10) == []


def test_events() -> None:
    """Warmup, milestones, steps and restarts are events."""
    assert events(f"{{{WARM}, t_warmup: 2ba, t_max: 12ba, max_duration: 8ba}}", 20) == {
        2: "warmup ends",
        12: "decay ends",
    }
    steps = "{type: composer.MultiStepWithWarmupScheduler, t_warmup: 3ba, milestones: [0.5dur, 2ba, 8ba]}"
    assert events(steps) == {3: "warmup ends", 5: "milestone x0.1", 8: "milestone x0.1"}
    assert events("{type: composer.StepScheduler, step_size: 4ba}") == {4: "step x0.1", 8: "step x0.1"}
    restarts = "{type: composer.CosineAnnealingWarmRestartsScheduler, t_0: 2ba, t_mult: 1.5}"
    assert events(restarts, 12) == {2: "restart", 5: "restart", 9: "restart"}


def test_milestones_after_a_warmup() -> None:
    """Milestones that are time strings follow a short warmup as they stand."""
    schedule = "{type: composer.MultiStepScheduler, milestones: [3ba], gamma: 0.5}"
    assert lrs(schedule, 8, "lr: 0.1, warmup: {for: 2, start_factor: 0.5}") == [
        0.05,
        0.07500000000000001,
        *[0.1] * 3,
        *[0.05] * 3,
    ]
