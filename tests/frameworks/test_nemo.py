"""What NeMo refuses, what it does without a word, and its events."""

from __future__ import annotations

import pytest

from tests.frameworks.specs import events, lrs, notes_of, refusal


@pytest.mark.parametrize(
    ("schedule", "message"),
    [
        (
            "CosineAnnealing, warmup_steps: 1, warmup_ratio: 0.1",
            "AssertionError: warmup_steps and warmup_ratio exclude",
        ),
        ("WarmupPolicy, warmup_ratio: 0.1", "nemo raises AssertionError: warmup_ratio needs max_steps"),
        (
            "CosineAnnealing, min_lr: 0.2, warmup_steps: 2",
            "at step 3: nemo raises ValueError: the learning rate must not",
        ),
        (
            "CosineAnnealing, constant_steps: 2, min_lr: 0.1",
            "nemo raises AssertionError: the learning rate of the first",
        ),
        ("NoamAnnealing", "missing key 'd_model'"),
        ("NoamAnnealing, d_model: 512, min_lr: 0.2", "nemo raises ValueError: the learning rate must not be below"),
        ("NoamHoldAnnealing", "nemo raises ValueError: Noam cannot be used without warmup steps"),
        ("T5InverseSquareRootAnnealing, constant_ratio: 0.1", "nemo raises TypeError: constant_steps must be given"),
        ("T5InverseSquareRootAnnealing, constant_steps: 0", "nemo raises ZeroDivisionError: constant_steps must be"),
        ("WarmupHoldAnnealLinear, warmup_steps: 2, hold_steps: 3, max_steps: 5", "no value at step 5"),
        ("WarmupHoldPolicy, hold_steps: 3, hold_ratio: 0.5", "AssertionError: hold_steps and hold_ratio exclude"),
    ],
)
def test_refuses(schedule: str, message: str) -> None:
    """What NeMo refuses is refused, with its exception and its reason."""
    assert message in refusal(f"{{type: nemo.{schedule}}}")


def test_does() -> None:
    """A warmup as long as the run, and a hold that is longer, are done."""
    cosine = "{type: nemo.CosineAnnealing, warmup_steps: 4, max_steps: 4}"
    assert lrs(cosine, 8) == [0.020000000000000004, 0.04000000000000001, 0.06, 0.08000000000000002, 0.1, 0.0, 0.0, 0.0]
    held = "{type: nemo.PolynomialHoldDecayAnnealing, warmup_steps: 2, hold_steps: 8, max_steps: 6}"
    assert lrs(held, 9)[2:] == [0.1] * 7


def test_first_group() -> None:
    """WarmupAnnealing takes the first group's learning rate for all after the warmup, with a note."""
    groups = "groups: [{lr: 0.1}, {lr: 0.4}]"
    schedule = "{type: nemo.WarmupAnnealing, warmup_steps: 2}"
    second = lrs(schedule, 10, groups, group=1)
    assert second[2] == 0.4
    assert second[3:] == lrs(schedule, 10, groups)[3:]
    (note, *_) = notes_of(schedule, 10, groups)
    assert "takes the learning rate of the first group for all of them" in note


def test_notes() -> None:
    """A jump after the warmup, and a peak below min_lr, are told."""
    (note,) = notes_of("{type: nemo.WarmupHoldAnnealLinear, warmup_steps: 2}")
    assert "hold_steps: 0 counts it from the end of the warmup" in note
    assert notes_of("{type: nemo.WarmupHoldAnnealLinear, warmup_steps: 2, hold_steps: 0}") == []
    (note,) = notes_of("{type: nemo.NoamAnnealing, d_model: 1024, warmup_steps: 4, min_lr: 0.01}")
    assert "the peak of the warmup is below min_lr" in note


def test_shares() -> None:
    """A share of the run is rounded down, as a percentage is."""
    ratio = lrs("{type: nemo.CosineAnnealing, warmup_ratio: 0.19}", 100)
    assert ratio == lrs("{type: nemo.CosineAnnealing, warmup_steps: 19}", 100)
    assert lrs("{type: nemo.CosineAnnealing, warmup_steps: 1.9%}", 100) == lrs(
        "{type: nemo.CosineAnnealing, warmup_steps: 1}", 100
    )


def test_events() -> None:
    """Where the warmup, the hold and the decay end."""
    schedule = "{type: nemo.WarmupHoldAnnealLinear, warmup_steps: 2, hold_steps: 3, max_steps: 8}"
    assert events(schedule) == {2: "warmup ends", 5: "hold ends", 8: "decay ends"}
