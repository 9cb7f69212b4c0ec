"""`lrcli versions`: does upgrading PyTorch change my schedule?"""

from __future__ import annotations

from typing import Annotated, Literal

from typer import Argument

from lrcli.cli.command import make_command
from lrcli.cli.environment import Environment
from lrcli.cli.load import load_spec
from lrcli.cli.options import OutputOptions, Quiet, SpecOptions, output_option
from lrcli.cli.output import Output
from lrcli.cli.progress import Progress
from lrcli.comparison.versions import versions as agreements_of
from lrcli.frameworks.replaying import replaying
from lrcli.render.versions import json_agreements, json_changes, write_agreements, write_changes


def versions(
    env: Environment,
    spec_options: SpecOptions,
    output_options: OutputOptions,
    spec: Annotated[
        str | None,
        Argument(metavar="[SPEC]", show_default=False, help="Left out: the table of what changed in which release."),
    ] = None,
    quiet: Quiet = False,
    format: Annotated[
        Literal["text", "json"] | None, output_option("--format", "-f", help="json is one object: reading -> families.")
    ] = None,
) -> None:
    """Tell which releases of PyTorch agree on a spec.

    They agree where the spec gives the same numbers, bit for bit. One line for each range of releases, with the first
    row at which it differs from the line above: for the learning rate in use, and for the reading that the release
    documents for printing.
    """
    output = Output(env, output_options.output)
    chosen = output.choose(format, ("text", "json"), "text")
    if spec is None:
        changes = replaying().CHANGES
        output.write(json_changes(changes) if chosen == "json" else write_changes(changes))
        return
    loaded = load_spec(env, spec, spec_options)
    progress = Progress(env, unit="releases")
    try:
        agreements = agreements_of(loaded, progress)
    finally:
        progress.erase()
    output.write(json_agreements(agreements) if chosen == "json" else write_agreements(loaded, agreements))


command = make_command(
    versions,
    examples=[
        ("lrcli versions step.yaml", "the ranges of releases that compute the same"),
        ("lrcli versions", "what changed when"),
    ],
)
