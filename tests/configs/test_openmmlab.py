"""mmengine's and mmcv's configs: base files, epochs and iterations, and what their runners refuse."""

from __future__ import annotations

from pathlib import Path

from tests.cli_world import run_cli

BASE = """optim_wrapper = dict(optimizer=dict(type='SGD', lr=0.02))
param_scheduler = [dict(type='StepLR', step_size=3)]
train_cfg = dict(by_epoch=True, max_epochs=9)
"""
OLD = """optimizer = dict(type='SGD', lr=0.02)
lr_config = dict(policy='step', step=[8, 12])
total_epochs = 12
"""


def written(folder: Path, text: str, name: str = "config.py") -> str:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return str(path)


def refusal(*args: str) -> str:
    outcome = run_cli("at", *args)
    assert (outcome.status, outcome.stdout) == (2, "")
    return outcome.stderr


def test_values_go_over_those_of_the_base(tmp_path: Path) -> None:
    written(tmp_path, BASE, "base.py")
    text = (
        "_base_ = ['./base.py']\nlr = _base_.optim_wrapper.optimizer.lr\noptim_wrapper = dict(optimizer=dict(lr=lr))\n"
    )
    path = written(tmp_path, f"{text}train_cfg = dict(max_epochs=6)\n")
    assert run_cli("at", path, "2", "3", "5").stdout == "0.02\n0.002\n0.002\n"
    assert "epochs: 6" in run_cli("convert", path).stdout


def test_an_expression_on_the_base_is_code(tmp_path: Path) -> None:
    written(tmp_path, BASE, "base.py")
    text = "_base_ = './base.py'\noptim_wrapper = dict(optimizer=dict(lr=8 * _base_.optim_wrapper.optimizer.lr))\n"
    assert "[code-not-data]" in refusal(written(tmp_path, text), "0")


def test_a_base_that_is_not_there(tmp_path: Path) -> None:
    path = written(tmp_path, f"_base_ = './base.py'\n{BASE}")
    assert "FileNotFoundError: the _base_ './base.py' is not there" in refusal(path, "0")
    assert run_cli("at", path, "0", "--set", "_base_=None").stdout == "0.02\n"


def test_a_base_that_is_changed_is_code(tmp_path: Path) -> None:
    path = written(tmp_path, f"_base_ = './base.py'\nif hasattr(_base_, 'a'):\n    delattr(_base_, 'a')\n{BASE}")
    assert f"{path}:2:1: error: _base_: \"if hasattr(_base_, 'a'):\" is Python that lrcli does not run" in refusal(
        path, "0"
    )


def test_rows_are_iterations_where_batches_are_known(tmp_path: Path) -> None:
    path = written(tmp_path, BASE)
    assert run_cli("at", path, "29", "30", "--batches-per-epoch", "10").stdout == "0.02\n0.002\n"
    assert run_cli("at", path, "29", "30", "--steps", "90").stdout == "0.02\n0.002\n"
    assert "counts iterations" in refusal(
        written(tmp_path, BASE.replace("step_size", "by_epoch=False, step_size")), "0"
    )


def test_imported_classes_are_known_by_their_names(tmp_path: Path) -> None:
    text = BASE.replace("'StepLR'", "StepLR")
    path = written(tmp_path, f"from mmengine.optim.scheduler.lr_scheduler import StepLR\n{text}")
    assert run_cli("at", path, "3").stdout == "0.002\n"


def test_the_rate_is_scaled_where_that_is_enabled(tmp_path: Path) -> None:
    path = written(tmp_path, f"{BASE}auto_scale_lr = dict(enable=True, base_batch_size=16)\n")
    assert run_cli("at", path, "0", "--batch-size", "4", "--world-size", "8").stdout == "0.04\n"


def test_a_milestone_past_the_end(tmp_path: Path) -> None:
    path = written(tmp_path, OLD)
    outcome = run_cli("check", path)
    assert outcome.status == 1
    assert f"{path}:2:33: warning: step 12 is never reached: the run has 12 epochs" in outcome.stdout
    assert run_cli("check", path, "--epochs", "13").stdout == "no findings in 1 spec\n"


def test_what_mmcv_refuses(tmp_path: Path) -> None:
    cycle = OLD.replace("policy='step', step=[8, 12]", "policy='cyclic', base_lr=0.1, max_lr=1")
    assert "unexpected keyword argument 'base_lr'" in refusal(written(tmp_path, cycle), "0", "--batches-per-epoch", "9")
    cosine = OLD.replace("'step'", "'cosineannealing'")
    assert "KeyError: 'CosineannealingLrUpdaterHook" in refusal(written(tmp_path, cosine), "0")


def test_an_entry_that_counts_epochs_never_acts_in_a_loop_of_iterations(tmp_path: Path) -> None:
    loop = BASE.replace("by_epoch=True, max_epochs=9", "type='IterBasedTrainLoop', max_iters=90")
    path = written(tmp_path, loop)
    assert run_cli("at", path, "0", "89").stdout == "0.02\n0.02\n"
    assert "StepLR counts epochs, of which an IterBasedTrainLoop has one" in run_cli("check", path).stdout
