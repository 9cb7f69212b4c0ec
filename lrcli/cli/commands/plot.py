"""`lrcli plot`: the curves as a picture in the terminal."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

from lrcli.align import curve_names
from lrcli.cli.command import make_command
from lrcli.cli.environment import Environment
from lrcli.cli.load import load_specs
from lrcli.cli.notes import tell_notes
from lrcli.cli.options import OutputOptions, Quiet, Range, SpecOptions, Specs, SweepOptions, picture_option
from lrcli.cli.output import Output
from lrcli.cli.progress import Progress
from lrcli.curve import first_row, notes
from lrcli.errors import LrcliError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lrcli.spec import Spec


def plot(
    env: Environment,
    specs: Specs,
    spec_options: SpecOptions,
    sweep_options: SweepOptions,
    output_options: OutputOptions,
    quiet: Quiet = False,
    range: Range = None,
    log: Annotated[bool, picture_option("--log", help="A logarithmic learning-rate axis.")] = False,
    width: Annotated[
        int | None,
        picture_option("--width", min=10, max=10_000, metavar="N", help="Columns (default: all)."),
    ] = None,
    height: Annotated[
        int | None, picture_option("--height", min=4, max=1_000, metavar="N", help="Lines (default: all).")
    ] = None,
    ascii: Annotated[bool, picture_option("--ascii", help="Draw with ASCII characters only.")] = False,
) -> None:
    """Draw the learning rates of one or several specs.

    All curves are in one picture, as wide and high as the terminal; below it a line of facts about each.
    """
    loaded = load_specs(env, specs, spec_options, sweep_options.sweep)
    names = curve_names(loaded)
    loaded = tuple(replace(spec, name=name) for spec, name in zip(loaded, names, strict=True))
    ranges = None
    if range is not None:
        loaded, ranges = _within(env, range, loaded)
    from lrcli.render.plot import plot_specs

    output = Output(env, output_options.output)
    progress = Progress(env)
    try:
        picture = plot_specs(
            loaded,
            width=width or output.width,
            height=height or output.height,
            log=log,
            ascii=ascii or output.ascii,
            color=output.color,
            ranges=ranges,
            progress=progress,
        )
    finally:
        progress.erase()
    if not env.quiet:
        tell_notes(env, [(spec.name, notes(spec)) for spec in loaded])
    output.write([picture, "\n"])


def _within(env: Environment, text: str, specs: Sequence[Spec]) -> tuple[tuple[Spec, ...], list[tuple[int, int]]]:
    """The specs that have rows in `--range`, and those rows."""
    from lrcli.cli.positions import outside, rows_of

    shown: list[Spec] = []
    ranges: list[tuple[int, int]] = []
    for spec in specs:
        first = first_row(spec)
        rows = rows_of(text, spec, first)
        if rows:
            shown.append(spec)
            ranges.append((rows.start, rows.stop))
        elif len(specs) == 1:
            raise outside(text, spec, first)
        else:
            env.note(f"{spec.name}: {outside(text, spec, first)}")
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
    ],
)
