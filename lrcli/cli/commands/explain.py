"""`lrcli explain`: does a log follow its spec, and if not, which known cause makes it so?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Annotated

from lrcli.cli.command import make_command
from lrcli.cli.environment import Environment, ExitStatus
from lrcli.cli.load import load_declared
from lrcli.cli.options import (
    LogColumns,
    OneSpec,
    Quiet,
    SpecOptions,
    log_argument,
    row_option,
)
from lrcli.cli.output import Output
from lrcli.errors import LrcliError
from lrcli.infer.explain import Report
from lrcli.infer.explain import explain as explain_log
from lrcli.infer.numbers import check_magnitudes
from lrcli.logs.read import read_log
from lrcli.reader.source import split_column
from lrcli.render.explain import EXPLANATIONS, write_explain_report


def explain(
    env: Environment,
    spec: OneSpec,
    log: Annotated[
        str,
        log_argument(
            help="The log of a run: CSV, TSV, JSON or JSON lines, '-' for stdin; LOG:COLUMN names the LR column."
        ),
    ],
    spec_options: SpecOptions,
    log_columns: LogColumns,
    output: Output,
    quiet: Quiet = False,
    run: Annotated[
        int | None,
        row_option("--run", min=1, metavar="N", help="Of several runs in one log (default: one that differs)."),
    ] = None,
) -> ExitStatus:
    """Say whether a log follows its spec, and if not, why.

    Known causes are tried one by one and then in pairs; what explains the rows at the log's own precision is printed,
    with what would tell it from other causes that leave the same numbers. Exits with 0 if the log follows the spec, 1
    if it does not (explained or unexplained), 2 on trouble.
    """
    try:
        (declared,) = load_declared(env, [spec], spec_options)
    except LrcliError as failure:
        raise _swapped(env, spec, log) or failure from None
    read = read_log(log, inputs=env.inputs, others=False, request=log_columns.request)
    for remark in read.remarks:
        env.note(f"{read.name}: {remark}")
    for rates in read.lrs.values():
        check_magnitudes(read.name, rates)
    check_magnitudes(declared.spec.name, (group.lr for group in declared.spec.groups))
    report = explain_log(declared, read, run=run, only=split_column(log)[1] is not None)
    if report.spec == report.log:  # d2.yaml and d2.csv
        report = replace(report, spec=Path(spec).name, log=Path(log).name)
    for note in _notes(report):
        env.note(f"{read.name}: {note}")
    output.write(write_explain_report(report, output.format, output.style()))
    return ExitStatus.OK if report.follows else ExitStatus.DIFFERENT


def _swapped(env: Environment, spec: str, log: str) -> LrcliError | None:
    """What to say where the log stands in the place of the spec."""
    from lrcli.cli.logs import is_logged  # not above: it reads nothing unless something is wrong

    if "-" in (spec, log) or not is_logged(env.inputs.get(spec)) or is_logged(env.inputs.get(log)):
        return None
    return LrcliError(f"{spec} is taken for a log: the spec stands first, 'lrcli explain {log} {spec}'")


def _notes(report: Report) -> Iterator[str]:
    unit = report.unit
    if report.runs > 1:
        yield f"run {report.run} of {report.runs} is looked at; --run N takes another"
    if report.group:
        yield f"column '{report.column}' is compared with group '{report.group}'"
    if report.following:
        verb = "follows its group" if len(report.following) == 1 else "follow their groups"
        columns = ", ".join(f"'{name}'" for name in report.following)
        yield f"column{'s' * (len(report.following) > 1)} {columns} {verb}"
    if report.left_out:
        verb = "is" if report.left_out == 1 else "are"
        what = f"{report.left_out} row{'s' * (report.left_out > 1)}"
        counted = (
            f" ({report.first_step} in the log; --set first_step=0 if it counts from 0)" if report.first_step else ""
        )
        yield f"{what} {verb} left out: no learning rate, or before the spec's first {unit}{counted}"
    if report.past_end:
        what = f"{report.past_end} row{'s' * (report.past_end > 1)}"
        verb = "lies" if report.past_end == 1 else "lie"
        yield f"{what} {verb} past the end of '{report.spec}': the schedule is taken to go on"


command = make_command(
    explain,
    formats=EXPLANATIONS,
    examples=[
        ("lrcli explain step.yaml printed.csv", "what the training loop printed"),
        ("lrcli explain spec.yaml trainer_state.json --format json", "the whole report for a program"),
        ("lrcli explain spec.yaml metrics.csv:lr/pg1 --run 2", "another column, the second run in the file"),
    ],
)
