"""A translated spec -> YAML with its comments. What is read back from it is the same spec, bit for bit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lrcli.reader import nodes
from lrcli.reader.units import scalar_text, text_of


def write_spec(root: nodes.Mapping, comments: Mapping[str, str], head: str = "") -> str:
    """The text of a spec; `head` is its first comment."""
    lines = [f"# {head}"] if head else []
    lines += _entries(root, "", "", comments)
    return "\n".join(lines) + "\n"


def _entries(node: nodes.Mapping, path: str, indent: str, comments: Mapping[str, str]) -> Iterator[str]:
    for key, value in node.entries:
        where = f"{path}.{key.text}" if path else key.text
        comment = f"  # {' '.join(comments[where].split())}" if where in comments else ""
        name = scalar_text(key.text)
        if isinstance(value, nodes.Mapping) and value.entries:
            yield f"{indent}{name}:{comment}"
            yield from _entries(value, where, indent + "  ", comments)
        elif isinstance(value, nodes.Sequence) and any(isinstance(item, nodes.Mapping) for item in value.items):
            yield f"{indent}{name}:{comment}"
            yield from (f"{indent}  - {_flow(item)}" for item in value.items)
        else:
            yield f"{indent}{name}: {_flow(value)}{comment}"


def _flow(node: nodes.Node) -> str:
    if isinstance(node, nodes.Mapping):
        return "{" + ", ".join(f"{scalar_text(key.text)}: {_flow(value)}" for key, value in node.entries) + "}"
    if isinstance(node, nodes.Sequence):
        return "[" + ", ".join(map(_flow, node.items)) + "]"
    value = node.value
    return scalar_text(value) if isinstance(value, str) else text_of(value)
