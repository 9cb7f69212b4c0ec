"""The framework that wrote a log is the one whose words are taken, where they are as good as others."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lrcli.infer.fit import fit_run
from lrcli.infer.fit.spec import spec_mapping
from lrcli.logs.read import read_log

Rate = Callable[[int], float]


def _detectron2(rate: Rate) -> Iterator[str]:
    for t in range(19, 3000, 20):
        yield f"[01/05 10:00:19 d2.utils.events]:  eta: 1:23:45  iter: {t}  loss: 1.2  lr: {rate(t):.5g}  max_mem: 5M"


def _megatron(rate: Rate) -> Iterator[str]:
    for t in range(100, 3001, 100):
        yield (
            f" [2024-01-05 10:00:00] iteration {t:8d}/    3000 | consumed samples: {t * 64:12d} "
            f"| elapsed time per iteration (ms): 512.3 | learning rate: {rate(t):.6E} | lm loss: 8.1E+00 |"
        )


def _mmengine(rate: Rate) -> Iterator[str]:
    for t in range(50, 3001, 50):
        yield f"2024/01/05 10:00:00 - mmengine - INFO - Iter(train) [{t:5d}/3000]  lr: {rate(t - 1):.4e}  loss: 1"


def _mmcv(rate: Rate) -> Iterator[str]:
    for t in range(50, 3001, 50):
        epoch, done = divmod(t - 50, 250)
        place = f"Epoch [{epoch + 1}][{done + 50}/250]"
        yield f"2021-05-05 10:00:00,123 - mmdet - INFO - {place}\tlr: {rate(t - 1):.3e}, eta: 0:52:33, loss: 1"


def _mmengine_epochs(rate: Rate) -> Iterator[str]:
    for t in range(50, 3001, 50):
        epoch, done = divmod(t - 50, 250)
        place = f"Epoch(train) [{epoch + 1}][{done + 50}/250]"
        yield f"2024/01/05 10:00:00 - mmengine - INFO - {place}  lr: {rate(t - 1):.4e}  loss: 1"


def _timm(rate: Rate) -> Iterator[str]:
    yield "epoch,train_loss,eval_loss,eval_top1,eval_top5,lr"
    for t in range(90):
        yield f"{t},6.9,6.7,1.0,3.0,{rate(t)!r}"


def _trainer(rate: Rate) -> Iterator[str]:
    for t in range(10, 3001, 10):
        yield f"{{'loss': '1.2', 'learning_rate': '{rate(t):.4g}', 'epoch': '{t / 1000:.4g}'}}"
    yield "{'train_runtime': '741.3', 'train_steps_per_second': '4.047', 'epoch': '3'}"


def _unknown(rate: Rate) -> Iterator[str]:
    for t in range(0, 3000, 20):
        yield f"step {t} lr {rate(t):.6e}"


def _warm(lr: float, length: int, start: float) -> Rate:
    return lambda t: lr * (start + (1 - start) * min(t / length, 1.0))


def _steps(t: int) -> float:
    return _warm(0.02, 500, 0.001)(t) * 0.1 ** ((t >= 1500) + (t >= 2500))


def _cosine(t: int) -> float:
    return _warm(0.02, 500, 0.001)(t) * (0.5 + 0.5 * math.cos(math.pi * max(t - 500, 0) / 2500))


@pytest.mark.parametrize(
    ("write", "rate", "schedule"),
    [
        (
            _detectron2,
            _warm(0.04, 1000, 0.001),
            {"type": "detectron2.build_lr_scheduler", "MAX_ITER": 3000, "BASE_LR": 0.04, "STEPS": []},
        ),
        (
            _detectron2,
            _steps,
            {
                "type": "detectron2.build_lr_scheduler",
                "MAX_ITER": 3000,
                "BASE_LR": 0.02,
                "STEPS": [1500, 2500],
                "WARMUP_ITERS": 500,
            },
        ),
        (
            _detectron2,
            _cosine,
            {
                "type": "detectron2.build_lr_scheduler",
                "LR_SCHEDULER_NAME": "WarmupCosineLR",
                "MAX_ITER": 3000,
                "BASE_LR": 0.02,
                "WARMUP_ITERS": 500,
                "RESCALE_INTERVAL": True,
            },
        ),
        (
            _megatron,
            _warm(3e-4, 600, 0.0),
            {"type": "megatron.OptimizerParamScheduler", "lr_warmup_steps": 600, "lr_decay_style": "constant"},
        ),
        (
            _mmengine,
            _warm(0.01, 499, 0.001),
            {
                "type": "mmengine.param_scheduler",
                "schedulers": [{"type": "LinearLR", "start_factor": 0.001, "end": 500, "by_epoch": False}],
            },
        ),
        (
            _mmcv,
            lambda t: _warm(0.02, 500, 0.001)(t) * 0.1 ** ((t >= 2000) + (t >= 2750)),
            {
                "type": "mmcv.lr_config",
                "policy": "step",
                "warmup": "linear",
                "warmup_iters": 500,
                "warmup_ratio": 0.001,
                "step": [8, 11],
            },
        ),
        (_mmcv, lambda t: 0.02 * 0.1 ** (t // 1000), {"type": "mmcv.lr_config", "policy": "step", "step": [4, 8]}),
        (
            _mmengine_epochs,
            lambda t: 0.02 * 0.1 ** (t // 1000),
            {
                "type": "mmengine.param_scheduler",
                "schedulers": [{"type": "MultiStepLR", "milestones": [4, 8], "gamma": 0.1}],
            },
        ),
        (_timm, lambda t: 0.1 * 0.1 ** (t // 30), {"type": "timm.StepLRScheduler", "decay_t": 30, "decay_rate": 0.1}),
        (
            _timm,
            lambda t: 0.05 * (1 + math.cos(math.pi * t / 90)),
            {"type": "timm.CosineLRScheduler", "t_initial": 90},
        ),
        (
            _trainer,
            lambda t: _warm(3e-4, 300, 0.0)(t) * (0.5 + 0.5 * math.cos(math.pi * max(0, t - 300) / 2700)),
            {"type": "transformers.cosine", "num_warmup_steps": 300, "num_training_steps": 3000},
        ),
        (_unknown, _warm(3e-4, 600, 0.0), {"type": "transformers.constant_with_warmup", "num_warmup_steps": 600}),
    ],
)
def test_the_writer_of_a_log_names_its_schedule(
    write: Callable[[Rate], Iterator[str]], rate: Rate, schedule: dict[str, object], tmp_path: Path
) -> None:
    path = tmp_path / "run.log"
    path.write_text("\n".join(write(rate)) + "\n")
    fitted = fit_run(read_log(str(path)))
    assert fitted.explained == fitted.rows
    assert spec_mapping(fitted)["schedule"] == schedule


def test_a_writer_whose_words_do_not_give_the_rows_is_not_taken(tmp_path: Path) -> None:
    path = tmp_path / "run.log"
    path.write_text("\n".join(_detectron2(lambda t: 0.1 * 0.9 ** (t // 300))) + "\n")
    assert fit_run(read_log(str(path))).kind == "step"
