"""What the front ends of the Hugging Face Trainer and their like say, refuse and count in ways of their own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli_world import run_cli
from tests.configs.files import writer

written = writer("train.yaml")

AXOLOTL = """base_model: x
datasets: [{path: y}]
micro_batch_size: 2
gradient_accumulation_steps: 4
learning_rate: 2e-4
"""


def values(text: str) -> list[float]:
    return [float(line) for line in text.split()]


@pytest.mark.parametrize(
    ("more", "options", "comment"),
    [
        ("max_steps: 100\nwarmup_ratio: 0.1\nstreaming: true\n", "", "int(0.1 * 100)"),
        ("max_steps: 100\nwarmup_ratio: 0.1\n", "--samples 400", "int(0.1 * 50)"),
        ("max_steps: 20\nwarmup_ratio: 0.1\nrl: dpo\n", "--samples 400", "int(0.1 * 50)"),
        ("max_steps: 20\nwarmup_ratio: 0.12\nrl: grpo\n", "", "ceil(0.12 * 20)"),
        ("max_steps: -1\nwarmup_ratio: 0.1\nrl: dpo\n", "--samples 400", "int(0.1 * 50)"),
        ("warmup_ratio: 0.1\ntensor_parallel_size: 2\n", "--samples 400 --world-size 4", "int(0.1 * 25)"),
        ("num_epochs: 2\n", "--samples 400", "min(int(0.03 * 100), 100)"),
    ],
)
def test_what_axolotl_takes_a_share_of(more: str, options: str, comment: str, tmp_path: Path) -> None:
    """The share of a warmup is of the counted steps, of max_steps, or left to transformers."""
    converted = run_cli("convert", written(tmp_path, AXOLOTL + more), *options.split())
    assert comment in converted.stdout, converted.stdout + converted.stderr


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ("warmup_steps: 0.1\n", "warmup_steps: Input should be a valid integer"),
        ("pretraining_dataset: x\n", "max_steps must be set"),
        ("streaming: true\nmax_steps: 9\nval_set_size: 0.1\n", "val_set_size is not supported"),
        ("rl: simpo\nwarmup_ratio: 0.1\n", "not supported with the simpo trainer"),
        ("rl: grpo\n", "makes the number of steps depend on its generations"),
        ("relora: true\n", "jagged_restart_steps must be set to use ReLoRA"),
        ("relora: true\njagged_restart_steps: 9\nlr_scheduler: one_cycle\n", "not compatible with the one_cycle"),
        ("max_steps: 9\n", "the warmup (3 %, as none is given) is a share of the steps that the data makes"),
        ("max_steps: 9\nwarmup_ratio: 0.5\nsample_packing: true\n", "--steps-per-epoch N, or --set warmup_steps=N"),
    ],
)
def test_what_axolotl_refuses(more: str, reason: str, tmp_path: Path) -> None:
    outcome = run_cli("at", written(tmp_path, AXOLOTL + more), "0")
    assert (outcome.status, outcome.stdout) == (2, "")
    assert reason in outcome.stderr


def test_restarts_of_axolotl(tmp_path: Path) -> None:
    """JaggedLRRestartScheduler wraps the schedule, and is a step ahead of it (axolotl 0.19.0, run)."""
    more = "relora: true\njagged_restart_steps: 5\njagged_restart_warmup_steps: 3\njagged_restart_anneal_steps: 2\n"
    path = written(tmp_path, AXOLOTL.replace("2e-4", "0.1") + more + "warmup_steps: 2\nmax_steps: 12\n")
    expected = [0.05, 0.1, 0.09755282581475769, 0.045270650284233056, 7.938926261462366e-05]
    outcome = run_cli("at", path, "0", "1", "2", "3", "4")
    assert values(outcome.stdout) == expected
    converted = run_cli("convert", path).stdout
    assert "type: axolotl.JaggedLRRestartScheduler" in converted and "\n  inner_schedule:\n" in converted


@pytest.mark.parametrize(
    ("more", "kind"),
    [
        ("lr_quadratic_warmup: true\n", "axolotl.lr_quadratic_warmup"),
        ("cosine_min_lr_ratio: 0.1\n", "axolotl.cosine_min_lr_ratio"),
        ("cosine_min_lr_ratio: 0.1\ncosine_constant_lr_ratio: 0.8\n", "axolotl.cosine_constant_lr_ratio"),
        ("lr_scheduler: rex\n", "axolotl.RexLR"),
    ],
)
def test_own_schedules_of_axolotl(more: str, kind: str, tmp_path: Path) -> None:
    """convert writes axolotl's own types, which give the file's own rates."""
    path = written(tmp_path, AXOLOTL + more)
    converted = run_cli("convert", path, "--samples", "400").stdout
    assert f"type: {kind}" in converted
    spec = written(tmp_path, converted, "spec.yaml")
    steps = ("0", "1", "5", "30", "49")
    assert run_cli("at", spec, *steps).stdout == run_cli("at", path, *steps, "--samples", "400").stdout


LLAMAFACTORY = "stage: sft\nfinetuning_type: lora\ndo_train: true\ndataset: a,b\nlearning_rate: 1.0e-4\n"


@pytest.mark.parametrize(
    ("more", "options", "line"),
    [
        ("max_samples: 100\nval_size: 0.1\n", "", "steps: 69  #"),
        ("max_samples: 100\n", "--samples 150", "steps: 57  #"),
        ("max_samples: 100\nval_size: 0.1\npacking: true\n", "--samples 80", "steps: 30  #"),
        ("num_train_epochs: 1\nval_size: 16\n", "--samples 160", "steps: 18  #"),
        ("max_steps: 9\nstreaming: true\n", "", "steps: 9  # max_steps"),
    ],
)
def test_the_rows_that_llamafactory_trains_on(more: str, options: str, line: str, tmp_path: Path) -> None:
    converted = run_cli("convert", written(tmp_path, LLAMAFACTORY + more), *options.split())
    assert line in converted.stdout, converted.stdout + converted.stderr


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ("max_samples: 100\nneat_packing: true\n", "needs the number of steps"),
        ("stage: pt\nmax_samples: 100\n", "needs the number of steps"),
        ("streaming: true\n", "Please specify `max_steps` in streaming mode"),
        ("streaming: true\nmax_samples: 9\nmax_steps: 9\n", "`max_samples` is incompatible with `streaming`"),
        ("streaming: true\nval_size: 0.1\nmax_steps: 9\n", "an integer val size"),
        ("val_size: 0.1\neval_dataset: c\n", "Cannot specify `val_size` if `eval_dataset` is not None"),
    ],
)
def test_what_llamafactory_refuses(more: str, reason: str, tmp_path: Path) -> None:
    text = LLAMAFACTORY.replace("stage: sft\n", "") if "stage" in more else LLAMAFACTORY
    outcome = run_cli("at", written(tmp_path, text + more), "0")
    assert (outcome.status, outcome.stdout) == (2, "")
    assert reason in outcome.stderr


def test_llamafactory_has_the_rate_of_the_trainer(tmp_path: Path) -> None:
    """Each of its stages has the same arguments, so that a missing learning_rate is known, unlike TRL's."""
    path = written(tmp_path, LLAMAFACTORY.replace("learning_rate: 1.0e-4\n", "max_steps: 9\n"))
    assert run_cli("at", path, "0").stdout == "5e-05\n"


AUTO = """{"optimizer": {"params": {"lr": "auto"}}, "scheduler": {"type": "WarmupDecayLR", "params": {
  "total_num_steps": "auto", "warmup_min_lr": "auto", "warmup_max_lr": "auto", "warmup_num_steps": "auto"}}}
"""


def test_everything_that_is_auto_is_asked_for_at_once(tmp_path: Path) -> None:
    outcome = run_cli("at", written(tmp_path, AUTO, "ds.json"), "0")
    assert "total_num_steps, warmup_min_lr, warmup_max_lr and warmup_num_steps are" in outcome.stderr
    assert "--set scheduler.params.warmup_min_lr=0 --set scheduler.params.warmup_max_lr=..." in outcome.stderr
    only = AUTO.replace("WarmupDecayLR", "WarmupCosineLR").partition('"warmup_min_lr"')[0].rstrip(", \n") + "}}}"
    asked = run_cli("at", written(tmp_path, only, "ds.json"), "0").stderr
    assert 'total_num_steps and lr are "auto"' in asked


def test_a_deepspeed_config_is_looked_for_above(tmp_path: Path) -> None:
    """Its path is relative to where training is started: a folder above the file, as a rule."""
    (tmp_path / "a" / "b").mkdir(parents=True)
    written(tmp_path, AUTO, "ds.json")
    inner = AXOLOTL + "deepspeed: ds.json\nnum_epochs: 2\nwarmup_steps: 4\n"
    path = written(tmp_path, inner, "a/b/train.yaml")
    converted = run_cli("convert", path, "--samples", "400").stdout
    assert "type: deepspeed.WarmupDecayLR" in converted
    assert "total_num_steps: 100\n" in converted and "warmup_num_steps: 4\n" in converted
    lost = written(tmp_path, inner.replace("ds.json", "gone.json"), "a/b/lost.yaml")
    assert "gone.json is not here" in run_cli("at", lost, "0", "--samples", "400").stderr


def test_the_deepspeed_configs_that_axolotl_ships_have_no_scheduler(tmp_path: Path) -> None:
    path = written(tmp_path, AXOLOTL + "deepspeed: deepspeed_configs/zero3_bf16.json\nmax_steps: 9\nwarmup_steps: 0\n")
    outcome = run_cli("at", path, "0")
    assert outcome.stdout == "0.0002\n"
    assert "zero3_bf16.json is not here, and is taken for the one that axolotl ships" in outcome.stderr


KOHYA = 'pretrained_model_name_or_path = "x"\nlearning_rate = 1e-4\nmax_train_steps = 100\n'


@pytest.mark.parametrize(
    ("more", "options", "expected"),
    [
        ('lr_scheduler = "cosine"\nlr_scheduler_type = ""\nlr_scheduler_args = []\n', "", 5e-05),
        ('lr_scheduler = "cosine"\nlr_scheduler_args = ["num_cycles=1"]\n', "", 0.0),
        ('lr_scheduler = "piecewise_constant"\nlr_scheduler_args = ["step_rules=\'1:50,0.1\'"]\n', "", 1e-05),
        ('lr_scheduler = "cosine_with_min_lr"\nlr_scheduler_args = ["min_lr=2e-5"]\n', "", 6.0000000000000015e-05),
        ('lr_scheduler_type = "StepLR"\nlr_scheduler_args = ["step_size=20", "gamma=0.5"]\n', "", 2.5e-05),
        (
            'lr_scheduler_type = "StepLR"\nlr_scheduler_args = ["step_size=50"]\n',
            "--world-size 2",
            1.0000000000000002e-06,
        ),
        ('lr_scheduler = "linear"\nlr_warmup_steps = 20\n', "--world-size 4", 5.2631578947368424e-05),
    ],
)
def test_schedulers_of_kohya(more: str, options: str, expected: float, tmp_path: Path) -> None:
    """Half of the way through the run; convert's spec says the same."""
    path = written(tmp_path, KOHYA + more, "kohya.toml")
    outcome = run_cli("at", path, "50", *options.split())
    assert values(outcome.stdout) == [expected], outcome.stderr
    spec = written(tmp_path, run_cli("convert", path, *options.split()).stdout, "spec.yaml")
    assert run_cli("at", spec, "50").stdout == outcome.stdout


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ('lr_scheduler = "linear"\nlr_scheduler_args = ["power=2"]\n', "unexpected keyword argument 'power'"),
        (
            'lr_scheduler = "polynomial"\nlr_scheduler_args = ["power=2"]\n',
            "multiple values for keyword argument 'power'",
        ),
        ('lr_scheduler = "cosine"\nlr_scheduler_args = ["num_cycles=\'a\'"]\n', "num_cycles"),
        ('lr_scheduler = "cosine"\nlr_scheduler_args = ["num_cycles"]\n', "must be NAME=VALUE"),
        ('lr_scheduler = "cosine"\nlr_scheduler_args = "num_cycles=1"\n', "must be a list"),
        (
            'lr_scheduler_type = "StepLR"\nlr_scheduler_args = ["step_size=9"]\nlr_warmup_steps = 5\n',
            "does not require `num_warmup_steps`",
        ),
        ('lr_scheduler_type = "StepLR"\n', "missing 1 required positional argument: 'step_size'"),
    ],
)
def test_what_kohya_refuses(more: str, reason: str, tmp_path: Path) -> None:
    outcome = run_cli("at", written(tmp_path, KOHYA + more, "kohya.toml"), "0")
    assert (outcome.status, outcome.stdout) == (2, "")
    assert reason in outcome.stderr


GRPO = "learning_rate: 1.0e-5\nlr_scheduler_type: cosine\nnum_train_epochs: 2\nper_device_train_batch_size: 16\n"


@pytest.mark.parametrize(
    ("more", "options", "steps"),
    [
        ("num_generations: 16\ngradient_accumulation_steps: 4\n", "--samples 1000 --world-size 2", 250),
        ("num_generations: 16\nsteps_per_generation: 8\n", "--samples 1000", 2000),
        ("num_generations: 8\ngeneration_batch_size: 64\nnum_iterations: 2\n", "--samples 100", 192),
        ("reward_funcs: [accuracy]\n", "--samples 101", 100),
        ("num_generations: 16\n", "--batches-per-epoch 50", 100),
    ],
)
def test_the_batches_of_a_run_that_generates_its_data(more: str, options: str, steps: int, tmp_path: Path) -> None:
    """TRL's GRPO repeats each prompt num_generations times, and takes whole rounds of them (TRL 1.16.0)."""
    converted = run_cli("convert", written(tmp_path, GRPO + more), *options.split())
    assert f"steps: {steps}  #" in converted.stdout, converted.stdout + converted.stderr


@pytest.mark.parametrize(
    ("more", "options", "reason"),
    [
        ("num_generations: 5\n", "--samples 100", "(16) must be divisible by num_generations (5)"),
        ("num_generations: 4\ngeneration_batch_size: 16\nsteps_per_generation: 1\n", "--samples 9", "can not be both"),
        ("num_generations: 16\n", "--samples 1 --world-size 4", "make no whole batch"),
    ],
)
def test_refused_generations(more: str, options: str, reason: str, tmp_path: Path) -> None:
    outcome = run_cli("at", written(tmp_path, GRPO + more), "0", *options.split())
    assert (outcome.status, outcome.stdout) == (2, "")
    assert reason in outcome.stderr


def test_a_file_that_trains_nothing(tmp_path: Path) -> None:
    text = LLAMAFACTORY.replace("do_train: true", "do_predict: true")
    assert "nothing is trained" in run_cli("at", written(tmp_path, text), "0", "--steps", "9").stderr


@pytest.mark.parametrize(
    ("more", "release", "reason"),
    [
        ("lr_scheduler_type: inverse_sqrt\n", "4.20.1", "it came with transformers 4.27"),
        ("lr_scheduler_type: cosine_with_min_lr\nlr_scheduler_kwargs: {min_lr: 1.0e-6}\n", "4.38", "transformers 4.40"),
        ("lr_scheduler_type: cosine\nlr_scheduler_kwargs: {num_cycles: 1}\n", "4.30", "['lr_scheduler_kwargs']"),
    ],
)
def test_what_a_release_does_not_have_yet(more: str, release: str, reason: str, tmp_path: Path) -> None:
    path = written(tmp_path, f"learning_rate: 1.0e-5\nmax_steps: 10\nwarmup_steps: 2\n{more}")
    assert run_cli("at", path, "5").status == 0
    outcome = run_cli("at", f"{path}@transformers-{release}", "5")
    assert (outcome.status, outcome.stdout) == (2, "")
    assert reason in outcome.stderr


def test_a_share_in_warmup_steps_is_told(tmp_path: Path) -> None:
    path = written(tmp_path, "learning_rate: 1.0e-5\nlr_scheduler_type: cosine\nmax_steps: 10\nwarmup_steps: 0.2\n")
    assert "warmup_steps 0.2 is a share of the run from transformers 5.0 on" in run_cli("at", path, "1").stderr
    assert run_cli("at", path, "1").stdout == "5e-06\n"
    assert run_cli("at", f"{path}@transformers-4.57", "1").stdout != "5e-06\n"


def test_deepspeed_reads_hjson(tmp_path: Path) -> None:
    """A comment and a last comma are fine, a key that stands twice is not."""
    text = '{\n  // x\n  "scheduler": {"type": "WarmupLR", "params": {"warmup_max_lr": 1e-4,}},\n}\n'
    assert run_cli("at", written(tmp_path, text, "ds.json"), "2000", "--steps", "3000").stdout == "0.0001\n"
    twice = text.replace('"params"', '"type": "OneCycle", "params"')
    refused = run_cli("at", written(tmp_path, twice, "ds.json"), "0", "--steps", "9").stderr
    assert "Duplicate keys in DeepSpeed config: 'type'" in refused


def test_the_length_of_the_command_line_beats_that_of_the_file(tmp_path: Path) -> None:
    axolotl = (
        "base_model: x\nmicro_batch_size: 2\ngradient_accumulation_steps: 1\nlearning_rate: 1e-4\nmax_steps: 500\n"
    )
    path = tmp_path / "axolotl.yaml"
    path.write_text(axolotl, encoding="utf-8")
    assert "\nsteps: 21" in run_cli("convert", str(path), "--epochs", "3", "--steps-per-epoch", "7").stdout
    path = tmp_path / "ds.json"
    scheduler = {"type": "WarmupDecayLR", "params": {"total_num_steps": 40000, "warmup_max_lr": 0.1}}
    path.write_text(json.dumps({"scheduler": scheduler}), encoding="utf-8")
    assert "\nsteps: 21" in run_cli("convert", str(path), "--epochs", "3", "--steps-per-epoch", "7").stdout
    assert "--epochs 3 is not used" in run_cli("at", str(path), "0", "--epochs", "3").stderr
    path = tmp_path / "timm.yaml"
    path.write_text("sched: cosine\nwarmup_lr: 1e-6\nlr: 0.1\nepochs: 10\n", encoding="utf-8")
    refused = run_cli("at", str(path), "0", "--steps", "70")
    assert (refused.status, "--steps needs the updates of one" in refused.stderr) == (2, True)
    assert "\nepochs: 7" in run_cli("convert", str(path), "--steps", "70", "--steps-per-epoch", "10").stdout


def test_an_option_is_told_that_the_scheduler_of_deepspeed_has_no_use_for(tmp_path: Path) -> None:
    scheduler = {"type": "WarmupDecayLR", "params": {"total_num_steps": "auto", "warmup_num_steps": "auto"}}
    (tmp_path / "ds.json").write_text(json.dumps({"scheduler": scheduler}), encoding="utf-8")
    path = written(tmp_path, AXOLOTL + "deepspeed: ds.json\nmax_steps: 9\nwarmup_steps: 4\n")
    outcome = run_cli("at", path, "0", "--interval", "step", "--epochs", "2", "--steps-per-epoch", "3")
    assert "--interval step is not used: nothing in this axolotl config depends on it" in outcome.stderr
    assert outcome.stderr.count("is not used") == 1
