"""A plain training loop with the installed PyTorch that prints its learning rate."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from lrcli.frameworks.torch.releases import find_release
from tests.cli_world import run_cli
from tests.real.held import FIGURES, Figure, Trained, hold_diff, hold_fit

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    torch = pytest.importorskip("torch", reason="this log comes from PyTorch")
    schedulers = torch.optim.lr_scheduler

pytestmark = pytest.mark.filterwarnings("ignore")

VERSION = torch.__version__.split("+")[0]
FRAMEWORK = f"PyTorch {VERSION}"
STEP4 = "{lr: 1e-3, epochs: 12, schedule: {type: step, step_size: 4}}"


class Case(NamedTuple):
    """A scheduler, what the loop prints of it, and the schedule that it is."""

    scheduler: Callable[[Any], Any]
    declared: str
    read: str = "get_last_lr"
    written: str = "{}"


CASES = {
    "StepLR, get_last_lr()": Case(lambda optimizer: schedulers.StepLR(optimizer, 4), STEP4),
    "MultiStepLR": Case(
        lambda optimizer: schedulers.MultiStepLR(optimizer, [3, 8], gamma=0.5),
        "{lr: 1e-3, epochs: 12, schedule: {type: multistep, milestones: [3, 8], gamma: 0.5}}",
    ),
    "ExponentialLR, 4 digits": Case(
        lambda optimizer: schedulers.ExponentialLR(optimizer, 0.9),
        "{lr: 1e-3, epochs: 12, schedule: {type: exponential, gamma: 0.9}}",
        written="{:.3e}",
    ),
    "CosineAnnealingLR, 7 decimals": Case(
        lambda optimizer: schedulers.CosineAnnealingLR(optimizer, T_max=12, eta_min=1e-5),
        "{lr: 1e-3, epochs: 12, schedule: {type: cosine, T_max: 12, eta_min: 1e-5}}",
        written="{:.7f}",
    ),
}


def _train(log: Path, case: Case) -> Path:
    """Train 12 epochs; the CSV that the loop printed."""
    model = torch.nn.Linear(4, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-3)
    scheduler = case.scheduler(optimizer)
    with log.open("w", encoding="utf-8") as out:
        print("epoch,lr,loss", file=out)
        for epoch in range(12):
            optimizer.zero_grad()
            loss = model(torch.randn(8, 4)).square().mean()
            loss.backward()
            optimizer.step()
            lr = getattr(scheduler, case.read)()[0]
            print(epoch, case.written.format(lr), loss.item(), sep=",", file=out)
            scheduler.step()
    return log


@pytest.fixture(scope="module", params=CASES)
def run(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Trained:
    case = CASES[request.param]
    log = _train(tmp_path_factory.mktemp("torch") / "printed.csv", case)
    return Trained(FRAMEWORK, request.param, log, case.declared)


def test_diff(run: Trained) -> None:
    """What the loop printed is what the scheduler was told."""
    hold_diff(run)


def test_fit(run: Trained) -> None:
    """What the scheduler was told comes back from what the loop printed."""
    hold_fit(run)


def test_double_gamma(tmp_path: Path) -> None:
    """get_lr() in the loop: diff sees it, explain names the double gamma first, and the release's replay is the log."""
    log = str(_train(tmp_path / "printed.csv", CASES["StepLR, get_last_lr()"]._replace(read="get_lr")))
    compared = run_cli("diff", STEP4, log, "--format", "json")
    assert 1 == compared.status
    assert (12, 2, 4) == tuple(
        json.loads(compared.stdout)["pairs"][0][key] for key in ("compared", "differing", "first")
    )
    explained = run_cli("explain", STEP4, log, "--format", "json")
    assert 1 == explained.status
    report = json.loads(explained.stdout)
    first = report["explanations"][0]
    assert ["reading"] == [cause["key"] for cause in first["causes"]]
    assert "pytorch #22107" in explained.stdout
    release, _ = find_release(VERSION)
    assert 0 == run_cli("diff", f"{STEP4}@torch-{release}:get_lr", log, "--exact").status
    FIGURES[FRAMEWORK, "StepLR, get_lr()"] = Figure(
        FRAMEWORK, "StepLR, get_lr()", 12, "2 rows differ; the same as the replay, to the bit", "explain: double gamma"
    )
