"""Changed keys: one value of the spec, or two, is another one in the run, and explain says which."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from lrcli.infer.explain import Report, explain
from lrcli.infer.keys import Change, Variants, keys_of
from lrcli.logs import Log, Rounding
from lrcli.logs.rounding import quantise
from lrcli.reader import read_declared
from lrcli.spec import Spec

FULL, FIVE = Rounding(), Rounding("significant", 5)
METRIC = [1.0, 0.9, 0.9, 0.91, 0.92, 0.9, 0.93, 0.8, 0.8, 0.8, 0.81, 0.82, 0.83, 0.84, 0.85, 0.86, 0.87, 0.9, 0.9, 0.9]
WARM_LINEAR = (
    "[{type: linear, for: 10, start_factor: 0}, {type: linear, start_factor: 1, end_factor: 0, total_iters: 80}]"
)
SPECS = {
    "hf": "{lr: 2.0e-4, steps: 300, warmup: {for: 30, start_factor: 0}, schedule: {type: cosine}}",
    "bare": "{lr: 2.0e-4, steps: 300, schedule: {type: linear, start_factor: 1, end_factor: 0, total_iters: 300}}",
    "step": "{lr: 0.1, epochs: 90, schedule: {type: step, step_size: 30}}",
    "multistep": "{lr: 0.1, epochs: 90, schedule: {type: multistep, milestones: [30, 60]}}",
    "exponential": "{lr: 0.1, epochs: 90, schedule: {type: exponential, gamma: 0.95}}",
    "polynomial": "{lr: 0.1, epochs: 90, schedule: {type: polynomial, total_iters: 90, power: 0.9}}",
    "cosine": "{lr: 0.1, epochs: 90, schedule: {type: cosine, eta_min: 1e-5}}",
    "one_cycle": "{epochs: 90, schedule: {type: one_cycle, max_lr: 0.01}}",
    "plateau": f"{{lr: 0.1, epochs: 20, schedule: {{type: plateau, patience: 2, factor: 0.5, metric: {METRIC}}}}}",
    "phases": "{lr: 0.1, epochs: 60, schedule: [{type: linear, for: 10, start_factor: 0.1}, {type: cosine}]}",
    "lambda": "{lr: 0.1, epochs: 90, schedule: {type: lambda, lr_lambda: '1 / (1 + 0.05 * epoch)'}}",
    "share": "{lr: 0.1, steps: 300, warmup: {for: 10%, start_factor: 0}, schedule: {type: cosine}}",
    "hf cosine": "{lr: 5e-5, steps: 300, schedule: {type: transformers.cosine, num_warmup_steps: 20}}",
    "timm": "{lr: 0.5, epochs: 90, schedule: {type: timm.CosineLRScheduler, t_initial: 90, warmup_t: 5, lr_min: 1e-5}}",
    "keras": "{steps: 300, schedule: {type: keras.PiecewiseConstantDecay, boundaries: [90], values: [0.1, 0.05]}}",
    "optax": (
        "{steps: 200, schedule: {type: optax.warmup_cosine_decay_schedule, init_value: 0, peak_value: 0.4, "
        "warmup_steps: 5, decay_steps: 200, end_value: 0.004}}"
    ),
    "restarts": "{lr: 0.1, epochs: 150, schedule: {type: cosine_restarts, T_0: 10, T_mult: 2}}",
    "deepspeed": "{steps: 300, schedule: {type: deepspeed.WarmupDecayLR, warmup_num_steps: 50, warmup_max_lr: 0.001}}",
    "megatron": (
        "{steps: 300, schedule: {type: megatron.OptimizerParamScheduler, max_lr: 1.5e-4, min_lr: 1e-5, "
        "lr_warmup_steps: 30, lr_decay_steps: 300, lr_decay_style: cosine}}"
    ),
    "mmengine": (
        "{lr: 0.02, epochs: 100, schedule: {type: mmengine.param_scheduler, schedulers: "
        "[{type: LinearLR, start_factor: 0.001, end: 10}, "
        "{type: CosineAnnealingLR, begin: 10, end: 100, T_max: 90, eta_min: 0}]}}"
    ),
    "plain cosine": "{lr: 0.1, epochs: 90, schedule: {type: cosine, T_max: 90, eta_min: 0}}",
    "d2": (
        "{lr: 0.02, steps: 1000, schedule: {type: detectron2.WarmupMultiStepLR, milestones: [500, 750], gamma: 0.1, "
        "warmup_iters: 50, warmup_factor: 0.001}}"
    ),
    "mmengine steps": (
        "{lr: 0.02, epochs: 100, schedule: {type: mmengine.param_scheduler, schedulers: "
        "[{type: MultiStepLR, end: 100, milestones: [50, 75]}]}}"
    ),
    "warmup_cosine": "{lr: 0.1, epochs: 90, schedule: {type: warmup_cosine, warmup: 10, T_max: 90}}",
    "groups": "{epochs: 60, schedule: {type: cosine}, groups: [{name: a, lr: 0.1}, {name: b, lr: 0.01}]}",
}


def log_of(spec: Spec, rounding: Rounding, every: int = 1, first: int = 0, shift: int = 0) -> Log:
    group = spec.groups[0]
    base = group.schedule.lr_at(0, 0.0) if group.lr is None else group.lr
    positions = list(range(first, spec.length, every))
    values = [quantise(group.schedule.lr_at(t - shift, base), rounding) for t in positions]
    return Log("log", spec.interval, [float(t) for t in positions], {"lr": values}, rounding=rounding)


def explained(text: str, sets: Sequence[str], rounding: Rounding, **more: int) -> Report:
    """What explain says of a run whose spec had these values, against the spec without them."""
    declared = read_declared(text)
    run = read_declared(text, sets=sets).spec
    return explain(declared, log_of(run, rounding, **more))


ONE = [
    ("hf", "warmup.for=250"),
    ("hf", "warmup.start_factor=0.1"),
    ("hf", "lr=0.00015"),
    ("hf", "schedule.eta_min=1e-05"),
    ("hf", "warmup=null"),
    ("bare", "warmup={for: 40, start_factor: 0}"),
    ("bare", "schedule={type: cosine, T_max: 300, eta_min: 0}"),
    ("bare", "schedule.end_factor=0.1"),
    ("step", "schedule.gamma=0.3"),
    ("step", "schedule.step_size=20"),
    ("multistep", "schedule.milestones=[40, 80]"),
    ("multistep", "schedule.milestones=[30, 65]"),
    ("exponential", "schedule.gamma=0.9"),
    ("polynomial", "schedule.power=2"),
    ("cosine", "schedule.T_max=77"),
    ("one_cycle", "schedule.pct_start=0.1"),
    ("one_cycle", "schedule.max_lr=0.02"),
    ("one_cycle", "schedule.anneal_strategy=linear"),
    ("plateau", "schedule.patience=3"),
    ("plateau", "schedule.factor=0.2"),
    ("plateau", "schedule.counting=keras"),
    ("phases", "schedule.0.for=5"),
    ("groups", "groups.0.lr=0.3"),
    ("step", "schedule.step_size=38"),
    ("multistep", "schedule.milestones=[30]"),
    ("lambda", "schedule.lr_lambda=1 / (1 + 0.2 * epoch)"),
    ("share", "warmup.for=4%"),
    ("hf cosine", "schedule.type=transformers.linear"),
    ("hf cosine", "schedule.num_cycles=1"),
    ("timm", "schedule.warmup_prefix=true"),
    ("timm", "schedule.type=timm.PolyLRScheduler"),
    ("keras", "schedule.values.1=0.03"),
    ("optax", "schedule.end_value=0.0048"),
    ("hf cosine", "schedule.num_cycles=1.5"),
    ("restarts", "schedule.T_0=25"),
    ("restarts", "schedule.T_mult=3"),
    ("deepspeed", "schedule.warmup_type=linear"),
    ("megatron", "schedule.lr_decay_style=linear"),
    ("mmengine", "schedule.schedulers.0.end=25"),
    ("mmengine", "schedule.schedulers.1.eta_min=0.001"),
    ("mmengine steps", "schedule.schedulers.0.milestones=[60, 90]"),
    ("warmup_cosine", "schedule=" + WARM_LINEAR),
]


@pytest.mark.parametrize("rounding", [FULL, FIVE], ids=["full", "5 digits"])
@pytest.mark.parametrize(("name", "setting"), ONE, ids=[f"{name} {setting}" for name, setting in ONE])
def test_one_key(name: str, setting: str, rounding: Rounding) -> None:
    """One changed value is named with its key, and with that --set the spec gives the log."""
    report = explained(SPECS[name], [setting], rounding)
    first = report.explanations[0]
    assert ("explained", 0) == (report.verdict, first.rows - first.explained)
    told = [change.setting for change in (*first.changes, *first.same)]
    assert setting in told
    again = read_declared(SPECS[name], sets=[first.changes[0].setting])
    assert explain(again, log_of(read_declared(SPECS[name], sets=[setting]).spec, rounding)).follows


TWO = [
    ("hf", ("warmup.for=60", "schedule.eta_min=2e-05")),
    ("step", ("schedule.step_size=20", "schedule.gamma=0.5")),
    ("polynomial", ("schedule.total_iters=120", "schedule.power=3")),
    ("one_cycle", ("schedule.max_lr=0.03", "schedule.pct_start=0.2")),
    ("bare", ("warmup={for: 40, start_factor: 0}", "lr=0.0001")),
    ("hf cosine", ("schedule.type=transformers.linear", "lr=0.0001")),
    ("plain cosine", ("warmup={for: 4, start_factor: 0.01}", "lr=0.08")),
    ("plain cosine", ("schedule.T_max=120", "warmup={for: 6, start_factor: 0.1}")),
    ("d2", ("schedule.milestones=[400, 600]", "schedule.warmup_iters=100")),
]


@pytest.mark.parametrize("rounding", [FULL, FIVE], ids=["full", "5 digits"])
@pytest.mark.parametrize(("name", "sets"), TWO, ids=[f"{name} {' '.join(sets)}" for name, sets in TWO])
def test_two_keys(name: str, sets: tuple[str, ...], rounding: Rounding) -> None:
    """Two changed values are found together, where the log is long enough to prove them."""
    report = explained(SPECS[name], sets, rounding)
    assert "explained" == report.verdict
    assert set(sets) == {change.setting for change in report.explanations[0].changes}


def test_two_keys_on_a_short_log_prove_nothing() -> None:
    """Four rows can be bent to two numbers: the log is called unexplained, and why is said."""
    declared = read_declared(SPECS["polynomial"])
    run = read_declared(SPECS["polynomial"], sets=["schedule.total_iters=120", "schedule.power=3"]).spec
    report = explain(declared, log_of(run, FULL, every=25, first=1))
    assert "unexplained" == report.verdict
    assert report.explanations[0].unproven


def test_a_key_and_a_log_that_counts_from_one() -> None:
    """A changed key is found in a log that has no row 0, too."""
    report = explained(SPECS["hf"], ["warmup.for=60"], FULL, first=1, shift=1)
    first = report.explanations[0]
    assert ("numbering", "changed") == tuple(entry.key for entry in first.causes)
    assert ("warmup.for=60",) == tuple(change.setting for change in first.changes)


@pytest.mark.parametrize("wrong", [(40,), (40, 71)])
def test_a_key_beside_wrong_rows(wrong: tuple[int, ...]) -> None:
    """A changed key is named in a log with a wrong row or two, also where it is an amplitude."""
    for name, setting in (
        ("cosine", "lr=0.03"),
        ("multistep", "schedule.milestones=[40, 80]"),
        ("hf", "warmup.for=60"),
    ):
        declared = read_declared(SPECS[name])
        log = log_of(read_declared(SPECS[name], sets=[setting]).spec, FULL)
        for row in wrong:
            log.lrs["lr"][row] *= 0.5  # type: ignore[index, operator]
        first = explain(declared, log).explanations[0]
        assert (setting,) == tuple(change.setting for change in first.changes)


def test_a_factor_is_the_key_that_makes_it() -> None:
    """An amplitude of 2 on a one_cycle is max_lr 0.02: one explanation, with both names."""
    report = explained(SPECS["one_cycle"], ["schedule.max_lr=0.02"], FULL)
    assert [("amplitude",)] == [one.families for one in report.explanations]
    assert "schedule.max_lr" == report.explanations[0].changes[0].key


def test_hf_num_cycles() -> None:
    """A whole cosine period down to 0, where half a one to 1e-6 was meant: two keys."""
    text = "{lr: 1.0e-5, steps: 1000, schedule: {type: cosine, eta_min: 1.0e-6}}"
    report = explained(text, ["schedule.T_max=500", "schedule.eta_min=0"], FULL, every=20)
    assert {"schedule.T_max=500", "schedule.eta_min=0"} == {c.setting for c in report.explanations[0].changes}


@pytest.mark.parametrize("periods", [1.5, 3])
def test_periods_of_a_cosine_that_the_spec_has_no_key_for(periods: float) -> None:
    """One and a half periods of PyTorch's cosine are transformers' num_cycles."""
    declared = read_declared("{lr: 5e-5, steps: 300, warmup: {for: 20, start_factor: 0}, schedule: {type: cosine}}")
    run = read_declared(SPECS["hf cosine"], sets=[f"schedule.num_cycles={periods}"]).spec
    first = explain(declared, log_of(run, FIVE, every=10)).explanations[0]
    assert ["cycles"] == [entry.key for entry in first.causes]
    assert (f"o(t) = s(t) with num_cycles {periods:g} (periods of the cosine) instead of 0.5",) == first.forms


def test_a_run_that_was_extended() -> None:
    """From some row on the warmup's share and the decay are those of the longer run."""
    text = "{lr: 2.0e-4, steps: 300, warmup: {for: 10%, start_factor: 0}, schedule: {type: cosine}}"
    declared, longer = read_declared(text), read_declared(text, sets=["steps=500"])
    before, after = log_of(declared.spec, FULL, every=10), log_of(longer.spec, FULL, every=10)
    log = replace(after, lrs={"lr": [*before.lrs["lr"][:15], *after.lrs["lr"][15:]]})
    first = explain(declared, log).explanations[0]
    assert ["horizon-after"] == [entry.key for entry in first.causes]
    assert ("o(t) = s(t); from t = 150 on with steps: 500 instead of 300",) == first.forms


def test_horizon_divided_by_accumulation() -> None:
    """A horizon 8 times too short is a time scale, and the key that makes it."""
    text = "{lr: 2.0e-5, steps: 100000, schedule: {type: linear, start_factor: 1, end_factor: 0, total_iters: 100000}}"
    report = explained(text, ["schedule.total_iters=12500"], FULL, every=2500)
    first = report.explanations[0]
    assert ("time scale k",) == first.families
    assert ("schedule.total_iters=12500",) == tuple(change.setting for change in first.changes)


def test_every_key_can_be_set() -> None:
    """Each key that is listed is one that --set takes: with its own value the spec is the same."""
    for name, text in SPECS.items():
        declared = read_declared(text)
        for key in keys_of(declared):
            if key.was and key.kind != "words":
                spec = Variants(declared).spec([Change(key.path, key.was, key.was)])
                assert spec is not None
                assert (spec.groups, spec.length) == (declared.spec.groups, declared.spec.length), (name, key)


def test_a_value_that_has_no_meaning_is_no_variant() -> None:
    """A restart every 0 steps never ends: what the reader refuses is refused where it is put in directly, too."""
    declared = read_declared("{lr: 0.1, epochs: 90, schedule: {type: cosine_restarts, T_0: 13, T_mult: 2}}")
    variants = Variants(declared)
    for key in keys_of(declared):
        if key.path in ("schedule.T_0", "schedule.T_mult"):
            assert variants.leaves(key)
            assert variants.group([(key, 0.0)]) is None


@pytest.mark.parametrize("name", ["cosine", "polynomial", "step"])
def test_a_base_rate_and_a_lag(name: str) -> None:
    """Of a log that is a step behind and times a constant, the key that makes the constant is named."""
    declared = read_declared(SPECS[name])
    run = read_declared(SPECS[name], sets=["lr=0.03"]).spec
    log = log_of(run, FULL)
    values = log.lrs["lr"]
    late = replace(log, lrs={"lr": [values[0], *values[:-1]]})
    first = explain(declared, late).explanations[0]
    assert ["lr=0.03"] == [change.setting for change in first.changes]
    assert "lag" in first.families


def test_a_length_that_ends_before_the_log_is_the_less_likely_key() -> None:
    """A log that rises and stays is of another type, not of 10 training steps, which happen to give it, too."""
    declared = read_declared(SPECS["hf cosine"])
    at = range(0, 300, 10)
    rates = [5e-5 * min(1, t / 20) for t in at]
    first = explain(declared, Log("log", "step", [*map(float, at)], {"lr": rates}))
    assert ["schedule.type"] == [change.key for change in first.explanations[0].changes]


@pytest.mark.parametrize("every", [10, 24])
def test_a_value_that_few_rows_show(every: int) -> None:
    """The value gives every row of the log: one that misses those of the warmup alone is not named."""
    text = "{epochs: 61, steps_per_epoch: 120, interval: step, schedule: {type: ultralytics.trainer, warmup_epochs: 3}}"
    group = read_declared(text, sets=["schedule.warmup_epochs=0.75"]).spec.groups[0]
    at = range(0, 61 * 120, every)
    log = Log("log", "step", [*map(float, at)], {"lr": group.schedule.lrs_at(group.base_lr, at)})
    first = explain(read_declared(text), log).explanations[0]
    assert (["schedule.warmup_epochs=0.75"], 0) == ([change.setting for change in first.changes], first.misses)


def test_a_value_that_does_not_give_every_row() -> None:
    """It is what comes closest, and not the value."""
    declared = read_declared("{lr: 0.1, epochs: 400, schedule: {type: step, step_size: 100, gamma: 0.1}}")
    rate = read_declared("{lr: 0.1, epochs: 400, schedule: {type: step, step_size: 100, gamma: 0.3}}").spec.groups[0]
    values = [rate.schedule.lr_at(t, 0.1) * (0.9 if t in (150, 151, 152, 153) else 1) for t in range(400)]
    report = explain(declared, Log("log", "epoch", [*map(float, range(400))], {"lr": values}))
    first = report.explanations[0]
    assert ("unexplained", ["schedule.gamma=0.3"], 4, 150) == (
        report.verdict,
        [change.setting for change in first.changes],
        first.misses,
        first.first_missed,
    )
