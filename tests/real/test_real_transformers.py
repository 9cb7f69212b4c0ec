"""The Trainer of the installed transformers: its trainer_state.json, and what it prints."""

from __future__ import annotations

import contextlib
import os
import warnings
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.cli_world import run_cli
from tests.real.held import Trained, hold_diff, hold_fit

os.environ["HF_HUB_OFFLINE"] = "1"  # before the import, which reads it
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    transformers = pytest.importorskip("transformers", reason="this log comes from transformers")
    torch = pytest.importorskip("torch", reason="the Trainer needs torch")
    pytest.importorskip("accelerate", reason="the Trainer needs accelerate")

torch.set_num_threads(1)  # more only get into each other's way with so tiny a model
pytestmark = pytest.mark.filterwarnings("ignore")

FRAMEWORK = f"transformers {transformers.__version__}"
RUN = "lr: 2e-4, steps: 80, steps_per_epoch: 8, first_step: 1"
"""What all runs have in common; the Trainer logs the learning rate of the step that it has just made, from 1."""


class Case(NamedTuple):
    """TrainingArguments, and the schedule that they ask for."""

    arguments: dict[str, Any]
    schedule: str


CASES = {
    "linear, warmup": Case(
        {"lr_scheduler_type": "linear", "warmup_steps": 10},
        "warmup: {for: 10, start_factor: 0}, schedule: {type: linear, start_factor: 1, end_factor: 0, total_iters: 70}",
    ),
    "linear, no warmup, every 5 steps": Case(
        {"lr_scheduler_type": "linear", "logging_steps": 5},
        "schedule: {type: linear, start_factor: 1, end_factor: 0, total_iters: 80}",
    ),
    "cosine, warmup, every 10 steps": Case(
        {"lr_scheduler_type": "cosine", "warmup_steps": 10, "logging_steps": 10},
        "warmup: {for: 10, start_factor: 0}, schedule: {type: cosine, T_max: 70}",
    ),
    "cosine, floor": Case(
        {"lr_scheduler_type": "cosine_with_min_lr", "warmup_steps": 10, "lr_scheduler_kwargs": {"min_lr": 2e-5}},
        "warmup: {for: 10, start_factor: 0}, schedule: {type: cosine, T_max: 70, eta_min: 2e-5}",
    ),
    "cosine, 3 restarts": Case(
        {"lr_scheduler_type": "cosine_with_restarts", "warmup_steps": 8, "lr_scheduler_kwargs": {"num_cycles": 3}},
        "warmup: {for: 8, start_factor: 0}, schedule: {type: cosine_restarts, T_0: 24}",
    ),
    "constant, warmup": Case(
        {"lr_scheduler_type": "constant_with_warmup", "warmup_steps": 12},
        "warmup: {for: 12, start_factor: 0}, schedule: {type: constant}",
    ),
    "polynomial": Case(
        {"lr_scheduler_type": "polynomial", "warmup_steps": 10},
        "warmup: {for: 10, start_factor: 0}, "
        "schedule: {type: linear, start_factor: 1, end_factor: 0.0005, total_iters: 70}",
    ),
    "inverse square root": Case(
        {"lr_scheduler_type": "inverse_sqrt", "warmup_steps": 10},
        'warmup: {for: 10, start_factor: 0}, schedule: {type: lambda, lr_lambda: "(1 + epoch / 10) ** -0.5"}',
    ),
    "warmup, stable, decay": Case(
        {
            "lr_scheduler_type": "warmup_stable_decay",
            "warmup_steps": 10,
            "lr_scheduler_kwargs": {"num_decay_steps": 30},
        },
        "warmup: {for: 10, start_factor: 0}, schedule: [{type: constant, for: 40}, {type: cosine, T_max: 30}]",
    ),
}


def _train(folder: Path, arguments: dict[str, Any], *, stop: int | None = None, resume: bool = False) -> Path:
    """Train 80 steps of 8 to an epoch (`stop`: not all of them); the trainer_state.json."""
    config = transformers.BertConfig(
        vocab_size=32,
        hidden_size=8,
        num_hidden_layers=1,
        num_attention_heads=1,
        intermediate_size=8,
        max_position_embeddings=8,
    )
    rows = [{"input_ids": [i % 32] * 4, "labels": i % 2} for i in range(64)]
    settings = {
        "learning_rate": 2e-4,
        "max_steps": 80,
        "per_device_train_batch_size": 8,
        "logging_steps": 1,
        "save_strategy": "no",
        "report_to": [],
        "disable_tqdm": True,
        "use_cpu": True,
        "output_dir": str(folder),
        **arguments,
    }

    class Stop(transformers.TrainerCallback):  # type: ignore[misc,name-defined]
        def on_step_end(self, args: Any, state: Any, control: Any, **others: Any) -> None:
            control.should_training_stop = control.should_training_stop or state.global_step == stop

    trainer = transformers.Trainer(
        model=transformers.BertForSequenceClassification(config),
        args=transformers.TrainingArguments(**settings),
        train_dataset=rows,
        eval_dataset=rows,
        callbacks=[Stop()],
    )
    trainer.train(resume_from_checkpoint=resume)
    trainer.save_state()
    return folder / "trainer_state.json"


@pytest.fixture(scope="module", params=CASES)
def run(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Trained:
    case = CASES[request.param]
    log = _train(tmp_path_factory.mktemp("trainer"), case.arguments)
    return Trained(FRAMEWORK, request.param, log, f"{{{RUN}, {case.schedule}}}")


def test_diff(run: Trained) -> None:
    """trainer_state.json holds what the arguments asked for."""
    hold_diff(run)


def test_fit(run: Trained) -> None:
    """The arguments come back from trainer_state.json."""
    hold_fit(run)


def test_resumed_and_evaluated(tmp_path: Path) -> None:
    """A run that was stopped, resumed from its checkpoint and evaluated in between is one run of one schedule."""
    arguments = {
        "lr_scheduler_type": "cosine",
        "logging_steps": 4,
        "eval_strategy": "epoch",
        "save_strategy": "steps",
        "save_steps": 20,
    }
    _train(tmp_path, arguments, stop=40)
    log = _train(tmp_path, arguments, resume=True)
    run = Trained(FRAMEWORK, "cosine, resumed, evaluated", log, f"{{{RUN}, schedule: {{type: cosine, T_max: 80}}}}")
    hold_diff(run)
    hold_fit(run)


@pytest.mark.parametrize("bars", [False, True], ids=["plain", "progress bars"])
def test_printed(tmp_path: Path, bars: bool) -> None:
    """What the Trainer prints is a log, too: 4 digits, fractions of an epoch, and progress bars between them."""
    printed = tmp_path / "train.log"
    case = CASES["linear, warmup"]
    with printed.open("w", encoding="utf-8") as out, contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
        _train(tmp_path, {**case.arguments, "logging_steps": 5, "disable_tqdm": not bars})
    name = "linear, printed" + (" among progress bars" if bars else "")
    hold_diff(Trained(FRAMEWORK, name, printed, f"{{{RUN}, {case.schedule}}}"))
    wrong = run_cli("diff", f"{{{RUN}, {case.schedule}}}", str(printed), "--set", "first_step=0", "--quiet")
    assert 1 == wrong.status
