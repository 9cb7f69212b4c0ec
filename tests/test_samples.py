"""The sample specs of `schedules/`: each one is read, evaluated, drawn and documented."""

from __future__ import annotations

import math
import re
from pathlib import Path

import pytest

from lrcli.catalog.registry import general_types as all_types
from lrcli.curve import evaluate
from lrcli.reader import read_spec
from lrcli.schedules import Schedule
from tests.cli_world import run_cli

FOLDER = Path(__file__).parent.parent / "schedules"
SAMPLES = sorted(FOLDER.glob("*.yaml"))


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_evaluates(path: Path) -> None:
    """A sample is read without a note and gives a finite, non-negative learning rate at every row."""
    spec = read_spec(str(path))
    assert spec.notes == ()
    assert spec.name == path.stem
    curve = evaluate(spec)
    for group in curve.groups:
        assert len(group.lr) == spec.length
        assert all(math.isfinite(lr) and lr >= 0 for lr in group.lr)


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_has_two_comment_lines(path: Path) -> None:
    """A sample begins with its schema, what it is and what to look at, and holds neither tabs nor long lines."""
    text = path.read_text(encoding="utf-8")
    schema, first, second, third, *_ = text.splitlines()
    assert schema == "# yaml-language-server: $schema=lrcli.schema.json"
    assert re.fullmatch(r"# [A-Z`].+\.", first)
    assert re.fullmatch(r"# Look at: .+\.", second)
    assert not third.startswith("#")
    assert "\t" not in text
    assert text.endswith("\n")
    assert max(map(len, text.splitlines())) <= 120


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_is_shown(path: Path) -> None:
    """A sample becomes a table with every row, and a plot with its name. Only a framework's has a note on stderr."""
    spec = read_spec(str(path))
    notes = evaluate(spec).notes
    assert "." in spec.groups[0].schedule.name or notes == ()
    table = run_cli("table", str(path), "--format", "csv")
    assert (table.status, len(table.stderr.splitlines())) == (0, len(notes))
    assert len(table.stdout.splitlines()) == spec.length + 1
    plot = run_cli("plot", str(path), tty=(80, 24))
    assert (plot.status, plot.stderr.count("note: ")) == (0, len(notes))
    assert path.stem in plot.stdout


@pytest.mark.parametrize(
    ("argument", "expected"),
    [
        ("constant_lr.yaml@torch-2.13:lr", {3: 0.010000000000000002, 4: 0.10000000000000002}),
        ("cosine_restarts.yaml", {9: 0.0012333423752026375, 10: 0.05, 30: 0.05}),
        ("cosine_restarts.yaml@torch-1.1:lr", {10: 0.0012333423752026375, 11: 0.05, 31: 0.05}),
        ("cyclegan.yaml", {99: 0.0002, 199: 0.0002 * (1.0 - 100 / 101)}),
        ("lambda.yaml", {0: 0.1, 3: 0.05}),
        ("llm_pretraining.yaml", {0: 0.0, 2000: 0.0003}),
        ("manual.yaml@torch-1.3:lr", {1: 0.1, 3: 0.010000000000000002}),
        ("manual.yaml@torch-1.4:lr", {1: 0.09000000000000001, 3: 0.007290000000000002}),
        ("resnet50.yaml", {0: 0.010000000000000002, 29: 0.1, 30: 0.010000000000000002, 79: 0.0010000000000000002}),
        ("sequential.yaml@torch-1.10:lr", {0: 0.0010000000000000002}),
        ("sequential.yaml@torch-1.13:lr", {0: 0.010000000000000002}),
        ("swalr.yaml", {10: 0.02, 19: 0.02}),
        ("tut_steplr.yaml@torch-1.3:lr", {4: 1.0000000000000003e-05}),
        ("tut_steplr.yaml@torch-1.4:lr", {4: 1e-05}),
        ("warmup.yaml", {19: 0.1, 20: 0.010000000000000002, 30: 0.0010000000000000002}),
    ],
)
def test_comment_is_true(argument: str, expected: dict[int, float]) -> None:
    """What the comments of a sample say about its numbers is so."""
    lr = evaluate(read_spec(f"{FOLDER}/{argument}")).groups[0].lr
    assert {t: lr[t] for t in expected} == expected


def test_warmup_cosine_is_the_lambda_that_people_write() -> None:
    """warmup_cosine draws the curve of the lambda: from 0, its peak at step 10, equal within 1e-9."""
    short = evaluate(read_spec(f"{FOLDER}/warmup_cosine.yaml")).groups[0].lr
    written = evaluate(read_spec(f"{FOLDER}/tut_two_groups.yaml")).groups[0].lr
    assert (short[0], max(short), short.index(max(short))) == (0.0, 0.1, 10)
    assert max(abs(a - b) for a, b in zip(short, written, strict=True)) < 1e-9


def _types(schedule: Schedule) -> set[type[Schedule]]:
    children = [child for child in vars(schedule).values() if isinstance(child, tuple)]
    inner = {cls for child in children for item in child if isinstance(item, Schedule) for cls in _types(item)}
    return inner | {type(schedule)}


def test_every_type_has_a_sample() -> None:
    """Whoever adds a schedule adds a sample that shows it."""
    shown = {cls for path in SAMPLES for group in read_spec(str(path)).groups for cls in _types(group.schedule)}
    assert {cls.name for cls in all_types()} == {cls.name for cls in shown if "." not in cls.name}
