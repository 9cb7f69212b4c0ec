"""`lrcli versions`: does upgrading PyTorch change my schedule?"""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

from typer import Argument

from lrcli.catalog.registry import framework_of
from lrcli.cli.command import make_command
from lrcli.cli.environment import Environment
from lrcli.cli.load import load_declared
from lrcli.cli.options import Quiet, SpecOptions
from lrcli.cli.output import Output
from lrcli.comparison.versions import versions as agreements_of
from lrcli.errors import LrcliError
from lrcli.frameworks.replaying import replaying
from lrcli.render.formats import Formats
from lrcli.render.versions import json_agreements, json_changes, write_agreements, write_changes

if TYPE_CHECKING:
    from lrcli.reader import Declared
    from lrcli.spec import Spec


def versions(
    env: Environment,
    spec_options: SpecOptions,
    output: Output,
    spec: Annotated[
        str | None,
        Argument(metavar="[SPEC]", show_default=False, help="Left out: the table of what changed in which release."),
    ] = None,
    quiet: Quiet = False,
) -> None:
    """Tell which releases of PyTorch agree on a spec.

    They agree where the spec gives the same numbers, bit for bit. One line for each range of releases, with the first
    row at which it differs from the line above: for the learning rate in use, and for the reading that the release
    documents for printing. For a training config, and for a schedule of another framework of which several
    releases were examined, it is the releases of that framework.
    """
    if spec is None:
        changes = replaying().CHANGES
        output.write(json_changes(changes) if output.format == "json" else write_changes(changes))
        return
    (declared,) = load_declared(env, [spec], spec_options, tell=False)
    framework, releases = _examined(declared)
    if releases:
        _of_framework(env, output, spec, spec_options, framework, releases)
        return
    loaded = declared.spec
    agreements = agreements_of(loaded)
    text = json_agreements(agreements) if output.format == "json" else write_agreements(loaded, agreements)
    output.write(text)


def _examined(declared: "Declared") -> tuple[str, Sequence[str]]:
    """(the framework of a training config or of all the schedules of a spec, its releases); ("", ()) for PyTorch's."""
    if declared.origin is not None and declared.origin.releases:
        return declared.origin.framework, declared.origin.releases
    frameworks = {framework_of(group.schedule) for group in declared.spec.groups}
    framework = frameworks.pop() if len(frameworks) == 1 else None
    return (framework.name, framework.examined) if framework and len(framework.examined) > 1 else ("", ())


def _of_framework(
    env: Environment,
    output: Output,
    argument: str,
    options: SpecOptions,
    framework: str,
    releases: Sequence[str],
) -> None:
    """Tell which releases of a framework give the same numbers."""
    from lrcli.comparison.releases import readings_of
    from lrcli.reader import split_argument
    from lrcli.render.releases import write_readings

    path = split_argument(argument)[0]
    if path == "-":
        raise LrcliError("the releases of what stands on stdin cannot be compared: give it as a file")

    def read(release: str) -> "Spec":
        plain = replace(options, emulate=None)
        (one,) = load_declared(env, [f"{path}@{framework}-{release}"], plain, tell=None)
        return one.spec

    output.write(write_readings(framework, readings_of(releases, read), output.format))


command = make_command(
    versions,
    formats=Formats("text", ("json",), prose=("text",)),
    examples=[
        ("lrcli versions step.yaml", "the ranges of releases that compute the same"),
        ("lrcli versions", "what changed when"),
    ],
)
