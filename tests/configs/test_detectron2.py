"""detectron2's configs: base files, values of other types, and what belongs to another tool."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli_world import run_cli
from tests.configs.files import refusal, writer

written = writer("config.yaml")

BASE = """VERSION: 2
MODEL:
  WEIGHTS: x
SOLVER:
  BASE_LR: 0.02
  STEPS: (60, 80)
  MAX_ITER: 90
  WARMUP_ITERS: 10
  WARMUP_METHOD: "linear"
  GAMMA: 0.1
"""


def test_a_file_without_a_solver_has_that_of_its_base(tmp_path: Path) -> None:
    written(tmp_path, BASE, "base.yaml")
    path = written(tmp_path, '_BASE_: "base.yaml"\nMODEL: {MASK_ON: true}\n')
    assert run_cli("at", path, "10", "60").stdout == "0.02\n0.002\n"
    assert run_cli("at", path, "10", "--set", "SOLVER.BASE_LR=0.1").stdout == "0.1\n"


def test_several_bases_stand_over_each_other(tmp_path: Path) -> None:
    written(tmp_path, BASE, "one.yaml")
    written(tmp_path, "SOLVER: {BASE_LR: 0.5}\n", "two.yaml")
    assert run_cli("at", written(tmp_path, "_BASE_: [one.yaml, two.yaml]\nMODEL: {}\n"), "10").stdout == "0.5\n"


def test_code_in_a_tag_stops_only_who_needs_it(tmp_path: Path) -> None:
    path = written(tmp_path, BASE.replace("WEIGHTS: x", 'SIZES: !!python/object/apply:eval ["[32]"]'))
    assert run_cli("at", path, "10").stdout == "0.02\n"
    path = written(tmp_path, BASE.replace("BASE_LR: 0.02", 'BASE_LR: !!python/object/apply:eval ["2 ** -6"]'))
    assert "the tag !!python/object/apply:eval is Python that lrcli does not run" in refusal(path, "0")


def test_all_that_may_stand_in_a_missing_base_is_told_at_once(tmp_path: Path) -> None:
    path = written(
        tmp_path, "_BASE_: base.yaml\nSOLVER: {LR_SCHEDULER_NAME: WarmupCosineLR, BASE_LR: 0.1}\nMODEL: {}\n"
    )
    said = refusal(path, "0")
    assert (
        "config.yaml:1:9: error: SOLVER.MAX_ITER, SOLVER.WARMUP_ITERS, SOLVER.WARMUP_FACTOR and SOLVER.WARMUP" in said
    )
    given = ("MAX_ITER=9", "WARMUP_ITERS=0", "WARMUP_FACTOR=0.1", "WARMUP_METHOD=linear")
    assert run_cli("at", path, "0", *(f"--set=SOLVER.{pair}" for pair in given)).stdout == "0.1\n"


@pytest.mark.parametrize(
    ("keys", "reason"),
    [
        ("BASE_LR: 1", "ValueError: Type mismatch (<class 'float'> vs. <class 'int'>) for config key: SOLVER.BASE_LR"),
        ("STEPS: (60)", "Type mismatch (<class 'list'> vs. <class 'int'>) for config key: SOLVER.STEPS"),
        ("MAX_ITER: 9.0e+1", "Type mismatch (<class 'int'> vs. <class 'float'>) for config key: SOLVER.MAX_ITER"),
        ("GAMMA: null", "GAMMA is null, which detectron2 cannot use"),
        ("STEPS: [60.5]", "ValueError: Milestones must be a list of positive integers"),
        ("STEPS: (80, 60)", "Milestone must be larger than the one before: 60 after 80"),
        ("WARMUP_METHOD: exp", "Unknown warmup method: exp"),
        ("LR_SCHEDULER_NAME: Cosine", "ValueError: Unknown LR scheduler: Cosine"),
        ("MAX_EPOCH: 9", "detectron2 (misses a run in iterations (it has SOLVER.MAX_EPOCH))"),
        ("LR_POLICY: cosine", "detectron2 (misses a run in iterations (it has SOLVER.LR_POLICY))"),
    ],
)
def test_refused(keys: str, reason: str, tmp_path: Path) -> None:
    key = keys.partition(":")[0]
    kept = [line for line in BASE.splitlines() if not line.startswith(f"  {key}:")]
    path = written(tmp_path, "\n".join([*kept, f"  {keys}", ""]))
    assert reason in refusal(path, "0")


def test_a_missing_base_is_asked_for_once(tmp_path: Path) -> None:
    """The scheduler's name may stand there, too: with what the error names, there are rates."""
    path = written(tmp_path, "_BASE_: base.yaml\nSOLVER: {BASE_LR: 0.1}\nMODEL: {}\n")
    said = refusal(path, "0")
    given = {"LR_SCHEDULER_NAME": "WarmupMultiStepLR", "MAX_ITER": "9", "WARMUP_ITERS": "0", "WARMUP_FACTOR": "0.1"}
    given |= {"WARMUP_METHOD": "linear", "GAMMA": "0.1", "STEPS": "[5]"}
    assert all(f"--set SOLVER.{key}=..." in said for key in given)
    sets = (f"--set=SOLVER.{key}={value}" for key, value in given.items())
    assert run_cli("at", path, "0", *sets).stdout == "0.1\n"
