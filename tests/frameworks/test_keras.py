"""What Keras refuses, what it does without a word, and its float32."""

from __future__ import annotations

import math
import random

import pytest

from lrcli.frameworks._float32 import cos32, f32, log32, pow32
from lrcli.reader import parse_text
from tests.frameworks.specs import events, lrs, notes_of, refusal

LR = "initial_learning_rate"


@pytest.mark.parametrize(
    ("schedule", "message"),
    [
        ("{type: keras.ExponentialDecay, decay_steps: 0, decay_rate: 0.5}", "ValueError: decay_steps must be above 0"),
        ("{type: keras.PolynomialDecay, decay_steps: 0}", "keras raises ValueError: decay_steps must be above 0"),
        ("{type: keras.InverseTimeDecay, decay_steps: -1, decay_rate: 0.5}", "decay_steps must be above 0"),
        ("{type: keras.CosineDecay, decay_steps: 0}", "keras raises ValueError: decay_steps must be above 0"),
        ("{type: keras.CosineDecayRestarts, first_decay_steps: 0}", "ValueError: first_decay_steps must be above 0"),
        ("{type: keras.CosineDecayRestarts, first_decay_steps: 4, t_mul: 0.5}", "at step 8: Keras computes NaN"),
        (
            "{type: keras.PiecewiseConstantDecay, boundaries: [1, 2], values: [1.0, 2.0]}",
            "keras raises ValueError: boundaries must be one fewer than values, 1 here",
        ),
        ("{type: keras.PiecewiseConstantDecay, boundaries: [1], values: [a, 2]}", "values must be a list of numbers"),
        ("{type: keras.PiecewiseConstantDecay, boundaries: [1], values: 2}", "values must be a list of numbers"),
        ("{type: keras.PiecewiseConstantDecay, boundaries: [], values: [2]}", "IndexError: boundaries must hold one"),
        (f"{{type: keras.CosineDecay, {LR}: 1, dtype: float64}}", f"{LR} must be 1.0 with float64"),
        ("{type: keras.ReduceLROnPlateau, factor: 1, metric: [1,1,1,1,1,1,1,1,1]}", "factor must be below 1"),
        ("{type: keras.ReduceLROnPlateau, monitor: val_x, metric: [1,1,1,1,1,1,1,1,1]}", "mode must be min or max"),
        ("{type: keras.LearningRateScheduler}", "missing key 'schedule'"),
        ("{type: keras.LearningRateScheduler, schedule: 'lr * 0.9'}", "unknown name 'lr'"),
    ],
)
def test_refuses(schedule: str, message: str) -> None:
    """What Keras refuses is refused, with its exception and its reason."""
    assert message in refusal(schedule)


def test_one_rate_for_all_groups() -> None:
    """Keras has no parameter groups: two learning rates are an error, two groups of one are not."""
    for schedule in ("{type: keras.CosineDecay}", "{type: keras.LearningRateScheduler, schedule: '0.1'}"):
        assert "has one learning rate" in refusal(schedule, more="groups: [{lr: 0.1}, {lr: 0.2}]")
        assert len(lrs(schedule, more="lr: 0.1, groups: [{name: a}, {name: b}]")) == 10


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [
        ("{type: keras.PiecewiseConstantDecay, boundaries: [5, 3], values: [1.0, 2.0, 3.0]}", [1, 1, 1, 1, 4, 4, 3, 3]),
        (f"{{type: keras.ExponentialDecay, {LR}: 1, decay_steps: 10, decay_rate: 0.5}}", [1, 0, 0, 0, 0, 0, 0, 0]),
        ("{type: keras.PiecewiseConstantDecay, boundaries: [2], values: [1, 0.5]}", [1, 1, 1, 0.5, 0.5]),
        ("{type: keras.PiecewiseConstantDecay, boundaries: [2.5], values: [1.0, 0.5]}", [1, 1, 1, 0.5, 0.5]),
        (
            f"{{type: keras.CosineDecay, {LR}: 1, decay_steps: 10}}",
            [
                1.0,
                0.977668285369873,
                0.9126678109169006,
                0.8108049631118774,
                0.681178867816925,
                0.5353686213493347,
                0.38639891147613525,
                0.2475769817829132,
            ],
        ),
        (
            f"{{type: keras.CosineDecayRestarts, {LR}: 0.1, first_decay_steps: 4, t_mul: 0.5}}",
            [
                0.10000000149011612,
                0.08535534143447876,
                0.04999999701976776,
                0.014644661918282509,
                0.10000000149011612,
                0.04999999701976776,
                0.10000000149011612,
                0.10000000149011612,
            ],
        ),
    ],
)
def test_does(schedule: str, expected: list[float]) -> None:
    """What it accepts without a word is done, to the bit."""
    assert lrs(schedule, len(expected)) == expected


def test_notes() -> None:
    """A whole number as the learning rate and boundaries out of order have a note; the usual ones none."""
    (note,) = notes_of(f"{{type: keras.CosineDecay, {LR}: 1}}", more="lr: 1.0")
    assert note.endswith("Keras cuts the other arguments to whole numbers. Write 1.0")
    (note,) = notes_of(
        "{type: keras.PiecewiseConstantDecay, boundaries: [5, 3], values: [0.25, 0.2, 0.3]}", more="lr: 0.25"
    )
    assert "boundaries are not in order" in note
    assert notes_of("{type: keras.CosineDecay}") == []


def test_own_rate() -> None:
    """initial_learning_rate is lr where it is left out; a whole number of lr stays a float."""
    assert lrs(f"{{type: keras.CosineDecay, {LR}: 0.3}}") == lrs("{type: keras.CosineDecay}", more="lr: 0.3")
    assert lrs("{type: keras.CosineDecay}", more="lr: 1") == lrs(f"{{type: keras.CosineDecay, {LR}: 1.0}}")


def test_float64() -> None:
    """dtype: float64 computes in doubles, and the default in singles."""
    single, double = (lrs(f"{{type: keras.CosineDecay, dtype: {dtype}}}") for dtype in ("float32", "float64"))
    assert single != double
    assert single == [f32(lr) for lr in single]
    assert double == [0.1 * (0.5 * (1.0 + math.cos(math.pi * (t / 10)))) for t in range(10)]


def test_scheduler_and_plateau() -> None:
    """The callbacks set the optimizer's float32 learning rate; mode auto knows the usual names."""
    schedule = "{type: keras.LearningRateScheduler, schedule: '0.1 if epoch < 2 else 0.01'}"
    assert lrs(schedule, 4) == [f32(0.1), f32(0.1), f32(0.01), f32(0.01)]
    metric = "metric: [0.5, 0.6, 0.7, 0.7, 0.7, 0.7, 0.7, 0.7, 0.7]"
    down, up = (
        "{type: keras.ReduceLROnPlateau, patience: 2, ",
        "{type: keras.ReduceLROnPlateau, monitor: val_accuracy, ",
    )
    assert lrs(down + metric + "}", 6)[3] == f32(f32(0.1) * 0.1)
    assert lrs(up + "patience: 2, " + metric + "}", 6)[3:] == [f32(0.1), f32(0.1), f32(f32(0.1) * 0.1)]


def test_events() -> None:
    """Warmup, restarts and pieces are events."""
    warmup = (
        "{type: keras.CosineDecay, decay_steps: 6, warmup_target: 0.1, warmup_steps: 2, initial_learning_rate: 0.0}"
    )
    assert events(warmup) == {2: "warmup ends", 8: "cosine ends"}
    assert events("{type: keras.CosineDecayRestarts, first_decay_steps: 2}", 15) == {
        2: "restart",
        6: "restart",
        14: "restart",
    }
    assert events("{type: keras.PiecewiseConstantDecay, boundaries: [3, 5], values: [1, 2, 3]}") == {
        4: "piece 2",
        6: "piece 3",
    }


def test_single_precision() -> None:
    """Each function of singles is within one unit of the last place of the exact one."""
    rng = random.Random(0)
    for _ in range(2000):
        x, y = f32(rng.uniform(0.0001, 40)), f32(rng.uniform(-4, 4))
        for single, exact in ((cos32(x), math.cos(x)), (pow32(x, y), x**y), (log32(x), math.log(x))):
            assert abs(f32(single) - exact) <= max(abs(exact) * 2**-23, 2**-40)
    assert [pow32(0.0, 2.0), pow32(-2.0, 3.0), pow32(3.0, 0.0), pow32(1e-20, 3.0)] == [0.0, -8.0, 1.0, 0.0]
    with pytest.raises(ValueError, match="no finite number"):
        pow32(-2.0, 0.5)


def test_past_the_metric() -> None:
    """A row past the last metric is refused at once, however far it is."""
    schedule = "{type: keras.ReduceLROnPlateau, metric: [1, 1, 1, 1, 1, 1, 1, 1, 1]}"
    found = parse_text(f"{{lr: 0.1, epochs: 10, schedule: {schedule}}}").groups[0].schedule
    with pytest.raises(ValueError, match="there are only 10 learning rates"):
        found.lr_at(100, 0.1)
