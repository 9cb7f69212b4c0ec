"""What diffusers' get_scheduler refuses, and what it does nothing with."""

from __future__ import annotations

import pytest

from tests.frameworks.specs import events, lrs, notes_of, refusal

W = "num_warmup_steps"


@pytest.mark.parametrize(
    ("schedule", "message"),
    [
        ("{type: diffusers.linear}", f"missing key '{W}' in diffusers.linear"),
        ("{type: diffusers.piecewise_constant}", "missing key 'step_rules'"),
        (
            "{type: diffusers.piecewise_constant, step_rules: '1:10,0.1:20'}",
            "ValueError: step_rules must be",
        ),
        ("{type: diffusers.piecewise_constant, step_rules: '1:1.5,0.1'}", "diffusers raises ValueError: step_rules"),
        ("{type: diffusers.nosuch}", "unknown type 'diffusers.nosuch'"),
    ],
)
def test_refuses(schedule: str, message: str) -> None:
    """What diffusers refuses is refused, with its exception and its reason."""
    assert message in refusal(schedule)


def test_refuses_lr_end() -> None:
    """The polynomial's end is 1e-7, and the base LR has to be above it."""
    message = refusal(f"{{type: diffusers.polynomial, {W}: 2}}", more="lr: 1e-8")
    assert "diffusers raises ValueError: lr_end must be below lr (1e-08)" in message
    message = refusal(f"{{type: diffusers.polynomial, {W}: 5, num_training_steps: 5}}")
    assert "diffusers raises ZeroDivisionError: num_training_steps - num_warmup_steps is 0" in message


def test_unused() -> None:
    """num_cycles does nothing to the cosine, and a warmup nothing to a constant: both have a note."""
    cosine = f"{{type: diffusers.cosine, {W}: 2, num_cycles: 3}}"
    assert lrs(cosine) == lrs(f"{{type: transformers.cosine, {W}: 2}}")
    assert notes_of(cosine) == ["diffusers.cosine does nothing with num_cycles, as diffusers does"]
    constant = f"{{type: diffusers.constant, {W}: 5}}"
    assert (lrs(constant)[0], len(notes_of(constant))) == (0.1, 1)
    assert notes_of(f"{{type: diffusers.linear, {W}: 5}}") == []


def test_pieces() -> None:
    """The rules are sorted by step, and each is an event."""
    schedule = "{type: diffusers.piecewise_constant, step_rules: '0.1:6,1:3,0.01'}"
    assert lrs(schedule, 8) == [0.1, 0.1, 0.1, 0.1 * 0.1, 0.1 * 0.1, 0.1 * 0.1, 0.1 * 0.01, 0.1 * 0.01]
    assert events(schedule) == {3: "x0.1 of lr", 6: "x0.01 of lr"}
