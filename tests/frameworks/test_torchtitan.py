"""What torchtitan's scheduler does at its edges."""

from __future__ import annotations

import pytest

from tests.frameworks.specs import events, lrs, notes_of, refusal

TITAN = "type: torchtitan.lr_scheduler"


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [
        (
            f"{{{TITAN}, warmup_steps: 2, total_steps: 6, decay_type: sqrt}}",
            [0.05, 0.1, 0.1, 0.05, 0.029289321881345243, 0.01339745962155614, 0.0, -0.01180339887498949],
        ),
        (
            f"{{{TITAN}, warmup_steps: 2, total_steps: 6, decay_type: cosine}}",
            [0.05, 0.1, 0.1, 0.08535533905932738, 0.05, 0.014644660940672627, 0.0, 0.014644660940672617],
        ),
        (
            f"{{{TITAN}, warmup_steps: 2, min_lr_factor: 2}}",
            [0.05, 0.1, 0.1, 0.125, 0.15000000000000002, 0.17500000000000002],
        ),
        (
            f"{{{TITAN}, warmup_steps: -2}}",
            [0.07500000000000001, 0.0625, 0.05, 0.037500000000000006, 0.025, 0.0125],
        ),
    ],
)
def test_does(schedule: str, expected: list[float]) -> None:
    """What it accepts without a word is done, below 0 past the end, too."""
    assert lrs(schedule, len(expected)) == expected


def test_notes_and_refusals() -> None:
    """A run past the end has a note; without a decay there is no value past it."""
    (note,) = notes_of(f"{{{TITAN}, warmup_steps: 2, total_steps: 6}}")
    assert "falls on, below its end after step 6. Give total_steps: 10" in note
    assert notes_of(f"{{{TITAN}, warmup_steps: 2}}") == []
    message = refusal(f"{{{TITAN}, warmup_steps: 2, total_steps: 6, decay_ratio: 0.0}}")
    assert "no value at step 7: torchtitan raises AssertionError" in message


def test_events() -> None:
    """The warmup ends at its last step, and the decay begins where the stable phase ends."""
    wsd = f"{{{TITAN}, warmup_steps: 2, decay_ratio: 0.4}}"
    assert events(wsd) == {1: "warmup ends", 6: "decay begins"}
