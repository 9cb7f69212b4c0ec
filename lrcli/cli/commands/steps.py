"""`lrcli steps`: how many optimizer steps an epoch and the run have, and who counts otherwise."""

from __future__ import annotations

from lrcli.cli.command import make_command
from lrcli.cli.environment import Environment
from lrcli.cli.load import load_declared
from lrcli.cli.options import OneSpec, Quiet, SpecOptions
from lrcli.cli.output import Output
from lrcli.render import Formats
from lrcli.render.steps import write_steps
from lrcli.spec.data import run_steps


def steps(
    env: Environment,
    spec: OneSpec,
    spec_options: SpecOptions,
    output: Output,
    quiet: Quiet = False,
) -> None:
    """Show how many optimizer steps an epoch and the run have.

    `data: {samples, batch_size, world_size, grad_accum, drop_last}` gives the steps of an epoch as PyTorch's
    DataLoader counts them; where accelerate, the HF Trainer or Lightning count otherwise, their numbers stand below.
    """
    (declared,) = load_declared(env, [spec], spec_options)
    run = run_steps(declared.spec)
    if run.data is not None and run.data.world_size > 1:
        times = run.data.world_size
        env.note(f"a scheduler that accelerate prepares is stepped {times} times at each step (accelerate #2926)")
    output.write(write_steps(run, output.format))


command = make_command(
    steps,
    formats=Formats("plain", ("json",)),
    examples=[
        ("lrcli steps train.yaml", "steps per epoch and in all"),
        ("lrcli steps train.yaml --set data.world_size=8", "on eight GPUs"),
        ("lrcli steps train.yaml --format json", "every count, for a program"),
    ],
)
