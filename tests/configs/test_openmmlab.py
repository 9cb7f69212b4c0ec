"""mmengine's and mmcv's configs: base files, epochs and iterations, and what their runners refuse."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli_world import run_cli
from tests.configs.files import refusal, writer

written = writer("config.py")

BASE = """optim_wrapper = dict(optimizer=dict(type='SGD', lr=0.02))
param_scheduler = [dict(type='StepLR', step_size=3)]
train_cfg = dict(by_epoch=True, max_epochs=9)
"""
OLD = """optimizer = dict(type='SGD', lr=0.02)
lr_config = dict(policy='step', step=[8, 12])
total_epochs = 12
"""


def test_values_go_over_those_of_the_base(tmp_path: Path) -> None:
    written(tmp_path, BASE, "base.py")
    text = (
        "_base_ = ['./base.py']\nlr = _base_.optim_wrapper.optimizer.lr\noptim_wrapper = dict(optimizer=dict(lr=lr))\n"
    )
    path = written(tmp_path, f"{text}train_cfg = dict(max_epochs=6)\n")
    assert run_cli("at", path, "2", "3", "5").stdout == "0.02\n0.002\n0.002\n"
    assert "epochs: 6" in run_cli("convert", path).stdout


MODULE = """from mmengine.optim.scheduler import StepLR
max_epochs = 9
optim_wrapper = dict(optimizer=dict(type='SGD', lr=0.02))
param_scheduler = [dict(type=StepLR, step_size=3)]
train_cfg = dict(by_epoch=True, max_epochs=max_epochs)
"""


@pytest.mark.parametrize(
    ("lines", "expected"),
    [  # what mmengine 0.10.7 gives at the epochs 0, 3 and 4, run
        ("optim_wrapper = dict(optimizer=dict(lr=8 * _base_.optim_wrapper.optimizer.lr))", "0.16 0.016 0.016"),
        ("_base_.optim_wrapper.optimizer.lr = 0.5", "0.5 0.05 0.05"),
        ("_base_['optim_wrapper']['optimizer']['lr'] *= 4", "0.08 0.008 0.008"),
        ("del _base_.param_scheduler", "0.02 0.02 0.02"),
        ("_base_.pop('param_scheduler')", "0.02 0.02 0.02"),
        (
            "if hasattr(_base_, 'param_scheduler'):\n    delattr(_base_, 'param_scheduler')\n"
            "optim_wrapper = _base_.optim_wrapper\noptim_wrapper.update({'optimizer': {'lr': 0.3}})",
            "0.3 0.3 0.3",
        ),
        ("inner = dict(lr=0.02)\noptim_wrapper = dict(optimizer=inner)\ninner['lr'] = 0.7", "0.7 0.07 0.07"),
        ("m = [1, 9]\nn = m\nm += [3]\nm[-2] = 4\nparam_scheduler = [dict(type='MultiStepLR', milestones=n[1:])]",
         "0.02 0.002 0.0002"),
        ("one = dict(step_size=2)\nparam_scheduler = [dict(type='StepLR', **one)]\none['step_size'] = 1",
         "0.02 0.002 0.0002"),
        ("one = dict(type='StepLR', step_size=2)\nparam_scheduler = [one.copy()]\none['step_size'] = 1",
         "0.02 0.002 0.0002"),
        ("_base_.param_scheduler[0].step_size = 2", "0.02 0.002 0.0002"),
        ("optim_wrapper = dict(_delete_=True, optimizer=dict(type='AdamW', lr=0.004))", "0.004 0.0004 0.0004"),
        ("lr, n = 0.25, 2\noptim_wrapper = dict(optimizer=dict(lr=lr))", "0.25 0.025 0.025"),
        ("big = 3 > 2\nif big and not None:\n    optim_wrapper = dict(optimizer=dict(lr=0.6 if big else 0.1))",
         "0.6 0.06 0.06"),
        ("optim_wrapper = dict(optimizer=dict(lr=max(0.1, 0.01) * round(1.6)))", "0.2 0.02 0.02"),
    ],
)  # fmt: skip
def test_what_a_file_does_with_its_base(lines: str, expected: str, tmp_path: Path) -> None:
    written(tmp_path, BASE, "base.py")
    path = written(tmp_path, f"_base_ = './base.py'\n{lines}\n")
    given = [float(line) for line in run_cli("at", path, "0", "3", "4").stdout.splitlines()]
    assert given == pytest.approx([float(number) for number in expected.split()], rel=1e-14)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("optim_wrapper.optimizer.lr = 0.1", "0.1"),
        ("optim_wrapper.update(dict(optimizer=dict(lr=0.2)))", "0.2"),
        ("optim_wrapper.merge(dict(optimizer=dict(_delete_=True, type='SGD', lr=0.4)))", "0.4"),
        ("optim_wrapper = dict(optimizer=dict(lr=0.9))\ntrain_cfg.update(max_epochs=max_epochs // 2)", "0.9"),
    ],
)
def test_modules_that_are_imported_as_bases(lines: str, expected: str, tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    written(tmp_path, MODULE, "sched.py")
    text = f"from mmengine.config import read_base\nwith read_base():\n    from ..sched import *\n{lines}\n"
    path = written(tmp_path, text, "sub/config.py")
    assert run_cli("at", path, "0").stdout == f"{expected}\n"
    assert run_cli("at", path, "0", "--set", "optim_wrapper.optimizer.lr=0.7").stdout == "0.7\n"


def test_modules_that_are_not_there_are_told_at_once(tmp_path: Path) -> None:
    text = "with read_base():\n    from .one import *\n    from .sub.two import *\n    from mmdet.configs.x import *\n"
    said = refusal(written(tmp_path, text), "0")
    assert "config.py:2:5: error: ConfigParsingError: the module .one is not there" in said
    assert "config.py:3:5: error: ConfigParsingError: the module .sub.two is not there" in said
    assert "config.py:4:5: error: the module mmdet.configs.x belongs to a package" in said


@pytest.mark.parametrize(
    "lines",
    [
        "for s in param_scheduler:\n    s['step_size'] = 1",
        "first = param_scheduler[0]\nfor i in range(3):\n    first.update(step_size=1)",
        "x = param_scheduler.pop()",
        "change(param_scheduler)",
        "one = dict(a=1)\nif change():\n    one = param_scheduler[0]\none['step_size'] = 1",
        "x = [one.update(step_size=1) for one in param_scheduler]",
        "def change():\n    param_scheduler[0]['step_size'] = 1\nchange()",
        "try:\n    param_scheduler = []\nexcept Exception:\n    pass",
        "globals()['param_scheduler'] = []",
    ],
)
def test_what_code_may_have_changed_is_not_known(lines: str, tmp_path: Path) -> None:
    assert "[code-not-data]" in refusal(written(tmp_path, f"{BASE}{lines}\n"), "0")


def test_the_base_decides_whose_config_it_is(tmp_path: Path) -> None:
    written(tmp_path, OLD, "base.py")
    path = written(tmp_path, "_base_ = ['base.py']\nmodel = dict(type='RPN')\n")
    assert "policy: Step" in run_cli("convert", path).stdout


def test_a_name_that_is_set_is_set_where_it_is_used(tmp_path: Path) -> None:
    path = written(tmp_path, "rate = 0.1\n" + BASE.replace("0.02", "rate / 2"))
    assert run_cli("at", path, "0", "--set", "rate=0.3").stdout == "0.15\n"


def test_a_base_that_is_not_there(tmp_path: Path) -> None:
    path = written(tmp_path, f"_base_ = './base.py'\n{BASE}")
    assert "FileNotFoundError: the _base_ './base.py' is not there" in refusal(path, "0")
    assert run_cli("at", path, "0", "--set", "_base_=None").stdout == "0.02\n"


def test_a_base_that_is_changed_is_code(tmp_path: Path) -> None:
    written(tmp_path, BASE, "base.py")
    path = written(tmp_path, "_base_ = './base.py'\nfor key in list(_base_):\n    _base_.pop(key)\n")
    assert f"{path}:2:1: error: _base_: 'for key in list(_base_):' is Python that lrcli does not" in refusal(path, "0")


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


def test_yaml_and_what_wandb_keeps_of_it(tmp_path: Path) -> None:
    text = (
        "_wandb: {value: {cli_version: 0.16.6}}\noptim_wrapper: {value: {optimizer: {type: SGD, lr: 0.02}}}\n"
        "param_scheduler: {value: [{type: StepLR, step_size: 3, by_epoch: true}]}\n"
        "train_cfg: {value: {type: EpochBasedTrainLoop, max_epochs: 9}}\n"
    )
    assert run_cli("at", written(tmp_path, text, "config.yaml"), "3").stdout == "0.002\n"
    based = written(tmp_path, "_base_: x.py\nparam_scheduler: []\noptim_wrapper: {optimizer: {lr: 1}}\n", "b.yaml")
    assert "the _base_ of a YAML file is not read" in refusal(based, "0")


def test_a_run_of_iterations_without_a_runner(tmp_path: Path) -> None:
    """As mmseg took it before there were runners."""
    text = "total_iters = 100\noptimizer = dict(lr=0.1)\nlr_config = dict(policy='poly', power=1.0, min_lr=0)\n"
    assert run_cli("at", written(tmp_path, text), "50").stdout == "0.05\n"


def test_a_file_that_is_based_on_itself(tmp_path: Path) -> None:
    path = written(tmp_path, f"_base_ = ['./config.py', './config.py']\n{BASE}")
    assert "config.py is based on itself" in refusal(path, "0")
    circle = written(tmp_path, "_BASE_: [./config.yaml, ./config.yaml]\nSOLVER: {MAX_ITER: 9}\n", "config.yaml")
    assert "config.yaml is based on itself" in refusal(circle, "0")


def test_none_is_no_number(tmp_path: Path) -> None:
    assert "the optimizer's lr is None" in refusal(written(tmp_path, BASE.replace("0.02", "None")), "0")
    old = OLD.replace("step=[8, 12]", "step=[8, 12], gamma=None")
    assert "gamma is None, and a value is needed" in refusal(written(tmp_path, old), "0")
    old = OLD.replace("step=[8, 12]", "step=[8, 12], warmup=None, warmup_iters=None")
    assert run_cli("at", written(tmp_path, old), "0").stdout == "0.02\n"


def test_steps_that_are_no_whole_epochs_are_refused(tmp_path: Path) -> None:
    path = written(tmp_path, BASE)
    assert "--steps 10 is no whole number of batches in each of 9 epochs" in refusal(path, "0", "--steps", "10")
    assert "steps_per_epoch: 2" in run_cli("convert", path, "--steps", "18").stdout


def test_a_run_of_iterations_has_no_use_for_epochs(tmp_path: Path) -> None:
    path = written(tmp_path, BASE.replace("by_epoch=True, max_epochs=9", "by_epoch=False, max_iters=90"))
    note = "--epochs 3 is not used: nothing in this mmengine config depends on it"
    assert note in run_cli("at", path, "0", "--epochs", "3").stderr
