"""fairseq's schedulers against the installed package, with random arguments, compared with `==`.

`python -m pytest tests/live/test_live_fairseq.py` in an environment that has fairseq.
"""

from __future__ import annotations

import importlib
import random
from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest

from tests.live.frameworks import SCALE, Agreement, Rows, some

optim = pytest.importorskip("fairseq.optim", reason="the live comparison needs fairseq")

ROUNDS = 150 * SCALE
CLASSES = {
    "cosine": ("cosine_lr_scheduler", "CosineLRSchedule"),
    "fixed": ("fixed_schedule", "FixedLRSchedule"),
    "inverse_sqrt": ("inverse_square_root_schedule", "InverseSquareRootSchedule"),
    "polynomial_decay": ("polynomial_decay_schedule", "PolynomialDecayLRSchedule"),
    "step": ("step_lr_scheduler", "StepLRSchedule"),
    "tri_stage": ("tri_stage_lr_scheduler", "TriStageLRSchedule"),
    "triangular": ("triangular_lr_scheduler", "TriangularLRSchedule"),
}


class Optimizer(optim.FairseqOptimizer):  # type: ignore[misc, name-defined]
    """An optimizer that is nothing but its learning rate."""

    def __init__(self) -> None:
        self.lr = 0.0

    def set_lr(self, lr: float) -> None:
        self.lr = lr

    def get_lr(self) -> float:
        return self.lr


def real(name: str, params: dict[str, Any], lr: float, per_epoch: int) -> Rows:
    """The learning rate of each update, stepped as the Trainer does."""
    module, class_name = CLASSES[name]
    cls = getattr(importlib.import_module(f"fairseq.optim.lr_scheduler.{module}"), class_name)
    optimizer = Optimizer()
    scheduler = cls(SimpleNamespace(**{"lr": [lr], "force_anneal": None, **params}), optimizer)
    yield from stepped(scheduler, optimizer, per_epoch)


def stepped(scheduler: Any, optimizer: Optimizer, per_epoch: int) -> Rows:
    """The learning rate of each update of a scheduler that a Trainer steps."""
    update = 0
    while True:
        if update:
            scheduler.step_update(update)
        if update % per_epoch == 0:
            scheduler.step_begin_epoch(update // per_epoch + 1)
            scheduler.step_update(update)
        yield [float(optimizer.lr)]
        update += 1


def drawn(name: str, steps: int, lr: float, rng: random.Random) -> dict[str, Any]:
    """Random arguments of a scheduler."""
    warmup = rng.choice([0, rng.randint(0, 30)])
    first = {"warmup_updates": warmup, "warmup_init_lr": rng.choice([-1, 0.0, 1e-5])}
    if name == "cosine":
        period = rng.choice([-1, rng.randint(1, 40)])
        return {
            **first, "min_lr": rng.choice([0.0, 1e-4, 0.2]), "t_mult": rng.choice([1.0, 2.0, 1.5]),
            "lr_period_updates": period, "lr_shrink": rng.choice([0.1, 0.5, 1.0]), "max_update": rng.randint(1, steps),
        }  # fmt: skip
    if name == "inverse_sqrt":
        return first
    if name == "step":
        return {
            **first, "min_lr": rng.choice([0.0, 1e-4, 0.2]), "lr_deacy_period": rng.randint(1, 20),
            "lr_decay": rng.choice([0.5, 0.9, 1.1]),
        }  # fmt: skip
    if name == "triangular":
        return {
            "max_lr": rng.choice([0.5, 0.05]), "lr_period_updates": rng.randint(1, 30), "lr_shrink": rng.random(),
            "shrink_min": rng.random() < 0.5,
        }  # fmt: skip
    if name == "tri_stage":
        ratio = rng.choice([None, (0.1, 0.4, 0.5), (0.2, 0.2, 0.6), (0.3, 0.3, 0.3)])
        return {
            "warmup_steps": warmup, "hold_steps": rng.randint(0, 30), "decay_steps": rng.randint(0, 30),
            "phase_ratio": ratio, "init_lr_scale": rng.choice([0.01, 0.1]), "final_lr_scale": rng.choice([0.01, 0.05]),
            "max_update": steps,
        }  # fmt: skip
    more: dict[str, Any] = {"warmup_updates": warmup}
    if rng.random() < 0.5:
        more["force_anneal"] = rng.randint(1, 8)
    if rng.random() < 0.5:
        more["lr"] = [round(lr * rng.random(), 5) for _ in range(rng.randint(1, 5))]
    if name == "fixed":
        return {**more, "lr_shrink": rng.choice([0.1, 0.5])}
    return {
        **more, "end_learning_rate": rng.choice([0.0, 1e-3]), "power": rng.choice([1.0, 2.0]),
        "total_num_update": rng.randint(1, steps + 40),
    }  # fmt: skip


@pytest.mark.parametrize("name", CLASSES)
def test_same_numbers(name: str) -> None:
    """Random arguments, past the end; what fairseq refuses is refused."""
    rng, both = random.Random(name), Agreement()
    for _ in range(ROUNDS):
        steps, lr, per_epoch = rng.randint(1, 120), rng.choice([0.1, 3e-4, 1.25]), rng.randint(5, 40)
        params = drawn(name, steps, lr, rng)
        more = {"steps_per_epoch": per_epoch}
        both.compare(f"fairseq.{name}", params, steps, [lr], partial(real, name, params, lr, per_epoch), more=more)
    both.check(ROUNDS // 6)


def test_manual() -> None:
    """Epochs and updates of all forms."""
    scheduler_class = importlib.import_module("fairseq.optim.lr_scheduler.manual_lr_scheduler").ManualSchedule
    rng, both = random.Random("manual"), Agreement()

    def places() -> dict[str, float]:
        def key() -> str:
            at = rng.randint(0, 8)
            return rng.choice([str(at), f"{at}-{at + rng.randint(0, 3)}", f"{at},{at + 5}"])

        return {key(): rng.choice([0.1, 0.05, 1]) for _ in range(rng.randint(0, 3))}

    def rows(params: dict[str, Any], lr: float, per_epoch: int) -> Rows:
        optimizer = Optimizer()
        texts = {key: str(params.get(key, {})) for key in ("epoch2lr", "update2lr")}
        scheduler = scheduler_class(SimpleNamespace(lr=[lr], **texts), optimizer)
        yield from stepped(scheduler, optimizer, per_epoch)

    for _ in range(ROUNDS):
        lr, per_epoch = rng.choice([0.1, 1.25]), rng.randint(1, 6)
        params = some(rng, epoch2lr=[places()], update2lr=[places()])
        more = {"steps_per_epoch": per_epoch}
        both.compare("fairseq.manual", params, 40, [lr], partial(rows, params, lr, per_epoch), more=more)
    both.check(ROUNDS // 2)


def test_plateau() -> None:
    """Random metrics, epoch by epoch, after a warmup that ends within an epoch."""
    module = importlib.import_module("fairseq.optim.lr_scheduler.reduce_lr_on_plateau")
    torch = pytest.importorskip("torch")
    rng, both = random.Random("plateau"), Agreement()

    class Wrapped(optim.FairseqOptimizer):  # type: ignore[misc, name-defined]
        def __init__(self, lr: float) -> None:
            self.optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=lr)

        def set_lr(self, lr: float) -> None:
            self.optimizer.param_groups[0]["lr"] = lr

        def get_lr(self) -> float:
            return float(self.optimizer.param_groups[0]["lr"])

    def rows(params: dict[str, Any], lr: float, per_epoch: int) -> Rows:
        given: dict[str, Any] = {"lr_shrink": 0.1, "lr_threshold": 1e-4, "lr_patience": 0}
        given.update(warmup_updates=0, warmup_init_lr=-1)
        given["maximize_best_checkpoint_metric"] = False
        given.update(params)
        metric = given.pop("metric")
        optimizer = Wrapped(lr)
        scheduler = module.ReduceLROnPlateauLRSchedule(SimpleNamespace(lr=[lr], **given), optimizer)
        updates = 0
        scheduler.step_update(0)
        for epoch, value in enumerate([*metric, 0.0], 1):
            yield [optimizer.get_lr()]
            for _ in range(per_epoch):
                updates += 1
                scheduler.step_update(updates)
            scheduler.step(epoch, value)

    for _ in range(ROUNDS):
        lr, per_epoch = rng.choice([0.1, 1.25]), rng.randint(1, 9)
        params = some(
            rng,
            lr_shrink=[0.1, 0.5, 1.0, rng.random()],
            lr_threshold=[1e-4, 0.1, 0],
            lr_patience=[0, 1, 2],
            warmup_updates=[0, 1, rng.randint(0, 40)],
            warmup_init_lr=[-1, 0.0, 0.01],
            maximize_best_checkpoint_metric=[True, False],
        )
        params["metric"] = [round(rng.random(), 1) for _ in range(25)]
        more = {"steps_per_epoch": per_epoch}
        real = partial(rows, params, lr, per_epoch)
        both.compare("fairseq.reduce_lr_on_plateau", params, 26, [lr], real, "epochs", more)
    both.check(ROUNDS // 2)
