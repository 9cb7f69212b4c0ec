"""`lrcli steps`: how many optimizer steps an epoch and the run have, and who counts otherwise."""

from __future__ import annotations

from typing import Annotated, Literal

from lrcli.cli.command import make_command
from lrcli.cli.environment import Environment
from lrcli.cli.load import load_spec
from lrcli.cli.options import OneSpec, OutputOptions, Quiet, SpecOptions, output_option
from lrcli.cli.output import Output
from lrcli.render.steps import STEPS_FORMATS, write_steps
from lrcli.spec.length import run_steps

Format = Literal["plain", "json"]


def steps(
    env: Environment,
    spec: OneSpec,
    spec_options: SpecOptions,
    output_options: OutputOptions,
    quiet: Quiet = False,
    format: Annotated[
        Format | None, output_option("--format", "-f", help="Default: by FILE's ending, else plain.")
    ] = None,
) -> None:
    """Show how many optimizer steps an epoch and the run have.

    `data: {samples, batch_size, world_size, grad_accum, drop_last}` gives the steps of an epoch as PyTorch's
    DataLoader counts them; where accelerate, the HF Trainer or Lightning count otherwise, their numbers stand below.
    """
    output = Output(env, output_options.output)
    chosen = output.choose(format, STEPS_FORMATS, "plain")
    run = run_steps(load_spec(env, spec, spec_options))
    if run.data is not None and run.data.world_size > 1:
        times = run.data.world_size
        env.note(f"a scheduler that accelerate prepares is stepped {times} times at each step (accelerate #2926)")
    output.write(write_steps(run, chosen))


command = make_command(
    steps,
    examples=[
        ("lrcli steps train.yaml", "steps per epoch and in all"),
        ("lrcli steps train.yaml --set data.world_size=8", "on eight GPUs"),
        ("lrcli steps train.yaml --format json", "every count, for a program"),
    ],
)
