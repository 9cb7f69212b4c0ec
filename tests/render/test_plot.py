"""The terminal plot: golden pictures, and what holds for every picture."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrcli.catalog.registry import find_type
from lrcli.errors import LrcliError
from lrcli.expression import Expression
from lrcli.printable import number_text, printable
from lrcli.render.axes import compact, linear_ticks, log_ticks, value_labels, x_ticks
from lrcli.render.chart import Chart, Line, Look, Picture, chart_of, polyline
from lrcli.render.palette import marks
from lrcli.render.pictures.text import draw, render_plot
from lrcli.render.safe import cell_width, clip
from lrcli.schedules import Schedule
from lrcli.series import series_of
from lrcli.series.sample import SampledLine
from lrcli.spec import Emulation, Group, Spec
from tests.cli_world import printed_by, run_cli

PLOTS = Path(__file__).parents[1] / "plots"
ESCAPE = re.compile(r"\x1b\[[0-9;]*m")


def schedule(kind: str, **fields: Any) -> Schedule:
    cls = find_type(kind)
    assert cls is not None
    return cls(**fields)


def picture_of(
    specs: Sequence[Spec], ranges: Sequence[tuple[int, int]] | None = None, percent: bool = False, **look: Any
) -> Picture:
    return Picture([series_of(spec) for spec in specs], Look(**look), ranges, percent)


def plot_specs(specs: Sequence[Spec], **asked: Any) -> str:
    return draw(picture_of(specs, **asked))


def one(
    name: str, kind: str, length: int = 90, *, lr: float = 0.1, about: dict[str, Any] | None = None, **fields: Any
) -> Spec:
    return Spec(name, (Group(None, lr, schedule(kind, **fields)),), length, **(about or {}))


STEP = one("resnet50", "step", step_size=30, about={"steps_per_epoch": 5004})
OVERLAY = (
    one("step", "step", step_size=30),
    one("cosine", "cosine", T_max=90),
    one("exponential", "exponential", gamma=0.96),
    one("restarts", "cosine_restarts", T_0=10, T_mult=2),
)
STEP4 = one("step4", "step", 12, lr=0.001, step_size=4)
GAMMA = (
    STEP4,
    one("step4", "step", 12, lr=0.001, step_size=4, about={"emulation": Emulation("1.1", label="torch-1.1")}),
)
PLATEAU = one(
    "plateau",
    "plateau",
    40,
    patience=3,
    factor=0.5,
    metric=tuple(0.4 + 2 * 0.8 ** min(t, 15) + (t * 37 % 11) / 100 for t in range(40)),
)
GROUPS = Spec(
    "finetune",
    (
        Group("backbone", 0.01, schedule("warmup_cosine", warmup=5, T_max=50)),
        Group("head", 0.1, schedule("multistep", milestones=(20, 40))),
    ),
    50,
    steps_per_epoch=391,
)
HUGE = one(
    "huge", "warmup_cosine", 10**9, warmup=10**8, T_max=10**9, about={"interval": "step", "steps_per_epoch": 10**6}
)
MANY = tuple(one(f"g{i}", "step", step_size=5 + i, gamma=0.8) for i in range(64))

PICTURES: dict[str, tuple[tuple[Spec, ...], dict[str, Any]]] = {
    "step-80x23": ((STEP,), {}),
    "step-40x12": ((STEP,), {"width": 40, "height": 12}),
    "step-20x8-ascii": ((STEP,), {"width": 20, "height": 8, "ascii": True}),
    "overlay-80x23": (OVERLAY, {}),
    "overlay-80x23-color": (OVERLAY, {"color": True}),
    "overlay-80x23-log": (OVERLAY, {"log": True}),
    "overlay-80x23-ascii": (OVERLAY, {"ascii": True}),
    "overlay-40x12": (OVERLAY, {"width": 40, "height": 12}),
    "double-gamma-80x23-log": (GAMMA, {"log": True}),
    "plateau-80x23": ((PLATEAU,), {}),
    "plateau-40x12-ascii": ((PLATEAU,), {"width": 40, "height": 12, "ascii": True}),
    "groups-200x50": ((GROUPS,), {"width": 200, "height": 50}),
    "huge-80x23-color": ((HUGE,), {"color": True}),
    "many-80x23": (MANY, {}),
    "band-80x12": ((one("fifty", "cosine_restarts", 100, T_0=2), STEP), {"height": 12}),
}


@pytest.mark.parametrize("name", PICTURES)
def test_golden_picture(name: str, refresh: bool) -> None:
    """Pictures are as they were when somebody last looked at them."""
    specs, options = PICTURES[name]
    file = PLOTS / f"{name}.txt"
    actual = plot_specs(specs, **options) + "\n"
    if refresh:
        file.write_text(actual, encoding="utf-8")
    assert file.read_text(encoding="utf-8") == actual


def test_no_picture_is_left_over() -> None:
    """Every file in tests/plots belongs to a test."""
    assert sorted(PICTURES) == sorted(file.stem for file in PLOTS.iterdir())


EVERYTHING = (
    (STEP,),
    OVERLAY,
    GAMMA,
    (PLATEAU,),
    (GROUPS, PLATEAU),
    (HUGE,),
    (one("constant", "constant"),),
    (one("one row", "constant", 1),),
    (one("zero", "constant", lr=0.0),),
    (one("to zero", "linear", start_factor=1.0, end_factor=0.0, total_iters=45),),
    (one("学習率" * 20, "constant"), one("a very long name of a run " * 5, "cosine", T_max=90)),
)


@pytest.mark.parametrize("specs", EVERYTHING, ids=lambda specs: specs[0].name[:8])
@pytest.mark.parametrize(("width", "height"), [(10, 4), (16, 6), (20, 9), (40, 12), (80, 23), (133, 31)])
@pytest.mark.parametrize("log", [False, True])
@pytest.mark.parametrize("ascii", [False, True])
def test_every_picture_fits(specs: tuple[Spec, ...], width: int, height: int, log: bool, ascii: bool) -> None:
    """No line is too wide, there are not too many, none ends in a blank, and ASCII is ASCII; colour changes no cell."""
    text = plot_specs(specs, width=width, height=height, log=log, ascii=ascii)
    lines = text.split("\n")
    assert height == max(height, len(lines))
    assert [line for line in lines if cell_width(line) > width or line != line.rstrip()] == []
    assert ascii <= text.isascii()
    assert "\x1b" not in text
    colored = plot_specs(specs, width=width, height=height, log=log, ascii=ascii, color=True)
    assert "\x1b[0m" in colored
    assert lines[0] == ESCAPE.sub("", colored).split("\n")[0]


def test_many_curves_have_names_and_markers() -> None:
    """Sixty-four curves stay apart: each has its name and a marker of its own."""
    text = plot_specs(MANY, width=120, height=40)
    assert [spec.name for spec in MANY if f"━ {spec.name}" not in text] == []
    for ascii in (False, True):
        assert len({mark.glyph for mark in marks(64, ascii=ascii, color=False)}) == 64


@pytest.mark.parametrize("height", range(4, 12))
def test_a_legend_never_vanishes_silently(height: int) -> None:
    """However low the picture: the curves are named, or counted, or the title says that there is no room."""
    text = plot_specs(OVERLAY, width=40, height=height)
    assert len(text.split("\n")) <= height
    named = [spec.name for spec in OVERLAY if f" {spec.name}" in text.partition("epoch")[2]]
    assert len(named) == len(OVERLAY) or "more" in text or "(no room for the legend)" in text


def test_a_terminal_of_16_colors_gets_no_others() -> None:
    """TERM=xterm promises no 256 colours; COLORTERM says that there are more, whatever TERM is."""
    arguments = (
        "plot",
        "{lr: 0.1, epochs: 9, schedule: {type: cosine}}",
        "{lr: 0.2, schedule: {type: constant}, epochs: 9}",
    )
    few = run_cli(*arguments, tty=(80, 24), variables={"TERM": "xterm"}).stdout
    assert {"94", "31"} <= set(re.findall(r"\x1b\[([0-9;]*)m", few))
    assert "38;5" not in few
    for variables in ({"TERM": "xterm-256color"}, {"TERM": "xterm", "COLORTERM": "truecolor"}):
        assert "38;5;32m" in run_cli(*arguments, tty=(80, 24), variables=variables).stdout


def test_two_colors_never_carry_the_meaning_of_more_curves_alone() -> None:
    """With more curves than colours every curve has a marker, too."""
    looks = marks(12, ascii=False, color=True)
    assert len({(mark.glyph, mark.color) for mark in looks}) == 12
    assert "" not in {mark.glyph for mark in looks}


def test_marks_of_the_same_curve_take_turns() -> None:
    """Two runs with the same values are both to be seen, in colour, in Braille and in ASCII."""
    specs = (one("a", "constant"), one("b", "constant"))
    assert {"*", "o"} <= set(plot_specs(specs, ascii=True).split("\n")[9])
    assert {"●", "■"} <= set(plot_specs(specs))
    canvas = plot_specs(specs, color=True).split("\n")[1:-4]
    assert {"38;5;32", "38;5;166"} <= set(re.findall(r"\x1b\[([0-9;]*)m", "".join(canvas)))


@pytest.mark.parametrize("ascii", [False, True])
def test_thirty_curves_are_a_band(ascii: bool) -> None:
    """Curves less than a row apart are drawn as their range with one marker each; a few that are apart are not."""
    curves = [one(f"c{i}", "cosine", 90, lr=0.01 * (i + 1), T_max=90) for i in range(30)]
    rows = plot_specs(curves, height=22, ascii=ascii).split("\n")
    axis = next(i for i, row in enumerate(rows) if "-+-" in row or "─┬─" in row)
    canvas = [row[7:] for row in rows[1:axis]]
    assert len(canvas) > 10 and all(" " not in row[:5] for row in canvas[:-1])
    glyphs = [mark.glyph for mark in marks(30, ascii=ascii, color=False)]
    shown = "".join(canvas)
    assert [glyph for glyph in glyphs if glyph not in shown] == []
    assert max(shown.count(glyph) for glyph in glyphs) <= (9 if ascii else 2)
    assert (":" if ascii else "⡪") in shown
    assert (":" if ascii else "⡪") not in plot_specs(curves[::8], height=22, ascii=ascii)


@pytest.mark.parametrize("ascii", [False, True])
def test_fifty_periods_are_a_band(ascii: bool) -> None:
    """A curve that turns faster than the columns can show is drawn as its range, without gaps; a slower one is not."""
    rows = plot_specs((one("fifty", "cosine_restarts", 100, T_0=2),), height=14, ascii=ascii).split("\n")[1:4]
    assert all(len(row) > 70 and " " not in row[7:] for row in rows)
    assert len({row[20:60] for row in rows[1:]}) == 1
    slow = plot_specs((one("ten", "cosine_restarts", 100, T_0=10),), height=14, ascii=ascii).split("\n")[2]
    assert " " in slow[7:]


def test_a_crowd_has_no_holes() -> None:
    """Thirty curves on a large terminal: where they crowd, every row of the picture is one piece of band."""
    curves = [one(f"c{i}", "cosine", 100, lr=0.01 * (i + 1), T_max=100) for i in range(30)]
    rows = plot_specs(curves, width=200, height=50).split("\n")[12:32]
    bands = [row[row.index("⡪") : row.rindex("⡪")] for row in rows]
    assert len(bands) == 20 and all(len(band) > 10 for band in bands)
    assert set(re.sub("[a-zA-Z0-9●■▲◆○□△◇]", "⡪", "".join(bands))) == {"⡪"}


@pytest.mark.parametrize(
    ("type", "keys"),
    [
        ("cosine_restarts", {"T_0": 100}),
        ("cyclic", {"base_lr": 0.01, "max_lr": 0.1, "step_size_up": 50, "cycle_momentum": False}),
    ],
)
def test_many_periods_are_drawn_evenly(type: str, keys: dict[str, Any]) -> None:
    """Fifty periods of four columns each are a band on a large terminal, the same in every column."""
    rows = plot_specs((one("fifty", type, 5000, **keys),), width=200, height=50).split("\n")[3:40]
    assert {len(set(row[20:180])) for row in rows} == {1}


def test_steps_are_drawn_as_steps() -> None:
    """A step's edge is one column, under the epoch where it happens."""
    lines = plot_specs((one("step", "step", 40, step_size=20),), width=47, height=12, ascii=True).split("\n")
    axis = next(i for i, line in enumerate(lines) if line.startswith("      +"))
    column = next(i for i, c in enumerate(lines[3]) if c == "*")
    assert {column} == {i for line in lines[2:6] for i, c in enumerate(line) if c == "*"}
    assert lines[axis + 1][column : column + 2] == "20"


def test_zero_on_a_log_axis_is_a_gap_with_a_note() -> None:
    """A value that has no logarithm is left out, and the title says so."""
    spec = one("to zero", "linear", start_factor=1.0, end_factor=0.0, total_iters=45)
    title = plot_specs((spec,), log=True).split("\n")[0]
    assert title == "to zero: learning rate (log scale, gaps where it is not above 0)"


def test_short_run_of_steps_has_ticks_at_round_steps() -> None:
    """Where there are hardly two epochs the steps are round, and the epochs are what they are."""
    spec = one("short", "constant", 100, about={"interval": "step", "steps_per_epoch": 400})
    epochs, steps = plot_specs((spec,), width=60).split("\n")[-3:-1]
    assert epochs.split()[:4] == ["epoch", "0", "0.05", "0.1"]
    assert steps.split()[:4] == ["step", "0", "20", "40"]


def test_curve_without_facts() -> None:
    """A reading that always raises has a name and no numbers."""
    lines = (Line("gone", (), None), Line("there", (((0.0, 9.0), (0.1, 0.1)),), None))
    text = render_plot(Chart("both", lines, "epoch", 0, 9))
    assert text.split("\n")[-2:] == ["━●━ gone   no value", "━■━ there  no value"]
    alone = render_plot(Chart("alone", lines[:1], "epoch", 0, 9)).split("\n")
    assert (alone[0], alone[-1]) == ("alone", "no value")


@pytest.mark.parametrize(
    ("width", "title"),
    [
        (80, "resnet50: learning rate (log scale)"),
        (30, "resnet50: learning rate"),
        (22, "resnet50 (log scale)"),
        (16, "resnet50"),
    ],
)
def test_title_says_what_there_is_room_for(width: int, title: str) -> None:
    """The name of the run stays longest."""
    assert plot_specs((STEP,), width=width, log=True).split("\n")[0] == title


def test_own_title() -> None:
    """The caller may say what the picture shows."""
    assert plot_specs((STEP,), title="what if?").split("\n")[0] == "what if?"


def test_rounding_errors_are_not_zoomed_in_on() -> None:
    """A constant curve with noise in its last bits is drawn as a constant."""
    noisy = one("noisy", "lambda", lr_lambda=Expression("1 + epoch % 2 * 1e-15"))
    labels = [line.split("┤")[0].strip() for line in plot_specs((noisy,)).split("\n") if "┤" in line]
    assert labels == ["0.2", "0.15", "0.1", "0.05", "0"]


def test_curve_without_any_value_leaves_an_empty_picture() -> None:
    """Nothing to draw on a log axis is no crash."""
    text = plot_specs((one("zero", "constant", lr=0.0),), log=True, height=10)
    assert len(text.split("\n")) == 10
    assert not any("\u2801" <= c <= "\u28ff" for c in text)


def test_readings_are_named() -> None:
    """One reading is in the title; different ones are in the curves' names."""
    replay = one("step4", "step", 12, step_size=4, about={"emulation": Emulation("1.1", label="torch-1.1")})
    assert plot_specs((replay,)).split("\n")[0] == "step4: get_lr in torch-1.1"
    text = plot_specs((STEP4, replay))
    assert text.split("\n")[0] == "learning rate"
    assert "step4@torch-1.1:get_lr" in text


def test_epochs_and_steps_share_an_axis() -> None:
    """A run in steps and one in epochs are aligned through steps_per_epoch; without it they cannot be."""
    steps = one("steps", "constant", 9000, about={"interval": "step"})
    epochs = one("epochs", "constant", 90, about={"steps_per_epoch": 100})
    assert " step 0 " in plot_specs((steps, epochs))
    with pytest.raises(LrcliError, match="steps_per_epoch"):
        plot_specs((steps, one("epochs", "constant", 90)))


def test_percent_lays_runs_of_different_lengths_over_each_other() -> None:
    """With --x percent, or where nothing joins epochs and steps, which a note tells, each run has the whole width."""
    short, long = (f"{{name: {n}ep, lr: 0.1, epochs: {n}, schedule: {{type: cosine}}}}" for n in (10, 1000))
    chart = chart_of(picture_of((one("a", "constant", 10), one("b", "step", 1000, step_size=500)), percent=True), 80)
    assert (chart.unit, chart.left, chart.right) == ("percent", 0, 100)
    assert [(xs[0], xs[-1], 50 in xs) for xs in (line.runs[0][0] for line in chart.lines)] == [(0, 100, True)] * 2
    together = run_cli("plot", short, long, "--x", "percent")
    assert (together.status, together.stderr, "percent 0" in together.stdout) == (0, "", True)
    apart = run_cli("plot", short, "{name: st, lr: 0.1, steps: 70, schedule: {type: cosine}}")
    assert (apart.status, "percent 0" in apart.stdout) == (0, True)
    assert "counts epochs and 'st' counts steps" in apart.stderr
    assert apart.stderr.endswith("here x is the percent of each run\n")
    narrow = run_cli("plot", short, "{name: st, lr: 0.1, steps: 70, schedule: cosine}", "--width", "50").stdout
    assert "0.1@epoch 0" in narrow, "where there is little room, too, the legend has what the axis does not say"


def test_range_shows_a_part() -> None:
    """A range of rows begins the axis there, and the facts are of that part."""
    lines = plot_specs((one("cosine", "cosine", T_max=90),), ranges=[(40, 60)]).split("\n")
    assert lines[-1] == "first 0.05868   peak 0.05868 at epoch 40   last 0.02653   mean 0.04234"
    assert lines[-2].split()[:3] == ["epoch", "40", "42"]


def test_names_cannot_command_the_terminal() -> None:
    """Escape sequences, controls and direction marks in a name are shown, not sent."""
    evil = "a\x1b]0;owned\x07\r\n\u202eb\x9b31m"
    text = plot_specs((one(evil, "constant"), one("b" + evil, "constant")), width=120, color=False)
    title = plot_specs((one(evil, "constant"),), width=120)
    assert [c for c in text + title if c in "\x1b\x07\r\u202e\x9b"] == []
    assert r"a\x1b]0;owned\x07\r\n\u202eb\x9b31m" in text


@pytest.mark.parametrize(
    ("text", "ascii", "expected"),
    [
        ("plain", False, "plain"),
        ("größe 学習", False, "größe 学習"),
        ("größe", True, r"gr\xf6\xdfe"),
        ("\x00\x7f\x85", False, r"\x00\x7f\x85"),
        ("a\u2028b\u200ec", False, r"a\u2028b\u200ec"),
        ("\ud800", False, r"\ud800"),
    ],
)
def test_printable(text: str, ascii: bool, expected: str) -> None:
    """What a terminal would obey is written as an escape."""
    assert expected == printable(text, ascii=ascii)


@pytest.mark.parametrize(("text", "width"), [("", 0), ("lr", 2), ("学習", 4), ("e\u0301a", 2), ("👩\u200d🔬", 4)])
def test_cell_width(text: str, width: int) -> None:
    """Wide characters take two cells, combining ones none."""
    assert cell_width(text) == width


@given(st.text(), st.integers(0, 30), st.booleans())
def test_clip_fits(text: str, width: int, ascii: bool) -> None:
    """A clipped text is never wider than asked, and a short one is itself."""
    safe = printable(text, ascii=ascii)
    clipped = clip(safe, width, ascii=ascii)
    assert width >= cell_width(clipped)
    assert (clipped == safe) == (cell_width(safe) <= width)


POLYLINES = [
    ("stairs hold a row to the next", [1, 1, 0.1, 0.1], [(0, 1), (1, 1), (2, 1), (2, 0.1), (3, 0.1), (4, 0.1)]),
    ("a smooth piece is a line", [1, 2, 3, 4], [(0, 1), (1, 2), (2, 3), (3, 4)]),
    ("exponential decay is smooth", [1, 0.1, 0.01, 0.001], [(0, 1), (1, 0.1), (2, 0.01), (3, 0.001)]),
    (
        "a dip is held for its row",
        [1, 1, 0.1, 1, 1],
        [(0, 1), (1, 1), (2, 1), (2, 0.1), (3, 0.1), (3, 1), (4, 1), (5, 1)],
    ),
    ("one row is a piece of its length", [1], [(0, 1), (1, 1)]),
    ("two rows are two steps", [1, 2], [(0, 1), (1, 1), (1, 2), (2, 2)]),
]


@pytest.mark.parametrize(("values", "corners"), [case[1:] for case in POLYLINES], ids=[case[0] for case in POLYLINES])
def test_polyline(values: list[float], corners: list[tuple[float, float]]) -> None:
    """Jumps are stairs, smooth pieces are lines."""
    line = SampledLine("", tuple(range(len(values))), tuple(values), None)
    ((xs, ys),) = polyline(line)
    assert corners == list(zip(xs, ys, strict=True))


def test_gaps_part_a_curve() -> None:
    """A gap ends one run and begins the next; positions are scaled."""
    line = SampledLine("", (0, 1, 2, 3, 4), (math.nan, 1.0, math.nan, 2.0, 2.0), None)
    assert polyline(line, 10) == (((10, 20), (1.0, 1.0)), ((30, 40, 50), (2.0, 2.0, 2.0)))


finite = st.floats(-1e6, 1e6, allow_nan=False)


@given(finite, st.floats(1e-9, 1e6), st.integers(1, 30))
def test_linear_ticks_are_round_and_few(low: float, span: float, most: int) -> None:
    """Ticks increase, lie between the limits, are not too many, and their labels read back as they are."""
    span = max(span, abs(low) * 1e-8)
    ticks = linear_ticks(low, low + span, most)
    assert len(ticks) <= most
    assert sorted(set(ticks)) == ticks
    assert all(low - span * 1e-6 <= tick <= low + span * (1 + 1e-6) for tick in ticks)


@given(st.floats(-12, 3), st.floats(0.05, 12), st.integers(2, 20))
def test_log_ticks_are_round_and_few(low: float, span: float, most: int) -> None:
    """On a log axis as well; their labels are short."""
    ticks = log_ticks(low, low + span, most)
    assert len(ticks) <= most
    assert sorted(set(ticks)) == ticks
    assert ticks == [pytest.approx(float(number_text(tick)), rel=1e-5) for tick in ticks]


@pytest.mark.parametrize(
    ("low", "high", "most", "labels"),
    [
        (0, 0.1, 7, ["0", "0.02", "0.04", "0.06", "0.08", "0.1"]),
        (0, 0.001, 7, ["0", "0.0002", "0.0004", "0.0006", "0.0008", "0.001"]),
        (0, 3e-5, 4, ["0", "1e-05", "2e-05", "3e-05"]),
        (0, 2.4, 4, ["0", "1", "2"]),
        (0, 0.005, 6, ["0", "0.001", "0.002", "0.003", "0.004", "0.005"]),
        (-0.1, 0.1, 3, ["-0.1", "0", "0.1"]),
    ],
)
def test_linear_labels(low: float, high: float, most: int, labels: list[str]) -> None:
    """An axis reads as people write learning rates."""
    assert labels == value_labels(linear_ticks(low, high, most))


@pytest.mark.parametrize(
    ("low", "high", "most", "labels"),
    [
        (-4, -1, 6, ["0.0001", "0.001", "0.01", "0.1"]),
        (-4, -3, 6, ["0.0001", "0.0002", "0.0005", "0.001"]),
        (-7, -1, 4, ["1e-06", "0.0001", "0.01"]),
        (-300, -1, 5, ["1e-300", "1e-200", "1e-100"]),
        (-1.05, -1, 4, ["0.09", "0.1"]),
    ],
)
def test_log_labels(low: float, high: float, most: int, labels: list[str]) -> None:
    """Decades, or what is between them where there is hardly one."""
    assert labels == [number_text(tick) for tick in log_ticks(low, high, most)]


@given(st.integers(0, 10**12), st.integers(1, 10**12), st.integers(1, 30))
def test_x_ticks_are_whole_and_few(low: int, span: int, most: int) -> None:
    """Positions increase in whole units, and are at most as many as asked, or one more at both ends."""
    ticks = x_ticks(low, low + span, most, lambda ticks: len(ticks) < 8)
    assert sorted(set(ticks)) == ticks
    assert all(tick == int(tick) and low - span / 1e9 <= tick <= low + span * (1 + 1e-9) for tick in ticks)
    assert 1 <= len(ticks) <= max(most + 1, 2)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (99_999, "99999"),
        (100_000, "100k"),
        (1_500_000, "1.5M"),
        (2e13, "20T"),
        (1e17, "1e+17"),
        (0.25, "0.25"),
    ],
)
def test_compact(value: float, text: str) -> None:
    """Counts on an axis stay short."""
    assert text == compact(value)


def test_far_ticks_stay_apart() -> None:
    """A short window of a long run has ticks that differ."""
    spec = one("far", "constant", 10**9 + 100, about={"interval": "step"})
    labels = plot_specs((spec,), ranges=[(10**9, 10**9 + 100)]).split("\n")[-2].split()[1:]
    assert len(labels) >= 2
    assert [str(int(label)) for label in sorted(set(labels))] == labels


def test_plotext_is_imported_by_drawing_only() -> None:
    """The module of the plot costs nothing until a picture is drawn."""
    code = (
        "import sys; before = set(sys.modules); import lrcli.render.pictures.text\n"
        "print([m for m in ('plotext', 'rich', 'csv', 'json') if m in sys.modules and m not in before])"
    )
    assert "[]\n" == printed_by(code)
