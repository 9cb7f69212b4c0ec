"""PDF pictures: one page of the SVG's size with its text, the same bytes each time, and what is refused."""

from __future__ import annotations

import re
import zlib
from base64 import a85decode
from pathlib import Path

import pytest

from tests.cli_world import run_cli

SPEC = "{name: run, lr: 0.1, epochs: 90, schedule: {type: cosine}}"
NEEDS = pytest.mark.filterwarnings("default")  # what svglib's own dependencies deprecate is not ours


@NEEDS
def test_a_page_with_its_text(tmp_path: Path) -> None:
    """The page has the size of the SVG in points, and its text is text; the hour is not in it."""
    pytest.importorskip("svglib", reason="the extra lrcli[pdf] is not installed")
    first, second = tmp_path / "a.pdf", tmp_path / "b.pdf"
    for path in (first, second):
        outcome = run_cli("plot", SPEC, "--width", "400", "--height", "300", "-o", str(path))
        assert (outcome.status, outcome.stdout) == (0, ""), outcome.stderr
    data = first.read_bytes()
    assert data == second.read_bytes()
    assert data.startswith(b"%PDF-")
    assert re.search(rb"/MediaBox \[\s*0 0 300 2\d\d(\.\d+)?\s*\]", data)
    stream = re.search(rb"stream\s+(.*?)~>\s*endstream", data, re.DOTALL)
    assert stream
    drawn = zlib.decompress(a85decode(stream[1]))
    assert [word for word in (b"(run)", b"(learning rate)", b"(0.1)", b"(epoch)") if word not in drawn] == []


@NEEDS
def test_letters_that_the_font_has_not(tmp_path: Path) -> None:
    """They would be drawn as boxes: they are refused, with the letter."""
    pytest.importorskip("svglib", reason="the extra lrcli[pdf] is not installed")
    outcome = run_cli("plot", SPEC, "--title", "学習", "-o", str(tmp_path / "x.pdf"))
    assert (outcome.status, outcome.stdout) == (2, "")
    assert "no letter '学'" in outcome.stderr


def test_without_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error names the command that installs it, and no file is left."""
    monkeypatch.setitem(__import__("sys").modules, "svglib.svglib", None)
    outcome = run_cli("plot", SPEC, "-o", str(tmp_path / "x.pdf"))
    assert outcome.status == 2
    assert "pip install 'lrcli[pdf]'" in outcome.stderr
    assert not list(tmp_path.iterdir())
