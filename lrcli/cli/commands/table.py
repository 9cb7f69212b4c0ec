"""`lrcli table`: the learning rate of every epoch or step."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

from lrcli.cli.command import make_command
from lrcli.cli.environment import Environment
from lrcli.cli.load import Axis, load_series, outside, rows_in_range, tell_notes
from lrcli.cli.options import CurveOptions, Digits, NoPager, Quiet, Range, Specs, digits_of, row_option
from lrcli.cli.output import Output
from lrcli.render.tables import TABLES
from lrcli.series.align import common_grid, curve_names
from lrcli.table.rows import tabulate

if TYPE_CHECKING:
    from lrcli.series import Series


def table(
    env: Environment,
    specs: Specs,
    options: CurveOptions,
    output: Output,
    quiet: Quiet = False,
    range: Range = None,
    every: Annotated[int, row_option("--every", min=1, metavar="N", help="Only every N-th row.")] = 1,
    changes: Annotated[bool, row_option("--changes", help="Only the rows in which a learning rate changes.")] = False,
    events: Annotated[
        bool | None,
        row_option("--events/--no-events", help="A column that says what happens (default: in people's formats)."),
    ] = None,
    momentum: Annotated[
        bool | None,
        row_option(
            "--momentum/--no-momentum",
            help="A column with the momentum where one_cycle or cyclic moves it (default: in people's formats).",
        ),
    ] = None,
    digits: Digits = None,
    no_pager: NoPager = False,
) -> None:
    """Print a table of the learning rate in every epoch or step.

    Several specs stand side by side. table, plain and markdown are for people: rounded, with what happens in each row;
    csv, tsv, json and jsonl are for programs: every digit, and the same on every terminal.
    """
    format = TABLES.module(output.format)
    style = output.style(digits_of(digits, 6))
    loaded = load_series(env, specs, options)
    start, stop = _rows(range, loaded)
    rows = tabulate(
        loaded,
        start=start,
        stop=stop,
        every=every,
        changes=changes,
        events=not format.EXACT if events is None else events,
        momentum=not format.EXACT if momentum is None else momentum,
    )
    if momentum and not any(run.moving for run in loaded):
        env.note("nothing here moves the momentum")
    if digits is not None and format.EXACT:
        env.note(f"--digits is for people: {output.format} holds every digit")
    if not env.quiet:
        names = curve_names(loaded)
        tell_notes(env, [(name, run.notes()) for name, run in zip(names, loaded, strict=True)])
    output.write(format.write(rows, style), whole=rows.complete, paged=not no_pager)


def _rows(text: str | None, runs: "Sequence[Series]") -> tuple[int | None, int | None]:
    if text is None:
        return None, None
    # the table's rows are steps as soon as one run counts steps
    grid = common_grid(runs)
    axis = Axis(grid.unit, grid.start, grid.stop, next((r.steps_per_epoch for r in runs if r.steps_per_epoch), None))
    rows = rows_in_range(text, axis)
    if not rows:
        raise outside(text, axis)
    return rows.start, rows.stop


command = make_command(
    table,
    formats=TABLES,
    examples=[
        ("lrcli table step.yaml", "every epoch, and what happens in it"),
        ("lrcli table step.yaml@torch-1.1 --changes", "what PyTorch 1.1 computes, only where it changes"),
        ("lrcli table a.yaml b.yaml --range 10:20", "two schedules side by side"),
        ("lrcli table step.yaml --sweep schedule.gamma=0.1,0.5", "one column per gamma"),
        ("lrcli table step.yaml --format csv -o lr.csv", "every digit, for a program"),
    ],
)
