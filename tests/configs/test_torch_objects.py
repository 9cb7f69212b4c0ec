"""Schedulers of PyTorch in the configs of Hydra and LightningCLI: which of them it is, and how long the run is."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli_world import run_cli
from tests.configs.files import writer

written = writer("config.yaml")

IN_THE_MODEL = """trainer: {max_epochs: null, max_steps: 800000}
model:
  encoder: {class_path: project.Encoder, init_args: {use_vel: false}}
  optimizer: {class_path: torch.optim.AdamW, init_args: {lr: 0.001}}
  scheduler:
    class_path: lightning.pytorch.cli.ReduceLROnPlateau
    init_args: {monitor: loss, factor: 0.5, patience: 0, verbose: false}
optimizer: null
lr_scheduler: null
"""
WITHOUT_A_MODEL = """trainer: {max_epochs: 9}
optimizer: {class_path: SGD, init_args: {lr: 0.1}}
lr_scheduler: {class_path: StepLR, init_args: {step_size: 2}}
"""
PARAMS = """optimizer: {_target_: torch.optim.AdamW, lr: 0.1}
scheduler:
  scheduler:
    _target_: torch.optim.lr_scheduler.OneCycleLR
    max_lr: ${optimizer.lr}
    epochs: ${trainer.max_epochs}
    steps_per_epoch: -1
  pytorch_lightning_params: {interval: step}
lr_scheduler: null
trainer: {max_epochs: 5}
"""
TEMPLATE = """model:
  _target_: src.Module
  optimizer: {_target_: torch.optim.Adam, _partial_: true, lr: 0.1}
  scheduler: {_target_: torch.optim.lr_scheduler.ExponentialLR, _partial_: true, gamma: 0.5}
lr_scheduler: {_target_: src.Other}
trainer: {_target_: Trainer, max_epochs: 3}
optimizer: {_target_: src.Factory}
"""


def test_a_scheduler_of_the_model_and_its_metric(tmp_path: Path) -> None:
    metric = tmp_path / "m.csv"
    metric.write_text("loss\n1\n1\n1\n", encoding="utf-8")
    path = written(tmp_path, IN_THE_MODEL)
    outcome = run_cli("at", path, "0", "2", "--epochs", "3", "--metric", f"{metric}:loss")
    assert outcome.stdout == "0.001\n0.0005\n"
    assert "ReduceLROnPlateau is taken to be stepped once an epoch: it is an argument of the model" in outcome.stderr


def test_no_model_is_needed_to_know_a_config_of_lightning(tmp_path: Path) -> None:
    path = written(tmp_path, WITHOUT_A_MODEL)
    assert run_cli("at", path, "0", "2").stdout == "0.1\n0.010000000000000002\n"
    assert run_cli("at", path, "2", "--set", "lr_scheduler.init_args.gamma=0.5").stdout == "0.05\n"
    assert run_cli("at", path, "2", "--set", "lr_scheduler.init_args.step_size=3").stdout == "0.1\n"


def test_a_run_of_lightning_ends_at_the_first_of_its_lengths(tmp_path: Path) -> None:
    path = written(tmp_path, WITHOUT_A_MODEL.replace("max_epochs: 9", "max_epochs: 9, max_steps: 100"))
    for per_epoch, steps in (("10", 90), ("20", 100)):
        options = ("--interval", "step", "--steps-per-epoch", per_epoch)
        assert f"\nsteps: {steps}" in run_cli("convert", path, *options).stdout
    for per_epoch, epochs in (("10", "9  # trainer.max_epochs"), ("15", "7  # trainer.max_steps")):
        assert f"\nepochs: {epochs}\n" in run_cli("convert", path, "--steps-per-epoch", per_epoch).stdout
        assert run_cli("at", path, "0", "--steps-per-epoch", per_epoch).stderr == ""
    for unit in ("epoch", "step"):
        note = run_cli("at", path, "0", "--interval", unit).stderr
        assert f"the run ends at the first of max_steps and max_epochs: that in {unit}s is taken" in note
    assert run_cli("at", path, "0", "--epochs", "9").stderr == ""


def test_one_cycle_says_itself_how_long_the_run_is(tmp_path: Path) -> None:
    path = written(tmp_path, PARAMS)
    refused = run_cli("at", path, "0")
    assert (refused.status, refused.stdout) == (2, "")
    assert (
        "7:22: error: scheduler.scheduler.steps_per_epoch must be a whole number of at least 1, not -1"
        in refused.stderr
    )
    assert "steps: 100" in run_cli("convert", path, "--set", "scheduler.scheduler.steps_per_epoch=20").stdout


def test_a_reference_is_set_by_its_name(tmp_path: Path) -> None:
    sets = ("--set", "scheduler.scheduler.steps_per_epoch=20", "--set")
    path = written(tmp_path, PARAMS)
    assert "max_lr: 0.4" in run_cli("convert", path, *sets, "optimizer.lr=0.4").stdout
    assert "steps: 60" in run_cli("convert", path, *sets, "trainer.max_epochs=3").stdout
    assert "max_lr: 0.3" in run_cli("convert", path, *sets, "scheduler.scheduler.max_lr=0.3").stdout


def test_other_targets_are_none_of_torch(tmp_path: Path) -> None:
    assert run_cli("at", written(tmp_path, TEMPLATE), "0", "1").stdout == "0.1\n0.05\n"


COSINE = """model:
  optimizer: {_target_: torch.optim.AdamW, lr: 0.1}
  scheduler: {_target_: transformers.get_cosine_schedule_with_warmup, num_warmup_steps: 2}
"""


def test_steps_that_the_code_computes_are_those_of_the_options(tmp_path: Path) -> None:
    path = written(tmp_path, COSINE)
    for text in (COSINE, COSINE.replace("num_warmup_steps: 2", "num_warmup_steps: 2, num_training_steps: -1")):
        path = written(tmp_path, text)
        refused = run_cli("at", path, "0", "--interval", "step")
        assert "the code of the project computes the steps" in refused.stderr
        assert run_cli("at", path, "1", "2", "6", "--steps", "10", "--interval", "step").stdout == "0.05\n0.1\n0.05\n"
    path = written(tmp_path, COSINE.replace("num_warmup_steps: 2", "num_warmup_steps: 0.2"))
    refused = run_cli("at", path, "0", "--steps", "10", "--interval", "step")
    assert (refused.status, refused.stdout) == (2, "")
    assert "num_warmup_steps 0.2 stands for what the code of the project computes" in refused.stderr


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (WITHOUT_A_MODEL.replace("{class_path: StepLR, init_args: {step_size: 2}}", "null"), "lr_scheduler is null"),
        (
            "trainer: {max_epochs: 9}\nmodel: {lr: 1}\noptimizer: null\nlr_scheduler: null\n",
            "are null: the optimizer and",
        ),
        (
            PARAMS.replace("    steps_per_epoch: -1\n", ""),
            "where the code of the project fills it in: --set scheduler.scheduler.steps_per_epoch=...",
        ),
        (TEMPLATE.replace("torch.optim.lr_scheduler.Exp", "src.schedulers.Exp"), "is not a scheduler that lrcli knows"),
    ],
)
def test_refused(text: str, reason: str, tmp_path: Path) -> None:
    outcome = run_cli("at", written(tmp_path, text), "0")
    assert (outcome.status, outcome.stdout) == (2, "")
    assert reason in outcome.stderr


def test_the_epochs_of_the_command_line_beat_the_steps_of_one_cycle(tmp_path: Path) -> None:
    path = written(tmp_path, PARAMS)
    options = ("--set", "scheduler.scheduler.steps_per_epoch=20", "--epochs", "3")
    assert "\nsteps: 60" in run_cli("convert", path, *options, "--steps-per-epoch", "20").stdout
    refused = run_cli("at", path, "0", *options)
    assert (refused.status, "max_epochs needs the number of steps" in refused.stderr) == (2, True)
