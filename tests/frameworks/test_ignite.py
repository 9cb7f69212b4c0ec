"""What ignite refuses, what it does without a word, and its events."""

from __future__ import annotations

import pytest

from tests.frameworks.specs import events, lrs, notes_of, refusal
from tests.frameworks.test_golden import series
from tests.frameworks.to_spec import yaml

COSINE = "type: ignite.CosineAnnealingScheduler, start_value: 0.1, end_value: 0.0"
LINEAR = "type: ignite.LinearCyclicalScheduler, start_value: 0.1, end_value: 0.0"
WARMUP = "type: ignite.create_lr_scheduler_with_warmup, warmup_start_value: 0.0"
PIECES = "type: ignite.PiecewiseLinear"
PLATEAU = "type: ignite.ReduceLROnPlateauScheduler, metric: [1, 1, 1, 1, 1, 1, 1, 1, 1]"


@pytest.mark.parametrize(
    ("schedule", "message"),
    [
        (f"{{{COSINE}, cycle_size: 1}}", "ignite raises ValueError: cycle_size should be larger than 1"),
        (f"{{{COSINE}, cycle_size: 4, cycle_mult: 0.1}}", "at step 4: ignite raises ZeroDivisionError: the cycle has"),
        (f"{{{COSINE}, cycle_size: 4, param_group_index: 1}}", "ignite raises IndexError: there is no such parameter"),
        (f"{{{LINEAR}, cycle_size: 4, warmup_duration: 5}}", "ValueError: warmup_duration needs monotonic: true"),
        (f"{{{PIECES}, milestones_values: [[5, 0.1], [3, 0.2]]}}", "ValueError: milestones should increase: 3 after 5"),
        (f"{{{PIECES}, milestones_values: [[0.5, 0.1]]}}", "ignite raises TypeError: a milestone should be an integer"),
        (
            f"{{{PIECES}, milestones_values: []}}",
            "ignite raises ValueError: milestones_values should have at least one",
        ),
        (f"{{{PIECES}, milestones_values: [3, 4]}}", "ValueError: milestones_values should be a list of pairs"),
        (
            f"{{{WARMUP}, warmup_duration: 1, lr_scheduler: constant}}",
            "ValueError: warmup_duration should be at least 2",
        ),
        (
            f"{{{WARMUP}, warmup_duration: 2.0, lr_scheduler: cosine}}",
            "TypeError: warmup_duration should be an integer",
        ),
        (
            f"{{type: ignite.ConcatScheduler, schedulers: [{{{COSINE}, cycle_size: 4}}], durations: []}}",
            "ignite raises ValueError: schedulers should be more than one",
        ),
        (
            f"{{type: ignite.ConcatScheduler, schedulers: [{{{COSINE}, cycle_size: 4}}, cosine], durations: [3]}}",
            "ignite raises TypeError: schedulers should be ignite's own, and not cosine",
        ),
        (
            "{type: ignite.LRScheduler, lr_scheduler: {type: timm.CosineLRScheduler}}",
            "ignite raises TypeError: lr_scheduler should be a scheduler of PyTorch, and not timm.CosineLRScheduler",
        ),
        (f"{{{PLATEAU}, factor: 1}}", "ignite raises ValueError: factor must be below 1"),
        (f"{{{PLATEAU}, min_lr: 1, param_group_index: 0}}", "ignite raises TypeError: min_lr should be a float"),
    ],
)
def test_refuses(schedule: str, message: str) -> None:
    """What ignite refuses is refused, with its exception and its reason."""
    assert message in refusal(schedule)


def test_never_stepped() -> None:
    """ignite reads get_lr() and never steps: some classes of PyTorch lose their first value, with a note."""
    exponential = "{type: ignite.LRScheduler, lr_scheduler: {type: ExponentialLR, gamma: 0.5}}"
    assert lrs(exponential, 3) == [0.05, 0.025, 0.0125]
    (note,) = notes_of(exponential)
    assert "from event 0 on it is not what ExponentialLR itself gives" in note
    steps = "{type: ignite.LRScheduler, lr_scheduler: {type: StepLR, step_size: 3}}"
    assert lrs(steps, 4) == lrs("{type: StepLR, step_size: 3}", 4)
    assert notes_of(steps) == []


def test_min_lr() -> None:
    """min_lr counts only with param_group_index: 0; else it is dropped, with a note."""
    dropped = f"{{{PLATEAU}, patience: 0, min_lr: 0.05}}"
    assert lrs(dropped)[-1] < 1e-6
    (note,) = notes_of(dropped)
    assert "drops min_lr" in note
    assert lrs(f"{{{PLATEAU}, patience: 0, min_lr: 0.05, param_group_index: 0}}")[-1] == 0.05


def test_own_rate() -> None:
    """start_value is lr where it is left out, and wins over it with a note."""
    left_out = "{type: ignite.CosineAnnealingScheduler, end_value: 0.0, cycle_size: 4}"
    assert lrs(left_out) == lrs(f"{{{COSINE}, cycle_size: 4}}")
    assert notes_of(left_out) == []
    assert len(notes_of(f"{{{COSINE}, cycle_size: 4}}", more="lr: 0.2")) == 1


def test_one_group() -> None:
    """With param_group_index the other groups keep their rate."""
    groups = "groups: [{lr: 0.1}, {lr: 0.4}]"
    schedule = f"{{{COSINE}, cycle_size: 4, param_group_index: 0}}"
    assert lrs(schedule, 10, groups) == lrs(f"{{{COSINE}, cycle_size: 4}}")
    assert set(lrs(schedule, 10, groups, group=1)) == {0.4}


def test_events() -> None:
    """Restarts, the climb back, milestones, and where one scheduler hands over to the next."""
    assert events(f"{{{COSINE}, cycle_size: 3, warmup_duration: 2}}") == {
        3: "climb begins",
        5: "restart",
        8: "climb begins",
    }
    warmup = f"{{{WARMUP}, warmup_duration: 4, lr_scheduler: {{type: StepLR, step_size: 3}}}}"
    assert events(warmup)[4] == "warmup ends"
    pieces = f"{{{PIECES}, milestones_values: [[2, 0.1], [5, 0.2]]}}"
    assert events(pieces) == {2: "milestone", 5: "milestone"}
    concat = f"{{type: ignite.ConcatScheduler, schedulers: [{pieces}, {{{COSINE}, cycle_size: 3}}], durations: [4]}}"
    assert events(concat) == {2: "milestone", 4: "next scheduler", 7: "restart"}


def test_groups() -> None:
    """Each scheduler moves its group, the last one wins, and a group that none is for keeps its rate."""
    line = "{type: ignite.PiecewiseLinear, milestones_values: [[0, 0.0], [2, 0.2]], param_group_index: %d}"
    wave = f"{{{COSINE}, cycle_size: 4, param_group_index: 1}}"
    schedule = f"{{type: ignite.ParamGroupScheduler, schedulers: [{line % 1}, {wave}]}}"
    groups = "groups: [{lr: 0.1}, {lr: 0.4}]"
    assert set(lrs(schedule, 5, groups)) == {0.1}
    assert lrs(schedule, 5, groups, group=1) == lrs(f"{{{COSINE}, cycle_size: 4}}", 5)
    message = refusal("{type: ignite.ParamGroupScheduler, schedulers: [{type: StepLR, step_size: 2}]}")
    assert "ignite raises ValueError: schedulers should be parameter schedulers of ignite, and not step" in message


@pytest.mark.parametrize(
    "kind", ["ExpStateScheduler", "StepStateScheduler", "MultiStepStateScheduler", "PiecewiseLinearStateScheduler"]
)
def test_states(kind: str) -> None:
    """The recorded values of the engine's state, and a note that they are no learning rate."""
    (row,) = [row for row in series("ignite") if row["kind"] == kind]
    schedule = f"{{type: ignite.{kind}, {yaml(row['params'])[1:]}"
    assert lrs(schedule, row["steps"]) == row["values"]
    assert "and not the optimizer's learning rate" in "".join(notes_of(schedule))
