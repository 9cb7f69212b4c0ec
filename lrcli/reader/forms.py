"""Short forms that can mean one thing only, spelled out: after this the reader meets the long ones alone.

    schedule: cosine            schedule: {type: cosine}
    schedule: StepLR(30)        schedule: {type: StepLR, step_size: 30}
    warmup: 5                   warmup: {for: 5}
    groups: {head: 0.1}         groups: [{name: head, lr: 0.1}]
    milestones: 10, 20          milestones: [10, 20]

What is made has the place of what was written, so that every message points there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from lrcli.reader.keys import PLURALS, type_named
from lrcli.reader.nodes import Mapping, Node, Scalar, Sequence
from lrcli.reader.source import looks_called
from lrcli.reader.values import is_null
from lrcli.schedules.base import parameters
from lrcli.schedules.params import param_of


def spelled_out(root: Mapping) -> Mapping:
    """The mapping of a spec without short forms."""
    return _with(root, {"schedule": _schedule, "warmup": _warmup, "groups": _groups})


def is_short(node: Mapping) -> bool:
    """Whether a mapping was made of a short form: it stands where its value does."""
    return bool(node.entries) and node.place == node.entries[-1][1].place


def _with(node: Mapping, changes: dict[str, Callable[[Node], Node]]) -> Mapping:
    entries = tuple((key, changes[key.text](value) if key.text in changes else value) for key, value in node.entries)
    return node if entries == node.entries else replace(node, entries=entries)


def _schedule(node: Node) -> Node:
    if isinstance(node, Scalar) and isinstance(node.value, str) and node.text:
        if node.text.endswith(")") and looks_called(node.text):
            from lrcli.reader.call import call_node  # not above: it needs Python's parser

            return call_node(node.text, node.place._replace(column=node.place.column + (not node.plain)))
        return Mapping(node.place, ((Scalar(node.place, "type"), node),))
    if isinstance(node, Sequence):
        items = tuple(map(_schedule, node.items))
        return node if items == node.items else replace(node, items=items)
    if not isinstance(node, Mapping):
        return node
    cls = type_named(node.get("type"))
    if cls is None:
        return node
    changes: dict[str, Callable[[Node], Node]] = {}
    for f in parameters(cls):
        kind = param_of(f).kind
        names = (f.name, *(word for word, name in PLURALS.items() if name == f.name))
        if kind in ("schedules", "schedule"):
            changes.update(dict.fromkeys(names, _schedule))
        elif kind == "positions":  # a text with commas can only mean a list of them
            changes.update(dict.fromkeys(names, _listed))
    return _with(node, changes)


def _listed(node: Node) -> Node:
    """`10, 20` as the list of its parts, each at its own place."""
    if not isinstance(node, Scalar) or not isinstance(node.value, str) or "," not in node.text:
        return node
    items: list[Node] = []
    column = node.place.column + (not node.plain)
    for part in node.text.split(","):
        word = part.strip()
        start = column + len(part) - len(part.lstrip())
        items.append(Scalar(node.place._replace(column=start, width=max(1, len(word))), word))
        column += len(part) + 1
    return Sequence(node.place, tuple(items))


def _warmup(node: Node) -> Node:
    if isinstance(node, Scalar) and not is_null(node) and node.text:
        return Mapping(node.place, ((Scalar(node.place, "for"), node),))
    return node


def _groups(node: Node) -> Node:
    if isinstance(node, Sequence):
        items = tuple(
            _with(item, {"schedule": _schedule}) if isinstance(item, Mapping) else item for item in node.items
        )
        return node if items == node.items else replace(node, items=items)
    if not isinstance(node, Mapping) or not node.entries:
        return node
    groups: list[Node] = []
    for key, value in node.entries:
        name = (Scalar(key.place, "name"), Scalar(key.place, key.text, plain=False))
        if isinstance(value, Mapping):
            group = _with(value, {"schedule": _schedule})
            groups.append(Mapping(value.place, (name, *group.entries)))
        else:
            groups.append(Mapping(value.place, (name, (Scalar(value.place, "lr"), value))))
    return Sequence(node.place, tuple(groups))
