"""The README says what is so."""

from __future__ import annotations

import doctest
import re
from pkgutil import iter_modules

import pytest

import lrcli.cli.commands
from lrcli.catalog.registry import general_types as all_types
from lrcli.checks import codes
from tests.readme_examples import README, ROOT, Example, examples, run

TEXT = README.read_text(encoding="utf-8")


@pytest.mark.parametrize("example", examples(TEXT), ids=lambda example: example.command)
def test_example(example: Example) -> None:
    """A command of the README prints what the README shows."""
    assert run(example.command) == example.output


@pytest.mark.parametrize("words", ["lrcli plot", "pytest"])
def test_one_command(words: str) -> None:
    """There is one command to install and run and one to test, each with its own environment."""
    commands = re.findall(rf"^python3 -m venv \.venv && .*{words}.*$", TEXT, re.MULTILINE)
    assert len(commands) == 1


def test_every_type_is_listed() -> None:
    """The table of types is complete."""
    listed = re.findall(r"^\| `(\w+)` \| (?!error|warning|note)", TEXT, re.MULTILINE)
    assert sorted(cls.name for cls in all_types()) == sorted(listed)


def test_python_examples(monkeypatch: pytest.MonkeyPatch) -> None:
    """The page's Python examples give what is shown."""
    monkeypatch.chdir(ROOT)
    found = doctest.testfile(str(README), module_relative=False, encoding="utf-8")
    assert (0, True) == (found.failed, found.attempted >= 6)


def test_every_command_is_shown() -> None:
    """The help of each command, with all its options, is on the page."""
    shown = {example.command for example in examples(TEXT)}
    commands = {module.name.strip("_") for module in iter_modules(lrcli.cli.commands.__path__)}
    assert {f"lrcli {name} -h" for name in commands} <= shown


def test_every_rule_is_listed() -> None:
    """The table of `lrcli check` is complete."""
    listed = re.findall(r"^\| `([a-z0-9-]+)` \| (?:error|warning|note) \|", TEXT, re.MULTILINE)
    assert sorted(codes()) == sorted(listed)
