"""Causes in public reports: the numbers that were logged there, and what explain says of them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from lrcli.infer.explain import Report, explain
from lrcli.logs import Log, Rounding
from lrcli.logs.rounding import quantise
from lrcli.reader import read_declared
from tests.public_causes import CASES, MLX, WARM, cosine, s

FULL, FIVE = Rounding(), Rounding("significant", 5)


def report_of(name: str, rounding: Rounding) -> Report:
    text, observed, at, _ = CASES[name]
    declared = read_declared(text)
    values = [quantise(observed(t), rounding) for t in at]
    unit = declared.spec.interval
    return explain(declared, Log("log", unit, list(map(float, at)), {"lr": values}, rounding=rounding))


@pytest.mark.parametrize("rounding", [FULL, FIVE], ids=["full", "5 digits"])
@pytest.mark.parametrize("name", CASES)
def test_cause(name: str, rounding: Rounding) -> None:
    """The cause of a public report is named first, and explains every row."""
    report = report_of(name, rounding)
    first = report.explanations[0]
    assert ("explained", (CASES[name][3],)) == (report.verdict, tuple(entry.key for entry in first.causes))
    assert first.rows == first.explained


def test_mlx() -> None:
    """A decay that begins a step late and stays at its end: the rows of an issue, to 4 digits, explained by both."""
    declared = read_declared(MLX)
    at = [9, 19, 29, 39, 49, 59, 69, 99, 199, 399, 599, 799, 999, 1059, 1069, 1499, 1999, 2999, 4999]
    lrs = [quantise(s(MLX)(t if t < 60 else min(t - 1, 1060)), Rounding("significant", 4)) for t in at]
    log = Log("log", "step", list(map(float, at)), {"lr": lrs}, rounding=Rounding("significant", 4))
    first = explain(declared, log).explanations[0]
    assert (19, {"held-end", "handover"}) == (first.explained, {entry.key for entry in first.causes})


KNOWN = {
    "one step short (libai #37)": "s(4) / s(5)",
    "Noam's peak": "1/sqrt(4000)",
    "a rate for a factor": "base learning rate",
    "Ultralytics' last batch": "100 batches (the least) instead of 25",
}


@pytest.mark.parametrize("name", KNOWN)
def test_what_a_number_is_known_as(name: str) -> None:
    """A number that means something is said to mean it."""
    assert any(KNOWN[name] in detail for detail in report_of(name, FULL).explanations[0].details)


def test_no_advice_on_a_resume_at_a_phases_end() -> None:
    """Where a phase ends nothing was resumed: state_dict is not spoken of."""
    for name in ("hand-over a step late", "one step short (libai #37)"):
        for entry in report_of(name, FULL).explanations[0].causes:
            assert "state_dict" not in entry.advice


FRAMEWORKS_OWN = {
    "transformers": "{lr: 1, steps: 500, schedule: {type: transformers.cosine, num_warmup_steps: 40}}",
    "nanogpt": (
        "{lr: 1, steps: 500, schedule: {type: nanogpt.get_lr, warmup_iters: 40, lr_decay_iters: 500, min_lr: 0}}"
    ),
    "megatron": (
        "{lr: 1, steps: 500, schedule: {type: megatron.OptimizerParamScheduler, max_lr: 1, min_lr: 0, "
        "lr_warmup_steps: 40, lr_decay_steps: 500, lr_decay_style: cosine}}"
    ),
    "nemo": "{lr: 1, steps: 500, schedule: {type: nemo.CosineAnnealing, max_steps: 500, warmup_steps: 40}}",
    "detectron2": "{lr: 1, steps: 500, schedule: {type: detectron2.WarmupCosineLR, max_iters: 500, warmup_iters: 40}}",
    "warmup_cosine": "{lr: 1, steps: 500, schedule: {type: warmup_cosine, warmup: 40, T_max: 500}}",
}


def whole_cosine(t: float) -> float:
    return 10 * cosine(t, 500)


WARMED: dict[str, Callable[[Callable[[int], float], int], float]] = {
    "warmup": lambda s, t: s(40) * (t + 2) / 42 if t < 40 else s(t),
    "decay-clock": lambda s, t: s(t) if t < 40 else whole_cosine(t),
    "warmup-end": lambda s, t: s(0) + (whole_cosine(40) - s(0)) * t / 40 if t < 40 else whole_cosine(t),
    "handover": lambda s, t: s(t) if t <= 40 else s(t - 1),
}


@pytest.mark.parametrize("cause", WARMED)
@pytest.mark.parametrize("framework", FRAMEWORKS_OWN)
def test_warmup_that_a_class_has_by_itself(framework: str, cause: str) -> None:
    """What goes wrong with a warmup is named for a warmup that is a key of its schedule, as for one of the spec."""
    if framework == "detectron2" and cause in ("warmup", "decay-clock"):
        return  # its decay goes on in the warmup
    declared = read_declared(FRAMEWORKS_OWN[framework])
    at = range(0, 500, 4)
    log = Log("log", "step", list(map(float, at)), {"lr": [WARMED[cause](s(FRAMEWORKS_OWN[framework]), t) for t in at]})
    report = explain(declared, log)
    assert ("explained", [cause]) == (report.verdict, [entry.key for entry in report.explanations[0].causes])


def test_first_factor_that_stays() -> None:
    """A decay that took the warmup's first learning rate for its base is no resume without state_dict."""
    log = [s(WARM)(t) if t < 10 else s(WARM)(t) * 0.1 for t in range(100)]
    report = explain(read_declared(WARM), Log("log", "step", list(map(float, range(100))), {"lr": log}))
    first = report.explanations[0]
    assert ["first-factor"] == [entry.key for entry in first.causes]
    assert "state_dict" not in first.causes[0].advice


def test_base_of_a_schedule_with_a_rate_of_its_own() -> None:
    """A log that holds the peak throughout shows the base learning rate, be it a key of the schedule."""
    text = (
        "{steps: 200, schedule: {type: optax.warmup_cosine_decay_schedule, init_value: 0, peak_value: 0.25, "
        "warmup_steps: 20, decay_steps: 200}}"
    )
    declared = read_declared(text)
    log = Log("log", "step", list(map(float, range(200))), {"lr": [0.25] * 200})
    causes = explain(declared, log).explanations[0].causes
    assert ["base-logged"] == [entry.key for entry in causes]
