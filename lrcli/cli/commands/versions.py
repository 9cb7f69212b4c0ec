"""`lrcli versions`: does upgrading PyTorch change my schedule?"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

from typer import Argument

from lrcli.catalog.registry import framework_of
from lrcli.cli.command import make_command
from lrcli.cli.environment import Environment
from lrcli.cli.load import load_declared
from lrcli.cli.options import Quiet, SpecOptions
from lrcli.cli.output import Output
from lrcli.comparison.versions import readings_of
from lrcli.comparison.versions import versions as agreements_of
from lrcli.errors import LrcliError
from lrcli.frameworks.replaying import replaying
from lrcli.reader import split_argument
from lrcli.render import Formats
from lrcli.render.versions import write_agreements, write_changes, write_readings

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
        output.write(write_changes(replaying().CHANGES, output.format))
        return
    (declared,) = load_declared(env, [spec], spec_options, tell=False)
    framework, releases = _examined(declared)
    if releases:
        readings = readings_of(releases, _release_reader(env, spec, spec_options, framework))
        output.write(write_readings(framework, readings, output.format))
        return
    output.write(write_agreements(declared.spec, agreements_of(declared.spec), output.format))


def _examined(declared: "Declared") -> tuple[str, Sequence[str]]:
    """(the framework of a training config or of all the schedules of a spec, its releases); ("", ()) for PyTorch's."""
    if declared.origin is not None and declared.origin.releases:
        return declared.origin.framework, declared.origin.releases
    frameworks = {framework_of(group.schedule) for group in declared.spec.groups}
    framework = frameworks.pop() if len(frameworks) == 1 else None
    return (framework.name, framework.examined) if framework and len(framework.examined) > 1 else ("", ())


def _release_reader(env: Environment, argument: str, options: SpecOptions, framework: str) -> Callable[[str], "Spec"]:
    path = split_argument(argument)[0]
    if path == "-":
        raise LrcliError("the releases of what stands on stdin cannot be compared: give it as a file")

    def read(release: str) -> "Spec":
        (declared,) = load_declared(env, [f"{path}@{framework}-{release}"], replace(options, emulate=None), tell=None)
        return declared.spec

    return read


command = make_command(
    versions,
    formats=Formats("text", ("json",), prose=("text",)),
    examples=[
        ("lrcli versions step.yaml", "the ranges of releases that compute the same"),
        ("lrcli versions", "what changed when"),
    ],
)
