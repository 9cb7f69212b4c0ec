"""Whatever a file, a group, a column or an argument is called: no terminal obeys it, in any command and format."""

from __future__ import annotations

import ast
import json
import re
import unicodedata
from pathlib import Path

import pytest

import lrcli
from lrcli.printable import printable, printable_output
from lrcli.schedules.constant import Constant
from lrcli.spec import Group, Spec
from tests.cli_world import run_cli

NAMES = ("\x1b[31mred", "\x1b]0;title\x07", "bell\x07", "\u202eright", "\x9b2J", "\u2066\u2028", "\x7f\x00")
FORMATS = {
    "table": ("table", "plain", "csv", "tsv", "json", "jsonl", "markdown"),
    "diff": ("text", "markdown", "csv", "json"),
    "plot": ("text", "svg", "html"),
    "check": ("text", "json", "github"),
    "explain": ("text", "json"),
    "fit": ("yaml", "json"),
    "find": ("table", "plain", "csv", "json", "markdown"),
    "versions": ("text", "json"),
    "steps": ("plain", "json"),
}


def quoted(name: str) -> str:
    return json.dumps(name)  # which is YAML, too


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Specs and logs full of such names."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("lrcli.cli.environment.ProgressLine.__call__", lambda *_: None)  # drawn where a machine is slow
    groups = ", ".join(f"{{name: {quoted(name)}, lr: {0.1 * (n + 1)}}}" for n, name in enumerate(NAMES))
    for file, epochs in (("a.yaml", 4), ("b.yaml", 6)):
        text = f"epochs: {epochs}\nschedule: {{type: step, step_size: 2}}\ngroups: [{groups}]\n"
        Path(file).write_text(f"name: {quoted(NAMES[0] + NAMES[1] + file)}\n{text}")
    for file in ("log\x1b[31m.jsonl", "log\u202e\x07.jsonl"):
        with Path(file).open("w") as out:
            for t in range(6):
                row = {"epoch": t, **{f"lr{name}": 10.0 ** (t - 6) for name in NAMES}, f"loss{NAMES[0]}": 3 - t}
                out.write(json.dumps(row) + "\n")
    return tmp_path


def commands() -> list[tuple[str, ...]]:
    """Command lines of all commands that show a name."""
    log, other = f"log\x1b[31m.jsonl:lr{NAMES[0]}", f"log\u202e\x07.jsonl:lr{NAMES[1]}"
    lines: list[tuple[str, ...]] = [
        ("table", "a.yaml", "b.yaml"),
        ("table", "a.yaml", "--sweep", "schedule.gamma=0.1,0.5"),
        ("table", log),
        ("plot", "a.yaml", "b.yaml", "--title", NAMES[1]),
        ("plot", log, other),
        ("diff", "a.yaml", "b.yaml"),
        ("diff", "a.yaml", "b.yaml", "--all"),
        ("diff", "a.yaml", log),
        ("diff", log, other),
        ("check", "a.yaml", "--emulate", "torch-1.1"),
        ("explain", "a.yaml", log),
        ("fit", other),
        ("fit", log),
        ("find", log, "--loss", f"loss{NAMES[0]}"),
        ("versions", "a.yaml"),
        ("steps", "a.yaml"),
        ("at", "a.yaml", "--below", "0.05"),
        ("at", "a.yaml@torch-1.1", "1"),
        ("types", NAMES[0]),
        ("new", NAMES[1]),
        ("table", "a.yaml", "--set", f"groups.{NAMES[0]}.lr=1"),
        ("table", NAMES[0]),
        (NAMES[1],),
    ]
    return [
        (*line, *(("--format", form) if form else ()))
        for line in lines
        for form in FORMATS.get(line[0], (None,))
    ]  # fmt: skip


@pytest.mark.parametrize("line", commands(), ids=lambda line: ascii(" ".join(line)))
def test_no_command_commands(line: tuple[str, ...], folder: Path) -> None:
    """Nothing but colours reaches the output, and those only where they are asked for; no name has any."""
    for color, tty in (("never", None), ("always", (90, 30))):
        colors = () if line[0] in ("types", "new", *NAMES) else ("--color", color)
        outcome = run_cli(*line, *colors, tty=tty)
        works = line[0] in FORMATS and NAMES[0] not in line
        assert outcome.status in ({0, 1} if works or line[0] == "at" else {2})
        assert "internal error" not in outcome.stderr
        assert "" == obeyed(outcome.stderr)
        styled = colors != () and color == "always"
        assert "" == obeyed(re.sub("\x1b\\[[0-9;]*m", "", outcome.stdout) if styled else outcome.stdout)
        assert "\x1b[31mred" not in outcome.stdout


def obeyed(text: str) -> str:
    """What a terminal would not show as it is."""
    unsafe = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
    return "".join(c for c in text if c not in "\n\t" and unicodedata.category(c) in unsafe)


def test_values_hold_printable_names() -> None:
    """A spec and a group are called what can be printed, in the library as well."""
    for name in NAMES:
        spec = Spec(name, (Group(name, 1.0, Constant()),), 1)
        assert (printable(name), printable(name)) == (spec.name, spec.groups[0].name)
        assert spec.name.isprintable()


def test_output_is_the_only_way_out() -> None:
    """No file of the package writes to stdout or stderr but those that make it safe, or write nobody's names."""
    writing = ("output", "environment", "progress", "watch", "app", "completion/__init__")
    allowed = {f"cli/{name}.py" for name in writing}
    root = Path(lrcli.__file__).parent
    writers = set()
    for path in root.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print":
                writers.add(path.relative_to(root).as_posix())
            if isinstance(node, ast.Attribute) and node.attr in ("write", "writelines"):
                inner = node.value
                if isinstance(inner, ast.Attribute) and inner.attr in ("stdout", "stderr", "_stream"):
                    writers.add(path.relative_to(root).as_posix())
    assert set() == writers - allowed


@pytest.mark.parametrize("text", ["a\n\tb", "größe 学習\n", "⣿│─┤█\n", "👩\u200d💻\ufe0f\n", "\xa0\n", "a\x1b[0m"])
def test_what_is_safe_stays(text: str) -> None:
    """Letters of any language, boxes and Braille are written as they are."""
    assert text == printable_output(text, styled=True)
