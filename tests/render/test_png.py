"""PNG pictures: their size, that the text is really drawn, and what is said without the extra."""

from __future__ import annotations

import struct
import zlib
from collections import Counter
from pathlib import Path

import pytest

from tests.cli_world import run_cli

SPEC = "{lr: 0.1, epochs: 90, schedule: {type: cosine}}"


def pixels(path: Path) -> tuple[int, int, list[bytes]]:
    """(width, height, the RGBA rows) of a PNG that is not interlaced."""
    data = path.read_bytes()
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    width, height, depth, kind = struct.unpack(">IIBB", data[16:26])
    assert (depth, kind) == (8, 6)
    packed, at = b"", 8
    while at < len(data):
        (size,) = struct.unpack(">I", data[at : at + 4])
        if data[at + 4 : at + 8] == b"IDAT":
            packed += data[at + 8 : at + 8 + size]
        at += size + 12
    raw, line = zlib.decompress(packed), 4 * width + 1
    rows: list[bytes] = []
    before = bytes(4 * width)
    for y in range(height):
        kind, row = raw[y * line], bytearray(raw[y * line + 1 : (y + 1) * line])
        for x in range(4 * width):
            left, up = row[x - 4] if x >= 4 else 0, before[x]
            corner = before[x - 4] if x >= 4 else 0
            guess = left + up - corner
            paeth = min((left, up, corner), key=lambda value: abs(guess - value))
            row[x] = (row[x] + (0, left, up, (left + up) // 2, paeth)[kind]) & 255
        before = bytes(row)
        rows.append(before)
    return width, height, rows


def ink(rows: list[bytes], top: int, bottom: int) -> int:
    """How many pixels of these rows are not the background's."""
    found = Counter(row[x : x + 4] for row in rows[top:bottom] for x in range(0, len(row), 4))
    return found.total() - found.most_common(1)[0][1]


def test_text_is_drawn(tmp_path: Path) -> None:
    """At twice the size of the SVG; the title at the top has glyphs, with another title there are others."""
    pytest.importorskip("resvg_py", reason="the extra lrcli[png] is not installed")
    counts = []
    for title in ("I", "WWWWWWWW"):
        path = tmp_path / f"{title}.png"
        outcome = run_cli("plot", SPEC, "--width", "300", "--height", "200", "--title", title, "-o", str(path))
        assert (outcome.status, outcome.stdout) == (0, ""), outcome.stderr
        width, height, rows = pixels(path)
        assert width == 600
        assert height >= 400
        counts.append(ink(rows, 30, 80))
    assert 0 < counts[0] < counts[1]


def test_scale(tmp_path: Path) -> None:
    """--scale is the pixels for one of the SVG, of a PNG only."""
    pytest.importorskip("resvg_py", reason="the extra lrcli[png] is not installed")
    path = tmp_path / "x.png"
    assert run_cli("plot", SPEC, "--width", "300", "--height", "200", "--scale", "1", "-o", str(path)).status == 0
    assert pixels(path)[0] == 300
    assert run_cli("plot", SPEC, "--scale", "3", "-o", str(tmp_path / "x.svg")).status == 2
    assert run_cli("plot", SPEC, "--scale", "99", "-o", str(path)).status == 2


def test_without_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error names the command that installs it, and no file is left."""
    monkeypatch.setitem(__import__("sys").modules, "resvg_py", None)
    outcome = run_cli("plot", SPEC, "-o", str(tmp_path / "x.png"))
    assert outcome.status == 2
    assert "pip install 'lrcli[png]'" in outcome.stderr
    assert not list(tmp_path.iterdir())
