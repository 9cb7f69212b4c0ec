"""The README and the manual say what is so."""

from __future__ import annotations

import doctest
import re
from pathlib import Path
from pkgutil import iter_modules

import pytest

import lrcli.cli.commands
from lrcli.catalog.registry import general_types
from lrcli.cli.commands import help as manual
from tests.readme_examples import PAGES, README, ROOT, examples, run

TEXT = README.read_text(encoding="utf-8")
TEXTS = {path: path.read_text(encoding="utf-8") for path in PAGES}
MANUAL = "\n".join(text for path, text in TEXTS.items() if path != README)


@pytest.mark.parametrize("path", [path for path in PAGES if examples(TEXTS[path])], ids=lambda path: path.stem)
def test_examples(path: Path) -> None:
    """The commands of a page, one after the other, print what the page shows."""
    for example in examples(TEXTS[path]):
        assert (example.command, run(example.command)) == (example.command, example.output)


@pytest.mark.parametrize("words", ["lrcli plot", "pytest"])
def test_one_command(words: str) -> None:
    """There is one command to install and run and one to test, each with its own environment."""
    commands = re.findall(rf"^python3 -m venv \.venv && .*{words}.*$", TEXT, re.MULTILINE)
    assert len(commands) == 1


def test_readme_is_short() -> None:
    """The README sells and starts; the manual holds the rest."""
    assert len(TEXT.splitlines()) < 260


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_page_can_be_read(path: Path) -> None:
    """A page begins with its title, has no line of 500 characters, and links to files that exist."""
    text = TEXTS[path]
    assert text.startswith("# ")
    assert max(map(len, text.splitlines())) < 500
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)|(?:src|srcset)=\"(?!https?:)([^\"]+)\"", text)
    assert all((path.parent / (a or b)).exists() for a, b in links), links


def test_index_is_complete() -> None:
    """Every page of the manual stands in its table of contents, and nothing else."""
    pages = {path.stem for path in PAGES if path != README} - {"index"}
    assert pages == set(re.findall(r"^\| \[([a-z_]+)\]\(\1\.md\)", manual.page("index"), re.MULTILINE))


def test_every_type_is_listed() -> None:
    """The table of types is complete."""
    spec = manual.page("spec")
    listed = re.findall(r"^\| `(\w+)` \| (?!error|warning|note)", spec, re.MULTILINE)
    assert sorted(cls.name for cls in general_types()) == sorted(listed)


@pytest.mark.parametrize("path", [path for path in PAGES if ">>> " in TEXTS[path]], ids=lambda path: path.stem)
def test_python_examples(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The Python examples of a page give what is shown."""
    monkeypatch.chdir(ROOT)
    found = doctest.testfile(str(path), module_relative=False, encoding="utf-8")
    assert (0, True) == (found.failed, found.attempted >= 1)


def test_every_command_is_shown() -> None:
    """The help of each command, with all its options, is in the reference."""
    shown = {example.command for example in examples(manual.page("reference"))}
    commands = {module.name.strip("_") for module in iter_modules(lrcli.cli.commands.__path__)}
    assert {f"lrcli {name} -h" for name in commands} <= shown


def test_every_rule_is_listed(refresh: bool) -> None:
    """The table of what `lrcli check` finds is what the rules say."""
    path = ROOT / "lrcli/manual/rules.md"
    if refresh:
        path.write_text(manual.rules(), encoding="utf-8")
    assert manual.rules() == path.read_text(encoding="utf-8")


def test_every_code_is_explained() -> None:
    """`lrcli help CODE` knows each code of an error in a text."""
    source = "\n".join(path.read_text("utf-8") for path in (ROOT / "lrcli").rglob("*.py"))
    used = set(
        re.findall(r"(?:problems\.add|refuse|blame)\([^()\"]*(?:\([^()]*\))?[^()\"]*\"([a-z]+(?:-[a-z]+)*)\",", source)
    )
    assert used >= {"unknown-key", "wrong-type", "needs-steps"} - {"needs-steps"}
    assert not {code for code in used if manual.code(code) is None}
