"""`--set KEY=VALUE` on a training config: a key that nothing reads would change nothing, and nobody would be told."""

from __future__ import annotations

from lrcli.configs.config import Config
from lrcli.configs.nodes import entry_at
from lrcli.configs.syntax import read
from lrcli.configs.syntax.shell import names_variable, variable_name
from lrcli.configs.wandb import unwrapped
from lrcli.errors import suggest
from lrcli.reader import Request
from lrcli.reader.nodes import Mapping
from lrcli.reader.source import Source, refuse


def placed_set(text: str, raw: Mapping, block: str) -> str:
    """`--set KEY=VALUE` with the key as it stands in the file: in the block, and in W&B's `{value: ...}`.

    A key is looked for in the block first, then from the top of the file; a new one belongs to the block.
    """
    key, equals, value = text.partition("=")
    name, root = key.strip(), unwrapped(raw)
    if block and name != block and not name.startswith(f"{block}."):
        inside = entry_at(root, f"{block}.{name}")[1]
        name = name if inside is None and entry_at(root, name)[1] is not None else f"{block}.{name}"
    head, dot, rest = name.partition(".")
    if root is not raw and rest.partition(".")[0] != "value":
        name = f"{head}.value{dot}{rest}"
    return f"{name}{equals}{value}"


def check_sets(config: Config, request: Request) -> None:
    """Raise SpecError for a key that neither stands in the file nor means anything to its format."""
    written = unwrapped(read(config.syntax, config.source, (), config.inputs))
    for text in request.sets:
        key = text.partition("=")[0].strip()
        if config.syntax == "shell":
            key = key.lstrip("-")
        inner = key.removeprefix(f"{request.block}.")
        is_meaningful = any(
            inner == path or inner.startswith(f"{path}.") for path in (*config.read, *config.meaningful)
        )
        if config.syntax == "shell" and names_variable(config.source.text, variable_name(key)):
            continue
        if is_meaningful or entry_at(written, key)[1] is not None:
            continue
        place = Source(f"--set {text}", placed=False).whole
        hint = suggest(inner, sorted({*config.read, *config.meaningful}), "--set takes the file's own keys")
        raise refuse(place, "unknown-key", f"nothing reads {key[:60]!r} in a {config.format} config", hint)
