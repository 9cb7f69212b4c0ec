"""Each rule of `lrcli check` has a spec that triggers it, and a near miss that does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from lrcli.checks import all_rules, check, rules_by_code

SAMPLES = sorted((Path(__file__).parents[2] / "schedules").glob("*.yaml"))

COSINE = "{{lr: 0.1, epochs: 90, schedule: {{type: cosine, {}}}}}"
STEPS = "{{lr: 0.1, epochs: 90, schedule: {{type: multistep, {}}}}}"
PLATEAU = "{{lr: 0.1, epochs: 12, schedule: {{type: plateau, {}}}}}"
FALLING = "metric: [9, 8, 7, 6, 5, 4, 3, 2.5, 2, 1.5, 1, 0.5]"
RISING = "metric: [1, 2, 3, 4, 5, 6, 7, 8, 8.5, 9, 9.5, 9.6]"

# rule -> (the key it names, a spec that triggers it, one that nearly does); several of a rule are told apart by "#"
CASES = {
    "cosine-climbs": ("schedule.T_max", COSINE.format("T_max: 88"), COSINE.format("T_max: 89")),
    "cosine-climbs#phase": (
        "schedule.1.T_max",
        "{lr: 1, epochs: 30, schedule: [{type: linear, for: 5}, {type: cosine, T_max: 10, for: 20}, {type: constant}]}",
        "{lr: 1, epochs: 30, schedule: [{type: linear, for: 5}, {type: cosine, T_max: 19, for: 20}, {type: constant}]}",
    ),
    "cycle-too-long": (
        "schedule.step_size_up",
        "{epochs: 50, schedule: {type: cyclic, base_lr: 1e-3, max_lr: 0.1, step_size_up: 26}}",
        "{epochs: 50, schedule: {type: cyclic, base_lr: 1e-3, max_lr: 0.1, step_size_up: 25}}",
    ),
    "cycle-too-long#restarts": (
        "schedule.T_0",
        "{lr: 0.1, epochs: 50, schedule: {type: cosine_restarts, T_0: 51}}",
        "{lr: 0.1, epochs: 50, schedule: {type: cosine_restarts, T_0: 50}}",
    ),
    "cycle-too-long#step": (
        "schedule.step_size",
        "{lr: 0.1, epochs: 50, schedule: {type: step, step_size: 50}}",
        "{lr: 0.1, epochs: 50, schedule: {type: step, step_size: 49}}",
    ),
    "restart-cut": (
        "schedule.T_0",
        "{lr: 0.1, epochs: 90, schedule: {type: cosine_restarts, T_0: 10, T_mult: 2}}",
        "{lr: 0.1, epochs: 70, schedule: {type: cosine_restarts, T_0: 10, T_mult: 2}}",
    ),
    "lambda-rate": (
        "schedule.lr_lambda",
        "{lr: 0.01, epochs: 90, schedule: {type: lambda, lr_lambda: 0.01 * 0.9 ** epoch}}",
        "{lr: 1, epochs: 90, schedule: {type: lambda, lr_lambda: 1 * 0.9 ** epoch}}",
    ),
    "lr-flat": (
        "schedule",
        "{lr: 0.1, epochs: 90, schedule: {type: exponential, gamma: 0.9999}}",
        "{lr: 0.1, epochs: 90, schedule: {type: exponential, gamma: 0.9998}}",
    ),
    "lr-vanishes": (
        "schedule",
        "{lr: 0.1, epochs: 90, schedule: {type: exponential, gamma: 0.7}}",
        "{lr: 0.1, epochs: 90, schedule: {type: exponential, gamma: 0.75}}",
    ),
    "eta-min-shared": (
        "schedule.eta_min",
        "{epochs: 90, groups: [{lr: 0.1}, {lr: 0.01}], schedule: {type: cosine, eta_min: 1e-3}}",
        "{epochs: 90, groups: [{lr: 0.1}, {lr: 0.1}], schedule: {type: cosine, eta_min: 1e-3}}",
    ),
    "no-release": (
        "schedule",
        "{lr: 0.1, epochs: 90, schedule: {type: linear, total_iters: 5.5}}",
        "{lr: 0.1, epochs: 90, schedule: {type: step, step_size: 2.5}}",  # 1.0, 1.2 and 1.3 do
    ),
    "one-cycle-epochs": (
        "schedule.steps_per_epoch",
        "{epochs: 30, interval: epoch, schedule: {type: OneCycleLR, max_lr: 1, epochs: 30, steps_per_epoch: 100}}",
        "{epochs: 30, schedule: {type: OneCycleLR, max_lr: 1, epochs: 30, steps_per_epoch: 100}}",
    ),
    "base-lr-unreached#rate": (
        "lr",
        "{lr: 0.006, steps: 9000, schedule: {type: lambda, lr_lambda: 'min(1, t / 4000) / sqrt(max(t, 4000))'}}",
        "{lr: 1, steps: 9000, schedule: {type: lambda, lr_lambda: 'min(1, t / 4000) / sqrt(max(t, 4000))'}}",
    ),
    "lr-zero#share": (
        "schedule",
        "{lr: 1, steps: 1000, schedule: {type: linear, start_factor: 1, end_factor: 0, total_iters: 989}}",
        "{lr: 1, steps: 1000, schedule: {type: linear, start_factor: 1, end_factor: 0, total_iters: 992}}",
    ),
    "decay-unfinished": ("schedule.T_max", COSINE.format("T_max: 91"), COSINE.format("T_max: 90")),
    "decay-unfinished#polynomial": (
        "schedule.total_iters",
        "{lr: 1, epochs: 9, schedule: {type: polynomial, total_iters: 10}}",
        "{lr: 1, epochs: 9, schedule: {type: polynomial, total_iters: 9}}",
    ),
    "decay-unfinished#linear": (
        "schedule.total_iters",
        "{lr: 1, epochs: 9, schedule: {type: linear, start_factor: 1, end_factor: 0.1, total_iters: 10}}",
        "{lr: 1, epochs: 9, schedule: {type: linear, start_factor: 1, end_factor: 0.1, total_iters: 9}}",
    ),
    "decay-unfinished#one_cycle": (
        "schedule.epochs",
        "{steps: 99, schedule: {type: one_cycle, max_lr: 1, epochs: 10, steps_per_epoch: 10}}",
        "{steps: 100, schedule: {type: one_cycle, max_lr: 1, epochs: 10, steps_per_epoch: 10}}",
    ),
    "milestone-outside": (
        "schedule.milestones.1",
        STEPS.format("milestones: [30, 90]"),
        STEPS.format("milestones: [30, 89]"),
    ),
    "milestone-outside#zero": (
        "schedule.milestones.0",
        STEPS.format("milestones: [0, 60]"),
        STEPS.format("milestones: [1, 60]"),
    ),
    "milestone-fraction": (
        "schedule.milestones.0",
        STEPS.format("milestones: [0.5, 60]"),
        STEPS.format("milestones: [50%, 60]"),
    ),
    "milestone-order": (
        "schedule.milestones.1",
        STEPS.format("milestones: [60, 30]"),
        STEPS.format("milestones: [30, 30, 60]"),
    ),
    "milestone-twice": (
        "schedule.milestones.1",
        STEPS.format("milestones: [30, 30]"),
        STEPS.format("milestones: [30, 31]"),
    ),
    "warmup-too-long": (
        "schedule.total_iters",
        "{lr: 1, epochs: 9, schedule: {type: linear, total_iters: 9}}",
        "{lr: 1, epochs: 9, schedule: {type: linear, total_iters: 8}}",
    ),
    "warmup-too-long#warmup": (
        "warmup.for",
        "{lr: 1, epochs: 9, warmup: {for: 9}, schedule: {type: constant}}",
        "{lr: 1, epochs: 9, warmup: {for: 8}, schedule: {type: constant}}",
    ),
    "warmup-too-long#spelled": (
        "schedule.warmup_epochs",
        "{lr: 1, epochs: 9, schedule: {type: warmup_cosine, warmup_epochs: 9, T_max: 9}}",
        "{lr: 1, epochs: 9, schedule: {type: warmup_cosine, warmup_epochs: 8, T_max: 9}}",
    ),
    "warmup-overlaps": (
        "schedule.schedules.0.total_iters",
        "{lr: 1, epochs: 9, schedule: {type: chained, schedules: [{type: linear}, {type: step, step_size: 4}]}}",
        "{lr: 1, epochs: 9, schedule: {type: chained, schedules: [{type: linear}, {type: step, step_size: 5}]}}",
    ),
    "warmup-overlaps#phase": (
        "schedule.schedulers.0.total_iters",
        "{lr: 1, epochs: 9, schedule: {type: sequential, milestones: [4],"
        " schedulers: [{type: linear, total_iters: 5}, {type: constant}]}}",
        "{lr: 1, epochs: 9, schedule: {type: sequential, milestones: [5],"
        " schedulers: [{type: linear, total_iters: 5}, {type: constant}]}}",
    ),
    "base-lr-unreached": (
        "lr",
        "{lr: 1, epochs: 9, schedule: {type: linear, start_factor: 0.5, end_factor: 0.9, total_iters: 5}}",
        "{lr: 1, epochs: 9, schedule: {type: linear, start_factor: 0.5, end_factor: 1.0, total_iters: 5}}",
    ),
    "lr-not-finite": (
        "schedule",
        '{lr: 1, epochs: 9, schedule: {type: lambda, lr_lambda: "1e308 * (1 + epoch)"}}',
        '{lr: 1, epochs: 9, schedule: {type: lambda, lr_lambda: "1e307 * (1 + epoch)"}}',
    ),
    "lr-negative": (
        "schedule",
        '{lr: 1, epochs: 9, schedule: {type: lambda, lr_lambda: "1 - epoch / 7"}}',
        '{lr: 1, epochs: 9, schedule: {type: lambda, lr_lambda: "1 - epoch / 8"}}',
    ),
    "eta-min-above-lr": ("schedule.eta_min", COSINE.format("eta_min: 0.2"), COSINE.format("eta_min: 0.1")),
    "eta-min-above-lr#plateau": (
        "schedule.min_lr",
        PLATEAU.format(f"min_lr: 0.2, patience: 2, {FALLING}"),
        PLATEAU.format(f"min_lr: 0.05, patience: 2, {FALLING}"),
    ),
    "gamma-above-1": (
        "schedule.gamma",
        STEPS.format("milestones: [30], gamma: 1.1"),
        STEPS.format("milestones: [30], gamma: 1"),
    ),
    "gamma-above-1#plateau": (
        "schedule.factor",
        PLATEAU.format(f"factor: 2, patience: 2, {FALLING}"),
        PLATEAU.format(f"factor: 0.5, patience: 2, {FALLING}"),
    ),
    "gamma-zero": (
        "schedule.gamma",
        STEPS.format("milestones: [30], gamma: 0"),
        STEPS.format("milestones: [30], gamma: 0.2"),
    ),
    "one-cycle-short": (
        "schedule.total_steps",
        "{steps: 100, schedule: {type: one_cycle, max_lr: 1, total_steps: 99}}",
        "{steps: 100, schedule: {type: one_cycle, max_lr: 1, total_steps: 100}}",
    ),
    "lr-jump": (
        "schedule",
        "{lr: 1, epochs: 9, schedule: {type: ConstantLR, factor: 0.09, total_iters: 4}}",
        "{lr: 1, epochs: 9, schedule: {type: ConstantLR, factor: 0.1, total_iters: 4}}",
    ),
    "lr-jump#by-design": (
        "schedule",
        '{lr: 1, epochs: 9, schedule: {type: lambda, lr_lambda: "1 if epoch < 4 else 0.01"}}',
        "{lr: 1, epochs: 9, schedule: {type: multistep, milestones: [4], gamma: 0.01}}",
    ),
    "lr-jump#phase": (
        "schedule",
        "{lr: 1, epochs: 9, schedule: [{type: constant, for: 4}, {type: ConstantLR, factor: 0.01, total_iters: 99}]}",
        "{lr: 1, epochs: 9, schedule: [{type: cosine, for: 4, T_max: 3, eta_min: 0.01}, {type: constant}]}",
    ),
    "mixed-units": (
        "schedule.T_max",
        "{lr: 1, epochs: 90, steps_per_epoch: 100, interval: step, schedule: {type: cosine, T_max: 90}}",
        "{lr: 1, epochs: 90, steps_per_epoch: 100, interval: step, schedule: {type: cosine, T_max: 90ep}}",
    ),
    "mixed-units#reverse": (
        "schedule.T_max",
        "{lr: 1, epochs: 90, steps_per_epoch: 100, schedule: {type: cosine, T_max: 9000}}",
        "{lr: 1, epochs: 90, steps_per_epoch: 100, schedule: {type: cosine, T_max: 9000st}}",
    ),
    "mixed-units#milestones": (
        "schedule.milestones",
        "{lr: 1, epochs: 90, steps_per_epoch: 100, interval: step, schedule: {type: multistep, milestones: [30, 80]}}",
        "{lr: 1, epochs: 90, steps_per_epoch: 100, interval: step, schedule: {type: multistep, milestones: [30, 800]}}",
    ),
    "patience-too-long": (
        "schedule.patience",
        PLATEAU.format(f"patience: 10, {FALLING}"),
        PLATEAU.format(f"patience: 9, {FALLING}"),
    ),
    "metric-direction": (
        "schedule.mode",
        PLATEAU.format(f"mode: min, patience: 3, {RISING}"),
        PLATEAU.format(f"mode: max, patience: 3, {RISING}"),
    ),
    "metric-direction#max": (
        "schedule.mode",
        PLATEAU.format(f"mode: max, patience: 3, {FALLING}"),
        PLATEAU.format("mode: max, patience: 3, metric: [1, 2, 3, 2, 1, 2, 3, 2, 1, 2, 3, 2]"),
    ),
    "metric-negative": (
        "schedule.metric",
        PLATEAU.format("patience: 3, metric: [4, 3, 2, 1, 0.5, 0, 0, 0, 0, 0, 0, -1]"),
        PLATEAU.format("patience: 3, threshold_mode: abs, metric: [4, 3, 2, 1, 0.5, 0, 0, 0, 0, 0, 0, -1]"),
    ),
    "metric-nan": (
        "schedule.metric",
        PLATEAU.format("patience: 3, metric: [4, 3, 2, 1, 0.5, 0.5, .nan, 0.4, 0.3, 0.3, 0.2, 0.2]"),
        PLATEAU.format("patience: 3, metric: [4, 3, 2, 1, 0.5, 0.5, .inf, 0.4, 0.3, 0.3, 0.2, 0.2]"),
    ),
    "lr-zero": (
        "schedule",
        "{lr: 1, epochs: 9, schedule: {type: cosine, T_max: 8}}",
        "{lr: 1, epochs: 9, schedule: {type: cosine, T_max: 8, eta_min: 1e-9}}",
    ),
    "lr-zero#steps": (
        "schedule",
        "{lr: 1, steps: 40, steps_per_epoch: 10, schedule: {type: polynomial, total_iters: 30}}",
        "{lr: 1, steps: 40, steps_per_epoch: 10, schedule: {type: polynomial, total_iters: 31}}",
    ),
    "phase-empty": (
        "schedule.schedules.1",
        "{lr: 1, epochs: 9, schedule: {type: sequential, milestones: [4, 4],"
        " schedules: [{type: constant}, {type: cosine, T_max: 9}, {type: constant}]}}",
        "{lr: 1, epochs: 9, schedule: {type: sequential, milestones: [4, 5],"
        " schedules: [{type: constant}, {type: constant}, {type: constant}]}}",
    ),
    "phase-outside": (
        "schedule.1",
        "{lr: 1, epochs: 9, schedule: [{type: constant, for: 9}, {type: constant}]}",
        "{lr: 1, epochs: 9, schedule: [{type: constant, for: 8}, {type: constant}]}",
    ),
    "lr-ignored": (
        "lr",
        "{lr: 1, steps: 100, schedule: {type: one_cycle, max_lr: 1}}",
        "{lr: 0.04, steps: 100, schedule: {type: one_cycle, max_lr: 1, div_factor: 25}}",
    ),
    "no-value": (
        "schedule",
        '{lr: 1, epochs: 9, schedule: {type: lambda, lr_lambda: "1 / (8 - epoch)"}}',
        '{lr: 1, epochs: 9, schedule: {type: lambda, lr_lambda: "1 / (9 - epoch)"}}',
    ),
    "refused": (
        "emulate",
        "{lr: 1, epochs: 9, emulate: torch-1.9, schedule: {type: linear}}",
        "{lr: 1, epochs: 9, emulate: torch-1.10, schedule: {type: linear}}",
    ),
    "torch-refuses": (
        "schedule",
        "{lr: 1, epochs: 9, schedule: {type: linear, start_factor: 1, end_factor: 1.5, total_iters: 4}}",
        "{lr: 1, epochs: 9, schedule: {type: linear, start_factor: 0, total_iters: 5}}",  # as Hugging Face's warmup
    ),
    "versions-differ": (
        "schedule",
        "{lr: 1, epochs: 9, schedule: [{type: linear, for: 5}, {type: constant}]}",
        "{lr: 1, epochs: 9, schedule: {type: linear, total_iters: 5}}",
    ),
    "replay-differs": (
        "emulate",
        "{lr: 1, epochs: 9, emulate: torch-1.12, schedule: [{type: linear, for: 5}, {type: constant}]}",
        "{lr: 1, epochs: 9, emulate: torch-1.13, schedule: [{type: linear, for: 5}, {type: constant}]}",
    ),
}

WITH_A_FILE = {"curve-changed"}
"""Rules that need more than a text: tests/lock/test_lock.py has theirs."""

SHOWN = {
    "cosine_restarts": {"versions-differ"},
    "manual": {"versions-differ"},
    "phases": {"versions-differ"},
    "sequential": {"versions-differ"},
}
"""The samples whose comment says to look at what a rule finds."""


@pytest.mark.parametrize("case", CASES)
def test_triggers(case: str) -> None:
    """The spec is found out, at the key that is to blame, with words for what, why and what to do."""
    code = case.partition("#")[0]
    key, spec, _ = CASES[case]
    found = [finding for finding in check(spec) if finding.code == code]
    assert [key] == [finding.key for finding in found]
    assert all((finding.message, finding.why, finding.help) and finding.line == 1 for finding in found)


@pytest.mark.parametrize("case", CASES)
def test_near_miss(case: str) -> None:
    """A spec that nearly does it is left alone."""
    assert case.partition("#")[0] not in {finding.code for finding in check(CASES[case][2])}


def test_every_rule_has_a_case() -> None:
    """Whoever adds a rule adds a spec that triggers it, and one that does not."""
    assert set(rules_by_code()) == {case.partition("#")[0] for case in CASES} | WITH_A_FILE


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.code)
def test_rule_is_documented(rule: object) -> None:
    """A rule is what its function is called, has a known level and one sentence each of what and why."""
    from lrcli.checks import Rule
    from lrcli.errors import LEVELS

    assert isinstance(rule, Rule)
    assert rule.find.__name__.replace("_", "-") == rule.code
    assert rule.level in LEVELS
    assert set(rule.unless) <= set(rules_by_code())
    for text in (rule.finds, rule.why):
        assert text
        assert not text.endswith(".")


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_sample(path: Path) -> None:
    """No sample has a finding, but those whose comments say so."""
    assert SHOWN.get(path.stem, set()) == {finding.code for finding in check(path)}
