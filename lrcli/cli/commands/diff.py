"""`lrcli diff`: where two runs use another learning rate, with diff(1)'s exit codes."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated

from typer import Argument

from lrcli.cli.command import make_command
from lrcli.cli.environment import Environment, ExitStatus
from lrcli.cli.load import load_declared, load_series, tell_notes
from lrcli.cli.options import Digits, NoPager, RunOptions, comparison_option, digits_of, output_option, row_option
from lrcli.cli.output import Output
from lrcli.comparison.difference import compare
from lrcli.errors import LrcliError
from lrcli.render.diff import DIFFERENCES, write_diff
from lrcli.series import Series, series_of
from lrcli.series.align import curve_names


def diff(
    env: Environment,
    a: Annotated[str, Argument(metavar="A", show_default=False, help="A SPEC, as for table: a file, '-' or inline.")],
    options: RunOptions,
    output: Output,
    b: Annotated[
        str | None,
        Argument(
            metavar="[B]", show_default=False, help="Left out: A before --set, or A's formula against its replay."
        ),
    ] = None,
    all: Annotated[bool, row_option("--all", help="Every row, not only those that differ.")] = False,
    context: Annotated[int, row_option("--context", min=0, metavar="N", help="Also N rows around those.")] = 0,
    rtol: Annotated[
        float | None, comparison_option("--rtol", metavar="X", help="Relative tolerance (default 1e-9).")
    ] = None,
    atol: Annotated[
        float | None,
        comparison_option("--atol", metavar="X", help="Absolute tolerance (default 1e-12 times the largest LR)."),
    ] = None,
    exact: Annotated[bool, comparison_option("--exact", help="Every bit counts.")] = False,
    momentum: Annotated[
        bool, comparison_option("--momentum", help="Compare the momentum, instead of the learning rate.")
    ] = False,
    silent: Annotated[bool, output_option("-q", "--silent", help="Print nothing: the exit code tells.")] = False,
    quiet: Annotated[bool, output_option("--quiet", help="No notes on stderr.")] = False,
    plot: Annotated[bool, output_option("--plot", help="Draw both curves below the report.")] = False,
    digits: Digits = None,
    no_pager: NoPager = False,
) -> ExitStatus:
    """Compare two runs, or a formula with its replay.

    Prints the rows that differ and a summary. Exits with 0 if the runs are the same, 1 if they differ, 2 on trouble.
    """
    env.quiet = quiet or silent
    _check_tolerances(rtol, atol, exact)
    style = output.style(digits_of(digits, None))
    if plot and output.format != "text":
        raise LrcliError(f"--plot draws below the text report, not into {output.format}")
    runs = _both(env, a, b, options)
    if b is None:
        runs = tuple(run.renamed(name) for run, name in zip(runs, curve_names(runs), strict=True))
    if momentum:
        if not any(run.moving for run in runs):
            raise LrcliError("--momentum compares what one_cycle or cyclic moves: neither run has such a schedule")
        runs = tuple(run.showing_momentum() for run in runs)
    difference = compare(*runs, rtol=rtol, atol=atol, exact=exact, context=None if all else context)
    status = ExitStatus.OK if difference.same else ExitStatus.DIFFERENT
    if silent:
        return status
    tell_notes(env, [(side.name, side.notes) for side in (difference.a, difference.b)])

    def text() -> Iterator[str]:
        yield from write_diff(difference, output.format, style, fit_digits=digits is None)
        if plot:
            from lrcli.render.chart import Look, Picture
            from lrcli.render.pictures.text import draw

            yield "\n"
            look = Look(columns=output.width, lines=output.height, ascii=output.ascii, color=output.color)
            yield draw(Picture(runs, look)) + "\n"

    output.write(text(), paged=not no_pager)
    return status


def _both(env: Environment, a: str, b: str | None, options: RunOptions) -> tuple[Series, ...]:
    """The two runs; with one argument it without and with what --set changes, else its formula and its replay."""
    changes = [*(options.set or ()), *([f"lr={options.lr}"] if options.lr is not None else [])]
    if b is not None:
        runs = load_series(env, [a, b], options)
        if changes and not any(run.is_record for run in runs):
            env.note(f"--set {changes[0]} changes both A and B")
        return runs
    if changes and options.emulate is None:
        (before,) = load_series(env, [a], replace(options, set=None, lr=None))
        (after,) = load_series(env, [a], options)
        return before, after.renamed(f"{after.name} {' '.join(changes)}")
    (declared,) = load_declared(env, [a], options)
    replay = declared.spec
    if replay.emulation is None:
        raise LrcliError(
            "diff wants a second SPEC, --set KEY=VALUE to see what a change does,"
            " or --emulate VERSION to compare the formula with a replay"
        )
    return series_of(replace(replay, emulation=None)), series_of(replay)


def _check_tolerances(rtol: float | None, atol: float | None, exact: bool) -> None:
    if exact and (rtol is not None or atol is not None):
        raise LrcliError("--exact and a tolerance exclude each other")
    for name, value in (("--rtol", rtol), ("--atol", atol)):
        if value is not None and not 0 <= value < float("inf"):
            raise LrcliError(f"{name} wants a number of at least 0. Received: {value!r}")


command = make_command(
    diff,
    formats=DIFFERENCES,
    examples=[
        ("lrcli diff old.yaml new.yaml", "what a change to a schedule does"),
        ("lrcli diff step.yaml --set schedule.gamma=0.5", "what does this change do?"),
        ("lrcli diff step.yaml --emulate torch-1.1", "a schedule's formula against what PyTorch 1.1 shows"),
        ("lrcli diff step.yaml@torch-1.3 step.yaml@torch-2.4 --exact", "two releases, to the bit"),
        ("lrcli diff -q old.yaml new.yaml || echo changed", "in a script"),
    ],
)
