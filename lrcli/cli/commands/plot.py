"""`lrcli plot`: the curves as a picture, in the terminal or as SVG and HTML."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal

from lrcli.cli.command import make_command
from lrcli.cli.environment import MOST_COLUMNS, MOST_LINES, Environment
from lrcli.cli.load import load_series
from lrcli.cli.notes import tell_notes, told_once
from lrcli.cli.options import (
    LogOptions,
    OutputOptions,
    Quiet,
    Range,
    SpecOptions,
    Specs,
    SweepOptions,
    output_option,
    picture_option,
)
from lrcli.cli.output import Output
from lrcli.errors import LrcliError
from lrcli.series.names import curve_names
from lrcli.values import dataclass

if TYPE_CHECKING:
    from lrcli.reader import Declared
    from lrcli.series import Series

Format = Literal["text", "svg", "html", "png", "pdf"]
Theme = Literal["auto", "light", "dark"]
XAxisOption = Literal["auto", "percent"]

PICTURES = ("svg", "html", "png", "pdf")
_NARROWEST = 240
"""Pixels."""


def plot(
    env: Environment,
    specs: Specs,
    spec_options: SpecOptions,
    log_options: LogOptions,
    sweep_options: SweepOptions,
    output_options: OutputOptions,
    quiet: Quiet = False,
    range: Range = None,
    x: Annotated[
        XAxisOption, picture_option("--x", help="percent: of each run, so that runs of different lengths compare.")
    ] = "auto",
    log: Annotated[bool, picture_option("--log", help="A logarithmic learning-rate axis.")] = False,
    title: Annotated[str | None, picture_option("--title", metavar="TEXT", help="The title of the picture.")] = None,
    width: Annotated[
        int | None,
        picture_option("--width", min=10, max=10_000, metavar="N", help="Columns (default: all); pixels of an SVG."),
    ] = None,
    height: Annotated[
        int | None,
        picture_option("--height", min=4, max=2_000, metavar="N", help="Lines (default: all); pixels of an SVG."),
    ] = None,
    ascii: Annotated[bool, picture_option("--ascii", help="Draw with ASCII characters only.")] = False,
    theme: Annotated[
        Theme | None, picture_option("--theme", help="Colours of an SVG; auto (default) follows its reader.")
    ] = None,
    scale: Annotated[
        float | None, picture_option("--scale", metavar="X", help="Pixels of a PNG for one of the SVG (default 2).")
    ] = None,
    watch: Annotated[
        bool, picture_option("--watch", help="Draw again whenever a file is saved or stdin grows, until q.")
    ] = False,
    format: Annotated[
        Format | None, output_option("--format", "-f", help="Default: by FILE's ending, else text.")
    ] = None,
) -> None:
    """Draw the learning rates of one or several specs.

    All curves are in one picture, as wide and high as the terminal; below it a line of facts about each. Into a file
    called .svg or .html it is a vector picture, for a README or a review; .png needs the extra lrcli[png],
    .pdf lrcli[pdf].
    """
    output = Output(env, output_options.output)
    if watch and format in PICTURES:
        raise LrcliError(f"--watch draws text, not {format}")
    look = Look(output.choose(format, PICTURES, "text"), log, title, width, height, ascii, theme, scale)

    def load(env: Environment) -> Loaded:
        declared: list[Declared] = []
        runs = load_series(env, specs, spec_options, log_options, sweep_options.sweep, declared)
        return _load(env, runs, range, x, declared)

    if watch:
        from lrcli.cli.watch import Watch, check_watchable, followed

        check_watchable(env, specs, spec_options.metric, output_options.output)
        stdin = followed(env, specs, spec_options.metric)
        env.hide_progress()
        Watch(env, specs, load, lambda env, loaded: look.draw(loaded, Output(env)), stdin).run()
        return
    picture = look.draw(load(env), output)
    if look.format == "png":
        from lrcli.render.png import SCALE, render_png

        output.write_bytes(render_png(picture, SCALE if scale is None else scale))
        return
    if look.format == "pdf":
        from lrcli.render.pdf import render_pdf

        output.write_bytes(render_pdf(picture))
        return
    output.write([picture, "\n"])


@dataclass(frozen=True)
class Loaded:
    """The runs to draw, each with a name of its own, the rows to draw of each (None: all), and what to say of them.

    percent: whether the x axis is the share of each run. declared: what the specs were read from.
    """

    runs: "tuple[Series, ...]"
    ranges: list[tuple[int, int]] | None
    notes: list[str]
    percent: bool
    declared: "Sequence[Declared]"


@dataclass(frozen=True)
class Look:
    """What the options say about the picture."""

    format: str
    log: bool
    title: str | None
    width: int | None
    height: int | None
    ascii: bool
    theme: str | None
    scale: float | None = None

    def __post_init__(self) -> None:
        if self.scale is not None and self.format != "png":
            raise LrcliError(f"--scale is for png, not for {self.format}")
        if self.scale is not None and not 0.1 <= self.scale <= 10:
            raise LrcliError(f"--scale wants a number from 0.1 to 10. Received: {self.scale!r}")
        if self.format == "text":
            if self.theme:
                raise LrcliError("--theme is for svg and html, not for text")
            for name, size, most in (("--width", self.width, MOST_COLUMNS), ("--height", self.height, MOST_LINES)):
                if size is not None and size > most:
                    raise LrcliError(f"{name} of text is at most {most}. Received: {size}")
            return
        if self.ascii:
            raise LrcliError(f"--ascii is for text, not for {self.format}")
        if self.width is not None and self.width < _NARROWEST:
            raise LrcliError(f"--width of {self.format} wants at least {_NARROWEST} pixels. Received: {self.width}")

    def draw(self, loaded: Loaded, output: Output) -> str:
        """The picture as text, without a newline at its end."""
        runs = loaded.runs
        about: dict[str, Any] = {
            "log": self.log,
            "title": self.title,
            "ranges": loaded.ranges,
            "percent": loaded.percent,
        }
        if self.format == "text":
            from lrcli.render.plot import plot_specs

            return plot_specs(
                runs,
                width=self.width or output.width,
                height=self.height or output.height,
                ascii=self.ascii or output.ascii,
                color=output.color,
                **about,
            )
        from lrcli.render.chart import chart_of
        from lrcli.render.svg import HEIGHT, WIDTH, columns_of, render_svg

        width, height, theme = self.width or WIDTH, self.height or HEIGHT, self.theme or "auto"
        chart = chart_of(runs, columns=columns_of(width), **about)
        if self.format in ("png", "pdf") and theme == "auto":
            theme = "light"  # they follow no reader
        if self.format != "html":
            return render_svg(chart, width=width, height=height, theme=theme)
        from lrcli.cli.page import events_of, spec_texts
        from lrcli.render.html import About, render_html

        page = About(loaded.notes, events_of(chart, runs), spec_texts(loaded.declared))
        return render_html(chart, page, width=width, height=height, theme=theme)


def _load(
    env: Environment, runs: "Sequence[Series]", rows: str | None, x: str, declared: "Sequence[Declared]"
) -> Loaded:
    """The runs with what there is to say of them, which is told."""
    runs = tuple(run.renamed(name) for run, name in zip(runs, curve_names(runs), strict=True))
    ranges = None
    if rows is not None:
        runs, ranges = _within(env, rows, runs)
    about = [] if env.quiet else [(run.name, run.notes()) for run in runs]
    tell_notes(env, about)
    notes = told_once(about)
    apart = "" if x == "percent" else _what_parts(runs)
    if apart:
        env.note(apart)
        notes += [] if env.quiet else [apart]
    return Loaded(runs, ranges, notes, x == "percent" or bool(apart), declared)


def _what_parts(runs: "Sequence[Series]") -> str:
    """Why the runs share no axis of epochs or steps; "" where they do."""
    from lrcli.series.align import common_grid

    try:
        common_grid(runs)
    except LrcliError as exc:
        return f"{exc}; here x is the percent of each run"
    return ""


def _within(
    env: Environment, text: str, runs: "Sequence[Series]"
) -> "tuple[tuple[Series, ...], list[tuple[int, int]]]":
    """The runs that have rows in `--range`, and those rows."""
    from lrcli.cli.positions import outside, rows_in_range

    shown: list[Series] = []
    ranges: list[tuple[int, int]] = []
    for run in runs:
        rows = rows_in_range(text, run)
        if rows:
            shown.append(run)
            ranges.append((rows.start, rows.stop))
        elif len(runs) == 1:
            raise outside(text, run)
        else:
            env.note(f"{run.name}: {outside(text, run)}")
    if not shown:
        raise LrcliError(f"--range {text} holds no row of any spec")
    return tuple(shown), ranges


command = make_command(
    plot,
    examples=[
        ("lrcli plot cosine.yaml", "one curve"),
        ("lrcli plot step.yaml step.yaml@torch-1.1 --log", "a schedule and what PyTorch 1.1 makes of it"),
        ("lrcli plot cosine.yaml --sweep schedule.eta_min=0,1e-3,1e-2", "one curve per value"),
        ("lrcli plot '{lr: 0.1, epochs: 90, schedule: {type: cosine}}'", "without a file"),
        ("lrcli plot cosine.yaml -o cosine.svg", "a vector picture for a README; .html is a page with the numbers"),
        ("lrcli plot cosine.yaml --watch", "beside an editor: every save is drawn"),
    ],
)
