"""What pytorch_warmup refuses, and what it dampens."""

from __future__ import annotations

import pytest

from tests.frameworks.specs import events, lrs, refusal

LINEAR = "type: pytorch_warmup.LinearWarmup"


@pytest.mark.parametrize(
    ("schedule", "message"),
    [
        (f"{{{LINEAR}, warmup_period: 0}}", "ValueError: warmup_period must be a positive integer"),
        (f"{{{LINEAR}, warmup_period: 2.5}}", "pytorch_warmup raises TypeError: warmup_period must be an int"),
        (f"{{{LINEAR}, warmup_period: [2, 3]}}", "warmup_period must have one value per parameter group, 1 here"),
        ("{type: pytorch_warmup.RAdamWarmup, betas: [0.9, 0.5]}", "ValueError: the second beta must be greater than"),
        ("{type: pytorch_warmup.UntunedLinearWarmup, betas: 0.9}", "betas must be a list of two numbers"),
    ],
)
def test_refuses(schedule: str, message: str) -> None:
    """What pytorch_warmup refuses is refused, with its exception and its reason."""
    assert message in refusal(schedule)


def test_dampens() -> None:
    """The wrapped scheduler runs during the warmup; it may be another framework's, too."""
    for inner in ("{type: StepLR, step_size: 3, gamma: 0.5}", "{type: transformers.linear, num_warmup_steps: 2}"):
        wrapped, alone = lrs(f"{{{LINEAR}, warmup_period: 4, lr_scheduler: {inner}}}"), lrs(inner)
        assert wrapped == [lr * min(1.0, (t + 1) / 4) for t, lr in enumerate(alone)]


def test_periods_of_groups() -> None:
    """A list of periods has one for each group."""
    groups = "lr: 0.1, groups: [{name: a}, {name: b}]"
    second = lrs(f"{{{LINEAR}, warmup_period: [2, 4]}}", 10, groups, group=1)
    assert second == lrs(f"{{{LINEAR}, warmup_period: 4}}")


def test_untuned() -> None:
    """A beta of 0.999 is a period of 1999 updates: the quotient falls just short of 2000."""
    assert lrs("{type: pytorch_warmup.UntunedLinearWarmup}") == lrs(f"{{{LINEAR}, warmup_period: 1999}}")


def test_events() -> None:
    """The end of the warmup stands beside the wrapped scheduler's events."""
    inner = "{type: StepLR, step_size: 3, gamma: 0.5}"
    found = events(f"{{{LINEAR}, warmup_period: 4, lr_scheduler: {inner}}}")
    assert found[3].startswith("warmup ends; ")
    assert set(found) == {3, 6, 9}


def test_to_the_last_row() -> None:
    """A scheduler that has no rate past its end is dampened up to it; past it, and where torch refuses it: an error."""
    cycle = "{type: one_cycle, max_lr: 0.3, total_steps: 10}"
    assert len(lrs(f"{{{LINEAR}, warmup_period: 3, lr_scheduler: {cycle}}}", 11)) == 11
    assert "no value at step 11" in refusal(f"{{{LINEAR}, warmup_period: 3, lr_scheduler: {cycle}}}", 12)
    message = refusal(f"{{{LINEAR}, warmup_period: 3, lr_scheduler: {{type: linear, start_factor: 0}}}}")
    assert "lr_scheduler is refused: torch " in message
