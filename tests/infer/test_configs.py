"""Training configs: `explain` and `solve` change the config's own keys, in its own words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from lrcli.configs import read_config
from lrcli.curve import evaluate
from lrcli.infer.explain import Report, explain
from lrcli.infer.keys import keys_of
from lrcli.infer.solve import solve
from lrcli.logs import Log, Rounding
from lrcli.logs.rounding import quantise
from lrcli.reader import Declared, Given, read_declared

FULL, FIVE = Rounding(), Rounding("significant", 5)
TRL = """\
model_name_or_path: org/base-1.5b
dataset_name: mydata
bf16: true
seed: 42
learning_rate: 2.0e-05
lr_scheduler_type: cosine
gradient_accumulation_steps: 8
per_device_train_batch_size: 4
per_device_eval_batch_size: 4
logging_steps: 5
max_steps: -1
num_train_epochs: 3
warmup_ratio: 0.1
"""
SAMPLES = Given(samples=4000)


def config(
    tmp_path: Path, text: str = TRL, sets: Sequence[str] = (), name: str = "train.yaml", **more: str
) -> Declared:
    (tmp_path / name).write_text(text)
    return read_declared(str(tmp_path / name), sets=sets, given=SAMPLES, translate=read_config, **more)  # type: ignore[arg-type]


def log_of(declared: Declared, rounding: Rounding = FULL, every: int = 5) -> Log:
    """What the Trainer logs: every fifth update, counted from 1."""
    spec = declared.spec
    lrs, first = evaluate(spec).shown(), spec.first_step or 0
    rows = range(every - first, spec.length, every)
    values = [quantise(lrs[t] or 0.0, rounding) for t in rows]
    return Log("log", spec.interval, [float(t + first) for t in rows], {"lr": values}, rounding=rounding)


def explained(
    tmp_path: Path, sets: Sequence[str], text: str = TRL, rounding: Rounding = FULL, name: str = "train.yaml"
) -> Report:
    """What explain says of a run whose config had these values, against the config without them."""
    log = log_of(config(tmp_path, text, sets, name), rounding)
    declared = config(tmp_path, text, name=name)
    return explain(declared, log)


ONE = [
    "lr_scheduler_type=linear",
    "lr_scheduler_type=constant_with_warmup",
    "learning_rate=0.0001",
    "warmup_ratio=0.03",
    "warmup_ratio=0.25",
    "num_train_epochs=5",
    "num_train_epochs=2",
]


@pytest.mark.parametrize("rounding", [FULL, FIVE], ids=["full", "5 digits"])
@pytest.mark.parametrize("setting", ONE)
def test_one_key(tmp_path: Path, setting: str, rounding: Rounding) -> None:
    """One changed value of a TRL config is named with the config's key, and with that --set it gives the log."""
    report = explained(tmp_path, [setting], rounding=rounding)
    first = report.explanations[0]
    assert ("explained", first.rows) == (report.verdict, first.explained)
    assert setting == first.changes[0].setting
    again = config(tmp_path, sets=[first.changes[0].setting])
    assert explain(again, log_of(config(tmp_path, sets=[setting]), rounding)).follows


@pytest.mark.parametrize(
    "sets",
    [
        ("learning_rate=0.0001", "lr_scheduler_type=linear"),
        ("learning_rate=0.0001", "warmup_ratio=0.03"),
        ("learning_rate=5e-05", "num_train_epochs=5"),
    ],
)
def test_two_keys(tmp_path: Path, sets: tuple[str, ...]) -> None:
    """Two changed values are found together."""
    report = explained(tmp_path, sets)
    assert "explained" == report.verdict
    assert set(sets) == {change.setting for change in report.explanations[0].changes}


def test_a_key_that_the_file_leaves_out(tmp_path: Path) -> None:
    """A whole cosine period: num_cycles, which the file does not have."""
    report = explained(tmp_path, ["lr_scheduler_kwargs.num_cycles=1"])
    settings = [change.setting for one in report.explanations for change in (*one.changes, *one.same)]
    assert "lr_scheduler_kwargs.num_cycles=1" in settings


NANOGPT = """\
learning_rate = 6e-4
max_iters = 600
lr_decay_iters = 600
min_lr = 6e-5
warmup_iters = 50
batch_size = 12
block_size = 1024
"""
AXOLOTL = """\
base_model: org/base
datasets: []
micro_batch_size: 2
gradient_accumulation_steps: 4
num_epochs: 3
learning_rate: 0.0002
lr_scheduler: cosine
warmup_steps: 10
"""
DEEPSPEED = """\
{"train_micro_batch_size_per_gpu": 4,
 "optimizer": {"type": "Adam", "params": {"lr": 1e-4}},
 "scheduler": {"type": "WarmupDecayLR",
               "params": {"warmup_min_lr": 0, "warmup_max_lr": 1e-4, "warmup_num_steps": 100, "total_num_steps": 900}}}
"""
WANDB = """\
learning_rate: {value: 2.0e-05}
lr_scheduler_type: {value: linear}
per_device_train_batch_size: {value: 8}
max_steps: {value: 400}
warmup_steps: {value: 20}
"""
HYDRA = """\
trainer: {_target_: lightning.pytorch.Trainer, max_epochs: 60}
model:
  optimizer: {_target_: torch.optim.Adam, _partial_: true, lr: 0.001}
  scheduler: {_target_: torch.optim.lr_scheduler.ExponentialLR, _partial_: true, gamma: 0.95}
"""
DETECTRON2 = """\
VERSION: 2
SOLVER: {BASE_LR: 0.02, MAX_ITER: 5000, STEPS: [2000, 4500], GAMMA: 0.1, WARMUP_ITERS: 200, WARMUP_FACTOR: 0.001}
"""
TIMM = """\
sched: cosine
epochs: 60
lr: null
lr_base: 0.1
batch_size: 128
opt: sgd
warmup_epochs: 5
warmup_lr: 1.0e-05
min_lr: 1.0e-05
"""
MMENGINE = """\
train_cfg = dict(type="EpochBasedTrainLoop", max_epochs=100)
train_dataloader = dict(batch_size=40)
optim_wrapper = dict(type="OptimWrapper", optimizer=dict(type="SGD", lr=0.02))
param_scheduler = [
    dict(type="LinearLR", start_factor=0.01, end=5),
    dict(type="MultiStepLR", end=100, milestones=[50, 75], gamma=0.1),
]
"""
FORMATS = [
    ("hydra.yaml", HYDRA, "model.scheduler.gamma=0.9"),
    ("nanogpt.py", NANOGPT, "min_lr=0.0001"),
    ("nanogpt.py", NANOGPT, "warmup_iters=100"),
    ("axolotl.yaml", AXOLOTL, "warmup_steps=100"),
    ("ds.json", DEEPSPEED, "scheduler.params.warmup_num_steps=250"),
    ("wandb.yaml", WANDB, "warmup_steps.value=40"),
    ("wandb.yaml", WANDB, "lr_scheduler_type.value=cosine"),
    ("axolotl.yaml", AXOLOTL, "lr_scheduler=linear"),
    ("nanogpt.py", NANOGPT, "decay_lr=False"),
    ("ds.json", DEEPSPEED, "scheduler.params.warmup_type=linear"),
    ("ds.json", DEEPSPEED, "scheduler.params.warmup_num_steps=600"),
    ("detectron2.yaml", DETECTRON2, "SOLVER.LR_SCHEDULER_NAME=WarmupCosineLR"),
    ("detectron2.yaml", DETECTRON2, "SOLVER.STEPS=[3000, 4000]"),
    ("detectron2.yaml", DETECTRON2, "SOLVER.WARMUP_METHOD=constant"),
    ("detectron2.yaml", DETECTRON2.replace(" GAMMA: 0.1,", ""), "SOLVER.GAMMA=0.2"),
    ("timm.yaml", TIMM, "sched=poly"),
    ("timm.yaml", TIMM, "warmup_prefix=true"),
    ("timm.yaml", TIMM, "lr=0.3"),
]


@pytest.mark.parametrize(
    ("name", "text", "setting"), FORMATS, ids=[f"{name} {setting}" for name, _, setting in FORMATS]
)
def test_other_formats(tmp_path: Path, name: str, text: str, setting: str) -> None:
    """The same holds for every format."""
    first = explained(tmp_path, [setting], text, name=name).explanations[0]
    assert first.explained == first.rows
    assert setting in [change.setting for change in (*first.changes, *first.same)]


def test_milestones_inside_a_list_of_schedulers(tmp_path: Path) -> None:
    """They are positions, as milestones are elsewhere."""
    keys = {key.path: key.entries for key in keys_of(config(tmp_path, MMENGINE, name="mmengine.py"))}
    assert (50.0, 75.0) == keys["param_scheduler.1.milestones"]


POLY = """\
param_scheduler = [dict(type='PolyLR', eta_min=1e-4, power=0.9, begin=0, end=80000, by_epoch=False)]
optim_wrapper = dict(optimizer=dict(type='SGD', lr=0.01))
train_cfg = dict(type='IterBasedTrainLoop', max_iters=80000)
train_dataloader = dict(batch_size=4)
"""


def test_a_key_of_a_schedule_that_is_walked(tmp_path: Path) -> None:
    """The rows near the start are probed: each value that is tried would be walked through 80,000 iterations."""
    ran = config(tmp_path, POLY, ("param_scheduler.0.power=0.45",), "ran.py")
    plain = config(tmp_path, POLY, (), "plain.py")
    report = explain(plain, log_of(ran, FIVE, 500))
    assert [change.setting for change in report.explanations[0].changes] == ["param_scheduler.0.power=0.45"]


NEMO = """\
trainer:
  max_steps: 1000000
model:
  optim:
    name: adamw
    lr: 0.0002
    sched:
      name: CosineAnnealing
      warmup_steps: 500
      constant_steps: 50000
      min_lr: 2e-05
"""


def test_a_run_of_another_length(tmp_path: Path) -> None:
    """The key is found though most rows lie past the end of the config's run, and its number is written out."""
    ran = config(tmp_path, NEMO, ("trainer.max_steps=3141590",), "nemo.yaml")
    plain = config(tmp_path, NEMO, (), "nemo.yaml")
    first = explain(plain, log_of(ran, FIVE, 10_000)).explanations[0]
    assert "trainer.max_steps" in [change.key for change in first.changes]
    assert not any("e+" in form for form in first.forms)


AXOLOTL = """\
base_model: org/base
datasets: [{path: x, type: alpaca}]
micro_batch_size: 4
gradient_accumulation_steps: 8
learning_rate: 0.0002
max_steps: 500
warmup_steps: 10
"""


def test_the_key_that_takes_the_rounder_number(tmp_path: Path) -> None:
    """Among keys that do the same a num_cycles of ten digits is not the one to name."""
    sets = ("first_step=0",)
    log = log_of(config(tmp_path, AXOLOTL, (*sets, "max_steps=1500")), FULL, 1)
    plain = config(tmp_path, AXOLOTL, sets)
    first = explain(plain, log).explanations[0]
    assert [change.setting for change in first.changes] == ["max_steps=1500"]


DARKNET = """\
[net]
batch=64
learning_rate=0.01
burn_in=150
max_batches=30000
policy=steps
steps=3500,16500
scales=.1,.1
"""


def test_positions_in_a_text(tmp_path: Path) -> None:
    """An .ini has its list in a text, and --set takes it so."""
    report = explained(tmp_path, ["net.steps=7000,16500"], DARKNET, name="yolo.cfg")
    assert [change.setting for change in report.explanations[0].changes] == ["net.steps=7000,16500"]


def test_solve(tmp_path: Path) -> None:
    """solve takes a config's own key, and what it finds gives the learning rate there."""
    solved = solve(config(tmp_path), "learning_rate", 20, 1e-5)
    (change, _), *_ = solved.changes
    lr = evaluate(config(tmp_path, sets=[change.setting]).spec).shown()[20]
    assert lr == pytest.approx(1e-5, rel=1e-10)


DEFAULTS = {
    "TrainingArguments": "learning_rate: 5.0e-05\nlr_scheduler_type: linear\n",
    "SFTConfig": "learning_rate: 2.0e-05\nlr_scheduler_type: linear\n",
}


@pytest.mark.parametrize("rounding", [FULL, FIVE], ids=["full", "5 digits"])
@pytest.mark.parametrize("defaults", DEFAULTS)
def test_a_config_that_was_not_used(tmp_path: Path, defaults: str, rounding: Rounding) -> None:
    """A run of the Trainer's defaults, one of several for the learning rate, is named as that and not key by key."""
    log = log_of(config(tmp_path, DEFAULTS[defaults]), rounding, every=10)
    declared = config(tmp_path)
    first = explain(declared, log).explanations[0]
    assert ["unused"] == [cause.key for cause in first.causes]
    assert first.explained == first.rows
    changes = {change.key: change.value for change in first.changes}
    assert {"lr_scheduler_type": "linear", "warmup_ratio": "null", "gradient_accumulation_steps": "1"}.items() <= (
        changes.items()
    )
    assert ("learning_rate" in changes) == (defaults == "TrainingArguments")
    again = config(tmp_path, sets=[change.setting for change in first.changes])
    assert explain(again, log).follows


def test_a_config_that_was_not_used_in_a_run_of_unknown_length(tmp_path: Path) -> None:
    """Where the config alone says how long the run is, the length of the defaults' run is solved for."""
    text = TRL.replace("max_steps: -1", "max_steps: 700")
    (tmp_path / "train.yaml").write_text(text)
    declared = read_declared(str(tmp_path / "train.yaml"), translate=read_config)
    log = log_of(config(tmp_path, DEFAULTS["TrainingArguments"] + "max_steps: 1234\n"), every=10)
    first = explain(declared, log).explanations[0]
    assert ["unused"] == [cause.key for cause in first.causes]
    assert "o(t) = s(t) of the framework's defaults with --steps 1234" == first.forms[0]


def test_several_keys_that_were_not_used(tmp_path: Path) -> None:
    """Keys that fall back to their defaults together are named together, and the others are not."""
    log = log_of(config(tmp_path, sets=["lr_scheduler_type=linear", "warmup_ratio=null", "num_train_epochs=3"]))
    declared = config(tmp_path)
    first = explain(declared, log).explanations[0]
    assert ["unused-keys"] == [cause.key for cause in first.causes]
    assert {"lr_scheduler_type=linear", "warmup_ratio=null"} == {change.setting for change in first.changes}


def test_a_nanogpt_config_that_was_not_used(tmp_path: Path) -> None:
    """The same holds for every framework whose file may be empty: train.py's own values."""
    every_default = "learning_rate = 6e-4\nmax_iters = 600000\nlr_decay_iters = 600000\nwarmup_iters = 2000\n"
    run = config(tmp_path, every_default, name="nanogpt.py").spec
    rates = evaluate(run).shown()
    positions = range(0, 5000, 100)
    log = Log("log", "step", [float(t) for t in positions], {"lr": [rates[t] or 0.0 for t in positions]})
    declared = config(tmp_path, NANOGPT, name="nanogpt.py")
    first = explain(declared, log).explanations[0]
    assert ["unused"] == [cause.key for cause in first.causes]


@pytest.mark.parametrize("every", [5, 20])
def test_a_detectron2_config_that_was_not_used(tmp_path: Path, every: int) -> None:
    """A file without any key has detectron2's own warmup, milestones and rate."""
    text = "SOLVER: {BASE_LR: 0.001, MAX_ITER: 40000, STEPS: [30000], WARMUP_ITERS: 1000, WARMUP_FACTOR: 0.001}"
    rates = evaluate(config(tmp_path, text, name="d2.yaml").spec).shown()
    positions = range(0, 1200, every)
    log = Log("log", "step", [float(t) for t in positions], {"lr": [rates[t] or 0.0 for t in positions]})
    declared = config(tmp_path, DETECTRON2, name="detectron2.yaml")
    first = explain(declared, log).explanations[0]
    assert ["unused"] == [cause.key for cause in first.causes]


IN_EPOCHS = """\
train_cfg = dict(type="EpochBasedTrainLoop", max_epochs=12)
train_dataloader = dict(batch_size=2, num_batch_per_epoch=500)
optim_wrapper = dict(type="OptimWrapper", optimizer=dict(type="SGD", lr=0.02))
param_scheduler = [
    dict(type="LinearLR", start_factor=0.001, by_epoch=False, begin=0, end=500),
    dict(type="MultiStepLR", begin=0, end=12, by_epoch=True, milestones=[8, 11], gamma=0.1),
]
"""
IN_ITERATIONS = IN_EPOCHS.replace("end=12, by_epoch=True", "by_epoch=False").replace("[8, 11]", "[4000, 5500]")
MMCV = """\
optimizer = dict(type='SGD', lr=0.02)
optimizer_config = dict(grad_clip=None)
lr_config = dict(policy='step', warmup='linear', warmup_iters=500, warmup_ratio=0.001, step=[8, 11])
runner = dict(type='EpochBasedRunner', max_epochs=12)
data = dict(samples_per_gpu=2)
"""
NO_WARMUP = "\n".join(line for line in IN_EPOCHS.splitlines() if "LinearLR" not in line)
UNITS = [
    (IN_EPOCHS, "param_scheduler.1.by_epoch=false"),
    (IN_EPOCHS.replace("by_epoch=True", "by_epoch=False"), "param_scheduler.1.by_epoch=true"),
    (IN_ITERATIONS, "param_scheduler.1.by_epoch=true"),
    (IN_EPOCHS.replace(" by_epoch=True,", ""), "param_scheduler.1.by_epoch=false"),
    (NO_WARMUP, "param_scheduler.0.by_epoch=false"),
    (NO_WARMUP.replace("end=12, by_epoch=True", "by_epoch=False"), "param_scheduler.0.by_epoch=true"),
    (MMCV, "lr_config.by_epoch=false"),
    (MMCV.replace("[8, 11]", "[4000, 5500], by_epoch=False"), "lr_config.by_epoch=true"),
]


@pytest.mark.parametrize("every", [5, 10, 50])
@pytest.mark.parametrize(("text", "setting"), UNITS)
def test_milestones_in_the_other_unit(tmp_path: Path, text: str, setting: str, every: int) -> None:
    """Milestones that are meant in epochs and run in iterations, or the reverse, are named by the config's by_epoch."""
    (tmp_path / "c.py").write_text(text)
    read = partial(read_declared, str(tmp_path / "c.py"), given=Given(batches_per_epoch=500), translate=read_config)
    declared, run = read(), read(sets=[setting])
    first = explain(declared, log_of(run, every=every)).explanations[0]
    assert ["unit"] == [cause.key for cause in first.causes]
    assert [setting] == [change.setting for change in first.changes]


@pytest.mark.parametrize("rounding", [FULL, FIVE], ids=["full", "5 digits"])
@pytest.mark.parametrize(
    ("sets", "row"), [(["max_steps=1000"], 300), (["max_steps=1000"], 600), (["max_steps=777"], 410)]
)
def test_a_run_that_was_extended(tmp_path: Path, sets: list[str], row: int, rounding: Rounding) -> None:
    """From the row of the resume on the log is that of the longer run, the warmup's share of it included."""
    text = TRL.replace("max_steps: -1", "max_steps: 600")
    declared, longer = config(tmp_path, text), config(tmp_path, text, sets)
    before, after = log_of(declared, rounding), log_of(longer, rounding)
    rows = [t < row for t in after.positions]
    (short,), (long,) = before.lrs.values(), after.lrs.values()
    values = [short[i] if early else long[i] for i, early in enumerate(rows)]
    first = explain(declared, replace(after, lrs={"lr": values})).explanations[0]
    assert ["horizon-after"] == [cause.key for cause in first.causes]
    assert f"with max_steps: {sets[0].partition('=')[2]} instead of 600" in first.forms[0]


@pytest.mark.parametrize("every", [1, 10])
@pytest.mark.parametrize("periods", ["1.5", "2.5", "3", "0.25"])
def test_periods_of_a_cosine(tmp_path: Path, periods: str, every: int) -> None:
    """Another num_cycles is named as that, and not as a horizon that makes the same numbers."""
    text, setting = TRL.replace("max_steps: -1", "max_steps: 600"), f"lr_scheduler_kwargs.num_cycles={periods}"
    declared = config(tmp_path, text)
    log = log_of(config(tmp_path, text, [setting]), every=every)
    first = explain(declared, log).explanations[0]
    assert [setting] == [change.setting for change in first.changes]
