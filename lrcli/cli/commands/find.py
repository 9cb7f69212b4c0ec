"""`lrcli find`: which learning rate a range test suggests, by the rules of four tools."""

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated

from lrcli.cli.command import make_command
from lrcli.cli.environment import Environment, ExitStatus
from lrcli.cli.options import (
    Digits,
    LogColumns,
    Options,
    Quiet,
    digits_of,
    log_argument,
    picture_option,
    row_option,
)
from lrcli.cli.output import Output
from lrcli.errors import LrcliError
from lrcli.find import points_of
from lrcli.find.report import FindOptions
from lrcli.find.report import find as find_in
from lrcli.frameworks.finders import by_finder
from lrcli.logs.read import read_log
from lrcli.reader.source import split_column
from lrcli.render.find import warnings, write_find_report
from lrcli.render.tables import TABLES
from lrcli.values import dataclass


@dataclass(frozen=True)
class RangeTestColumns(Options):
    loss: Annotated[str | None, row_option("--loss", metavar="COLUMN", help="The column of losses.")] = None
    run: Annotated[
        int | None, row_option("--run", min=1, metavar="N", help="Of several runs in one log (default: the longest).")
    ] = None


@dataclass(frozen=True)
class PointOptions(Options):
    skip_start: Annotated[
        int | None,
        row_option(
            "--skip-start",
            min=0,
            metavar="N",
            help=f"Points left out at the start (default: {by_finder(lambda finder: finder.skip_start)}).",
        ),
    ] = None
    skip_end: Annotated[
        int | None,
        row_option(
            "--skip-end",
            min=0,
            metavar="N",
            help=f"Points left out at the end (default: {by_finder(lambda finder: finder.skip_end)}).",
        ),
    ] = None
    smooth: Annotated[
        str,
        row_option(
            "--smooth",
            metavar="none|own|BETA",
            help="The losses are raw: smooth them as each tool's own loop does, or all with one BETA (default: none).",
        ),
    ] = "none"
    stop_loss: Annotated[
        float | None,
        row_option("--stop-loss", metavar="X", help="Stop at a loss above X times the best (loops use 4 or 5)."),
    ] = None
    stop_lr: Annotated[
        float | None, row_option("--stop-lr", metavar="X", help="Stop before a learning rate above X (many use 1).")
    ] = None

    def checked(self) -> FindOptions:
        smooth: str | float = self.smooth
        if smooth not in ("none", "own"):
            try:
                smooth = float(smooth)
            except ValueError:
                smooth = math.nan
            if not 0 <= smooth < 1:
                raise LrcliError(f"--smooth wants none, own, or a number from 0 to below 1. Received: {self.smooth!r}")
        for name, value in (("--stop-loss", self.stop_loss), ("--stop-lr", self.stop_lr)):
            least = 1.0 if name == "--stop-loss" else 0.0
            if value is not None and not value > least:
                raise LrcliError(f"{name} wants a number above {least:g}. Received: {value!r}")
        return FindOptions(self.skip_start, self.skip_end, smooth, self.stop_loss, self.stop_lr)


@dataclass(frozen=True)
class PlotOptions(Options):
    plot: Annotated[bool, picture_option("--plot", help="Draw loss over learning rate below the table.")] = False
    width: Annotated[
        int | None, picture_option("--width", min=10, max=10_000, metavar="N", help="Columns (default: all).")
    ] = None
    height: Annotated[
        int | None, picture_option("--height", min=4, max=1_000, metavar="N", help="Lines (default: all).")
    ] = None
    ascii: Annotated[bool, picture_option("--ascii", help="Draw with ASCII characters only.")] = False


def find(
    env: Environment,
    log: Annotated[
        str,
        log_argument(
            help="A log of a range test: CSV, TSV, JSON or JSON lines, '-' for stdin; LOG:COLUMN names the LR column."
        ),
    ],
    log_columns: LogColumns,
    test: RangeTestColumns,
    point_options: PointOptions,
    plot_options: PlotOptions,
    output: Output,
    quiet: Quiet = False,
    digits: Digits = None,
) -> ExitStatus:
    """Suggest a learning rate from a range test.

    The rules of four tools stand side by side. The log holds the learning rate and the loss of each step while the
    learning rate rises. Exits with 0 if there is a suggestion, 1 if none can be given honestly (the loss does not fall,
    or there are too few points), 2 on trouble.
    """
    exact = TABLES.module(output.format).EXACT
    if plot_options.plot and exact:
        raise LrcliError(f"--plot draws below the table, not into {output.format}")
    plain = plot_options.ascii or output.ascii
    style = replace(output.style(digits_of(digits, 6)), width=plot_options.width or output.width, ascii=plain)
    options = point_options.checked()
    if digits is not None and exact:
        env.note(f"--digits is for people: {output.format} holds every digit")
    path, _ = split_column(log)
    read = read_log(log, inputs=env.inputs, request=log_columns.request)
    points = points_of(read, test.loss, test.run, "<stdin>" if path == "-" else path)
    for remark in (*read.remarks, *points.remarks):
        env.note(f"{points.name}: {remark}")
    report = find_in(points, options)
    if report.stopped:
        env.note(f"{points.name}: stopped after {len(report.points)} of {len(points)} points")

    def text() -> Iterator[str]:
        yield from write_find_report(report, output.format, style)
        if plot_options.plot:
            from lrcli.render.find_plot import plot_report

            picture = plot_report(
                report, width=style.width, height=plot_options.height or output.height, ascii=plain, color=output.color
            )
            yield f"\n{picture}\n"

    for warning in warnings(report, style.digits):
        env.warn(f"{points.name}: {warning}")
    output.write(text())
    return ExitStatus.OK if report.honest else ExitStatus.DIFFERENT


command = make_command(
    find,
    formats=TABLES,
    examples=[
        ("lrcli find range_test.csv --plot", "all suggestions, marked on the curve"),
        ("lrcli find run.jsonl:opt/lr --loss train/loss", "columns by name"),
        ("lrcli find raw.csv --smooth own --stop-loss 4", "raw losses of a loop that did not stop by itself"),
    ],
)
