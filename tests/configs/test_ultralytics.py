"""ultralytics' arguments: what it refuses, what the file leaves open, and several devices."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli_world import run_cli

ARGS = {
    "epochs": "10",
    "batch": "16",
    "lr0": "0.01",
    "lrf": "0.01",
    "warmup_epochs": "3.0",
    "warmup_bias_lr": "0.1",
    "nbs": "64",
    "optimizer": "SGD",
    "cos_lr": "false",
}


def written(folder: Path, **changed: str | None) -> str:
    path = folder / "args.yaml"
    values = {key: value for key, value in {**ARGS, **changed}.items() if value is not None}
    path.write_text("".join(f"{key}: {value}\n" for key, value in values.items()), encoding="utf-8")
    return str(path)


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"lr0": "1e-3"}, "lr0 must be a number, not the text '1e-3'"),
        ({"lrf": "1.5"}, "ValueError: 'lrf=1.5' is an invalid value. Valid 'lrf' values are between 0.0 and 1.0."),
        ({"warmup_bias_lr": "-0.1"}, "ValueError: 'warmup_bias_lr=-0.1' is an invalid value."),
        ({"optimizer": "Lion"}, "NotImplementedError: there is no optimizer 'Lion'"),
        ({"lrf": "null"}, "lrf is null, and a number is needed"),
        ({"warmup_epochs": "null"}, "warmup_epochs is null, and a number is needed"),
        ({"time": "2"}, "time limits the training in hours"),
        ({"batch": "-1"}, "batch -1 leaves the batch size to AutoBatch"),
        ({"batch": "0.7"}, "batch 0.7 leaves the batch size to AutoBatch"),
        ({"batch": None}, "the batch size is not in the file"),
        ({"epochs": None}, "the number of epochs is not in the file"),
        ({"optimizer": "auto"}, "optimizer auto chooses the rate by the number of classes"),
        ({"cos_lr": "3"}, "cos_lr must be true or false"),
    ],
)
def test_refused(changed: dict[str, str | None], reason: str, tmp_path: Path) -> None:
    outcome = run_cli("at", written(tmp_path, **changed), "0", "--samples", "320")
    assert (outcome.status, outcome.stdout) == (2, "")
    assert reason in outcome.stderr


def test_a_number_that_is_set_needs_no_point(tmp_path: Path) -> None:
    path = written(tmp_path, lr0="1e-3")
    set_ = run_cli("at", path, "100", "--samples", "320", "--set", "lr0=1e-3").stdout
    assert set_ == run_cli("at", written(tmp_path, lr0="0.001"), "100", "--samples", "320").stdout != ""


def test_auto_needs_no_classes_where_the_run_is_long(tmp_path: Path) -> None:
    path = written(tmp_path, optimizer="auto", epochs="100")
    converted = run_cli("convert", path, "--samples", "64000").stdout
    assert "lr0: 0.01  # optimizer auto takes MuSGD with this rate, whatever lr0 is" in converted
    assert "optimizer: MuSGD" in converted
    assert "auto trains with AdamW at 0.001111" in run_cli("check", path, "--samples", "64", "--set", "nc=5").stdout


@pytest.mark.parametrize(("device", "per_epoch"), [("null", 21), ("0", 21), ("'0,1'", 21), ("[0, 1, 2]", 22)])
def test_devices_share_the_batch(device: str, per_epoch: int, tmp_path: Path) -> None:
    path = written(tmp_path, device=device)
    assert f"steps_per_epoch: {per_epoch}  #" in run_cli("convert", path, "--samples", "321").stdout


def test_tuned_hyperparameters_are_a_part_of_the_arguments(tmp_path: Path) -> None:
    whole = run_cli("at", written(tmp_path), "0", "150", "--samples", "320").stdout
    path = written(tmp_path, epochs=None, batch=None, nbs=None, cos_lr=None, dfl="1.5")
    assert run_cli("at", path, "0", "150", "--samples", "320", "--epochs", "10", "--batch-size", "16").stdout == whole


def test_the_batches_of_an_epoch_beat_the_samples_but_not_in_what_auto_chooses(tmp_path: Path) -> None:
    """`auto` counts nominal batches of 64: 128000 samples make 20000 in 10 epochs, 10 batches of 16 make 30."""
    path = written(tmp_path, optimizer="auto", nc="80")
    for option in ("--steps-per-epoch", "--batches-per-epoch"):
        few = run_cli("convert", path, option, "10").stdout
        many = run_cli("convert", path, option, "10", "--samples", "128000").stdout
        assert f"steps: 100  # 10 epochs of 10 batches\nsteps_per_epoch: 10  # {option} 10\n" in few
        assert f"steps: 100  # 10 epochs of 10 batches\nsteps_per_epoch: 10  # {option} 10\n" in many
        assert ("optimizer: AdamW" in few, "optimizer: AdamW" in many) == (True, False)
