"""`lrcli plot`: the curves as a picture, in the terminal or as SVG and HTML."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any, Literal

from lrcli.cli.command import make_command
from lrcli.cli.environment import Environment
from lrcli.cli.load import LoadedRun, load_runs, notes_in_words, outside, rows_in_range
from lrcli.cli.options import CurveOptions, Quiet, Range, Specs, picture_option
from lrcli.cli.output import Output
from lrcli.errors import LrcliError
from lrcli.render.chart import Look, Picture
from lrcli.render.pictures import PICTURES, check_options
from lrcli.series.align import common_grid, curve_names

if TYPE_CHECKING:
    from lrcli.series import Series


def plot(
    env: Environment,
    specs: Specs,
    options: CurveOptions,
    output: Output,
    quiet: Quiet = False,
    range: Range = None,
    x: Annotated[
        Literal["auto", "percent"],
        picture_option("--x", help="percent: of each run, so that runs of different lengths compare."),
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
        Literal["auto", "light", "dark"] | None,
        picture_option("--theme", help="Colours of an SVG; auto (default) follows its reader."),
    ] = None,
    scale: Annotated[
        float | None, picture_option("--scale", metavar="X", help="Pixels of a PNG for one of the SVG (default 2).")
    ] = None,
    watch: Annotated[
        bool, picture_option("--watch", help="Draw again whenever a file is saved or stdin grows, until q.")
    ] = False,
) -> None:
    """Draw the learning rates of one or several specs.

    All curves are in one picture, as wide and high as the terminal; below it a line of facts about each. Into a file
    called .svg or .html it is a vector picture, for a README or a review; .png needs the extra lrcli[png],
    .pdf lrcli[pdf].
    """
    format = PICTURES.module(output.format)
    check_options(output.format, {"scale": scale, "theme": theme, "ascii": ascii, "width": width, "height": height})

    def load(env: Environment) -> Picture:
        loaded = load_runs(env, specs, options)
        return _picture(env, loaded, range, Look(title, log, width, height, theme, scale), x == "percent")

    def draw(picture: Picture, output: Output) -> Any:
        columns, lines, color = output.width, output.height, output.color
        look = replace(picture.look, columns=columns, lines=lines, ascii=ascii or output.ascii, color=color)
        return format.draw(replace(picture, look=look))

    if watch:
        from lrcli.cli.watch import watch_files

        if output.format != "text":
            raise LrcliError(f"--watch draws text, not {output.format}")
        watch_files(env, specs, options.metric, output.path, load, lambda env, drawn: str(draw(drawn, Output(env))))
        return
    drawing = draw(load(env), output)
    if isinstance(drawing, bytes):
        output.write_bytes(drawing)
    else:
        output.write([drawing, "\n"])


def _picture(env: Environment, loaded: Sequence[LoadedRun], rows: str | None, look: Look, percent: bool) -> Picture:
    """The picture of the runs with what there is to say of them, which is told."""
    runs = tuple(entry.run for entry in loaded)
    runs = tuple(run.renamed(name) for run, name in zip(runs, curve_names(runs), strict=True))
    ranges = None
    if rows is not None:
        runs, ranges = _within(env, rows, runs)
    notes = [] if env.quiet else notes_in_words([(run.name, run.notes()) for run in runs])
    apart = "" if percent else _what_parts(runs)
    if apart and not env.quiet:
        notes.append(apart)
    for note in notes:
        env.note(note)
    declared = [entry.declared for entry in loaded if entry.declared is not None]
    return Picture(runs, look, ranges, percent or bool(apart), notes, declared)


def _what_parts(runs: "Sequence[Series]") -> str:
    """Why the runs share no axis of epochs or steps; "" where they do."""
    try:
        common_grid(runs)
    except LrcliError as exc:
        return f"{exc}; here x is the percent of each run"
    return ""


def _within(
    env: Environment, text: str, runs: "Sequence[Series]"
) -> "tuple[tuple[Series, ...], list[tuple[int, int]]]":
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
    formats=PICTURES,
    examples=[
        ("lrcli plot cosine.yaml", "one curve"),
        ("lrcli plot step.yaml step.yaml@torch-1.1 --log", "a schedule and what PyTorch 1.1 makes of it"),
        ("lrcli plot cosine.yaml --sweep schedule.eta_min=0,1e-3,1e-2", "one curve per value"),
        ("lrcli plot '{lr: 0.1, epochs: 90, schedule: {type: cosine}}'", "without a file"),
        ("lrcli plot cosine.yaml -o cosine.svg", "a vector picture for a README; .html is a page with the numbers"),
        ("lrcli plot cosine.yaml --watch", "beside an editor: every save is drawn"),
    ],
)
