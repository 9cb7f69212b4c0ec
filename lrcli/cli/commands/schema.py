"""`lrcli schema`: the spec language as a JSON schema."""

from __future__ import annotations

from lrcli.cli.command import make_command
from lrcli.cli.output import Output
from lrcli.render import Formats, json_document


def schema(output: Output) -> None:
    """Print the JSON schema of specs, for editors.

    With `# yaml-language-server: $schema=lrcli.schema.json` in a spec's first line, an editor with the YAML language
    server completes keys, shows what they mean, and marks what is wrong.
    """
    from lrcli.schema import schema

    output.write([json_document(schema())])


command = make_command(
    schema,
    formats=Formats("json"),
    examples=[
        ("lrcli schema -o lrcli.schema.json", "beside your specs"),
    ],
)
