"""`lrcli at`: the learning rate at some steps, as bare numbers, or the first step at which it is below a number."""

import math
from bisect import bisect_left
from collections.abc import Sequence
from typing import Annotated

from typer import Argument

from lrcli.cli.command import make_command
from lrcli.cli.environment import Environment, ExitStatus
from lrcli.cli.load import load_series, named_row, tell_notes
from lrcli.cli.options import OneSpec, Quiet, RunOptions, row_option
from lrcli.cli.output import Output
from lrcli.errors import LrcliError
from lrcli.render import Formats
from lrcli.series import Series


def at(
    env: Environment,
    spec: OneSpec,
    options: RunOptions,
    output: Output,
    wanted: Annotated[
        list[str] | None,
        Argument(metavar="[STEP...]", show_default=False, help="As the spec counts, or with a unit: 30ep, 50%."),
    ] = None,
    quiet: Quiet = False,
    below: Annotated[
        float | None, row_option("--below", metavar="X", help="The first step at which the LR is below X.")
    ] = None,
    above: Annotated[
        float | None, row_option("--above", metavar="X", help="The first step at which the LR is above X.")
    ] = None,
    momentum: Annotated[
        bool, row_option("--momentum", help="The momentum that one_cycle or cyclic moves, instead of the LR.")
    ] = False,
) -> ExitStatus:
    """Print just the learning rates at some steps.

    One number a line, with every digit; the parameter groups are separated by tabs. A STEP may lie past the end of the
    run: the schedule simply goes on. --below X and --above X print the first step of the run at which the learning rate
    is that, and exit with 1 if it never is.
    """
    questions = [bool(wanted), below is not None, above is not None]
    if sum(questions) != 1:
        raise LrcliError("at wants STEPs, or --below X, or --above X" + (", one of them" if any(questions) else ""))
    (run,) = load_series(env, [spec], options)
    if momentum:
        if not run.moving:
            raise LrcliError(f"--momentum: {run.name} moves no momentum, only one_cycle and cyclic do")
        run = run.showing_momentum()
    if not wanted:
        return _first(env, output, run, below, above)
    rows = [named_row(text, run, "STEP") for text in wanted]
    for row in rows:
        if run.is_record:
            if row not in run.rows:
                raise LrcliError(f"{run.name} has no {run.unit} {row}: {_near(run.rows, row)}")
        elif row < run.start:
            raise LrcliError(f"the run resumes after {run.unit} {run.start - 1}: it has no {run.unit} {row}")
    distinct = sorted(set(rows))
    longer = run.until(max(run.stop, distinct[-1] + 1))
    groups = next(longer.at([distinct], stop=distinct[-1] + 1))
    tell_notes(env, [(run.name, run.notes())])
    past = [row for row in distinct if row >= run.stop and not run.is_record]
    if past:
        rest = " is" if len(past) == 1 else f" and {len(past) - 1} more are"
        env.note(f"{run.unit} {past[0]}{rest} past the end of the run of {run.stop}: the schedule just goes on")
    columns = [group[run.reading] for group in groups]
    values = {row: "\t".join(_number(column[i]) for column in columns) for i, row in enumerate(distinct)}
    output.write(values[row] + "\n" for row in rows)
    return ExitStatus.OK


def _near(rows: Sequence[int], row: int) -> str:
    """What was logged around a row that was not."""
    i = bisect_left(rows, row)
    return f"the nearest that was logged is {' and '.join(map(str, rows[max(i - 1, 0) : i + 1]))}"


def _first(env: Environment, output: Output, run: Series, below: float | None, above: float | None) -> ExitStatus:
    word, limit = ("below", below) if above is None else ("above", above)
    assert limit is not None
    if not math.isfinite(limit):
        raise LrcliError(f"--{word} wants a number. Received: {limit!r}")
    firsts = run.first_below(limit) if above is None else run.first_above(limit)
    tell_notes(env, [(run.name, run.notes())])
    never = [name for name, row in zip(run.groups, firsts, strict=True) if row is None]
    if len(never) < len(firsts):
        output.write(["\t".join("null" if row is None else str(row) for row in firsts) + "\n"])
    if never:
        of = f" of {', '.join(never)}" if len(never) < len(firsts) else ""
        what = "momentum" if run.reading == "momentum" else "learning rate"
        env.error(f"lrcli: the {what}{of} is never {word} {limit!r} in the {run.stop} {run.unit}s")
        return ExitStatus.DIFFERENT
    return ExitStatus.OK


def _number(value: float | None) -> str:
    return "null" if value is None else repr(value)


command = make_command(
    at,
    formats=Formats("tsv"),
    examples=[
        ("lrcli at cosine.yaml 0 50% 90", "at the start, half-way, and after the end of a run of 90 epochs"),
        (
            "lrcli at step.yaml --below 1e-3",
            "the first epoch at which the LR is below 0.001; exit code 1 if it never is",
        ),
        ("lrcli at step.yaml@torch-1.1:get_lr 4", "what get_lr() returned in PyTorch 1.1"),
    ],
)
