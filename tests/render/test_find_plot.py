"""The picture of a range test, and the loop that records one."""

from __future__ import annotations

import math
import re
import subprocess
import sys
from pathlib import Path

import pytest

from lrcli.find import Points
from lrcli.find.report import find
from lrcli.render.find_plot import plot_report
from lrcli.render.safe import cell_width
from tests.cli_world import run_cli
from tests.find.test_report import LRS, points, recorded
from tests.frameworks.test_finders import GOLDEN

LOOP = Path(__file__).parents[2] / "schedules" / "record_range_test.py"
CURVES = [
    *(recorded(name) for name in GOLDEN),
    points(lambda _: 2.3),
    points(lambda lr: 2.3 + lr),
    points(lambda lr: 2.3 / (1 + lr)),
    points(lambda lr: math.inf if lr > 1e-3 else 2.0),
    points(lambda lr: -lr, LRS[:4]),
    Points("two", (0.1, 0.2), (math.nan, 1.0)),
    Points("same", (0.1, 0.1, 0.2), (2.0, 3.0, 1.0)),
]


@pytest.mark.parametrize("curve", CURVES, ids=lambda curve: curve.name)
@pytest.mark.parametrize(("width", "height"), [(10, 4), (20, 7), (40, 9), (80, 23), (200, 50)])
@pytest.mark.parametrize("ascii", [False, True])
def test_size(curve: Points, width: int, height: int, ascii: bool) -> None:
    """The picture keeps to its size, whatever it shows."""
    text = plot_report(find(curve), width=width, height=height, ascii=ascii)
    lines = text.split("\n")
    assert len(lines) <= height
    assert max(map(cell_width, lines)) <= width
    assert text.isascii() or not ascii


@pytest.mark.parametrize("name", GOLDEN)
def test_every_letter_is_drawn(name: str) -> None:
    """Each letter of the legend stands once on the canvas, and they come in the order of their learning rates."""
    text = plot_report(find(recorded(name)), width=80, height=23)
    canvas = [line.partition("│")[2] or line.partition("┤")[2] for line in text.split("\n")]
    drawn = [(line.index(letter), letter) for line in canvas for letter in re.findall("[A-Z]", line)]
    legend = re.findall(r"(?:^|   )([A-Z]) [\d.e-]+ ", text, re.MULTILINE)
    assert legend == [letter for _, letter in sorted(drawn)]
    assert len(legend) > 3


def test_color_changes_nothing_else() -> None:
    """Without its escapes a coloured picture is the plain one."""
    report = find(recorded("noisy_u.csv"))
    colored = plot_report(report, color=True)
    assert plot_report(report) == re.sub(r"\x1b\[[0-9;]*m", "", colored)
    assert "\x1b[" in colored


def test_many_points_are_thinned() -> None:
    """The extremes of many points stay in the picture."""
    lrs = tuple(1e-7 * 10 ** (8 * i / 49_999) for i in range(50_000))
    losses = tuple(5.0 if i == 12_345 else 2.0 - 1 / (1 + 1e-3 / lr) + lr / 100 for i, lr in enumerate(lrs))
    text = plot_report(find(Points("many", lrs, losses)), width=60, height=20)
    assert re.search(r"^ +5┤", text, re.MULTILINE)


def test_loop_compiles() -> None:
    """The documented loop is Python, and about twenty lines long."""
    text = LOOP.read_text("utf-8")
    compile(text, str(LOOP), "exec")
    assert len([line for line in text.split("\n")[1:] if line.strip()]) <= 25


def test_loop_records_a_range_test(tmp_path: Path) -> None:
    """What the documented loop writes is a range test with suggestions."""
    pytest.importorskip("torch", reason="the documented loop needs torch")
    subprocess.run([sys.executable, "-W", "ignore", str(LOOP)], cwd=tmp_path, check=True)
    outcome = run_cli("find", str(tmp_path / "range_test.csv"), "--format", "csv")
    assert 0 == outcome.status
    assert 10 == len(outcome.stdout.splitlines())
