"""What the front ends of the Hugging Face Trainer and their like say, refuse and count in ways of their own."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli_world import run_cli

AXOLOTL = """base_model: x
datasets: [{path: y}]
micro_batch_size: 2
gradient_accumulation_steps: 4
learning_rate: 2e-4
"""


def written(folder: Path, text: str, name: str = "train.yaml") -> str:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return str(path)


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
