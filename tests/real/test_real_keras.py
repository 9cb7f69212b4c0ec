"""The installed Keras (on PyTorch): the log of CSVLogger, float32 numbers."""

from __future__ import annotations

import os
import warnings
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.cli_world import run_cli
from tests.real.held import Trained, hold_diff, hold_fit

os.environ.setdefault("KERAS_BACKEND", "torch")  # before the import, which reads it
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    keras = pytest.importorskip("keras", reason="this log comes from Keras")
    pytest.importorskip(os.environ["KERAS_BACKEND"], reason="Keras needs a backend")
    numpy = pytest.importorskip("numpy")

pytestmark = pytest.mark.filterwarnings("ignore")

FRAMEWORK = f"Keras {keras.__version__}"


class Case(NamedTuple):
    """What fit is told, and the schedule that it asks for (LOG is the log's own path)."""

    callbacks: list[Any]
    declared: str
    lr: Any = 0.05
    epochs: int = 60
    ending: str = "csv"


CASES = {
    "ReduceLROnPlateau": Case(
        [keras.callbacks.ReduceLROnPlateau(monitor="val_loss", factor=0.5, patience=3, min_lr=1e-4)],
        "{lr: 0.05, epochs: 60, schedule: {type: plateau, counting: keras, factor: 0.5, patience: 3, "
        "threshold_mode: abs, min_lr: 1e-4, metric: {file: LOG, column: val_loss}}}",
    ),
    "ReduceLROnPlateau, cooldown, TSV": Case(
        [keras.callbacks.ReduceLROnPlateau(monitor="val_loss", factor=0.2, patience=2, cooldown=3, min_lr=1e-5)],
        "{lr: 0.05, epochs: 60, schedule: {type: plateau, counting: keras, factor: 0.2, patience: 2, cooldown: 3, "
        "threshold_mode: abs, min_lr: 1e-5, metric: {file: LOG, column: val_loss}}}",
        ending="tsv",
    ),
    "LearningRateScheduler, exponential": Case(
        [keras.callbacks.LearningRateScheduler(lambda epoch: 0.01 * 0.95**epoch)],
        "{lr: 0.01, epochs: 30, schedule: {type: exponential, gamma: 0.95}}",
        epochs=30,
    ),
}


def _train(log: Path, case: Case) -> Path:
    """Train 3 steps an epoch on random numbers; the log."""
    keras.utils.set_random_seed(1)
    random = numpy.random.default_rng(0)
    x, y = random.normal(size=(64, 4)), random.normal(size=(64, 1))
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
    model.compile(optimizer=keras.optimizers.Adam(case.lr), loss="mse")
    logger = keras.callbacks.CSVLogger(str(log), separator="\t" if case.ending == "tsv" else ",")
    callbacks = [*case.callbacks, logger]
    model.fit(x, y, batch_size=16, epochs=case.epochs, validation_split=0.25, verbose=0, callbacks=callbacks)
    return log


@pytest.fixture(scope="module", params=CASES)
def run(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Trained:
    case = CASES[request.param]
    log = _train(tmp_path_factory.mktemp("keras") / f"log.{case.ending}", case)
    return Trained(FRAMEWORK, request.param, log, case.declared.replace("LOG", str(log)))


def test_diff(run: Trained) -> None:
    """CSVLogger's file holds what the callback was told."""
    hold_diff(run)


def test_fit(run: Trained) -> None:
    """What the callback was told comes back from CSVLogger's file."""
    hold_fit(run)


def _exponential(log: Path, rate: float, *callbacks: Any) -> Path:
    """Train 20 epochs of 3 steps with an ExponentialDecay, which is no callback; the log."""
    decay = keras.optimizers.schedules.ExponentialDecay(0.01, decay_steps=3, decay_rate=rate)
    return _train(log, Case([*callbacks], "", lr=decay, epochs=20))


class LogRate(keras.callbacks.Callback):  # type: ignore[misc,name-defined]
    """Logs the rate at the end of an epoch, which is that of the next epoch's first step."""

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Add it to what CSVLogger is going to write."""
        logs["learning_rate"] = float(self.model.optimizer.learning_rate)


def test_schedule_object_is_not_logged(tmp_path: Path) -> None:
    """Keras does not log the rate of a schedule object, and lrcli says that there is none."""
    done = run_cli("fit", str(_exponential(tmp_path / "log.csv", 0.5)))
    assert (2, "") == (done.status, done.stdout)
    assert "its columns are epoch, loss, val_loss" in done.stderr


def test_schedule_object_logged_by_a_callback(tmp_path: Path) -> None:
    """With a callback that logs it, it is a log like others."""
    declared = "{lr: 0.005, epochs: 20, schedule: {type: exponential, gamma: 0.5}}"
    log = _exponential(tmp_path / "log.csv", 0.5, LogRate())
    run = Trained(FRAMEWORK, "ExponentialDecay, logged by a callback", log, declared)
    hold_diff(run)
    hold_fit(run)


def test_schedule_object_computes_in_float32(tmp_path: Path) -> None:
    """A decay_rate that float32 cannot hold is off by more with every power, by less than 1e-6 in 20 epochs."""
    declared = "{lr: 0.009, epochs: 20, schedule: {type: exponential, gamma: 0.9}}"
    log = _exponential(tmp_path / "log.csv", 0.9, LogRate())
    assert 0 == run_cli("diff", declared, str(log), "--rtol", "1e-6").status
