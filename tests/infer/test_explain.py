"""What explain names: single causes, pairs of them, honest refusals, and the report around them."""

from __future__ import annotations

import json
import math
import random
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

import lrcli
from lrcli.errors import LrcliError
from lrcli.infer.explain import Report, explain
from lrcli.infer.explain.causes import CAUSES
from lrcli.logs import Log, Rounding, Run
from lrcli.reader import read_declared
from lrcli.render import Style
from lrcli.render.explain import explain_document, write_explain_report
from lrcli.spec import Emulation, Spec

COSINE = "{name: s, lr: 0.1, epochs: 40, schedule: {type: cosine, T_max: 30}}"
WARM = "{name: s, lr: 0.1, epochs: 60, schedule: [{type: linear, for: 10, start_factor: 0.1}, {type: cosine}]}"
METRIC = [1.0, 0.9, 0.9, 0.91, 0.92, 0.9, 0.93, 0.8, 0.8, 0.8, 0.81, 0.82, 0.83, 0.84, 0.85, 0.86]
PLATEAU = f"{{name: s, lr: 0.1, schedule: {{type: plateau, factor: 0.5, patience: 3, metric: {METRIC}}}}}"


def log_of(values: Sequence[float | None], first: int = 0, *, unit: str = "epoch", **more: object) -> Log:
    positions = [float(t) for t in range(first, first + len(values))]
    return Log("log", unit, positions, {"lr": values}, **more)  # type: ignore[arg-type]


def formula(spec: Spec) -> Callable[[float], float]:
    group = spec.groups[0]
    return lambda t: group.schedule.lr_at(t, group.lr or 0.0)  # type: ignore[arg-type]


def keys(report: Report) -> tuple[str, ...]:
    return tuple(entry.key for entry in report.explanations[0].causes) if report.explanations else ()


def warmup(factor: Callable[[int], float], running: bool = False) -> Callable[[int], float]:
    def lr(t: int) -> float:
        u = t if running else t - 10
        return 0.1 * factor(t) if t < 10 else 0.05 * (1 + math.cos(math.pi * u / 50))

    return lr


def keras_plateau(t: int) -> float:
    lr, best, wait = 0.1, math.inf, 0
    for value in METRIC[:t]:
        if value < best * (1 - 1e-4):
            best, wait = value, 0
        else:
            wait += 1
            if wait >= 3:
                lr, wait = lr * 0.5, 0
    return lr


STEP = "{name: s, lr: 0.1, epochs: 40, schedule: {type: step, step_size: 9}}"
MARKS = {
    "warmup t/W": (WARM, warmup(lambda t: t / 10), "warmup"),
    "warmup (t+1)/(W+1)": (WARM, warmup(lambda t: (t + 1) / 11), "warmup"),
    "warmup of DeepSpeed": (WARM, warmup(lambda t: math.log(t + 1) / math.log(10)), "warmup"),
    "warmup from another factor": (WARM, warmup(lambda t: 0.37 + 0.63 * t / 10), "warmup"),
    "decay clock in the warmup": (WARM, warmup(lambda t: 0.1 + 0.9 * t / 10, running=True), "decay-clock"),
    "floor cut in": (COSINE, lambda t: max(0.02, 0.05 * (1 + math.cos(math.pi * t / 30))), "floor"),
    "patience of Keras": (PLATEAU, keras_plateau, "plateau"),
    "stops at T_max": (COSINE, lambda t: 0.05 * (1 + math.cos(math.pi * min(t, 30) / 30)), "held-end"),
    "milestones never met": (STEP, lambda t: 0.1, "held"),
    "faster, logged at the end": (COSINE, lambda t: 0.05 * (1 + math.cos(math.pi * (4 * t + 3) / 30)), "faster"),
    "mean of fractional epochs": (
        COSINE,
        lambda t: sum(0.05 * (1 + math.cos(math.pi * (t + i / 37) / 30)) for i in range(37)) / 37,
        "averaged",
    ),
    "three digits, not told": (COSINE, lambda t: float(f"{0.05 * (1 + math.cos(math.pi * t / 30)):.2e}"), "quantised"),
}


@pytest.mark.parametrize("name", MARKS)
def test_mark(name: str) -> None:
    """The mark of a single cause is named by that cause, and all rows are explained."""
    text, observed, key = MARKS[name]
    declared = read_declared(text)
    spec = declared.spec
    report = explain(declared, log_of([observed(t) for t in range(spec.length)]))
    assert ("explained", (key,), 0) == (
        report.verdict,
        keys(report),
        report.rows - report.explanations[0].explained,
    )


def test_seed_story() -> None:
    """A loop in PyTorch 1.1 that prints get_lr() of StepLR(4): the double gamma, with its issue, and nothing beside."""
    declared = read_declared("{name: step4, lr: 0.001, epochs: 10, schedule: {type: step, step_size: 4}}")
    printed = [0.001] * 4 + [1e-05] + [0.0001] * 3 + [1.0000000000000002e-06, 1e-05]
    report = explain(declared, log_of(printed))
    first = report.explanations[0]
    assert report.first_miss is not None
    assert ("explained", 2, 4, 1e-05) == (report.verdict, report.missed, report.first_miss.at, report.first_miss.logged)
    assert ("reading",) == first.families
    assert "pytorch #22107" == first.causes[0].references[0]
    assert ("o(t) = get_lr() read in the loop, torch 1.1, 1.4-2.15",) == first.forms
    assert 1 == len(report.explanations)


def test_counts_from_one() -> None:
    """A log without row 0 that is one step behind counts from 1; with first_step: 1 it follows."""
    declared = read_declared(COSINE)
    spec = declared.spec
    s = formula(spec)
    log = log_of([s(t) for t in range(20)], first=1)
    assert ("numbering",) == keys(explain(declared, log))
    assert explain(replace(declared, spec=replace(spec, first_step=1)), log).follows


def test_skipped_steps() -> None:
    """Skipped steps are found where they were, and a spec that lists them is followed."""
    declared = read_declared(COSINE)
    spec = declared.spec
    s = formula(spec)
    log = log_of([s(t - (t >= 11) - (t >= 24)) for t in range(40)])
    report = explain(declared, log)
    assert ("skipped",) == keys(report)
    assert ("o(t) = s(t - lag), lag 1 from t = 11, 2 from t = 24",) == report.explanations[0].forms
    assert explain(replace(declared, spec=replace(spec, skipped=(11, 24))), log).follows


def test_sequential_of_1_10() -> None:
    """SequentialLR's first learning rate in PyTorch 1.10 is another release, not a warmup."""
    declared = read_declared(
        "{lr: 0.1, epochs: 30, schedule: [{type: linear, for: 10, start_factor: 0.1},"
        " {type: linear, start_factor: 0.5, total_iters: 8}]}"
    )
    spec = declared.spec
    curve = lrcli.evaluate(replace(spec, emulation=Emulation("1.10", "lr")))
    assert "version" == keys(explain(declared, log_of(curve.shown())))[0]


Clocked = Callable[[float], float]
PAIRS: dict[str, tuple[Callable[[Clocked], Clocked], set[str]]] = {
    "lag and factor": (lambda s: lambda t: 4 * s(max(t - 2, 0)), {"lag", "amplitude"}),
    "lead and factor": (lambda s: lambda t: 0.8 * s(t + 1), {"lead", "amplitude"}),
    "restart and factor": (lambda s: lambda t: 0.5 * s(t if t < 17 else t - 17), {"restart", "amplitude"}),
}


@pytest.mark.parametrize("name", PAIRS)
def test_pair(name: str) -> None:
    """Two causes together are found, and named as two."""
    make, expected = PAIRS[name]
    declared = read_declared("{lr: 0.1, epochs: 40, schedule: {type: cosine, T_max: 60, eta_min: 0.001}}")
    spec = declared.spec
    observed = make(formula(spec))
    report = explain(declared, log_of([observed(t) for t in range(40)]))
    assert ("explained", expected) == (report.verdict, set(keys(report)))


def test_late_warmup_onto_a_running_decay() -> None:
    """A log that is one epoch late, of a decay whose clock runs during the warmup: both are named."""
    declared = read_declared(WARM)
    lr = warmup(lambda t: 0.1 + 0.9 * t / 10, running=True)
    report = explain(declared, log_of([lr(max(t - 1, 0)) for t in range(60)]))
    assert ("explained", {"lag", "decay-clock"}) == (report.verdict, set(keys(report)))


def test_noise_is_unexplained() -> None:
    """What no cause makes is called unexplained, whatever the schedule."""
    for seed, text in enumerate((COSINE, WARM, STEP)):
        declared, chance = read_declared(text), random.Random(seed)
        s = formula(declared.spec)
        values = [s(t) * chance.uniform(0.5, 1.5) for t in range(declared.spec.length)]
        report = explain(declared, log_of(values))
        assert "unexplained" == report.verdict


def test_another_schedule_is_unexplained() -> None:
    """A log of quite another schedule is not talked into being this one."""
    declared = read_declared(COSINE)
    report = explain(declared, log_of([0.1 * 0.9**t + 0.003 * t for t in range(40)]))
    assert ("unexplained", 40) == (report.verdict, report.rows)


def test_a_run_that_ends_with_its_warmup() -> None:
    """A decay of which the run has no step has no other shape to try."""
    text = "{lr: 0.1, epochs: 5, warmup: 5, schedule: {type: exponential, gamma: 0.9}}"
    assert explain(read_declared(text), log_of([0.03, 0.035, 0.05, 0.07, 0.09])).verdict == "unexplained"


@pytest.mark.parametrize(
    "text",
    [
        "{lr: 0.1, epochs: 3, schedule: {type: cosine, T_max: 5}}",
        "{lr: 0.1, epochs: 2, warmup: 2, schedule: {type: timm.StepLRScheduler, decay_t: 2, warmup_t: 1}}",
        "{lr: 0.1, epochs: 3, warmup: 1, schedule: {type: step, step_size: 3}}",
    ],
)
@pytest.mark.parametrize("first", [0, 1])
def test_a_log_of_nothing_but_0(text: str, first: int) -> None:
    """A log whose learning rates are all 0 has no share of them to compare with."""
    assert explain(read_declared(text), log_of([0.0] * 4, first)).rows == 4


def test_one_row_explains_nothing() -> None:
    """A single row that is off could be anything: a factor is no explanation of it."""
    report = explain(read_declared(STEP), log_of([0.0373]))
    assert "unexplained" == report.verdict


def test_equals_are_told() -> None:
    """On an exponential a lead is also a factor and a reading: all are named, and that they never part is said."""
    declared = read_declared("{lr: 0.1, epochs: 40, schedule: {type: exponential, gamma: 0.9}}")
    spec = declared.spec
    s = formula(spec)
    report = explain(declared, log_of([s(t + 1) for t in range(40)]))
    assert {("lead",), ("amplitude",), ("reading",)} == {one.families for one in report.explanations}
    assert [None, None, None] == [one.parts_at for one in report.explanations]


def test_where_equals_part() -> None:
    """Where two explanations would part later in the run, the report says at which row."""
    declared = read_declared("{lr: 0.1, epochs: 200, schedule: {type: step, step_size: 9}}")
    report = explain(declared, log_of([0.1] * 40))
    partings = {one.causes[0].key: one.parts_at.at for one in report.explanations if one.parts_at is not None}
    assert (("held",), {"slower"}) == (keys(report), partings.keys() & {"slower"})
    assert min(partings.values()) >= 40


def test_precision() -> None:
    """At four digits a log follows that would differ with all of them."""
    declared = read_declared(COSINE)
    spec = declared.spec
    s = formula(spec)
    values = [float(f"{s(t):.3e}") for t in range(40)]
    report = explain(declared, log_of(values, rounding=Rounding("significant", 4)))
    assert (True, ()) == (report.follows, report.explanations)


def test_rows_without_a_value_are_left_out() -> None:
    """A missing cell and a NaN are left out and counted; rows past the end are compared with what follows."""
    declared = read_declared(COSINE)
    spec = declared.spec
    s = formula(spec)
    values: list[float | None] = [s(t) for t in range(44)]
    values[3], values[5] = None, math.nan
    report = explain(declared, log_of(values))
    assert (True, 42, 2, 4) == (report.follows, report.rows, report.left_out, report.past_end)


def test_runs() -> None:
    """Of several runs the one that differs is looked at, or the one asked for."""
    declared = read_declared(STEP)
    spec = declared.spec
    s = formula(spec)
    values = [s(t) for t in range(40)] + [s(max(t - 1, 0)) for t in range(30)]
    positions = [float(t) for t in (*range(40), *range(30))]
    log = Log("log", "epoch", positions, {"lr": values}, runs=(Run(0, 40), Run(40, 70)))
    report = explain(declared, log)
    assert (2, 2, ("lag",)) == (report.run, report.runs, keys(report))
    assert explain(declared, log, run=1).follows
    with pytest.raises(LrcliError, match="has 2 runs, there is no run 3"):
        explain(declared, log, run=3)


def test_epochs_against_steps() -> None:
    """Without steps_per_epoch a log of steps cannot meet a spec of epochs."""
    with pytest.raises(LrcliError, match="give the spec steps_per_epoch"):
        explain(read_declared(STEP), log_of([0.1, 0.1], unit="step"))


def test_steps_per_epoch_is_named() -> None:
    """Stepped per batch with a horizon in epochs: k is said to be the spec's steps_per_epoch."""
    declared = read_declared(COSINE.replace("epochs: 40", "epochs: 40, steps_per_epoch: 7"))
    spec = declared.spec
    s = formula(spec)
    report = explain(declared, log_of([s(7 * t) for t in range(40)]))
    assert (("faster",), ("k is the spec's steps_per_epoch",)) == (keys(report), report.explanations[0].details)


def test_knowledge_base() -> None:
    """Every entry has a name of its own, a title, a meaning and advice; references are an upstream and a number."""
    assert len(CAUSES) == len({entry.key for entry in CAUSES})
    for entry in CAUSES:
        assert entry.title
        assert entry.meaning.endswith(".")
        assert entry.advice.endswith(".")
        assert all(number[1:].isdecimal() for _, number in (name.split(" ") for name in entry.references))


def test_json() -> None:
    """The JSON report holds verdict, causes, forms, references, residuals and the first row missed."""
    declared = read_declared(STEP)
    spec = declared.spec
    s = formula(spec)
    report = json.loads(explain_document(explain(declared, log_of([2 * s(t) for t in range(40)]))))
    (first, *_) = report["explanations"]
    assert ("explained", 40, 40) == (report["verdict"], report["rows"], report["missed"])
    assert {"epoch": 0, "logged": 0.2, "meant": 0.1} == report["first_miss"]
    assert ("amplitude", "o(t) = 2 s(t)") == (first["causes"][0]["key"], first["causes"][0]["form"])
    assert "DeepSpeed #7303" in first["causes"][0]["references"]
    assert {"absolute": 0.0, "relative": 0.0, "epoch": 0} == first["residual"]


def test_text_keeps_to_the_width() -> None:
    """No line of the text is wider than the terminal."""
    declared = read_declared(STEP)
    spec = declared.spec
    s = formula(spec)
    report = explain(declared, log_of([s(t + 1) for t in range(40)]))
    text = "".join(write_explain_report(report, "text", Style(width=60)))
    assert max(map(len, text.splitlines())) <= 60


def test_means_of_epochs_that_the_spec_speaks_of_follow_it() -> None:
    text = "{name: s, lr: 0.1, epochs: 8, steps_per_epoch: 5, interval: step, schedule: {type: cosine, T_max: 40}"
    declared = read_declared(f"{text}, epoch_shows: mean}}")
    rate = formula(declared.spec)
    means = [math.fsum(rate(5 * epoch + i) for i in range(5)) / 5 for epoch in range(8)]
    assert explain(declared, log_of(means)).follows
    assert keys(explain(read_declared(f"{text}}}"), log_of(means))) == ("averaged",)
    report = explain(declared, log_of([0.5 * mean for mean in means]))
    assert [change.setting for change in report.explanations[0].changes] == ["lr=0.05"]


def test_the_mean_of_a_last_epoch_that_is_cut_is_of_the_steps_it_has() -> None:
    text = "{lr: 0.1, steps: 25, steps_per_epoch: 10, epoch_shows: mean, interval: step, schedule: {type: cosine}}"
    declared = read_declared(text)
    rates = [formula(declared.spec)(t) for t in range(25)]
    means = [math.fsum(part) / len(part) for part in (rates[:10], rates[10:20], rates[20:])]
    assert explain(declared, log_of(means)).follows


def test_means_of_long_epochs_are_not_averaged_again() -> None:
    """Means of means of 500 steps would be all that a search has time for."""
    text = "{lr: 0.1, epochs: 20, steps_per_epoch: 500, epoch_shows: mean, interval: step, schedule: {type: cosine}}"
    rate = formula(read_declared(text, sets=["schedule.eta_min=0.01"]).spec)
    means = [math.fsum(rate(500 * epoch + i) for i in range(500)) / 500 for epoch in range(20)]
    report = explain(read_declared(text), log_of(means))
    assert [change.setting for change in report.explanations[0].changes] == ["schedule.eta_min=0.01"]


WARMED_UP = (
    "{lr: 0.1, epochs: 40, steps_per_epoch: 1000, epoch_shows: mean, interval: step, warmup: {for: 4ep},"
    " schedule: {type: cosine}}"
)


@pytest.mark.parametrize("setting", ["warmup.for=6000", "lr=0.07", "schedule.eta_min=0.01", ""])
def test_means_of_epochs_of_a_thousand_steps(setting: str) -> None:
    """A changed key and a wrong row are found in means of 1,000 steps, too."""
    rate = formula(read_declared(WARMED_UP, sets=[setting] if setting else []).spec)
    means = [math.fsum(rate(1000 * epoch + i) for i in range(1000)) / 1000 for epoch in range(40)]
    means[22] *= 1.0 if setting else 0.6
    report = explain(read_declared(WARMED_UP), log_of(means))
    first = report.explanations[0]
    assert ("explained", 40) == (report.verdict, first.explained)
    told = [change.setting for change in (*first.changes, *first.same)]
    assert keys(report) == ("glitch",) if not setting else setting.replace("6000", "6ep") in told or setting in told


def test_means_of_what_get_lr_reads() -> None:
    """The reading of a release is looked for in means of epochs, too: gamma twice in the first step of an epoch."""
    text = "{lr: 0.1, steps: 900, steps_per_epoch: 30, epoch_shows: mean, schedule: {type: step, step_size: 300}}"
    declared = read_declared(text)
    rates = lrcli.evaluate(replace(declared.spec, emulation=Emulation("1.4", "get_lr"))).shown()
    means = [math.fsum(rates[30 * epoch : 30 * epoch + 30]) / 30 for epoch in range(30)]  # type: ignore[arg-type]
    assert keys(explain(declared, log_of(means))) == ("reading",)


MMENGINE = (
    "{{lr: 0.1, steps: 60, schedule: {{type: mmengine.param_scheduler, schedulers: [{}{{type: CosineAnnealingLR,"
    " T_max: {}, begin: {}, end: 60, eta_min: {}, by_epoch: false}}]}}}}"
)
MMENGINE_WARMUP = "{type: LinearLR, start_factor: 0.1, begin: 0, end: 10, by_epoch: false}, "


@pytest.mark.parametrize(
    ("key", "observed"),
    [
        ("decay-clock", lambda s, whole, t: s(t) if t < 10 else whole(t)),
        ("warmup-end", lambda s, whole, t: s(0) + (whole(10) - s(0)) * t / 10 if t < 10 else whole(t)),
        ("warmup-end", lambda s, whole, t: whole(t) * min(1, 0.1 + 0.9 * t / 10)),
        ("floor", lambda s, whole, t: max(0.02, s(t) if t < 10 else 0.05 * (1 + math.cos(math.pi * (t - 10) / 50)))),
    ],
)
def test_a_list_of_schedulers(
    key: str, observed: Callable[[Callable[[int], float], Callable[[int], float], int], float]
) -> None:
    """MMEngine's list is a warmup and a decay, too: the decay may run from step 0 on, and come down to no floor."""
    floor = 0.02 if key == "floor" else 1e-4
    declared = read_declared(MMENGINE.format(MMENGINE_WARMUP, 50, 10, floor))
    s, whole = formula(declared.spec), formula(read_declared(MMENGINE.format("", 60, 0, 1e-4)).spec)
    report = explain(declared, log_of([observed(s, whole, t) for t in range(60)], unit="step"))
    assert ((key,), 60) == (keys(report), report.explanations[0].explained)


@pytest.mark.parametrize("lag", [0, 1])
@pytest.mark.parametrize("schedule", ["{type: cosine, T_max: 50}", "{type: step, step_size: 20, gamma: 0.1}"])
def test_a_wrong_last_row(schedule: str, lag: int) -> None:
    """The last row of fifty may be the wrong one, as one between others may, with a cause or none."""
    declared = read_declared(f"{{lr: 0.1, epochs: 50, schedule: {schedule}}}")
    rate = formula(declared.spec)
    report = explain(declared, log_of([rate(max(t - lag, 0)) * (0.7 if t == 49 else 1) for t in range(50)]))
    assert (("lag", "glitch") if lag else ("glitch",), 50) == (keys(report), report.explanations[0].explained)


@pytest.mark.parametrize(
    ("second", "verdict", "group", "following"),
    [
        (lambda t: 0.01 if t < 20 else 0.001, "explained", "head", ("lr/pg0",)),
        (lambda t: 0.01, "follows", "body", ("lr/pg1",)),
        (lambda t: math.nan, "follows", "body", ()),
    ],
)
def test_every_group_of_the_log(
    second: Callable[[int], float], verdict: str, group: str, following: tuple[str, ...]
) -> None:
    """A log follows its spec where each of its columns follows its group; the first that does not is explained."""
    text = "{name: s, epochs: 40, groups: [{name: body, lr: 0.1}, {name: head, lr: 0.01}], schedule: {type: constant}}"
    log = Log(
        "log", "epoch", [float(t) for t in range(40)], {"lr/pg0": [0.1] * 40, "lr/pg1": list(map(second, range(40)))}
    )
    report = explain(read_declared(text), log)
    assert (verdict, group, following) == (report.verdict, report.group, report.following)
    assert explain(read_declared(text), log, only=True).follows
