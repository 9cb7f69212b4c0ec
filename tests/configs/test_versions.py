"""`lrcli versions` compares the releases of ultralytics and nanoGPT, for configs and for specs."""

from __future__ import annotations

from pathlib import Path

from tests.cli_world import run_cli

ARGS = "epochs: 10\nbatch: 16\nlr0: 0.01\nlrf: 0.01\nwarmup_epochs: 3.0\nwarmup_bias_lr: 0.1\nnbs: 64\n"


def test_ultralytics(tmp_path: Path) -> None:
    path = tmp_path / "args.yaml"
    path.write_text(f"{ARGS}optimizer: SGD\n", encoding="utf-8")
    expected = (
        "ultralytics 8.0.200        200 steps\n"
        "ultralytics 8.2.100-8.4.0  200 steps; differs from the line above at step 120: 0.00406, not 0.00505\n"
        "ultralytics 8.4.190        200 steps; differs from the line above at step 0: 0.0, not 0.1\n"
    )
    outcome = run_cli("versions", str(path), "--samples", "320")
    assert outcome.stdout == expected
    spec = tmp_path / "spec.yaml"
    spec.write_text(run_cli("convert", str(path), "--samples", "320").stdout, encoding="utf-8")
    assert run_cli("versions", str(spec)).stdout == expected


def test_another_number_of_groups_is_told(tmp_path: Path) -> None:
    path = tmp_path / "args.yaml"
    path.write_text(f"{ARGS}optimizer: auto\n", encoding="utf-8")
    outcome = run_cli("versions", str(path), "--samples", "64000", "--set", "nc=3")
    assert "; 4 parameter groups, not 3\n" in outcome.stdout


def test_a_release_between_two_that_were_examined(tmp_path: Path) -> None:
    """It counts as the one before it, and that is told."""
    path = tmp_path / "args.yaml"
    path.write_text(f"{ARGS}optimizer: SGD\n", encoding="utf-8")
    outcome = run_cli("at", f"{path}@ultralytics-8.1.5", "130", "--samples", "320")
    assert outcome.stdout == run_cli("at", f"{path}@ultralytics-8.0", "130", "--samples", "320").stdout != ""
    assert "ultralytics 8.1.5 was not examined; 8.0.200 stands for it" in outcome.stderr


def test_a_spec_of_nanogpt() -> None:
    spec = "{steps: 9, schedule: {type: nanogpt.get_lr, learning_rate: 0.1, warmup_iters: 3, lr_decay_iters: 8}}"
    assert run_cli("versions", spec).stdout == (
        "nanogpt 2023     9 steps\nnanogpt 3adf61e  9 steps; differs from the line above at step 0: 0.025, not 0.0\n"
    )
