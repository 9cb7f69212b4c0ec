"""`lrcli at`: the learning rate at some steps, as bare numbers, or the first step at which it is below a number."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

from typer import Argument

from lrcli.cli.command import make_command
from lrcli.cli.environment import Environment
from lrcli.cli.exits import ExitStatus
from lrcli.cli.load import load_spec
from lrcli.cli.notes import tell_notes
from lrcli.cli.options import LogOptions, OneSpec, OutputOptions, Quiet, SpecOptions, row_option
from lrcli.cli.output import Output
from lrcli.cli.positions import row_of
from lrcli.errors import LrcliError
from lrcli.series.curve import BLOCK, blocks, default_reading, first_row, notes

if TYPE_CHECKING:
    from lrcli.cli.progress import Progress
    from lrcli.spec import Spec


def at(
    env: Environment,
    spec: OneSpec,
    spec_options: SpecOptions,
    log_options: LogOptions,
    output_options: OutputOptions,
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
) -> ExitStatus:
    """Print just the learning rates at some steps.

    One number a line, with every digit; the parameter groups are separated by tabs. A STEP may lie past the end of the
    run: the schedule simply goes on. --below X and --above X print the first step of the run at which the learning rate
    is that, and exit with 1 if it never is.
    """
    asked = [bool(wanted), below is not None, above is not None]
    if sum(asked) != 1:
        raise LrcliError("at wants STEPs, or --below X, or --above X" + (", one of them" if any(asked) else ""))
    loaded = load_spec(env, spec, spec_options, log_options)
    output = Output(env, output_options.output)
    output.choose(None, ("tsv",), "text")
    if not wanted:
        return _first(env, output, loaded, below, above)
    rows = [row_of(text, loaded, "STEP") for text in wanted]
    first = first_row(loaded)
    logged = loaded.groups[0].schedule.rows()
    for row in rows:
        if logged is not None:
            if row not in logged:
                raise LrcliError(f"{loaded.name} has no {loaded.interval} {row}: {_near(logged, row)}")
        elif row < first:
            raise LrcliError(f"the run resumes after {loaded.interval} {first - 1}: it has no {loaded.interval} {row}")
    longer = replace(loaded, length=max(loaded.length, *(row + 1 for row in rows)))
    progress = None
    if longer.emulation is not None:
        from lrcli.cli.progress import Progress

        progress = Progress(env)
    try:
        values = dict(_values(longer, sorted(set(rows)), progress))
    finally:
        if progress is not None:
            progress.end()
    if not env.quiet:
        tell_notes(env, [(loaded.name, notes(loaded))])
    output.write(values[row] + "\n" for row in rows)
    return ExitStatus.OK


def _near(rows: Sequence[int], row: int) -> str:
    """What was logged around a row that was not."""
    i = bisect_left(rows, row)
    return f"the nearest that was logged is {' and '.join(map(str, rows[max(i - 1, 0) : i + 1]))}"


def _first(env: Environment, output: Output, spec: Spec, below: float | None, above: float | None) -> ExitStatus:
    """Print the first row of each group at which its LR is below, or above, a number."""
    from lrcli.cli.progress import Progress
    from lrcli.series.align import group_names
    from lrcli.series.crossing import first_above, first_below

    word, limit, find = ("below", below, first_below) if above is None else ("above", above, first_above)
    assert limit is not None
    if not math.isfinite(limit):
        raise LrcliError(f"--{word} wants a number. Received: {limit!r}")
    progress = Progress(env)
    try:
        found = find(spec, limit, progress)
    finally:
        progress.erase()
    tell_notes(env, [(spec.name, notes(spec))])
    never = [name for name, row in zip(group_names(spec.groups), found, strict=True) if row is None]
    if len(never) < len(found):
        output.write(["\t".join("null" if row is None else str(row) for row in found) + "\n"])
    if never:
        of = f" of {', '.join(never)}" if len(never) < len(found) else ""
        env.error(f"lrcli: the learning rate{of} is never {word} {limit!r} in the {spec.length} {spec.interval}s")
        return ExitStatus.DIFFERENT
    return ExitStatus.OK


def _values(spec: Spec, rows: list[int], progress: Progress | None) -> Iterator[tuple[int, str]]:
    """The text of each of the rows, which increase."""
    reading = default_reading(spec)
    for near in _runs(rows, spec.emulation is not None):
        wanted = iter([*near, -1])
        row = next(wanted)
        for block in blocks(spec, (reading,), near[0], near[-1] + 1, progress=progress):
            columns = [getattr(group, reading) for group in block.groups]
            while 0 <= row < block.start + block.size:
                yield row, "\t".join(_number(column[row - block.start]) for column in columns)
                row = next(wanted)


def _runs(rows: list[int], walk: bool) -> list[list[int]]:
    """The rows in groups to be computed together: a replay has to walk, a formula can jump."""
    if walk:
        return [rows]
    groups: list[list[int]] = []
    for row in rows:
        if groups and row - groups[-1][-1] < BLOCK:
            groups[-1].append(row)
        else:
            groups.append([row])
    return groups


def _number(value: float | None) -> str:
    return "null" if value is None else repr(value)


command = make_command(
    at,
    examples=[
        ("lrcli at cosine.yaml 0 50% 90", "at the start, half-way, and after the end of a run of 90 epochs"),
        (
            "lrcli at step.yaml --below 1e-3",
            "the first epoch at which the LR is below 0.001; exit code 1 if it never is",
        ),
        ("lrcli at step.yaml@torch-1.1:get_lr 4", "what get_lr() returned in PyTorch 1.1"),
    ],
)
