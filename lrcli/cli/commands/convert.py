"""`lrcli convert`: a training config as its exact spec, a spec as code, or in another framework's words."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

from lrcli.cli.command import make_command
from lrcli.cli.environment import Environment, ExitStatus
from lrcli.cli.load import load_declared
from lrcli.cli.options import OneSpec, Quiet, SpecOptions, output_option
from lrcli.cli.output import Output
from lrcli.configs.draft import write_spec
from lrcli.frameworks.replaying import replaying
from lrcli.render import Formats
from lrcli.spec import Spec

if TYPE_CHECKING:
    from lrcli.infer.port.search import Ported

SPEC = Formats("yaml", prose=("yaml",))
CODE = Formats("python")


def convert(
    env: Environment,
    spec: OneSpec,
    spec_options: SpecOptions,
    output: Output,
    quiet: Quiet = False,
    to: Annotated[
        str,
        output_option(
            "--to",
            metavar="FRAMEWORK",
            help="torch: the Python that builds PyTorch's scheduler. transformers, timm, ...: the same curve there.",
        ),
    ] = "spec",
) -> ExitStatus:
    """Print the spec of a training config, or a spec as code.

    What a config leaves to its framework (defaults, precedence, rounding) is written out with a comment, so that
    the spec gives the same learning rates, bit for bit. 'lrcli formats' lists the configs that are read. With --to
    torch it is the Python of to_torch: an optimizer, PyTorch's scheduler, and the loop that steps it. With --to
    transformers, or another framework of 'lrcli types', it is the spec of that framework's schedule with the same
    curve, searched for among all that it has. Where none has it, the nearest is printed with its largest gap, and
    the exit code is 1.
    """
    to = "torch" if to == "pytorch" else to
    output = replace(output, formats=CODE if to == "torch" else SPEC)
    (declared,) = load_declared(env, [spec], spec_options, tell=None)
    if to == "torch":
        output.write([replaying(to).source(declared.spec)])
        return ExitStatus.OK
    if to != "spec":
        return _port(declared.spec, to, output)
    origin = declared.origin
    head = ""
    if origin:
        release = f", read as {origin.framework} {origin.release}" if origin.release else ""
        head = f"from {declared.source.name} ({origin.title}{release})"
    output.write([write_spec(declared.root, origin.comments if origin else {}, head)])
    return ExitStatus.OK


def _port(spec: Spec, to: str, output: Output) -> ExitStatus:
    """Write the nearest schedule of a framework."""
    from lrcli.infer.port import confirmed, port, target_framework
    from lrcli.infer.written import spec_lines

    framework = target_framework(to)
    ported = confirmed(spec, port(spec, framework))
    output.write([f"# {_gap(ported, spec)}\n", *spec_lines(spec, ported.schedule, ported.lr)])
    return ExitStatus.OK if ported.same else ExitStatus.DIFFERENT


def _gap(ported: Ported, spec: Spec) -> str:
    """How near the schedule comes, in words."""
    text = f"{ported.schedule.name} for {spec.name}"
    if ported.gap == 0:
        return f"{text}: largest gap 0 in {spec.length} {spec.interval}{'s' * (spec.length != 1)} of this curve"
    share = f" ({ported.gap / ported.peak:.3g} of the peak)" if ported.peak > 0 else ""
    gap = f"largest gap {ported.gap:.3g}{share}, at {spec.interval} {ported.row}"
    if ported.same:
        return f"{text}: the same but for rounding, {gap}"
    return f"{text}: not the same curve but the nearest that was found, {gap}"


command = make_command(
    convert,
    formats=Formats("yaml", ("python",), option=False),
    examples=[
        ("lrcli convert args.yaml --samples 6471 -o train.yaml", "the spec that an args.yaml comes to"),
        ("lrcli convert train.yaml@transformers-4.51 --steps 1000", "as another release reads it"),
        ("lrcli convert cosine.yaml --to torch", "the Python that builds the scheduler"),
        ("lrcli convert train.yaml --to timm", "the same curve as a schedule of timm, or the nearest one"),
    ],
)
