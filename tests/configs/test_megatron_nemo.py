"""Megatron-LM's flags and NeMo's YAML: what excludes each other, what is rounded, what is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli_world import run_cli
from tests.configs.files import refusal, writer

written = writer("train.sh")

FLAGS = "pretrain_gpt.py --lr 1e-3 --min-lr 1e-4 --global-batch-size 8 --train-iters 100"
NEMO = """model:
  train_ds: {batch_size: 4}
  optim:
    lr: 0.1
    sched: {name: CosineAnnealing, warmup_ratio: 0.15, min_lr: 1e-3}
trainer: {devices: 2, max_epochs: 3, max_steps: -1, accumulate_grad_batches: 2}
"""


@pytest.mark.parametrize(
    ("flags", "reason"),
    [
        ("--train-samples 9", "expected iteration-based training"),
        ("--lr-warmup-fraction 0.1 --lr-warmup-iters 9", "can only specify one of lr-warmup-fraction"),
        ("--lr_warmup_iters 9", "unrecognized arguments: --lr_warmup_iters"),
        ("--lr-warmup-iters 9.5", "argument --lr-warmup-iters: invalid int value: '9.5'"),
        ("--lr-decay-style cos", "argument --lr-decay-style: invalid choice: 'cos'"),
        ("--lr-decay-style WSD", "WSD needs --lr-wsd-decay-iters"),
        ("--lr-decay-iters $N", "$N has no value that the file gives"),
        ("--lr-warmup-tokens 9", "counts tokens"),
    ],
)
def test_refused_flags(flags: str, reason: str, tmp_path: Path) -> None:
    outcome = run_cli("at", written(tmp_path, f"{FLAGS} {flags}\n"), "0")
    assert (outcome.status, outcome.stdout) == (2, "")
    assert reason in outcome.stderr


def test_the_batch_size_follows_from_the_gpus(tmp_path: Path) -> None:
    text = "p.py --lr 1e-3 --train-samples 1000 --micro-batch-size 2 --tensor-model-parallel-size 2\n"
    path = written(tmp_path, text)
    assert "--world-size N" in run_cli("at", path, "0").stderr
    converted = run_cli("convert", path, "--world-size", "8").stdout
    assert "increment: 8 " in converted
    assert "steps: 125 " in converted


def test_a_warmup_ratio_of_nemo_is_rounded_down(tmp_path: Path) -> None:
    path = written(tmp_path, NEMO, "nemo.yaml")
    assert "warmup_steps: 2  # int(0.15 * 18)" in run_cli("convert", path, "--samples", "90").stdout
    assert run_cli("at", path, "2", "--samples", "90").stdout == "0.1\n"


def test_steps_and_ratio_exclude_each_other(tmp_path: Path) -> None:
    path = written(tmp_path, NEMO.replace("min_lr", "warmup_steps: 9, min_lr"), "nemo.yaml")
    assert "Either use particular number of step or ratio" in run_cli("at", path, "0", "--steps", "9").stderr


def test_a_noam_peak_below_its_floor_is_told(tmp_path: Path) -> None:
    text = NEMO.replace("CosineAnnealing, warmup_ratio: 0.15", "NoamAnnealing, d_model: 1024, warmup_steps: 10000")
    path = written(tmp_path, text, "nemo.yaml")
    outcome = run_cli("check", path, "--steps", "20000")
    assert outcome.status == 1
    assert "NoamAnnealing peaks at 3.13e-05, below min_lr 0.001" in outcome.stdout
    assert run_cli("check", path, "--steps", "20000", "--set", "model.optim.lr=10").status == 0


TORCH = """model:
  optim:
    lr: 0.1
    sched: {SCHED}
trainer: {max_epochs: 4, max_steps: -1}
"""


@pytest.mark.parametrize(
    ("sched", "options", "expected"),
    [
        ("name: ExponentialLR, gamma: 0.5", "", "0.1\n0.05\n0.025\n0.0125\n"),
        ("name: StepLR, step_size: 2, gamma: 0.5", "--steps 8", "0.1\n0.1\n0.05\n0.05\n"),
        ("name: StepLR, max_steps: 8, args: {step_size: 1, gamma: 0.5}", "", "0.1\n0.05\n0.025\n0.0125\n"),
        ("_target_: nemo.core.config.WarmupHoldPolicyParams, max_steps: 8", "", "0.1\n0.1\n0.1\n0.1\n"),
        ("name: x, args: {_target_: nemo.core.config.SquareAnnealingParams}, max_steps: 4", "",
         "0.1\n0.05625\n0.025\n0.00625\n"),
        ("name: CosineAnnealing, max_steps: -1", "--steps 8", "0.1\n0.1\n0.1\n0.1\n"),
    ],
)  # fmt: skip
def test_schedulers_by_name_and_by_target(sched: str, options: str, expected: str, tmp_path: Path) -> None:
    """PyTorch's by their names, stepped as NeMo steps them; a policy by its class of parameters."""
    path = written(tmp_path, TORCH.replace("SCHED", sched), "nemo.yaml")
    outcome = run_cli("at", path, "0", "1", "2", "3", *options.split())
    assert outcome.stdout == expected, outcome.stderr


def test_the_steps_of_the_trainer_win(tmp_path: Path) -> None:
    """NeMo writes trainer.max_steps over the schedule's own (nemo_toolkit 1.23 and 3.0)."""
    text = NEMO.replace("max_steps: -1", "max_steps: 40").replace("{name:", "{max_steps: 30, name:")
    path = written(tmp_path, text, "nemo.yaml")
    assert "max_steps: 40\n" in run_cli("convert", path).stdout
    assert "max_steps 30 is not used" in run_cli("at", path, "0").stderr
    assert "max_steps: 30\n" in run_cli("convert", written(tmp_path, text.replace("40", "-1"), "nemo.yaml")).stdout


@pytest.mark.parametrize(
    ("sched", "reason"),
    [
        ("sched: null", "'NoneType' object does not support item assignment"),
        ("sched: {_target_: my.Schedule}", "my.Schedule is not a class of parameters"),
        ("sched: {name: Nothing}", "Cannot resolve scheduler 'Nothing'"),
        ("sched: {name: ReduceLROnPlateau}", "metric"),
    ],
)
def test_refused_schedulers_of_nemo(sched: str, reason: str, tmp_path: Path) -> None:
    path = written(tmp_path, TORCH.replace("sched: {SCHED}", sched), "nemo.yaml")
    outcome = run_cli("at", path, "0")
    assert (outcome.status, outcome.stdout) == (2, "")
    assert reason in outcome.stderr


def test_a_torch_target_is_hydras(tmp_path: Path) -> None:
    sched = "_target_: torch.optim.lr_scheduler.StepLR, step_size: 1, gamma: 0.5"
    text = TORCH.replace("SCHED", sched).replace("lr: 0.1", "lr: 0.1\n    _target_: torch.optim.SGD")
    assert "Hydra" in run_cli("convert", written(tmp_path, text, "nemo.yaml")).stdout


def test_what_both_the_config_and_its_schedule_say_is_said_once(tmp_path: Path) -> None:
    text = NEMO.replace("CosineAnnealing, warmup_ratio: 0.15", "NoamAnnealing, d_model: 1024, warmup_steps: 10000")
    told = run_cli("at", written(tmp_path, text, "nemo.yaml"), "0", "--steps", "20000").stderr
    assert told.count("below min_lr") == 1


def test_another_rate_of_some_parameters_is_told(tmp_path: Path) -> None:
    outcome = run_cli("at", written(tmp_path, f"{FLAGS} --decoupled-lr 5e-4\n"), "0")
    assert "--decoupled-lr gives some parameters another rate" in outcome.stderr


def test_a_file_without_a_rate_is_no_config_of_nemo(tmp_path: Path) -> None:
    path = written(tmp_path, "learning_rate: 0.1\nmax_iters: 9\n", "other.yaml")
    assert "the optimizer's lr is null" in refusal(path, "0", "--from", "nemo")
