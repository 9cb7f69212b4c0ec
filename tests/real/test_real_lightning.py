"""The installed Lightning: metrics.csv of CSVLogger, with the columns of LearningRateMonitor."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.real.held import Trained, hold_diff, hold_fit

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    lightning = pytest.importorskip("lightning", reason="this log comes from Lightning")
    torch = pytest.importorskip("torch", reason="Lightning needs torch")
    schedulers = torch.optim.lr_scheduler
    demos = pytest.importorskip("lightning.pytorch.demos.boring_classes")

pytestmark = pytest.mark.filterwarnings("ignore")

FRAMEWORK = f"Lightning {lightning.__version__}"
EPOCHS, STEPS = 12, 8
"""How long every run is, and how many steps an epoch has."""


class Case(NamedTuple):
    """What configure_optimizers and the monitor are told, and the schedule that they ask for.

    every: the Trainer logs every so many steps. monitor: LearningRateMonitor's logging_interval.
    """

    scheduler: Callable[[Any], Any]
    interval: str
    declared: str
    back: str | None = None
    lrs: tuple[float, ...] = (1e-3,)
    every: int = 1
    monitor: str | None = None


CASES = {
    "StepLR per epoch": Case(
        lambda optimizer: schedulers.StepLR(optimizer, step_size=4),
        "epoch",
        "{lr: 1e-3, epochs: 12, steps_per_epoch: 8, schedule: {type: step, step_size: 4}}",
        back="{lr: 1e-3, steps: 96, schedule: {type: step, step_size: 32}}",
        every=5,
    ),
    "CosineAnnealingLR per epoch": Case(
        lambda optimizer: schedulers.CosineAnnealingLR(optimizer, T_max=12),
        "epoch",
        "{lr: 1e-3, epochs: 12, steps_per_epoch: 8, schedule: {type: cosine, T_max: 12}}",
        back="{lr: 1e-3, steps: 96, schedule: {type: cosine, T_max: 96}}",
        monitor="epoch",
    ),
    "CosineAnnealingLR per step, every 10": Case(
        lambda optimizer: schedulers.CosineAnnealingLR(optimizer, T_max=96, eta_min=1e-5),
        "step",
        "{lr: 1e-3, steps: 96, schedule: {type: cosine, T_max: 96, eta_min: 1e-5}}",
        every=10,
    ),
    "OneCycleLR per step": Case(
        lambda optimizer: schedulers.OneCycleLR(optimizer, max_lr=0.01, total_steps=96),
        "step",
        "{steps: 96, schedule: {type: one_cycle, max_lr: 0.01, total_steps: 96}}",
    ),
    "OneCycleLR, two groups, three phases": Case(
        lambda optimizer: schedulers.OneCycleLR(optimizer, max_lr=[0.01, 0.002], total_steps=96, three_phase=True),
        "step",
        "{steps: 96, groups: ["
        "{name: lr-AdamW/pg1, schedule: {type: one_cycle, max_lr: 0.01, total_steps: 96, three_phase: true}}, "
        "{name: lr-AdamW/pg2, schedule: {type: one_cycle, max_lr: 0.002, total_steps: 96, three_phase: true}}]}",
        lrs=(1e-3, 1e-4),
    ),
}


class Tiny(demos.BoringModel):  # type: ignore[misc,name-defined]
    """A linear layer that logs its losses, as models do."""

    def __init__(self, case: Case) -> None:
        super().__init__()
        self.case = case

    def training_step(self, batch: Any, batch_idx: int) -> Any:
        """Log the loss of the step, and its mean of the epoch."""
        found = super().training_step(batch, batch_idx)
        self.log("train_loss", found["loss"], on_step=True, on_epoch=True)
        return found

    def validation_step(self, batch: Any, batch_idx: int) -> Any:
        """Log the loss."""
        found = super().validation_step(batch, batch_idx)
        self.log("val_loss", found["x"])
        return found

    def configure_optimizers(self) -> Any:
        """One group per learning rate."""
        parts = torch.tensor_split(torch.arange(len(list(self.parameters()))), len(self.case.lrs))
        parameters = list(self.parameters())
        optimizer = torch.optim.AdamW(
            [{"params": [parameters[i] for i in part], "lr": lr} for part, lr in zip(parts, self.case.lrs, strict=True)]
        )
        return {
            "optimizer": optimizer,
            "lr_scheduler": {"scheduler": self.case.scheduler(optimizer), "interval": self.case.interval},
        }


def _train(folder: Path, case: Case) -> Path:
    """Train; the metrics.csv."""
    logger = lightning.pytorch.loggers.CSVLogger(str(folder), name="", version="")
    trainer = lightning.pytorch.Trainer(
        max_epochs=EPOCHS,
        limit_train_batches=STEPS,
        limit_val_batches=2,
        accelerator="cpu",
        logger=logger,
        callbacks=[lightning.pytorch.callbacks.LearningRateMonitor(case.monitor, log_momentum=True)],
        log_every_n_steps=case.every,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
    )
    trainer.fit(Tiny(case))
    return Path(logger.log_dir) / "metrics.csv"


@pytest.fixture(scope="module", params=CASES)
def run(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Trained:
    case = CASES[request.param]
    log = _train(tmp_path_factory.mktemp("lightning"), case)
    return Trained(FRAMEWORK, request.param, log, case.declared, case.back)


def test_diff(run: Trained) -> None:
    """metrics.csv holds what configure_optimizers asked for."""
    hold_diff(run)


def test_fit(run: Trained) -> None:
    """The scheduler comes back from metrics.csv."""
    hold_fit(run)
