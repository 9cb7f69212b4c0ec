"""mmengine's lists: what is refused, whose clock counts, and what mmengine does without a word."""

from __future__ import annotations

import json
from typing import Any

import pytest

from lrcli import evaluate
from lrcli.errors import EvaluationError, SpecError
from lrcli.reader import parse_text
from lrcli.series import series_of


def spec(*schedulers: dict[str, Any], metric: list[float] | None = None, **run: Any) -> str:
    schedule: dict[str, Any] = {"type": "mmengine.param_scheduler", "schedulers": list(schedulers)}
    if metric is not None:
        schedule["metric"] = metric
    return json.dumps({"lr": 0.1, **(run or {"epochs": 8}), "schedule": schedule})


def one(kind: str, **keys: Any) -> dict[str, Any]:
    return {"type": kind, **keys}


def lrs(*schedulers: dict[str, Any], **run: Any) -> list[float]:
    return list(evaluate(parse_text(spec(*schedulers, **run))).groups[0].lr)


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        (one("StepLR", step_size=2, begin=5, end=5), "mmengine raises ValueError: end should be larger than begin"),
        (one("StepLR"), "mmengine raises TypeError: StepLR needs step_size"),
        (one("StepLR", step_size=2, gama=1), "mmengine raises TypeError: StepLR has no argument 'gama'"),
        (one("StepLR", step_size="2"), "StepLR: step_size must be a number, not '2'"),
        (one("QuadraticWarmupLR"), "mmengine raises ValueError: QuadraticWarmupLR needs an end"),
        (one("LinearParamScheduler"), "mmengine raises TypeError: LinearParamScheduler needs param_name"),
        (one("SomeLR"), "mmengine raises KeyError: SomeLR is not in its registry"),
        (one("ConstantLR", factor=1.5), "mmengine raises ValueError: Constant multiplicative factor should between"),
        (one("LinearLR", start_factor=-0.1), "mmengine raises ValueError: Starting multiplicative factor"),
        (one("CosineAnnealingLR", eta_min=0, eta_min_ratio=0.1), "mmengine raises AssertionError: either eta_min"),
        (one("CosineRestartLR", periods=[4]), "mmengine raises AssertionError: CosineRestartLR needs eta_min"),
        (one("CosineRestartLR", periods=[4, 4], eta_min=0), "periods and restart_weights should have the same length"),
        (one("OneCycleLR", eta_max=1, total_steps=0), "Expected positive integer total_steps, but got 0"),
        (one("OneCycleLR", eta_max=1, pct_start=1), "Expected float between 0 and 1 pct_start, but got 1"),
        (one("ReduceOnPlateauLR", factor=1.0), "mmengine raises ValueError: Factor should be < 1.0"),
        (one("ReduceOnPlateauLR", by_epoch=False), "ReduceOnPlateauLR only supports by_epoch: true"),
        (one("ReduceOnPlateauLR"), "must have at least 7 values"),
        (one("StepLR", step_size=2, by_epoch=False, convert_to_iter_based=True), "mmengine raises AssertionError"),
        (one("StepLR", step_size=2, convert_to_iter_based=True), "give steps_per_epoch"),
    ],
)
def test_refused(entry: dict[str, Any], reason: str) -> None:
    """What mmengine refuses is refused, with the exception and the reason, and what does not say its rates."""
    with pytest.raises(SpecError, match=reason):
        parse_text(spec(entry))


@pytest.mark.parametrize(
    ("entry", "row", "reason"),
    [
        (one("ConstantLR", factor=0, end=3), 2, "float division by zero"),
        (one("LinearLR", start_factor=0, end=5), 1, "division by zero"),
        (one("OneCycleLR", eta_max=0.1, total_steps=5), 6, "mmengine raises ValueError: Tried to step 7 times"),
    ],
)
def test_no_value(entry: dict[str, Any], row: int, reason: str) -> None:
    """Where mmengine raises in a step, the row has no value."""
    with pytest.raises(EvaluationError, match=f"at epoch {row}: .*{reason}"):
        evaluate(parse_text(spec(entry)))


@pytest.mark.parametrize(
    ("entry", "expected", "codes"),
    [
        (one("LinearLR", start_factor=0.1, end=1), [0.010000000000000002] * 8, {"one-step"}),
        (one("LinearLR", start_factor=0.1, end=2), [0.010000000000000002] + [0.10000000000000002] * 7, set()),
        (one("PolyLR", end=4), [0.1, 0.06666666666666668, 0.03333333333333334] + [0.0] * 5, set()),
        (one("PolyLR", end=1), [0.1] * 8, set()),
        (one("ConstantLR", factor=0.5), [0.05] * 8, {"not-restored"}),
        (one("CosineAnnealingLR"), [0.1] * 8, {"no-end"}),
    ],
)
def test_accepted_silently(entry: dict[str, Any], expected: list[float], codes: set[str]) -> None:
    """What mmengine does without a word is done, with a note where nobody can want it."""
    assert [round(lr, 12) for lr in lrs(entry)] == [round(lr, 12) for lr in expected]
    assert {note.code for note in series_of(parse_text(spec(entry))).notes()} == codes


def test_momentum_is_left_out() -> None:
    """Schedulers of the momentum change nothing here; a note says so."""
    text = spec(one("StepLR", step_size=4), one("CosineAnnealingMomentum", T_max=8, eta_min=0.85))
    assert {note.code for note in series_of(parse_text(text)).notes()} == {"momentum"}
    assert list(evaluate(parse_text(text)).groups[0].lr) == lrs(one("StepLR", step_size=4))


def test_clocks() -> None:
    """Entries count epochs, iterations, or iterations that were epochs; so do rows, by what the run counts."""
    step = one("StepLR", step_size=2, gamma=0.5)
    assert lrs(step, steps=8, steps_per_epoch=2) == [0.1] * 4 + [0.05] * 4
    assert lrs({**step, "by_epoch": False}, steps=8) == [0.1, 0.1, 0.05, 0.05, 0.025, 0.025, 0.0125, 0.0125]
    warm = one("LinearLR", start_factor=0.5, end=2, convert_to_iter_based=True)
    assert lrs(warm, steps=5, steps_per_epoch=2) == lrs({**warm, "end": 4, "by_epoch": False,
                                                         "convert_to_iter_based": False}, steps=5)  # fmt: skip
    by_row = lrs(warm, steps=6, steps_per_epoch=2)
    assert lrs(warm, epochs=3, steps_per_epoch=2) == by_row[::2]
    with pytest.raises(SpecError, match="count epochs in a run of steps"):
        parse_text(spec(step, steps=8))


def test_groups() -> None:
    """OneCycleLR and min_value take one value for each group; OneCycleLR does not look at lr."""
    cycle = one("OneCycleLR", eta_max=[0.5, 1.0], total_steps=8)
    groups = evaluate(parse_text(spec(cycle, epochs=8, groups=[{"lr": 3}, {"lr": 0.1}]))).groups
    assert [group.lr[0] for group in groups] == [0.020000000000000018, 0.040000000000000036]
    with pytest.raises(SpecError, match="one for each group"):
        parse_text(spec(cycle, epochs=8, groups=[{}, {}, {}]))


def test_plateau_follows_the_others() -> None:
    """The metric of an epoch acts after the epoch's other schedulers."""
    plateau = one("ReduceOnPlateauLR", patience=0, factor=0.5)
    found = lrs(one("StepLR", step_size=2, gamma=0.1), plateau, metric=[1.0, 1.0, 0.5, 0.5], epochs=5)
    assert found == pytest.approx([0.1, 0.1, 0.005, 0.005, 0.00025], rel=1e-12)


def test_events() -> None:
    """The end of the warmup, milestones and restarts have their events."""
    entries = (
        one("LinearLR", start_factor=0.1, end=3),
        one("MultiStepLR", milestones=[5], begin=0),
        one("CosineRestartLR", periods=[3, 3], restart_weights=[1, 1], eta_min=0, begin=1),
    )
    schedule = parse_text(spec(*entries)).groups[0].schedule
    events = {t: schedule.event_at(t) for t in range(8) if schedule.event_at(t)}
    assert events == {2: "warmup ends", 4: "restart", 5: "milestone x0.1"}


def test_a_quadratic_warmup_adds_to_the_rate_before() -> None:
    """What mmdet 3.3.0 gives, run."""
    found = lrs(one("QuadraticWarmupLR", end=4))
    assert found[:5] == [0.00625, 0.025, 0.05625, 0.1, 0.1]


def test_the_general_classes_are_those_of_the_rate_where_they_name_it() -> None:
    cosine = one("CosineAnnealingLR", T_max=8)
    general = {**cosine, "type": "CosineAnnealingParamScheduler"}
    assert lrs({**general, "param_name": "lr"}) == lrs(cosine)
    assert lrs(one("StepLR", step_size=4), one("CosineAnnealingWeightDecay")) == lrs(one("StepLR", step_size=4))
    assert lrs(one("StepLR", step_size=4), {**general, "param_name": "weight_decay"}) == lrs(one("StepLR", step_size=4))
