"""The options that several commands share, each of them once."""

from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, Literal

from typer import Argument, Option

from lrcli.errors import LrcliError
from lrcli.render import Formats
from lrcli.values import dataclass

if TYPE_CHECKING:
    from lrcli.logs import LogRequest


@dataclass(frozen=True)
class Options:
    """A bundle of options; each field has a default, and is annotated with its `typer.Option`.

    A command that takes the bundle has them all, so that one option is spelled, documented and read the same way
    everywhere. The annotations have to be values, and not their texts: a module of bundles does without `from
    __future__ import annotations`. To evaluate a hundred texts takes as long as to read the specs.
    """


# `...`: typer takes what stands first for a default, and here the parameter has it
log_argument = partial(Argument, metavar="LOG", show_default=False)
spec_option = partial(Option, ..., rich_help_panel="Spec")
data_option = partial(Option, ..., rich_help_panel="Spec", metavar="N", min=1, show_default=False)
row_option = partial(Option, ..., rich_help_panel="Rows", show_default=False)
picture_option = partial(Option, ..., rich_help_panel="Picture")
comparison_option = partial(Option, ..., rich_help_panel="Comparison")
output_option = partial(Option, ..., rich_help_panel="Output")

Specs = Annotated[
    list[str],
    Argument(
        metavar="SPEC...",
        show_default=False,
        help="YAML files, '-' (stdin) or inline mappings; SPEC@torch-1.1[:READING[:ORDER]] is replayed. "
        "Or training configs (see 'lrcli formats'). "
        "Or the LOG[:COLUMN] of a run: CSV, JSON lines, trainer_state.json, ...",
    ),
]
OneSpec = Annotated[
    str, Argument(metavar="SPEC", show_default=False, help="A YAML file, '-' or an inline mapping, as for table.")
]


StepsPerEpoch = Annotated[int | None, data_option("--steps-per-epoch", help="Optimizer steps of an epoch.")]


@dataclass(frozen=True)
class SpecOptions(Options):
    """What a spec says, changed from the command line."""

    set: Annotated[
        list[str] | None,
        spec_option("--set", metavar="KEY=VALUE", help="Change a value, e.g. schedule.gamma=0.5."),
    ] = None
    emulate: Annotated[
        str | None,
        spec_option("--emulate", metavar="VERSION", help="Replay a release, e.g. torch-1.1:get_lr."),
    ] = None
    metric: Annotated[
        str | None,
        spec_option(
            "--metric",
            metavar="FILE[:COLUMN]",
            help="The metric of a plateau schedule: CSV or JSON lines, '-' for stdin.",
        ),
    ] = None
    lr: Annotated[str | None, spec_option("--lr", metavar="X", help="The base learning rate.")] = None
    epochs: Annotated[str | None, spec_option("--epochs", metavar="N", help="Length of the run in epochs.")] = None
    steps: Annotated[str | None, spec_option("--steps", metavar="N", help="Length of the run in steps.")] = None
    samples: Annotated[int | None, data_option("--samples", help="Rows of the training data.")] = None
    batch_size: Annotated[int | None, data_option("--batch-size", help="Samples of a batch, on one device.")] = None
    world_size: Annotated[int | None, data_option("--world-size", help="Devices (processes).")] = None
    steps_per_epoch: StepsPerEpoch = None
    batches_per_epoch: Annotated[
        int | None,
        data_option("--batches-per-epoch", help="Batches of an epoch on one device, before accumulation."),
    ] = None
    interval: Annotated[
        Literal["epoch", "step"] | None,
        spec_option("--interval", help="What one step of the scheduler is.", show_default=False),
    ] = None
    form: Annotated[
        str | None,
        spec_option("--from", metavar="FORMAT", help="What a file is: spec, log, or one of 'lrcli formats'."),
    ] = None
    block: Annotated[
        str | None,
        spec_option("--block", metavar="PATH", help="Where in a nested training config the block is: a.b.c."),
    ] = None


@dataclass(frozen=True)
class SweepOptions(Options):
    sweep: Annotated[
        list[str] | None,
        spec_option(
            "--sweep",
            metavar="KEY=V1,V2,...",
            help="One curve per value; also KEY=A:B:N and KEY=A:B:N:log, N values from A to B.",
        ),
    ] = None


@dataclass(frozen=True)
class LogColumns(Options):
    """Where the numbers of a log stand, if its names do not tell."""

    step_column: Annotated[
        str | None,
        spec_option("--step-column", metavar="COLUMN", help="A log's column of positions, or the word before them."),
    ] = None
    pattern: Annotated[
        str | None,
        spec_option("--pattern", metavar="REGEX", help="Read a log's lines by groups: (?P<step>...), epoch, lr."),
    ] = None

    @property
    def request(self) -> "LogRequest":
        from lrcli.logs import LogRequest  # not above: a command of YAML files does without logs

        return LogRequest(step_column=self.step_column, pattern=self.pattern)


@dataclass(frozen=True)
class LogOptions(LogColumns):
    """Which part of a log stands where a spec can."""

    run: Annotated[
        int | None,
        spec_option("--run", min=1, metavar="N", help="The N-th run of a log that has several (default: the longest)."),
    ] = None


@dataclass(frozen=True)
class RunOptions(LogOptions, SpecOptions):
    """What changes a spec, and which part of a log stands where a spec can."""


@dataclass(frozen=True)
class CurveOptions(SweepOptions, RunOptions):
    """The same, of which a spec may be several curves."""


@dataclass(frozen=True)
class OutputOptions(Options):
    output: Annotated[
        str | None,
        output_option("--output", "-o", metavar="FILE", help="Write to FILE, all of it or nothing."),
    ] = None
    color: Annotated[
        Literal["auto", "always", "never"],
        output_option("--color", help="Colour the output; auto obeys NO_COLOR and FORCE_COLOR."),
    ] = "auto"


def format_option(formats: Formats) -> Any:
    """The type of --format, with its help, for a command that writes one of these."""
    terminal = f"{formats.on_terminal} on a terminal, {formats.default} elsewhere"
    default = terminal if formats.on_terminal else formats.default
    option = output_option("--format", "-f", help=f"Default: by FILE's ending, else {default}.")
    return Annotated[Literal.__getitem__(formats.names) | None, option]  # type: ignore[operator]


Quiet = Annotated[bool, output_option("--quiet", "-q", help="No notes on stderr.")]

NoPager = Annotated[bool, output_option("--no-pager", help="Print what is longer than the screen as it is.")]

Range = Annotated[
    str | None,
    row_option(
        "--range",
        metavar="A:B",
        help="Only rows A <= t < B; either may be left out or carry a unit: 30ep, 500st, 10%.",
    ),
]

Digits = Annotated[
    str | None,
    output_option("--digits", metavar="N|full", help="Significant digits in people's formats."),
]


def digits_of(text: str | None, default: int | None) -> int | None:
    if text is None:
        return default
    if text == "full":
        return None
    if not text.isascii() or not text.isdecimal() or not 1 <= int(text) <= 17:
        raise LrcliError(f"--digits wants a number from 1 to 17, or full. Received: {text!r}")
    return int(text)
