"""lrcli in a real pseudo-terminal, seen through a terminal emulator."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

pexpect = pytest.importorskip("pexpect")
pyte = pytest.importorskip("pyte")
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminals")

_FORCED = ("PAGER", "LRCLI_PAGER", "LESS", "COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR", "CLICOLOR", "CLICOLOR_FORCE")
SPEC = "{name: steps, lr: 0.1, epochs: 90, schedule: {type: step, step_size: 30}}"


def screen_of(*args: str, columns: int, lines: int, **variables: str) -> tuple[list[str], set[str], int]:
    """What a terminal of that size shows after the command, the colours on it, and the exit code."""
    env = {key: value for key, value in os.environ.items() if key not in _FORCED}
    child = pexpect.spawn(
        sys.executable,
        ["-m", "lrcli", *args],
        dimensions=(lines, columns),
        env={**env, "TERM": "xterm-256color", "LANG": "C.UTF-8", "PYTHONUTF8": "1", **variables},
        timeout=30,
    )
    text = child.read()
    child.close()
    screen = pyte.Screen(columns, lines)
    pyte.ByteStream(screen).feed(text)
    colors = {cell.fg for row in screen.buffer.values() for cell in row.values()} - {"default"}
    return [line.rstrip() for line in screen.display], colors, child.exitstatus


@pytest.mark.parametrize(("columns", "lines"), [(80, 24), (40, 12), (200, 50)])
def test_plot_fills_the_terminal(columns: int, lines: int) -> None:
    """A plot fits the terminal with the cursor's line below it, so that nothing scrolls away."""
    screen, colors, status = screen_of("plot", SPEC, columns=columns, lines=lines)
    assert status == 0
    assert colors
    assert "steps" in screen[0] + screen[1]
    assert screen[-1] == ""
    assert sum(1 for line in screen if line) >= lines - 3


def test_plot_without_color() -> None:
    """NO_COLOR leaves the picture without colour."""
    screen, colors, status = screen_of("plot", SPEC, columns=80, lines=24, NO_COLOR="1")
    assert (status, colors) == (0, set())
    assert any(screen)


def test_table_in_a_box() -> None:
    """On a terminal a table is in a box, with what happens in a row."""
    screen, _, status = screen_of("table", SPEC, "--range", "28:32", columns=80, lines=24)
    assert status == 0
    text = "\n".join(screen)
    assert "╭" in text
    assert "x0.1" in text


def test_table_narrow() -> None:
    """On a terminal of 20 columns the numbers are still whole."""
    screen, _, status = screen_of("table", SPEC, "--range", "0:2", "--no-events", columns=20, lines=24)
    assert status == 0
    assert "0.1" in "\n".join(screen)
    assert "…" not in "\n".join(screen)


def test_machine_formats_ignore_the_terminal() -> None:
    """CSV on a terminal is the CSV of a pipe."""
    screen, colors, status = screen_of("table", SPEC, "--range", "0:2", "--format", "csv", columns=20, lines=24)
    assert (screen[:3], colors, status) == (["epoch,lr", "0,0.1", "1,0.1"], set(), 0)


def test_errors_in_the_terminal() -> None:
    """An error is on the terminal, and the status says so."""
    screen, _, status = screen_of("plot", "nowhere.yaml", columns=80, lines=24)
    assert status == 2
    assert "nowhere.yaml" in screen[0]


def test_a_long_table_is_paged(tmp_path: Path) -> None:
    """What is longer than the screen goes through the pager; a short table and --no-pager do not."""
    pager = tmp_path / "pager"
    pager.write_text("#!/bin/sh\necho PAGED; head -n 3; cat >/dev/null\n")
    pager.chmod(0o755)
    for args, paged in (
        (("table", SPEC), True),
        (("table", SPEC, "--no-pager"), False),
        (("table", SPEC, "--range", ":3"), False),
    ):
        screen, _, status = screen_of(*args, columns=80, lines=24, PAGER=str(pager))
        assert (status, any("PAGED" in line for line in screen)) == (0, paged)
    screen, _, status = screen_of("table", SPEC, columns=80, lines=24, PAGER="head -n 2")
    assert (status, sum(map(bool, screen))) == (0, 2)


def test_q_leaves_less_before_the_end() -> None:
    """A table of which the pager reads only the beginning is no failure."""
    screen, _, status = screen_of("table", SPEC, "--epochs", "50000", columns=80, lines=24, PAGER="head -n 2")
    assert (status, sum(map(bool, screen))) == (0, 2)


def test_a_pager_that_is_missing_is_none() -> None:
    """Without such a program the table is printed as it is."""
    screen, _, status = screen_of("table", SPEC, columns=80, lines=24, PAGER="no-such-pager")
    assert (status, any("89" in line for line in screen)) == (0, True)
