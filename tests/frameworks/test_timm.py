"""What timm refuses, what it does wrong without a word, and its factory."""

from __future__ import annotations

import pytest

from tests.frameworks.specs import events, lrs, notes_of, refusal

COSINE = "type: timm.CosineLRScheduler"
EPOCHS = "lr: 0.1, interval: epoch, steps_per_epoch: 1"


@pytest.mark.parametrize(
    ("schedule", "message"),
    [
        (f"{{{COSINE}, t_initial: 0}}", "timm raises AssertionError: t_initial must be above 0"),
        (f"{{{COSINE}, lr_min: -1}}", "timm raises AssertionError: lr_min must be at least 0"),
        (
            f"{{{COSINE}, t_initial: 2, cycle_mul: 0.5}}",
            "at step 4: timm raises ValueError: math domain error",
        ),
        (f"{{{COSINE}, noise_range_t: 5}}", "noise_range_t must be left out: timm draws its noise from torch's random"),
        (f"{{{COSINE}, initialize: false}}", "timm raises KeyError: initialize must be true: initial_lr is missing"),
        ("{type: timm.TanhLRScheduler, lb: 3, ub: -7}", "timm raises AssertionError: lb must be below ub"),
        ("{type: timm.TanhLRScheduler, warmup_t: -1}", "timm raises AssertionError: warmup_t must be at least 0"),
        ("{type: timm.TanhLRScheduler, warmup_lr_init: -1}", "AssertionError: warmup_lr_init must be at least 0"),
        ("{type: timm.WSDLRScheduler, t_initial: 5, decay_t: 6}", "ValueError: decay_t must be above 0 and at most 5"),
        ("{type: timm.WSDLRScheduler, decay_t: 2, stable_fn: rsqrt}", "needs a stable_timescale above 0"),
        ("{type: timm.WSDLRScheduler, decay_t: 2, decay_ratio: 1}", "ValueError: decay_ratio must be between 0 and 1"),
        ("{type: timm.WSDLRScheduler, decay_t: 2, decay_fn: sqrt}", "decay_fn must be '1-sqrt', 'linear'"),
        ("{type: timm.StepLRScheduler, decay_t: 0}", "no value at step 1: timm raises ZeroDivisionError: "),
        ("{type: timm.PlateauLRScheduler, decay_rate: 1, metric: [1,1,1,1,1,1,1,1,1]}", "decay_rate must be below 1"),
        ("{type: timm.PlateauLRScheduler}", "missing key 'metric'"),
        ("{type: timm.create_scheduler_v2, sched: nosuch}", "timm raises ValueError: unknown scheduler 'nosuch'"),
        (
            "{type: timm.create_scheduler_v2, step_on_epochs: false}",
            "AssertionError: updates_per_epoch must be above",
        ),
        ("{type: timm.create_scheduler_v2, min_lr: -1}", "timm raises AssertionError: lr_min must be at least 0"),
        ("{type: timm.create_scheduler_v2, noise: 0.4}", "noise must be left out: timm draws"),
        ("{type: timm.create_scheduler_v2, sched: wsd, warmup_epochs: 300}", "wsd needs a decay above 0 and at most"),
        (
            "{type: timm.create_scheduler_v2, sched: wsd, decay_fn: x}",
            "ValueError: decay_fn must be one of",
        ),
        ("{type: timm.create_scheduler_v2, sched: plateau}", "metric must have 9 values for plateau"),
    ],
)
def test_refuses(schedule: str, message: str) -> None:
    """What timm refuses is refused, with its exception and its reason."""
    assert message in refusal(schedule)


def test_updates_in_a_run_of_epochs() -> None:
    """step() does nothing with t_in_epochs: false: a run of epochs says so, and a run of steps is told of true."""
    assert "t_in_epochs must be true in a run that counts epochs" in refusal(
        f"{{{COSINE}, t_in_epochs: false}}", more=EPOCHS
    )
    (note,) = notes_of(f"{{{COSINE}}}")
    assert "each row is taken as an epoch" in note
    assert notes_of(f"{{{COSINE}, t_in_epochs: false}}") == []
    assert notes_of(f"{{{COSINE}}}", more=EPOCHS) == []


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [
        (f"{{{COSINE}, t_initial: 3, warmup_t: 5}}", [0.0, 0.02, 0.04, 0.06, 0.08, 0.0]),
        (f"{{{COSINE}, t_initial: 3, warmup_t: 3}}", [0.0, 0.0333, 0.0667, 0.0, 0.0]),
        (f"{{{COSINE}, t_initial: 5, lr_min: 0.5}}", [0.1, 0.1382, 0.2382, 0.3618, 0.4618, 0.5]),
        (f"{{{COSINE}, t_initial: 5, warmup_t: 2, warmup_lr_init: 1}}", [1.0, 0.55, 0.0655, 0.0345, 0.0095, 0.0]),
        ("{type: timm.MultiStepLRScheduler, decay_t: [4, 2], decay_rate: 0.1}", [0.1, 0.001, 0.001, 0.001]),
        ("{type: timm.MultiStepLRScheduler, decay_t: [2, 4], decay_rate: 0.1}", [0.1, 0.01, 0.01, 0.001, 0.001]),
        ("{type: timm.create_scheduler_v2, sched: none, lr_scale: 3}", [0.1, 0.1]),
    ],
)
def test_does(schedule: str, expected: list[float]) -> None:
    """What it accepts without a word is done."""
    assert [round(lr, 4) for lr in lrs(schedule, len(expected), EPOCHS)] == expected


def test_late_restart() -> None:
    """timm takes the cycle from a logarithm: the restart at 1210 of cycles of 10, 30, 90, ... is one row late."""
    schedule = f"{{{COSINE}, t_initial: 10, cycle_mul: 3, cycle_limit: 7}}"
    found = lrs(schedule, 1300, EPOCHS)
    assert [found[t] for t in (10, 40, 130, 400)] == [0.1, 0.1, 0.1, 0.1]
    assert found[1210] == 0.0
    (note,) = notes_of(schedule, 1300, EPOCHS)
    assert note.startswith("timm.CosineLRScheduler restarts one row late at epoch 1210: ")
    assert notes_of(f"{{{COSINE}, t_initial: 10, cycle_mul: 2, cycle_limit: 7}}", 1300, EPOCHS) == []


def test_scales_of_groups() -> None:
    """lr_scale is one for each group, and multiplies all of the curve."""
    schedule = f"{{{COSINE}, warmup_t: 2, warmup_lr_init: 0.01, lr_scale: [1.0, 0.5]}}"
    groups = f"{EPOCHS}, groups: [{{name: a}}, {{name: b}}]"
    first, second = (lrs(schedule, 10, groups, group=group) for group in (0, 1))
    assert second == [lr * 0.5 for lr in first]


def test_factory() -> None:
    """The factory builds the scheduler of that name, with its own defaults."""
    v2 = "type: timm.create_scheduler_v2"
    assert lrs(f"{{{v2}, num_epochs: 10, warmup_epochs: 3, warmup_lr: 0.001}}", 10, EPOCHS) == lrs(
        f"{{{COSINE}, warmup_t: 3, warmup_lr_init: 0.001}}", 10, EPOCHS
    )
    assert lrs(f"{{{v2}, sched: step, decay_epochs: 2.4}}", 10, EPOCHS) == lrs(
        "{type: timm.StepLRScheduler, decay_t: 2.4, decay_rate: 0.1}", 10, EPOCHS
    )
    metric = "metric: [0.5, 0.6, 0.6, 0.6, 0.6, 0.6, 0.6, 0.6, 0.6]"
    assert lrs(f"{{{v2}, sched: plateau, patience_epochs: 1, {metric}}}", 10, EPOCHS) == lrs(
        f"{{type: timm.PlateauLRScheduler, patience_t: 1, {metric}}}", 10, EPOCHS
    )
    assert lrs(f"{{{v2}, sched: poly, num_epochs: 10}}", 10, EPOCHS) == lrs(
        "{type: timm.PolyLRScheduler, power: 0.1}", 10, EPOCHS
    )


def test_length_of_the_factory() -> None:
    """num_epochs keeps its 300, with a note; with the epochs that the factory returns there is none."""
    v2 = "type: timm.create_scheduler_v2"
    (note,) = notes_of(f"{{{v2}}}", 10, EPOCHS)
    assert "num_epochs is 300: it asks for a run of 300 epochs, and this one has 10. Give num_epochs" in note
    assert notes_of(f"{{{v2}, num_epochs: 8, cooldown_epochs: 2}}", 10, EPOCHS) == []
    assert notes_of(f"{{{v2}, num_epochs: 8, warmup_epochs: 2, warmup_prefix: true}}", 10, EPOCHS) == []
    assert notes_of(f"{{{v2}, num_epochs: 2, step_on_epochs: false, updates_per_epoch: 5}}", 10) == []


def test_events() -> None:
    """Warmup, restarts, decays and milestones are events."""
    assert events(f"{{{COSINE}, t_initial: 3, cycle_limit: 2, warmup_t: 2, warmup_prefix: true}}", 10, EPOCHS) == {
        2: "warmup ends",
        5: "restart",
        8: "cycles end",
    }
    step = "{type: timm.StepLRScheduler, decay_t: 3, decay_rate: 0.5, warmup_t: 2}"
    assert events(step, 10, EPOCHS) == {2: "warmup ends", 5: "decay x0.5", 8: "decay x0.5"}
    milestones = "{type: timm.MultiStepLRScheduler, decay_t: [3, 5], decay_rate: 0.1}"
    assert events(milestones, 10, EPOCHS) == {2: "milestone x0.1", 4: "milestone x0.1"}
    wsd = "{type: timm.WSDLRScheduler, decay_t: 3, t_initial: 7, warmup_t: 2}"
    assert events(wsd, 10, EPOCHS) == {2: "warmup ends", 6: "decay begins", 9: "decay ends"}
