"""`lrcli types` and `lrcli new`: what the classes say of themselves, and the specs that come of it."""

from __future__ import annotations

import json
import re
from dataclasses import MISSING
from pathlib import Path

import pytest

from lrcli.catalog.describe import describe, example, starter
from lrcli.catalog.registry import all_types
from lrcli.curve import evaluate
from lrcli.reader import parse_text
from lrcli.schedules import Schedule, parameters
from lrcli.schedules.params import param_of
from tests.cli_world import run_cli

TYPES = pytest.mark.parametrize("cls", all_types(), ids=lambda cls: cls.name)


@TYPES
def test_starter_is_valid(cls: type[Schedule]) -> None:
    """A new spec is read without a note, is of its type, and moves the learning rate (but for a constant one)."""
    spec = parse_text(starter(describe(cls)))
    assert (cls, ()) == (type(spec.groups[0].schedule), spec.notes)
    is_constant = re.fullmatch(r"lr\(t\) = \w+", describe(cls).formula) is not None
    assert is_constant == (len(set(evaluate(spec).groups[0].lr)) == 1)


@TYPES
def test_starter_says_every_key(cls: type[Schedule]) -> None:
    """Each key stands in it with its meaning: with a value, or in a comment with its default."""
    text = starter(describe(cls))
    for f in parameters(cls):
        (line,) = re.findall(rf"^  (?:# )?{f.name}: .*$", text, re.MULTILINE)
        assert f"# {param_of(f).doc}" in line
        if f.default is MISSING and param_of(f).fills != "run":
            assert not line.startswith("  #")
        if line.startswith("  #") and isinstance(f.default, float) and not param_of(f).fills:
            assert f"{f.name}: {f.default}  #" in line


@TYPES
def test_each_comment_can_be_used(cls: type[Schedule]) -> None:
    """Whatever stands in a comment is valid where the comment sign is taken away."""
    text = starter(describe(cls))
    commented = re.findall(r"^( *)# (\w+: [^ ].*)$", text, re.MULTILINE)
    for indent, entry in commented:
        if not entry.startswith("PyTorch"):
            spec = parse_text(text.replace(f"{indent}# {entry}", f"{indent}{entry}"))
            assert cls is type(spec.groups[0].schedule)


@TYPES
def test_example_is_the_starter(cls: type[Schedule]) -> None:
    """The example without comments is the same spec."""
    info = describe(cls)
    assert parse_text(starter(info)) == parse_text(example(info))
    assert "#" not in example(info)


@TYPES
def test_one_type(cls: type[Schedule]) -> None:
    """The page of a type has summary, keys, defaults, an example that runs, its curve and PyTorch's class."""
    outcome = run_cli("types", cls.name)
    info = describe(cls)
    assert (outcome.status, outcome.stderr) == (0, "")
    words = " ".join(outcome.stdout.split())
    assert info.summary in words
    assert " ".join(info.formula.split()) in words
    assert info.source in words
    assert f"{cls.torch}, since torch {info.since}" in words if cls.torch else "has no class for it" in words
    for key in info.keys:
        assert " ".join(f"{key.name} {key.doc} {key.takes}; ".split()) in words
    assert f"{cls.name}: learning rate\n" in outcome.stdout
    assert max(map(len, outcome.stdout.splitlines())) <= 120


@TYPES
def test_one_type_for_programs(cls: type[Schedule]) -> None:
    """The same as JSON: what must be given is marked, and the example runs."""
    report = json.loads(run_cli("types", cls.name, "--format", "json").stdout)
    assert (cls.name, cls.torch, cls.sets_lr) == (report["type"], report["torch"], report["sets_lr"])
    required = [f.name for f in parameters(cls) if f.default is MISSING and param_of(f).fills != "run"]
    assert required == [key["key"] for key in report["keys"] if key["required"]]
    assert cls is type(parse_text(report["example"]).groups[0].schedule)


def test_list() -> None:
    """One line for each type on a pipe, and no line wider than a terminal; `new` alone lists them, too."""
    outcome = run_cli("types")
    lines = outcome.stdout.splitlines()
    assert [cls.name for cls in all_types()] == [line.split()[0] for line in lines]
    words = [" ".join(line.split()) for line in lines]
    assert "step Multiply the learning rate by gamma every step_size steps (StepLR)" in words
    assert max(map(len, lines)) > 80
    assert outcome == run_cli("new")
    for width in (40, 80):
        narrow = run_cli("types", tty=(width, 24)).stdout
        assert max(map(len, narrow.splitlines())) <= width
        assert narrow.replace(".\n ", ".").split() == outcome.stdout.split()
    report = json.loads(run_cli("types", "-f", "json").stdout)
    assert [cls.name for cls in all_types()] == [entry["type"] for entry in report]


def test_new_into_a_file(tmp_path: Path) -> None:
    """A new file is written; one that is there is not touched."""
    target = tmp_path / "train.yaml"
    assert (0, "") == (run_cli("new", "step", "-o", str(target)).status, "")
    assert starter(describe(type(parse_text(target.read_text("utf-8")).groups[0].schedule))) == target.read_text(
        "utf-8"
    )
    target.write_text("mine", encoding="utf-8")
    outcome = run_cli("new", "cosine", "-o", str(target))
    assert (2, "") == (outcome.status, outcome.stdout)
    assert f"lrcli: error: {target} is already there: remove it first, or choose another name\n" == outcome.stderr
    assert "mine" == target.read_text(encoding="utf-8")


def test_list_has_every_type() -> None:
    """`lrcli types` has a line for each type, `lrcli types FRAMEWORK` for each of that framework."""
    listed = run_cli("types").stdout.splitlines()
    assert [cls.name for cls in all_types()] == [line.split()[0] for line in listed]
    assert run_cli("types", "nanogpt").stdout.startswith("nanogpt.get_lr ")
