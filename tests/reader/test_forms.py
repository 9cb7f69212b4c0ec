"""Short forms, calls as in Python, and words of other tools."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

import lrcli
from lrcli.errors import SpecError
from lrcli.reader import parse_text
from tests.cli_world import run_cli

LONG = {
    "lr: 1, schedule: cosine": "lr: 1, schedule: {type: cosine}",
    "lr: 1, schedule: CosineAnnealingLR": "lr: 1, schedule: {type: cosine}",
    "lr: 1, schedule: torch.optim.lr_scheduler.CosineAnnealingLR": "lr: 1, schedule: {type: cosine}",
    "lr: 1, warmup: 5, schedule: cosine": "lr: 1, warmup: {for: 5}, schedule: {type: cosine}",
    "lr: 1, warmup: 10%, schedule: cosine": "lr: 1, warmup: {for: 10%}, schedule: {type: cosine}",
    "groups: {a: 0.01, b: {lr: 1, schedule: constant}}, schedule: cosine": (
        "groups: [{name: a, lr: 0.01}, {name: b, lr: 1, schedule: {type: constant}}], schedule: {type: cosine}"
    ),
    "lr: 1, schedule: {type: multistep, milestones: '3, 6'}": "lr: 1, schedule: {type: multistep, milestones: [3, 6]}",
    "lr: 1, schedule: [{type: linear, for: 3}, cosine]": "lr: 1, schedule: [{type: linear, for: 3}, {type: cosine}]",
}
TEXTS = [
    'lr = 0.1\nepochs = 9\nschedule = {type = "step", step_size = 3}\n',
    '{\n\t"lr": 0.1,\n\t"epochs": 9, "schedule": {"type": "step", "step_size": 3}}',
]
CODE = [
    "StepLR(open('x').read())",
    "StepLR(__import__('os'))",
    "StepLR(30, **kw)",
    "StepLR(30 if 1 else 2)",
    "StepLR(x := 3)",
    "StepLR(9 ** 9 ** 9)",
    "StepLR(",
    "os.system('ls')",
    "StepLR(30)(1)",
]


@pytest.mark.parametrize("short", LONG)
def test_short_form(short: str) -> None:
    """It is the long one."""
    assert lrcli.load(f"{{epochs: 90, {LONG[short]}}}").groups == lrcli.load(f"{{epochs: 90, {short}}}").groups


def test_short_warmup_says_where_it_starts() -> None:
    """A third is nobody's first guess; the long form says nothing."""
    assert any(
        "a third of the lr" in str(note) for note in lrcli.load("{lr: 1, epochs: 9, warmup: 3, schedule: cosine}").notes
    )
    assert not lrcli.load("{lr: 1, epochs: 9, warmup: {for: 3}, schedule: cosine}").notes


def test_dict() -> None:
    """A spec may be a dict."""
    spec = {"lr": 0.1, "epochs": 9, "schedule": {"type": "step", "step_size": 3}}
    assert lrcli.load("{lr: 0.1, epochs: 9, schedule: {type: step, step_size: 3}}").groups == lrcli.load(spec).groups


@pytest.mark.parametrize(
    "text",
    [
        'lr = 0.1\nepochs = 9\nschedule = {type = "step", step_size = 3}\n',
        '{\n\t"lr": 0.1,\n\t"epochs": 9, "schedule": {"type": "step", "step_size": 3}}',
    ],
)
def test_toml_and_json(tmp_path: Path, text: str) -> None:
    """A spec may be TOML, or JSON with tabs, which is no YAML."""
    path = tmp_path / "spec.txt"
    path.write_text(text)
    outcome = run_cli("at", str(path), "0", "3", "6")
    assert (outcome.status, outcome.stdout) == (0, "0.1\n0.010000000000000002\n0.0010000000000000002\n"), outcome.stderr


@pytest.mark.parametrize(
    ("spec", "line"),
    [
        ("{lr: 1, num_train_epochs: 3, schedule: cosine}", "write epochs: 3"),
        ("{lr: 1, max_steps: 300, schedule: cosine}", "write steps: 300"),
        ("{lr: 1, epochs: 3, warmup_ratio: 0.03, schedule: cosine}", "num_warmup_steps: 3%"),
        ("{lr: 1, epochs: 3, warmup_steps: 30, schedule: cosine}", "{type: transformers.cosine, num_warmup_steps: 30}"),
        ("{lr: 1, epochs: 3, scheduler: cosine}", "write schedule: {type: cosine}"),
        ("{lr: 1, epochs: 3, scheduler: {name: StepLR, step_size: 3}}", "write schedule: {type: StepLR, step_size: 3}"),
        (
            "{lr: 1, epochs: 3, schedule: {type: cosine, min_lr: 0.1}}",
            "transformers.cosine_with_min_lr",
        ),
        ("{lr: 1, epochs: 3, schedule: {type: plateau, monitor: val_loss}}", "column: val_loss"),
        ("{lr: 1, epochs: 3, schedule: wsd}", "transformers.warmup_stable_decay"),
        ("{lr: 1, epochs: 3, schedule: noam}", "nemo.NoamAnnealing"),
    ],
)
def test_words_of_other_tools(spec: str, line: str) -> None:
    """What means another thing elsewhere is refused with the line to write."""
    with pytest.raises(SpecError, match=re.escape(line)):
        lrcli.load(spec)


@pytest.mark.parametrize(
    ("call", "spec"),
    [
        ("CosineAnnealingLR(T_max=90)", "{type: cosine, T_max: 90}"),
        ("torch.optim.lr_scheduler.StepLR(optimizer, 30, gamma=1 / 10)", "{type: step, step_size: 30, gamma: 0.1}"),
        (
            "SequentialLR(opt, [LinearLR(opt, 0.1, total_iters=5), CosineAnnealingLR(opt, 85)], milestones=[5])",
            "{type: sequential, milestones: [5], schedules: [{type: linear, start_factor: 0.1, total_iters: 5},"
            " {type: cosine, T_max: 85}]}",
        ),
        ("LambdaLR(optimizer, lr_lambda=lambda e: 0.95 ** e)", "{type: lambda, lr_lambda: 0.95 ** epoch}"),
        ("MultiStepLR(optimizer, (30, 60))", "{type: multistep, milestones: [30, 60]}"),
        ("self.sched = lr_scheduler.StepLR(self.optimizer, 30)", "{type: step, step_size: 30}"),
        ("tf.keras.optimizers.schedules.CosineDecay(decay_steps=80)", "{type: keras.CosineDecay, decay_steps: 80}"),
    ],
)
def test_call(call: str, spec: str) -> None:
    """A call as in Python is the schedule that it makes."""
    whole = lrcli.load(f"{{lr: 0.1, epochs: 90, schedule: {spec}}}")
    assert whole.groups == lrcli.load(call, sets=["lr=0.1", "epochs=90"]).groups
    assert run_cli("at", call, "8", "--lr", "0.1", "--epochs", "90").stdout == f"{lrcli.evaluate(whole).shown()[8]!r}\n"


@pytest.mark.parametrize(
    ("call", "options", "length", "interval"),
    [
        ("OneCycleLR(opt, 0.1, total_steps=1000)", [], 1000, "step"),
        ("OneCycleLR(opt, 0.1, 1000)", [], 1000, "step"),
        ("OneCycleLR(opt, 0.1, epochs=3, steps_per_epoch=50)", [], 150, "step"),
        ("transformers.get_linear_schedule_with_warmup(num_warmup_steps=9, num_training_steps=90)", [], 90, "step"),
        ("LinearWarmupCosineAnnealingLR(optimizer, warmup_epochs=2, max_epochs=40)", [], 40, "epoch"),
        ("OneCycleLR(opt, 0.1, total_steps=1000)", ["--epochs", "20"], 20, "epoch"),
        ("OneCycleLR(opt, 0.1, total_steps=1000)", ["--set", "steps=20"], 20, "step"),
    ],
)
def test_a_call_holds_its_own_length(call: str, options: list[str], length: int, interval: str) -> None:
    """A run is as long as its call says, where the command line does not say anything else."""
    outcome = run_cli("steps", call, "--lr", "0.1", *options, "--format", "json")
    told = json.loads(outcome.stdout)
    assert told["steps" if interval == "step" else "epochs"] == length
    rows = run_cli("table", call, "--lr", "0.1", *options, "--format", "csv").stdout.splitlines()
    assert (len(rows) - 1, rows[0].split(",")[0]) == (length, interval)


@pytest.mark.parametrize(
    ("schedule", "long"),
    [
        ("StepLR(step_size=30)", "{type: step, step_size: 30}"),
        ("'StepLR(optimizer, 30, gamma=0.5)'", "{type: step, step_size: 30, gamma: 0.5}"),
        (
            "{type: chained, schedules: [StepLR(30), {type: exponential, gamma: 0.9}]}",
            "{type: chained, schedules: [{type: step, step_size: 30}, {type: exponential, gamma: 0.9}]}",
        ),
    ],
)
def test_call_in_a_spec(schedule: str, long: str) -> None:
    """Where a schedule stands a call may stand."""
    one, other = (lrcli.load(f"{{lr: 0.1, epochs: 90, schedule: {text}}}") for text in (schedule, long))
    assert one.groups == other.groups


@pytest.mark.parametrize(
    ("call", "line"),
    [
        ("optax.warmup_cosine_decay_schedule(0.0, 0.1, 10, 100)", "<inline>:1:36: error: 0.0 has no name"),
        ("StepLR(step_size=30)", "add --epochs 90, or --steps 10000"),
        ("StepLR(step_size=30", "this is no call of a scheduler"),
        ("OneCycleLR(opt, 0.1, epochs=3, steps_per_epoch=len(loader))", "len(loader) is code, and nothing is run here"),
        ("Nothing(30)", "unknown type 'Nothing'"),
        ("StepLR", "StepLR is a type of schedule: write '{lr: 0.1, epochs: 90, schedule: StepLR}'"),
        ("{lr: 1, epochs: 9, schedule: [StepLR(2, gamma=0.1)]}", "quote a call that holds a comma"),
        ("{lr: 1, epochs: 9, schedule: {name: cosine}}", "write type: cosine"),
        ("{lr: 1, epochs: 9, scheduler: {type: cosine}, schedule: {}}", "write schedule: {type: cosine}"),
    ],
)
def test_what_is_wrong_with_a_call(call: str, line: str) -> None:
    """Other frameworks' arguments have no order here; the rest is told in the words of who calls."""
    with pytest.raises(SpecError, match=re.escape(line)):
        lrcli.load(call)


def test_options_that_do_not_fit_name_the_line_and_the_spec() -> None:
    """A key of the schedule is told its whole --set; steps for several specs, which of them cannot count them."""
    spec = "{lr: 1, epochs: 9, schedule: {type: step, step_size: 3}}"
    assert "help: write --set schedule.gamma=0.5\n" in run_cli("at", spec, "0", "--set", "gamma=0.5").stderr
    spec_of_steps = "{lr: 1, steps: 9, schedule: cosine}"
    outcome = run_cli("plot", spec_of_steps, "schedules/cosine.yaml", "--steps", "9")
    assert "help: give steps_per_epoch (or data) in schedules/cosine.yaml, or --steps-per-epoch N\n" in outcome.stderr


def test_no_warmup() -> None:
    """A warmup of 0 is none."""
    specs = [lrcli.load(f"{{lr: 1, epochs: 9, {text}schedule: cosine}}") for text in ("warmup: 0, ", "")]
    assert specs[0].groups == specs[1].groups


@pytest.mark.parametrize(
    "call",
    [
        "StepLR(open('x').read())",
        "StepLR(__import__('os'))",
        "StepLR(30, **kw)",
        "StepLR(30 if 1 else 2)",
        "StepLR(x := 3)",
        "StepLR(9 ** 9 ** 9)",
        "StepLR(",
        "os.system('ls')",
        "StepLR(30)(1)",
    ],
)
def test_call_is_never_run(call: str) -> None:
    """What is no data is refused, with its place, and exit code 2."""
    outcome = run_cli("at", call, "0", "--lr", "1", "--epochs", "9")
    assert (outcome.status, outcome.stdout) == (2, "")
    assert "internal" not in outcome.stderr


def test_milestones_after_a_warmup_are_told_where_they_are() -> None:
    """They count from its end, which who writes the short form may not know."""
    multistep = "schedule: {type: multistep, milestones: [30, 60]}"
    spec = parse_text(f"{{lr: 1, epochs: 90, warmup: 5, {multistep}}}")
    assert "milestones count from the end of the warmup: 30, 60 are epochs 35, 65 of the run" in map(str, spec.notes)
    assert parse_text(f"{{lr: 1, epochs: 90, warmup: {{for: 5, start_factor: 0}}, {multistep}}}").notes == ()
