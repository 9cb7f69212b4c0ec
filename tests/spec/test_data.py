"""Steps per epoch: what PyTorch, accelerate, the HF Trainer and Lightning make of one `data:`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lrcli.frameworks.counting import counts
from lrcli.reader import parse_text
from lrcli.spec.data import Data, RunSteps, run_steps, steps_in_epoch
from tests.cli_world import run_cli

GOLDEN = Path(__file__).parents[1] / "golden"
RECORDED = json.loads((GOLDEN / "data_steps.json").read_text("utf-8"))["rows"]


@pytest.mark.parametrize("row", RECORDED, ids=lambda row: "-".join(map(str, row[:5])))
def test_batches_are_those_of_the_libraries(row: list[int]) -> None:
    """The batches of a process are what the real samplers and loaders made of the same numbers."""
    samples, batch_size, world_size, grad_accum, drop_last, padded, dropped, dealt = row
    found = {c.who: c.batches for c in counts(Data(samples, batch_size, world_size, grad_accum, bool(drop_last)))}
    expected = {
        "PyTorch": padded,
        "PyTorch, sampler drop_last": dropped,
        "accelerate": dealt,
        "HF Trainer before 4.52": dealt,
        "HF Trainer from 4.52 on": dealt,
        "Lightning": padded,
    }
    assert expected == found


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (Data(100, 10), (10, 10, 10, 10, 10, 10)),
        (Data(100, 10, grad_accum=4), (2, 2, 3, 2, 3, 3)),  # 2 batches are left over
        (Data(100, 10, grad_accum=20), (1, 1, 1, 1, 1, 1)),
        (Data(9, 3, world_size=4, drop_last=True), (1, 0, 0, 0, 0, 1)),  # padding makes one full batch of 2.25 samples
        (Data(1_281_167, 256, 8, 4), (156, 156, 157, 156, 157, 157)),
    ],
)
def test_steps_by_everyone(data: Data, expected: tuple[int, ...]) -> None:
    """What is left over at the end of an epoch is a step of its own, or is not; the spec counts as PyTorch does."""
    assert expected == tuple(count.steps for count in counts(data))
    assert expected[0] == steps_in_epoch(data)


def test_samples_per_step() -> None:
    """A step sees the batches of all processes, all that are accumulated."""
    assert Data(10_000, 32, 8, 16).samples_per_step == 4096


@pytest.mark.parametrize(
    ("run", "epochs", "steps", "per"),
    [
        ("epochs: 90", 90, None, None),
        ("steps: 100", None, 100, None),
        ("epochs: 90, steps_per_epoch: 5004", 90, 450_360, 5004),
        ("epochs: 3, interval: step, steps_per_epoch: 10", 3.0, 30, 10),
        ("steps: 25, steps_per_epoch: 10", 2.5, 25, 10),
        ("epochs: 2, data: {samples: 101, batch_size: 10}", 2, 22, 11),
    ],
)
def test_run(run: str, epochs: float | None, steps: int | None, per: int | None) -> None:
    """Epochs and steps follow from each other where the spec says how many steps an epoch has."""
    spec = parse_text(f"{{lr: 0.1, schedule: {{type: constant}}, {run}}}", name="run")
    assert RunSteps("inline", epochs, steps, per, spec.data) == run_steps(spec)


def test_data_is_kept() -> None:
    """A spec keeps what its steps per epoch were counted from, with the defaults filled in."""
    spec = parse_text("{lr: 1, epochs: 2, schedule: {type: constant}, data: {samples: 9, batch_size: 2}}")
    assert (Data(9, 2), 5) == (spec.data, spec.steps_per_epoch)


def test_units_use_it() -> None:
    """A length in epochs is counted with the steps that the data come to."""
    text = "{lr: 1, steps: 100, data: {samples: 90, batch_size: 9}, schedule: {type: cosine, T_max: 5ep}}"
    assert vars(parse_text(text).groups[0].schedule)["T_max"] == 50


def test_json() -> None:
    """The report for programs holds every count, on stdout alone."""
    text = "{lr: 1, epochs: 2, schedule: {type: constant}, data: {samples: 90, batch_size: 9, grad_accum: 4}}"
    outcome = run_cli("steps", text, "--format", "json")
    report = json.loads(outcome.stdout)
    assert (outcome.status, outcome.stderr) == (0, "")
    assert (report["epochs"], report["steps"], report["steps_per_epoch"]) == (2, 4, 2)
    assert [2, 2, 3, 2, 3, 3] == [count["steps_per_epoch"] for count in report["counts"]]
    assert report["data"]["samples_per_step"] == 36
