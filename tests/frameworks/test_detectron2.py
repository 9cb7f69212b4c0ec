"""What a SOLVER may say, what is refused, and what detectron2 does without a word."""

from __future__ import annotations

import json
from typing import Any

import pytest

from lrcli import evaluate
from lrcli.errors import EvaluationError, SpecError
from lrcli.reader import parse_text
from lrcli.series import series_of


def spec(type_: str = "build_lr_scheduler", rows: int = 60, lr: float | None = 0.1, **keys: Any) -> str:
    run = {"steps": rows} if lr is None else {"lr": lr, "steps": rows}
    return json.dumps({**run, "schedule": {"type": f"detectron2.{type_}", **keys}})


SHORT: dict[str, Any] = {"MAX_ITER": 60, "WARMUP_ITERS": 10, "STEPS": [40]}


@pytest.mark.parametrize(
    ("keys", "reason"),
    [
        ({**SHORT, "WARMUP_METHOD": "exp"}, "detectron2 raises ValueError: Unknown warmup method: exp"),
        ({**SHORT, "LR_SCHEDULER_NAME": "StepLR"}, "detectron2 raises ValueError: Unknown LR scheduler: StepLR"),
        (
            {**SHORT, "LR_SCHEDULER_NAME": "WarmupCosineLR", "BASE_LR_END": 0.2},
            "detectron2 raises AssertionError: BASE_LR_END must lie between 0 and BASE_LR",
        ),
        (
            {**SHORT, "STEPS": [40, 60]},
            "Milestone must be smaller than total number of updates: num_updates=60, milestone=60",
        ),
        ({**SHORT, "STEPS": [50, 40]}, "Milestone must be larger than the one before: 40 after 50"),
        ({"MAX_ITER": 2, "STEPS": [1, 1, 1], "WARMUP_ITERS": 0}, "Total num_updates 2 must be greater than"),
        (
            {**SHORT, "LR_SCHEDULER_NAME": "WarmupStepWithFixedGammaLR", "NUM_DECAYS": 0},
            "num_decays and num_updates must be positive integers",
        ),
        (
            {**SHORT, "LR_SCHEDULER_NAME": "WarmupStepWithFixedGammaLR", "WARMUP_ITERS": 60},
            "detectron2 raises IndexError: the warmup must be shorter than the run",
        ),
    ],
)
def test_refused(keys: dict[str, Any], reason: str) -> None:
    """What detectron2 or fvcore refuses is refused, with the exception and the reason."""
    with pytest.raises(SpecError, match=reason):
        parse_text(spec(**keys))


def test_older_classes_refuse() -> None:
    """The older classes look at the method and the order of the milestones."""
    with pytest.raises(SpecError, match="Unknown warmup method: exp"):
        parse_text(spec("WarmupMultiStepLR", milestones=[40], warmup_method="exp"))
    with pytest.raises(SpecError, match="increasing integers"):
        parse_text(spec("WarmupMultiStepLR", milestones=[40, 30]))


def test_past_the_end() -> None:
    """At MAX_ITER the schedule of equal parts has no value, and past it that of steps has none; a cosine climbs."""
    equal: dict[str, Any] = {**SHORT, "LR_SCHEDULER_NAME": "WarmupStepWithFixedGammaLR"}
    assert len(evaluate(parse_text(spec(**equal))).groups[0].lr) == 60
    with pytest.raises(EvaluationError, match="at step 60: detectron2 raises IndexError"):
        evaluate(parse_text(spec(rows=61, **equal)))
    assert len(evaluate(parse_text(spec(rows=61, **SHORT))).groups[0].lr) == 61
    with pytest.raises(EvaluationError, match="at step 61: detectron2 raises RuntimeError"):
        evaluate(parse_text(spec(rows=62, **SHORT)))
    cosine: dict[str, Any] = {**SHORT, "LR_SCHEDULER_NAME": "WarmupCosineLR"}
    lr = evaluate(parse_text(spec(rows=70, **cosine))).groups[0].lr
    assert lr[60] == 0.0 < lr[61]


def test_warmup_as_long_as_the_run() -> None:
    """A warmup as long as the run goes to the end of the curve."""
    keys: dict[str, Any] = {"MAX_ITER": 6, "WARMUP_ITERS": 6, "BASE_LR": 0.001, "LR_SCHEDULER_NAME": "WarmupCosineLR"}
    lr = evaluate(parse_text(spec(rows=7, lr=None, **keys))).groups[0].lr
    assert lr == [1e-06, 8.333333333333334e-07, 6.666666666666668e-07, 5e-07, 3.333333333333334e-07,
                  1.6666666666666665e-07, 0.0]  # fmt: skip


@pytest.mark.parametrize(
    ("keys", "codes"),
    [
        (SHORT, set()),
        ({**SHORT, "STEPS": [40, 90]}, {"milestone-outside"}),
        ({**SHORT, "MAX_ITER": 80}, {"horizon"}),
        ({**SHORT, "BASE_LR": 0.2}, {"lr-ignored"}),
        ({**SHORT, "STEPS": [5]}, {"warmup-peak"}),
        ({**SHORT, "LR_SCHEDULER_NAME": "WarmupCosineLR"}, {"warmup-peak"}),
        ({**SHORT, "LR_SCHEDULER_NAME": "WarmupCosineLR", "RESCALE_INTERVAL": True}, set()),
        ({**SHORT, "LR_SCHEDULER_NAME": "WarmupPolyLR"}, set()),
    ],
)
def test_notes(keys: dict[str, Any], codes: set[str]) -> None:
    """What detectron2 does without a word is told."""
    assert {note.code for note in series_of(parse_text(spec(**keys))).notes()} == codes


def test_rates() -> None:
    """BASE_LR is lr where it is left out, else 0.001. Groups keep their own, and the end of a cosine is a share."""
    assert max(evaluate(parse_text(spec(lr=None, **SHORT))).groups[0].lr) == 0.001
    assert max(evaluate(parse_text(spec(lr=0.5, **SHORT))).groups[0].lr) == 0.5
    assert max(evaluate(parse_text(spec(lr=0.5, BASE_LR=0.25, **SHORT))).groups[0].lr) == 0.25
    cosine: dict[str, Any] = {
        "MAX_ITER": 4,
        "WARMUP_ITERS": 0,
        "LR_SCHEDULER_NAME": "WarmupCosineLR",
        "BASE_LR_END": 0.25,
    }
    groups = {**json.loads(spec(rows=5, lr=0.5, **cosine)), "groups": [{}, {"lr": 1.0}]}
    parsed = parse_text(json.dumps(groups))
    assert [(group.lr[0], group.lr[4]) for group in evaluate(parsed).groups] == [(0.5, 0.25), (1.0, 0.5)]
    assert [note.code for note in series_of(parsed).notes()] == ["horizon"]


def test_poly_is_deeplabs_class() -> None:
    """WarmupPolyLR in a SOLVER is the class of the DeepLab project."""
    keys: dict[str, Any] = {"MAX_ITER": 60, "WARMUP_ITERS": 10, "POLY_LR_POWER": 0.7, "POLY_LR_CONSTANT_ENDING": 0.2}
    solver = evaluate(parse_text(spec(LR_SCHEDULER_NAME="WarmupPolyLR", **keys))).groups[0].lr
    text = spec("WarmupPolyLR", warmup_iters=10, power=0.7, constant_ending=0.2)
    assert solver == evaluate(parse_text(text)).groups[0].lr
    assert (solver[0], solver[10], min(solver[10:])) == (0.0001, 0.08801833070327153, 0.020000000000000004)


def test_events() -> None:
    """The end of the warmup and each step have their event, and the breaks are there."""
    for name, steps in (("WarmupMultiStepLR", {40}), ("WarmupStepWithFixedGammaLR", {15, 30, 45})):
        schedule = parse_text(spec(**{**SHORT, "LR_SCHEDULER_NAME": name})).groups[0].schedule
        events = {t: schedule.event_at(t) for t in range(60) if schedule.event_at(t)}
        assert events == {10: "warmup ends", **dict.fromkeys(steps, "step x0.1")}
        assert [t for t in range(1, 60) if schedule.next_break(t) == t] == sorted(events)
