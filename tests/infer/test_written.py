"""A schedule as a spec says it: what `fit` and `convert --to` print."""

from __future__ import annotations

import pytest

from lrcli.infer.written import flow_text, schedule_mapping, split_schedule
from lrcli.reader import parse_text
from lrcli.schedules.base import Schedule
from lrcli.schedules.constant import Constant
from lrcli.schedules.linear import Linear
from lrcli.schedules.sequential import Sequential
from lrcli.schedules.step import MultiStep, Step


def schedule_of(text: str) -> Schedule:
    """The schedule of a spec."""
    return parse_text(text).groups[0].schedule


def test_framework_counts_with_the_type_of_its_numbers() -> None:
    """A float of a framework's class stays one: Keras counts in integers from an `initial_learning_rate: 0`."""
    keys = "initial_learning_rate: 0.0, decay_steps: 90, warmup_target: 0.1, warmup_steps: 10"
    mapping = schedule_mapping(schedule_of(f"{{steps: 100, lr: 0.1, schedule: {{type: keras.CosineDecay, {keys}}}}}"))
    assert f"{{type: keras.CosineDecay, {keys}}}" == flow_text(mapping)


@pytest.mark.parametrize(
    ("schedule", "text"),
    [
        (Step(step_size=30.0, gamma=0.1), "{type: step, step_size: 30}"),
        (MultiStep((30, 60), 0.5), "{type: multistep, milestones: [30, 60], gamma: 0.5}"),
        (Linear(total_iters=5), "{type: linear, start_factor: 0.3333333333333333, end_factor: 1, total_iters: 5}"),
    ],
)
def test_defaults_are_left_out(schedule: Schedule, text: str) -> None:
    """Keys with their defaults are left out, but for lengths that fill the run and the factors of a line."""
    assert text == flow_text(schedule_mapping(schedule))


def test_warmup_stands_before_phases() -> None:
    """A line up to the base learning rate is a warmup; what follows are phases, the last of which has no end."""
    warm = Linear(start_factor=0.1, total_iters=10)
    schedule = Sequential((warm, Constant(), Step(step_size=30, gamma=0.5)), (10, 50))
    warmup, phases = split_schedule(schedule)
    assert {"for": 10, "start_factor": 0.1} == warmup
    assert [{"type": "constant", "for": 40}, {"type": "step", "step_size": 30, "gamma": 0.5}] == phases


def test_text_is_yaml() -> None:
    """Texts that would be something else are quoted."""
    assert "{a: 'true', b: null, c: true, d: .nan, e: 'x: y'}" == flow_text(
        {"a": "true", "b": None, "c": True, "d": float("nan"), "e": "x: y"}
    )
