"""Megatron's clock in samples, what it refuses, and what it does without a word."""

from __future__ import annotations

import json
from typing import Any

import pytest

from lrcli import evaluate
from lrcli.errors import EvaluationError, SpecError
from lrcli.reader import parse_text
from lrcli.series import series_of

PLAIN: dict[str, Any] = {"lr_warmup_steps": 4, "lr_decay_steps": 12}


def spec(keys: dict[str, Any], rows: int = 12, **run: Any) -> str:
    schedule = {"type": "megatron.OptimizerParamScheduler", **keys}
    return json.dumps({"lr": 0.1, "steps": rows, **run, "schedule": schedule})


def lrs(keys: dict[str, Any], rows: int = 12, **run: Any) -> list[float]:
    return list(evaluate(parse_text(spec(keys, rows, **run))).groups[0].lr)


@pytest.mark.parametrize(
    ("keys", "reason"),
    [
        ({**PLAIN, "min_lr": 0.2}, "megatron raises AssertionError: max_lr must be at least min_lr"),
        ({**PLAIN, "min_lr": -1}, "megatron raises AssertionError: min_lr must not be negative"),
        ({**PLAIN, "init_lr": 0.2}, "megatron raises AssertionError: init_lr must not be above max_lr"),
        ({**PLAIN, "lr_decay_style": "exp"}, "megatron raises Exception: exp decay style is not supported"),
        ({**PLAIN, "lr_decay_style": "WSD"}, "megatron raises AssertionError: WSD needs wsd_decay_steps"),
        ({**PLAIN, "start_wd": 0.1, "end_wd": 0.01}, "megatron raises AssertionError: end_wd must not be below"),
        ({**PLAIN, "lr_decay_steps": 4}, "lr_warmup_steps must be below lr_decay_steps 4"),
        ({**PLAIN, "lr_decay_steps": 0}, "lr_decay_steps must be above 0"),
        ({**PLAIN, "lr_warmup_steps": "3%"}, "lr_warmup_steps must be a number"),
        ({**PLAIN, "increment": -1}, "must be a count of samples"),
        ({**PLAIN, "group_overrides": [{}, {}]}, "one mapping for each group, 1 here"),
        ({**PLAIN, "group_overrides": [{"lr": 1}]}, "group_overrides has max_lr, min_lr"),
    ],
)
def test_refused(keys: dict[str, Any], reason: str) -> None:
    """What Megatron's bare assertions refuse is refused with the rule, and what no spec of it can mean."""
    with pytest.raises(SpecError, match=reason):
        parse_text(spec(keys))


def test_unknown_anneal() -> None:
    """An unknown style of WSD raises when the decay begins."""
    keys = {**PLAIN, "lr_decay_style": "WSD", "wsd_decay_steps": 4, "lr_wsd_decay_style": "exp"}
    assert len(lrs(keys, 9)) == 9
    with pytest.raises(EvaluationError, match="at step 9: megatron raises AssertionError"):
        lrs(keys)


def test_samples() -> None:
    """Positions are samples: of increment, of what data says of a step, or else of one each."""
    plain = lrs(PLAIN)
    assert plain == lrs({"lr_warmup_steps": 64, "lr_decay_steps": 192, "increment": 16})
    assert plain == lrs({"lr_warmup_steps": 64}, data={"samples": 1600, "batch_size": 16})
    ramp = lrs({"lr_warmup_steps": 4, "lr_decay_steps": 12, "increment": [1, 1, 2]})
    assert ramp[:3] == plain[:3]
    assert ramp[3:8] == [*plain[4:12:2], 0.0]


def test_warmup_below_0_is_accepted() -> None:
    """A negative warmup starts down the curve."""
    keys = {"lr_warmup_steps": -3, "lr_decay_steps": 10, "lr_decay_style": "cosine"}
    assert lrs(keys)[:2] == [0.08742553740855506, 0.0784032373365578]


@pytest.mark.parametrize(
    ("keys", "codes"),
    [
        (PLAIN, {"first-update"}),
        ({**PLAIN, "init_lr": 1e-3}, set()),
        ({"lr_decay_steps": 12, "max_lr": 0.2}, {"lr-ignored"}),
        ({"lr_decay_steps": 13}, {"horizon"}),
        (
            {**PLAIN, "init_lr": 1e-3, "lr_decay_style": "WSD", "wsd_decay_steps": 10},
            {"wsd-in-warmup"},
        ),
    ],
)
def test_notes(keys: dict[str, Any], codes: set[str]) -> None:
    """What Megatron does without a word is told."""
    assert {note.code for note in series_of(parse_text(spec(keys))).notes()} == codes


def test_events() -> None:
    """The end of the warmup, the beginning and the end of the decay have their events."""
    keys = {**PLAIN, "lr_decay_style": "WSD", "wsd_decay_steps": 4}
    schedule = parse_text(spec(keys, 20)).groups[0].schedule
    events = {t: schedule.event_at(t) for t in range(20) if schedule.event_at(t)}
    assert events == {4: "warmup ends", 8: "decay begins", 12: "decay ends"}
