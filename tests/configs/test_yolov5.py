"""YOLOv5's rates against its training loop, restated from train.py of 7.0 (and the curves of 6.0)."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli_world import run_cli

HYP = Path(__file__).parent / "inputs" / "yolov5" / "hyp_scratch.yaml"
LR0, LRF, BIAS, WARMUP = 0.01, 0.1, 0.1, 3.0


def line(epochs: int) -> Callable[[float], float]:
    return lambda x: (1 - x / epochs) * (1.0 - LRF) + LRF


def cosine(epochs: int) -> Callable[[float], float]:
    return lambda x: ((1 - math.cos(x * math.pi / epochs)) / 2) * (LRF - 1) + 1


def loop(lf: Callable[[float], float], epochs: int, batches: int, least: int) -> list[tuple[float, float]]:
    """(the rate of the weights, of the biases) in each batch: scheduler.last_epoch is set back to -1 before epoch 0."""
    warm = max(round(WARMUP * batches), least)
    last, rates, rows = -1, (LR0 * lf(0), LR0 * lf(0)), []
    for epoch in range(epochs):
        for i in range(batches):
            ni = i + batches * epoch
            if ni <= warm:
                target = LR0 * lf(epoch)
                rates = (target / warm * ni, (target - BIAS) / warm * ni + BIAS)
            rows.append(rates)
        last += 1
        rates = (LR0 * lf(last), LR0 * lf(last))
    return rows


@pytest.mark.parametrize(
    ("release", "extra", "curve", "least"),
    [
        ("", "", line(20), 100),
        ("", "cos_lr: true\n", cosine(20), 100),
        ("@yolov5-6.1", "", line(20), 1000),
        ("@yolov5-6.0", "", cosine(20), 1000),
        ("", "linear_lr: true\n", line(19), 1000),
    ],
)
def test_rates(release: str, extra: str, curve: Callable[[float], float], least: int, tmp_path: Path) -> None:
    path = tmp_path / "hyp.yaml"
    path.write_text(HYP.read_text(encoding="utf-8") + extra, encoding="utf-8")
    steps = [str(step) for step in range(20 * 60)]
    outcome = run_cli("at", f"{path}{release}", *steps, "--epochs", "20", "--samples", "950", "--batch-size", "16")
    assert outcome.status == 0, outcome.stderr
    rows = [[float(cell) for cell in line.split("\t")] for line in outcome.stdout.splitlines()]
    for (weight, norm, bias), expected in zip(rows, loop(curve, 20, 60, least), strict=True):
        assert weight == norm
        assert (weight, bias) == pytest.approx(expected, rel=1e-13, abs=1e-18)


def test_options_name_the_rest(tmp_path: Path) -> None:
    """opt.yaml nests hyp, and says the epochs and the batch size."""
    inner = "".join(f"  {line}\n" for line in HYP.read_text(encoding="utf-8").splitlines())
    path = tmp_path / "opt.yaml"
    path.write_text(f"weights: yolov5s.pt\ncfg: ''\nepochs: 20\nbatch_size: 16\ncos_lr: false\nhyp:\n{inner}", "utf-8")
    both = [run_cli("at", str(path), "0", "5", "1100", "--samples", "950").stdout]
    both.append(run_cli("at", str(HYP), "0", "5", "1100", "--epochs", "20", "--batches-per-epoch", "60").stdout)
    assert both[0] == both[1] != ""


def test_a_run_keeps_its_hyperparameters_beside_its_options(tmp_path: Path) -> None:
    """Without cos_lr, options are of 6.0 or older; what is set goes into the hyperparameters."""
    (tmp_path / "hyp.yaml").write_text(HYP.read_text(encoding="utf-8"), encoding="utf-8")
    path = tmp_path / "opt.yaml"
    path.write_text("weights: x.pt\ncfg: ''\nhyp: data/hyp.scratch.yaml\nepochs: 20\nbatch_size: 16\n", "utf-8")
    rates = run_cli("at", str(path), "1000", "--samples", "950").stdout
    asked = run_cli("at", f"{HYP}@yolov5-6.0", "1000", "--epochs", "20", "--batches-per-epoch", "60").stdout
    assert rates == asked != ""
    twice = run_cli("at", str(path), "1199", "--samples", "950", "--set", "lr0=0.02").stdout.split()
    once = run_cli("at", str(path), "1199", "--samples", "950").stdout.split()
    assert [float(a) for a in twice] == [2 * float(b) for b in once]


def test_what_yolov9_adds_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "opt.yaml"
    path.write_text(HYP.read_text(encoding="utf-8") + "flat_cos_lr: true\n", encoding="utf-8")
    outcome = run_cli("at", str(path), "0", "--epochs", "20", "--batches-per-epoch", "60")
    assert (outcome.status, outcome.stdout) == (2, "")
    assert "flat_cos_lr is YOLOv9's, whose curve is not read" in outcome.stderr


def test_the_batches_of_an_epoch_beat_the_samples() -> None:
    """A note tells that the samples are of no use then."""
    for option in ("--steps-per-epoch", "--batches-per-epoch"):
        options = ("--epochs", "5", option, "10", "--samples", "950")
        counted = run_cli("convert", str(HYP), *options).stdout
        assert "\nsteps: 50  # 5 * 10 batches\nsteps_per_epoch: 10\n" in counted
        assert "--samples 950 is not used" in run_cli("at", str(HYP), "0", *options).stderr
