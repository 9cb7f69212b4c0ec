"""The `config.yaml` that Weights & Biases keeps of a run: each value inside `{value: ...}`."""

from __future__ import annotations

from dataclasses import replace

from lrcli.configs.nodes import Value
from lrcli.reader.nodes import Mapping, Node, Scalar

_OWN = ("wandb_version", "_wandb")


def unwrapped(root: Mapping) -> Mapping:
    """The mapping that is inside, or `root` itself where nothing is wrapped. `_wandb` stays as it is."""
    wrapped = [(key, value) for key, value in root.entries if key.text not in _OWN]
    if not wrapped or not all(_is_wrapping(value) for _, value in wrapped):
        return root
    entries: list[tuple[Scalar, Node]] = []
    for key, value in root.entries:
        inner = value.get("value") if isinstance(value, Mapping) else None
        entries.append((key, value if key.text in _OWN or inner is None else _plain(inner)))
    return replace(root, entries=tuple(entries))


def _is_wrapping(node: Node) -> bool:
    return isinstance(node, Mapping) and {"value"} <= {k.text for k, _ in node.entries} <= {"value", "desc"}


def _plain(node: Node) -> Node:
    """A value; old releases write None as a text."""
    if isinstance(node, Value) and node.read == "None":
        return replace(node, read=None)
    return node
