"""The vector picture: well-formed, safe, small, the same every time, and its curves where they belong."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

import lrcli
from lrcli.errors import LrcliError
from lrcli.render.chart import Chart, Line, chart_of
from lrcli.render.pictures.html import About, render_html
from lrcli.render.pictures.svg import draw, render_svg
from lrcli.render.svg import escaped_xml, text_width
from lrcli.render.svg.curves import simplified, stretches
from lrcli.spec import Group, Spec
from tests.cli_world import printed_by, run_cli
from tests.render.test_plot import GAMMA, GROUPS, HUGE, MANY, OVERLAY, PLATEAU, STEP, one, picture_of, schedule
from tests.terminal_picture import THEMES, picture

ROOT = Path(__file__).parents[2]
PICTURE_FOLDER = ROOT / "lrcli" / "manual" / "pictures"
NAMESPACE = "{http://www.w3.org/2000/svg}"
EVIL = "<script>alert('x')</script>\x1b[31m\x00&\"\ud800 {color:red}</style>"

PICTURES = {
    "resnet50": ["schedules/resnet50.yaml"],
    "double-gamma": [
        "schedules/step4.yaml",
        "schedules/step4.yaml@torch-1.1",
        "--log",
        "--title",
        "What get_lr() returns in PyTorch 1.1",
    ],
    "overlay": ["schedules/step.yaml", "schedules/cosine.yaml", "schedules/exponential.yaml"],
    "sweep": ["schedules/cosine.yaml", "--sweep", "schedule.eta_min=0,0.01,0.03,0.06"],
    "plateau": ["schedules/plateau.yaml"],
}
"""The pictures of the README, and how `lrcli plot` makes them."""


@pytest.mark.parametrize("name", PICTURES)
def test_picture_is_current(name: str, refresh: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """The pictures in the repository are those that the program draws today."""
    monkeypatch.chdir(ROOT)
    file = PICTURE_FOLDER / f"{name}.svg"
    drawn = run_cli("plot", *PICTURES[name], "--format", "svg", "--quiet").stdout
    if refresh:
        file.write_text(drawn, encoding="utf-8")
    assert file.read_text(encoding="utf-8") == drawn


@pytest.mark.parametrize("theme", THEMES)
def test_terminal_is_current(theme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The README's terminal shows what the program prints today, and asks no font for its dots."""
    monkeypatch.chdir(ROOT)
    kept = (PICTURE_FOLDER / f"terminal-{theme}.svg").read_text("utf-8")
    assert kept == picture(theme) + "\n"
    assert not any("\u2800" <= character <= "\u28ff" for character in kept)


def test_no_picture_is_left_over() -> None:
    """Every picture of the manual is one of those, or the README's terminal."""
    terminals = [f"terminal-{theme}" for theme in THEMES]
    assert sorted([*PICTURES, *terminals]) == sorted(file.stem for file in PICTURE_FOLDER.iterdir())


EVERYTHING = (
    (STEP,),
    OVERLAY,
    GAMMA,
    (PLATEAU,),
    (GROUPS, PLATEAU),
    (HUGE,),
    MANY,
    (one("one row", "constant", 1),),
    (one("zero", "constant", lr=0.0),),
    (one("to zero", "linear", start_factor=1.0, end_factor=0.0, total_iters=45),),
    (one("学習率" * 20, "constant"), one("a very long name of a run " * 5, "cosine", T_max=90)),
    (one(EVIL, "constant"), one("b" + EVIL, "constant", 40)),
)


@pytest.mark.parametrize("specs", EVERYTHING, ids=lambda specs: escaped_xml(specs[0].name[:8]))
@pytest.mark.parametrize("log", [False, True])
@pytest.mark.parametrize("width", [240, 760])
def test_every_picture_is_well_formed_and_inside_its_frame(specs: tuple[Spec, ...], log: bool, width: int) -> None:
    """The document is XML, and no curve, label or tick begins outside it; the same specs give the same bytes."""
    svg = plot_svg(specs, log=log, width=width)
    root = ElementTree.fromstring(svg)
    box = [float(word) for word in root.attrib["viewBox"].split()]
    assert [width, int(root.attrib["height"])] == box[2:]
    for path in root.iter(f"{NAMESPACE}path"):
        xs, ys = corners(path.attrib["d"])
        assert (min(xs) >= 0, max(xs) <= box[2], min(ys) >= 0, max(ys) <= box[3]) == (True,) * 4
    for text in root.iter(f"{NAMESPACE}text"):
        assert 0 <= float(text.attrib["x"]) <= box[2]
        assert 0 <= float(text.attrib["y"]) <= box[3]
    assert plot_svg(specs, log=log, width=width) == svg


def corners(d: str) -> tuple[list[float], list[float]]:
    """The corners of a path of ours: absolute M, H, V and L; the relative h, v of ticks and swatches are skipped."""
    xs: list[float] = []
    ys: list[float] = []
    for command, numbers in re.findall(r"([MHVLhvZ])([-\d.,]*)", d):
        values = [float(number) for number in numbers.split(",") if number]
        if command in "ML":
            xs.append(values[0])
            ys.append(values[1])
        elif command == "H":
            xs.append(values[0])
        elif command == "V":
            ys.append(values[0])
    return xs, ys


def plot_svg(specs: Sequence[Spec], **asked: Any) -> str:
    return draw(picture_of(specs, **asked))


def curve_paths(svg: str) -> list[str]:
    """The paths of the curves: they have a title of their own."""
    return re.findall(r' d="([^"]*)"><title>', svg)


def page(specs: tuple[Spec, ...], notes: Sequence[str] = (), theme: str = "auto") -> str:
    return render_html(chart_of(picture_of(specs), 380), About(notes), theme=theme)


def test_stairs_are_stairs() -> None:
    """A drop is a vertical line under its epoch; flat pieces are horizontal, and nothing else is in the path."""
    (path,) = curve_paths(plot_svg((one("step", "step", 90, step_size=30, gamma=0.5),)))
    assert re.sub(r"[\d.,]+", "", path) == "MHVHVH"
    xs, _ = corners(path)
    thirds = [(x - xs[0]) / (xs[-1] - xs[0]) for x in xs]
    assert thirds == [0, pytest.approx(1 / 3, abs=1e-3), pytest.approx(2 / 3, abs=1e-3), 1]


def test_log_axis_makes_a_decay_straight() -> None:
    """On a log axis an exponential decay is one straight line."""
    spec = one("decay", "exponential", 60, gamma=0.9)
    (path,) = curve_paths(plot_svg((spec,), log=True))
    assert re.sub(r"[\d.,]+", "", path) == "ML"
    (path,) = curve_paths(plot_svg((spec,)))
    assert path.count("L") > 5


def test_log_axis_has_minor_ticks_and_labelled_ends() -> None:
    """Between two powers of ten stand eight short ticks; the ends of the axis have their values."""
    svg = plot_svg((one("decay", "linear", start_factor=0.75, end_factor=0.0042, total_iters=89),), log=True)
    assert [label for label in ("0.075", "0.01", "0.001", "0.00042") if f">{label}<" not in svg] == []
    (minor,) = re.findall(r'class="axis" d="((?:M[\d.]+,[\d.]+h4)+)"', svg)
    assert minor.count("h4") == 6 + 8 + 5


def test_zero_on_a_log_axis_is_told() -> None:
    """What has no logarithm is left out, and the subtitle says so."""
    spec = one("to zero", "linear", start_factor=1.0, end_factor=0.0, total_iters=45)
    assert ">learning rate, log scale, gaps where it is not above 0<" in plot_svg((spec,), log=True)


def test_names_are_escaped() -> None:
    """A name is text: no markup, no style, no control character of it reaches the document."""
    spec = one(EVIL, "constant")
    for text in (plot_svg((spec, STEP)), plot_svg((STEP,), title=EVIL), page((spec, STEP), [EVIL])):
        assert [part for part in ("<script>alert", "\x1b", "\x00", "\ud800", "red}</style") if part in text] == []
        assert "&lt;script&gt;" in text


@given(st.text())
def test_any_text_can_be_escaped(text: str) -> None:
    """Whatever a file is called, the document is XML that holds its printable form."""
    element = ElementTree.fromstring(f'<a b="{escaped_xml(text)}">{escaped_xml(text)}</a>')
    assert element.attrib["b"] == (element.text or "")
    assert text_width(text) >= 0


def test_themes() -> None:
    """auto holds both palettes and lets the reader decide; light and dark hold one."""
    auto, light, dark = (plot_svg((STEP,), theme=theme) for theme in ("auto", "light", "dark"))
    assert ("prefers-color-scheme:dark" in auto, "#ffffff" in auto, "#0d1117" in auto) == (True, True, True)
    assert ("prefers" in light, "#ffffff" in light, "#0d1117" in light) == (False, True, False)
    assert ("prefers" in dark, "#ffffff" in dark, "#0d1117" in dark) == (False, False, True)
    with pytest.raises(LrcliError, match="themes are auto, light, dark"):
        plot_svg((STEP,), theme="neon")


def test_curves_that_run_together_are_both_seen() -> None:
    """The curves take turns where they run together, and have their weight and colour all the way."""
    together, apart = plot_svg(GAMMA), plot_svg(OVERLAY)
    assert 'class="c1" stroke-width="2" stroke-dasharray="10 10"' in together
    assert "stroke-dasharray" not in re.sub(r"<path[^>]*h24", "", apart)
    assert {*re.findall(r'stroke-width="([\d.]+)"|(opacity)', together + apart)} == {("2", "")}


def test_stretches_join_and_leave_at_the_right_end_of_a_fall() -> None:
    """Where one curve falls away from another it is whole from the top of its fall on, and back to it."""
    below = [(0.0, 10.0), (600.0, 10.0)]
    above = [(0.0, 10.0), (200.0, 10.0), (200.0, 90.0), (400.0, 90.0), (400.0, 10.0), (600.0, 10.0)]
    first, second = stretches([[below], [above]], 0.0, 600.0)
    assert [(piece.points, piece.dash) for piece in first] == [(below, "")]
    assert [(piece.points, piece.dash) for piece in second] == [
        (above[:2], "10 10"),
        (above[1:5], ""),
        (above[4:], "10 10"),
    ]


def test_legend_is_at_the_ends_where_they_are_apart() -> None:
    """Curves that end apart are named at their ends, others in a legend above; one curve needs neither."""
    apart = tuple(one(f"to {end}", "cosine", eta_min=end, T_max=90) for end in (0.0, 0.03, 0.06))
    assert plot_svg(apart).count("<circle") == 3
    assert plot_svg(OVERLAY).count("<circle") == 0
    assert [
        name for name in ("step", "cosine", "exponential", "restarts") if f">{name}<" not in plot_svg(OVERLAY)
    ] == []
    assert plot_svg((STEP,)).count(">resnet50<") == 1  # the title


def test_many_curves_have_names_and_room() -> None:
    """A legend of 64 names makes the picture higher, and differs in colour or dash as long as it can."""
    svg = plot_svg(MANY)
    assert [spec.name for spec in MANY if f">{spec.name}<" not in svg] == []
    assert int(ElementTree.fromstring(svg).attrib["height"]) > 400
    looks = re.findall(r'<path class="(c\d)" stroke-width="[\d.]+"( stroke-dasharray="[^"]*")?[^>]* d="M[\d.,]+h', svg)
    assert len(set(looks)) == 36


def test_a_numeric_sweep_has_a_ramp_of_colors() -> None:
    """Its curves have colours in the order of the values, all different, and no dashes; a list of words has not."""
    arguments = ("plot", "{lr: 0.1, epochs: 9, schedule: {type: cosine}}", "-f", "svg", "--theme", "light")
    svg = run_cli(*arguments, "--sweep", "schedule.eta_min=0:0.08:14").stdout
    colors = re.findall(r"\.r\d+\{stroke:#(..)(..)(..)\}", svg)
    assert (len(set(colors)), "stroke-dasharray" in svg) == (14, False)
    luminance = [0.2126 * int(r, 16) + 0.7152 * int(g, 16) + 0.0722 * int(b, 16) for r, g, b in colors]
    assert luminance == sorted(luminance)
    assert ">eta_min=0.0738<" in svg
    assert ".r0" not in run_cli(*arguments, "--sweep", "schedule.type=cosine,linear,constant").stdout


def test_metric_has_a_panel() -> None:
    """A plateau's metric is drawn under the learning rate, on the same x axis."""
    svg = plot_svg((PLATEAU,))
    assert ">metric<" in svg
    lr, metric = curve_paths(svg)
    assert corners(lr)[0][0] == corners(metric)[0][0]
    assert max(corners(lr)[1]) < min(corners(metric)[1])


def test_metric_is_joined_by_slopes_and_has_a_third_of_the_height() -> None:
    """What was measured once an epoch does not jump between two epochs: no piece of its path is upright."""
    metric = curve_paths(plot_svg((PLATEAU,)))[-1]
    assert "V" not in metric
    axes = re.findall(r'class="axis" d="M[\d.]+,([\d.]+)H', plot_svg((PLATEAU,)))
    floors = [float(y) for y in axes]
    assert abs(3 * (floors[1] - floors[0] - 36) - (floors[1] - 68)) < 1


@pytest.mark.parametrize("width", [240, 320, 480])
def test_a_narrow_picture_holds_its_caption(width: int) -> None:
    """All the facts are there, in more rows where one is too long for the width."""
    texts = re.findall(r'<text x="20" y="[\d.]+">([^<]*)</text>', plot_svg((STEP,), width=width))
    assert "mean 0.037" in " · ".join(texts)
    assert max(map(text_width, texts)) <= width - 40


def test_steps_are_a_second_axis() -> None:
    """Where both are known, steps stand under the epochs at round numbers of their own."""
    labels = re.findall(r">([\w.]+)</text>", plot_svg((STEP,)))
    assert [label for label in ("epoch", "step", "90", "50k", "450k") if label not in labels] == []


def test_size_does_not_grow_with_the_run() -> None:
    """A billion steps are a few kilobytes, and so are a thousand cycles."""
    cycles = Spec("cyclic", (Group(None, None, schedule("cyclic", base_lr=0.0, max_lr=0.1, step_size_up=500)),), 10**6)
    assert len(plot_svg((HUGE,))) < 5_000
    assert len(plot_svg((replace(cycles, interval="step"),))) < 40_000


def test_simplified_stays_near() -> None:
    """What is left out of a path is nearer to it than an eye can see."""
    points = [(x / 4, 100 * math.sin(x / 40)) for x in range(400)]
    kept = simplified(points)
    assert len(kept) < 60
    assert (kept[0], kept[-1]) == (points[0], points[-1])


def test_chart_without_any_value() -> None:
    """Nothing to draw is an empty frame that says so."""
    chart = Chart("gone", (Line("gone", (), None),), "epoch", 0, 9)
    assert "no value" in render_svg(chart)
    assert "<td>no value</td>" in render_html(chart)


def test_html_is_a_page_of_its_own() -> None:
    """The page holds the picture, the facts of each curve and the notes, and asks for nothing else."""
    text = page(GAMMA, ["mind the gamma"], "dark")
    assert text.startswith("<!DOCTYPE html>")
    assert "<td>step4@torch-1.1:get_lr</td><td>0.001</td>" in text
    assert "<p>mind the gamma</p>" in text
    assert [word for word in ("src=", "href=", "url(h", "@import", "prefers") if word in text] == []
    assert "<th>curve</th>" not in page((STEP,))


def test_a_curve_draws_itself() -> None:
    """A notebook shows a curve as its picture; the renderer is imported only then."""
    code = (
        "import sys, lrcli\n"
        "curve = lrcli.evaluate(lrcli.load('{lr: 0.1, epochs: 9, schedule: {type: cosine}}'))\n"
        "before = 'lrcli.render.svg' in sys.modules\n"
        "print(before, curve._repr_svg_()[:4], 'plotext' in sys.modules)"
    )
    assert "False <svg False\n" == printed_by(code)
    curve = lrcli.evaluate(STEP)
    assert curve._repr_svg_() == plot_svg((STEP,))


@pytest.mark.parametrize(
    ("ending", "start"),
    [(".svg", "<svg"), (".SVG", "<svg"), (".html", "<!DOCTYPE"), (".htm", "<!DOCTYPE"), (".txt", "a:"), ("", "a:")],
)
def test_format_by_ending(ending: str, start: str, tmp_path: Path) -> None:
    """The file's ending says what is written into it."""
    file = tmp_path / f"picture{ending}"
    outcome = run_cli("plot", "{name: a, lr: 0.1, epochs: 9, schedule: {type: cosine}}", "-o", str(file))
    assert (outcome.status, outcome.stdout, outcome.stderr) == (0, "", "")
    assert file.read_text("utf-8").startswith(start)


def test_failure_leaves_the_old_picture(tmp_path: Path) -> None:
    """A spec that cannot be drawn does not touch the file."""
    file = tmp_path / "picture.svg"
    file.write_text("old")
    assert run_cli("plot", "{lr: 0.1, epochs: 0}", "-o", str(file)).status == 2
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("picture.svg", "old")]


def test_a_dense_curve_is_a_band() -> None:
    """A curve that turns at every pixel is one filled shape of a few corners, not thousands of strokes."""
    dense = one("dense", "cosine_restarts", 10**9, T_0=1000, about={"interval": "step"})
    text = plot_svg((dense, one("plain", "constant", 10**9, about={"interval": "step"})))
    assert len(text) < 5_000
    (band,) = re.findall(r'fill-opacity=".6" d="([^"]*)Z"', text)
    assert band.count("L") + band.count("H") + band.count("V") < 20
