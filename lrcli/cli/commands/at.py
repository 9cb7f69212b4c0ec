"""`lrcli at`: the learning rate at some steps, as bare numbers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

from typer import Argument

from lrcli.cli.command import make_command
from lrcli.cli.environment import Environment
from lrcli.cli.load import load_spec
from lrcli.cli.notes import tell_notes
from lrcli.cli.options import OneSpec, OutputOptions, Quiet, SpecOptions
from lrcli.cli.output import Output
from lrcli.cli.positions import row_of
from lrcli.curve import BLOCK, blocks, default_reading, first_row, notes
from lrcli.errors import LrcliError

if TYPE_CHECKING:
    from lrcli.spec import Spec


def at(
    env: Environment,
    spec: OneSpec,
    wanted: Annotated[
        list[str],
        Argument(metavar="STEP...", show_default=False, help="As the spec counts, or with a unit: 30ep, 50%."),
    ],
    spec_options: SpecOptions,
    output_options: OutputOptions,
    quiet: Quiet = False,
) -> None:
    """Print just the learning rates at some steps.

    One number a line, with every digit; the parameter groups are separated by tabs. A STEP may lie past the end of the
    run: the schedule simply goes on.
    """
    loaded = load_spec(env, spec, spec_options)
    rows = [row_of(text, loaded, "STEP") for text in wanted]
    first = first_row(loaded)
    for row in rows:
        if row < first:
            raise LrcliError(f"the run resumes after {loaded.interval} {first - 1}: it has no {loaded.interval} {row}")
    longer = replace(loaded, length=max(loaded.length, *(row + 1 for row in rows)))
    values = dict(_values(longer, sorted(set(rows))))
    if not env.quiet:
        tell_notes(env, [(loaded.name, notes(loaded))])
    Output(env, output_options.output).write(values[row] + "\n" for row in rows)


def _values(spec: Spec, rows: list[int]) -> Iterator[tuple[int, str]]:
    """The text of each of the rows, which increase."""
    reading = default_reading(spec)
    for near in _runs(rows, spec.emulation is not None):
        wanted = iter([*near, -1])
        row = next(wanted)
        for block in blocks(spec, (reading,), near[0], near[-1] + 1):
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
        ("lrcli at step.yaml@torch-1.1:get_lr 4", "what get_lr() returned in PyTorch 1.1"),
    ],
)
