"""A key that stands twice is told with the one that counts, or refused as the framework's reader refuses it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli_world import run_cli

_HF = "learning_rate: 1.0e-4\nlr_scheduler_type: linear\nmax_steps: 10\nwarmup_steps: 2\n"
_D2 = "VERSION: 2\nSOLVER:\n  MAX_ITER: 90\n  STEPS: (60,)\n  WARMUP_ITERS: 9\n  MAX_ITER: 80\n"
_LIGHTNING = (
    "trainer: {max_epochs: 9}\nmodel: {}\noptimizer: {class_path: SGD, init_args: {lr: 0.1}}\n"
    "lr_scheduler: {class_path: StepLR, init_args: {step_size: 2, step_size: 3}}\n"
)


_MM = (
    "optim_wrapper = dict(optimizer={'lr': 1,\n'lr': 2})\nparam_scheduler = []\n"
    "train_cfg = dict(by_epoch=True, max_epochs=2)\n"
)


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("hf.yaml", f"{_HF}warmup_steps: 4\n", "5:1: warning: warmup_steps stands twice: the last one counts, not"),
        ("d2.yaml", _D2, "6:3: warning: MAX_ITER stands twice: the last one counts, not that of line 3"),
        ("l.yaml", _LIGHTNING, "4:62: warning: step_size stands twice: the last one counts"),
        (
            "n.cfg",
            "[net]\npower=1\nmax_batches=9\npower=2\npolicy=poly\n",
            "2:1: warning: power stands twice: the first",
        ),
        ("m.py", _MM, "2:1: warning: lr stands twice: the last one counts, not that of line 1"),
    ],
)
def test_told(name: str, text: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    outcome = run_cli("check", str(path), *([] if name == "l.yaml" else ["--steps", "8"]))
    assert f"{path}:{said}" in outcome.stdout
    assert "[duplicate-key]" in outcome.stdout


def test_what_does_not_bear_on_the_rate_is_not_told(tmp_path: Path) -> None:
    path = tmp_path / "hf.yaml"
    path.write_text(f"{_HF}save_steps: 1\nsave_steps: 2\n", encoding="utf-8")
    assert "save_steps" not in run_cli("check", str(path)).stdout


def test_omegaconf_takes_none(tmp_path: Path) -> None:
    path = tmp_path / "hydra.yaml"
    text = _LIGHTNING.replace("class_path: S", "_target_: torch.optim.S")
    path.write_text(text.replace("optim.StepLR", "optim.lr_scheduler.StepLR"), encoding="utf-8")
    outcome = run_cli("at", str(path), "0")
    assert (outcome.status, outcome.stdout) == (2, "")
    assert "ConstructorError: found duplicate key step_size" in outcome.stderr
