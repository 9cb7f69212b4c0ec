"""`lrcli solve`: the value of one key that gives a learning rate at a step."""

from __future__ import annotations

import math
import shlex
from collections.abc import Iterator
from typing import Annotated

from typer import Argument, Option

from lrcli.cli.command import make_command
from lrcli.cli.environment import Environment, ExitStatus
from lrcli.cli.load import load_declared, named_row
from lrcli.cli.options import OneSpec, Quiet, SpecOptions
from lrcli.cli.output import Output
from lrcli.errors import LrcliError
from lrcli.infer.limits import NEAR_DOUBLE
from lrcli.infer.solve import Solved
from lrcli.infer.solve import solve as solve_key
from lrcli.render import Formats, json_document
from lrcli.series import series_of


def solve(
    env: Environment,
    spec: OneSpec,
    key: Annotated[
        str,
        Argument(metavar="KEY", show_default=False, help="As --set has it (schedule.gamma), or its end (gamma)."),
    ],
    spec_options: SpecOptions,
    output: Output,
    wanted: Annotated[
        str,
        Option(..., "--at", metavar="STEP=LR", show_default=False, help="STEP may carry a unit: 100=1e-6, 50%=3e-4."),
    ],
    quiet: Quiet = False,
) -> ExitStatus:
    """Find the value of one key that gives a learning rate at a step.

    Prints the value, and the --set that makes it so; of a choice or a flag the word. Of several values the nearest to
    the spec's own comes first. Exits with 1 if there is none.
    """
    step, equals, text = wanted.partition("=")
    try:
        lr = float(text) if equals else math.nan
    except ValueError:
        lr = math.nan
    if not math.isfinite(lr):
        raise LrcliError(f"--at wants STEP=LR, e.g. 100=1e-6. Received: {wanted!r}")
    (declared,) = load_declared(env, [spec], spec_options)
    run = series_of(declared.spec)
    row = named_row(step, run, "--at")
    solved = solve_key(declared, key, row, lr)
    if not solved.changes:
        env.error(f"lrcli: {_none(solved, run.unit, row, lr)}")
        return ExitStatus.DIFFERENT
    for i, (change, lr_there) in enumerate(solved.changes if solved.key.kind != "words" else ()):
        if lr_there != lr:
            why = ", in single precision" if lr_there and abs(lr_there - lr) > NEAR_DOUBLE * abs(lr or 1) else ""
            env.note(f"{'' if i else 'nearest: '}{run.unit} {row} has {lr_there!r} with {change.setting}{why}")
    if row > run.stop:
        env.note(f"{run.unit} {row} is past the end of the run of {run.stop} that {run.name} has")
    output.write(_json(solved, run.unit, row) if output.format == "json" else _text(solved))
    return ExitStatus.OK


def _text(solved: Solved) -> Iterator[str]:
    for change, _ in solved.changes:
        yield f"{change.value}\n--set {shlex.quote(change.setting)}\n"


def _json(solved: Solved, unit: str, row: int) -> Iterator[str]:
    rows = [
        {"key": change.key, "was": change.was, "is": change.value, unit: row, "lr": lr} for change, lr in solved.changes
    ]
    yield json_document(rows)


def _none(solved: Solved, unit: str, row: int, lr: float) -> str:
    """Why there is no value."""
    text = f"no value of {solved.key.path} gives {lr!r} at {unit} {row}"
    if solved.beside:
        return text + ": " + ", ".join(f"{change.value} gives {lr_there:.6g}" for change, lr_there in solved.beside)
    if solved.seen is not None:
        low, high = (f"{lr_there:.6g}" for lr_there in solved.seen)
        text += f": it is {f'from {low} to {high}' if low != high else low} there with every value that was tried"
    return text


command = make_command(
    solve,
    formats=Formats("text", ("json",), prose=("text",)),
    examples=[
        ("lrcli solve exp.yaml gamma --at 100=1e-6", "which gamma comes down to 1e-6 in 100 epochs"),
        ("lrcli solve train.yaml lr --at 50%=3e-4", "which base learning rate is 3e-4 half-way"),
        ("lrcli solve train.yaml warmup.for --at 1000=1e-4 --format json", "for a program"),
    ],
)
