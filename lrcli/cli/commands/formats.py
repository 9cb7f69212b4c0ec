"""`lrcli formats`: the training configs that can stand where a SPEC does."""

from __future__ import annotations

from lrcli.cli.command import make_command
from lrcli.cli.output import Output


def formats(output: Output) -> None:
    """List the training configs that can stand wherever a SPEC does.

    They are told apart by what is in them, never by their name; --from FORMAT decides where two match. The last column
    is the framework whose releases differ: FILE@transformers-4.51 reads a config as that release does.
    """
    from lrcli.configs import all_formats
    from lrcli.render.safe import aligned

    rows = [("format", "reads", "releases")]
    for format in all_formats():
        releases = f"{format.framework}-{format.releases[0]} to {format.releases[-1]}" if format.releases else ""
        rows.append((format.name, format.title, releases))
    output.write(aligned(rows))


command = make_command(
    formats,
    examples=[("lrcli formats", "what can be given instead of a spec")],
)
