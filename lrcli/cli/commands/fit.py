"""`lrcli fit`: the simplest spec that gives the learning rates of a log."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from lrcli.cli.command import make_command
from lrcli.cli.environment import Environment, ExitStatus
from lrcli.cli.options import LogOptions, Quiet, StepsPerEpoch, log_argument
from lrcli.cli.output import Output
from lrcli.infer.fit import Fitted, fit_run
from lrcli.infer.numbers import check_magnitudes
from lrcli.logs import Log
from lrcli.logs.axis import in_steps
from lrcli.logs.read import read_log
from lrcli.logs.series import longest
from lrcli.reader.source import split_column
from lrcli.render.fit import FITTED, sentence, write_fit

MOST_RUNS = 12
"""At most so many runs of a log are fitted and listed."""


def fit(
    env: Environment,
    log: Annotated[
        str,
        log_argument(help="A log with learning rates, '-' for stdin; LOG:COLUMN names the learning-rate column."),
    ],
    log_options: LogOptions,
    output: Output,
    quiet: Quiet = False,
    steps_per_epoch: StepsPerEpoch = None,
) -> ExitStatus:
    """Infer the schedule behind a log.

    Looks for the simplest spec that gives the same learning rates.

    The spec is printed as YAML; its comments say what speaks for it and what the log does not determine. Of several
    runs in one log each is fitted, and the longest is printed. Exits with 0 if the spec gives every row at the log's
    own precision, 1 if no spec was found, 2 on trouble.
    """
    read = read_log(log, inputs=env.inputs, request=log_options.request)
    for remark in read.remarks:
        env.note(f"{read.name}: {remark}")
    if steps_per_epoch is not None:
        read = in_steps(read, steps_per_epoch)
    for rates in read.lrs.values():
        check_magnitudes(read.name, rates)
    runs = read.runs
    number = longest(read) if log_options.run is None else log_options.run
    result = fit_run(read, number, only=split_column(log)[1] is not None)
    result = replace(result, steps_per_epoch=steps_per_epoch or result.steps_per_epoch)
    if len(runs) > 1 and log_options.run is None:
        _tell_runs(env, read, number, result)
    for remark in result.remarks:
        env.note(f"{read.name}: {remark}")
    if result.candidate is None:
        env.warn(f"{read.name}: {sentence(result)}")
        if output.format == "json":
            output.write(write_fit(result, output.format))
        return ExitStatus.DIFFERENT
    output.write(write_fit(result, output.format))
    return ExitStatus.OK


def _tell_runs(env: Environment, log: Log, number: int, result: Fitted) -> None:
    """List every run with what it follows."""
    texts: dict[int, str] = {}
    runs = log.runs
    for n in sorted({*range(1, min(len(runs), MOST_RUNS) + 1), number}):
        fitted, run = result if n == number else fit_run(log, n), runs[n - 1]
        span = f"{log.unit}s {log.positions[run.start]:g} to {log.positions[run.stop - 1]:g}"
        texts[n] = f"run {n} ({span}): {sentence(fitted)}"
    for n, text in texts.items():
        env.note(f"{log.name}: {text}{', printed here' if n == number else ''}")
    if len(runs) > len(texts):
        env.note(f"{log.name}: {len(runs) - len(texts):,} more runs are not fitted: --run N fits one of them")


command = make_command(
    fit,
    formats=FITTED,
    examples=[
        ("lrcli fit trainer_state.json", "the schedule of a Hugging Face run, as a spec"),
        ("lrcli fit run.csv | lrcli diff - run.csv", "hold it against the log again"),
        ("lrcli fit metrics.csv:lr-AdamW/pg2 -o pg2.yaml", "of another column"),
    ],
)
