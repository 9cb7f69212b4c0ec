"""`lrcli convert`: a training config as the exact spec of its learning rate."""

from __future__ import annotations

from typing import Annotated, Literal

from lrcli.cli.command import make_command
from lrcli.cli.environment import Environment
from lrcli.cli.load import load_declared
from lrcli.cli.options import OneSpec, OutputOptions, Quiet, SpecOptions, output_option
from lrcli.cli.output import Output


def convert(
    env: Environment,
    spec: OneSpec,
    spec_options: SpecOptions,
    output_options: OutputOptions,
    quiet: Quiet = False,
    to: Annotated[
        Literal["spec", "torch"],
        output_option("--to", help="torch is the Python that builds PyTorch's scheduler."),
    ] = "spec",
) -> None:
    """Print the spec of a training config, with a comment for each decision, or a spec as code.

    What a config leaves to its framework (defaults, precedence, rounding) is written out, so that the spec gives the
    same learning rates, bit for bit. 'lrcli formats' lists the configs that are read. With --to torch it is the Python
    of to_torch: an optimizer, PyTorch's scheduler, and the loop that steps it.
    """
    from lrcli.configs.write import write_spec

    output = Output(env, output_options.output)
    (declared,) = load_declared(env, [spec], spec_options, tell=None)
    if to == "torch":
        from lrcli.frameworks.replaying import replaying

        output.write([replaying(to).source(declared.spec)])
        return
    origin = declared.origin
    if origin is None:
        output.write([write_spec(declared.root, {})])
        return
    release = f", read as {origin.release}" if origin.release else ""
    head = f"from {declared.source.name} ({origin.title}{release})"
    output.write([write_spec(declared.root, origin.comments, head)])


command = make_command(
    convert,
    examples=[
        ("lrcli convert args.yaml --samples 6471 -o train.yaml", "the spec that an args.yaml comes to"),
        ("lrcli convert train.yaml@transformers-4.51 --steps 1000", "as another release reads it"),
        ("lrcli convert cosine.yaml --to torch", "the Python that builds the scheduler"),
    ],
)
