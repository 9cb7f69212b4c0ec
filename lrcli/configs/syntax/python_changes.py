"""Statements change mappings and lists in place: each function returns the changed node, None where nobody knows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from collections.abc import Mapping as Mapping_
from dataclasses import replace

from lrcli.configs.nodes import mapped, mapping_of, merged, parts_of, sequence_of, without_entries
from lrcli.configs.syntax.python_expressions import inside
from lrcli.reader.nodes import Mapping, Node, Scalar
from lrcli.reader.nodes import Sequence as List
from lrcli.reader.source import Place


def containers(node: Node) -> Iterator[Node]:
    """The mappings and lists of a value, itself among them."""
    if not isinstance(node, Scalar):
        yield node
    for _, inner in parts_of(node):
        yield from containers(inner)


def swapped(node: Node, swaps: Mapping_[int, Node], kept: dict[int, Node]) -> Node:
    """A node with others in the place of its parts; what is shared stays shared (`kept`)."""
    if isinstance(node, Scalar) or id(node) in swaps:
        return swaps.get(id(node), node)
    if id(node) not in kept:
        changed = mapped(node, lambda _, part: swapped(part, swaps, kept))
        same = all(a is b for (_, a), (_, b) in zip(parts_of(changed), parts_of(node), strict=True))
        kept[id(node)] = node if same else changed
    return kept[id(node)]


def with_item(node: Node, key: object, place: Place, value: Node) -> Node | None:
    """x[key] = value."""
    if isinstance(node, Mapping) and isinstance(key, str):
        return mapping_of([*node.entries, (Scalar(place, key), value)], node.place)
    if isinstance(node, List) and isinstance(key, int) and inside(node, key) is not None:
        items = list(node.items)
        items[key] = value
        return sequence_of(items, node.place)
    return None


def without_item(node: Node, key: object) -> Node | None:
    """del x[key]; None where it is not there."""
    if inside(node, key) is None:
        return None
    if isinstance(node, Mapping):
        return mapping_of([entry for entry in node.entries if entry[0].text != key], node.place)
    assert isinstance(node, List) and isinstance(key, int)
    return sequence_of([item for i, item in enumerate(node.items) if i != key % len(node.items)], node.place)


def lengthened(node: Node, method: str, arguments: Sequence[Node]) -> Node | None:
    """x.append(value), x.extend(values), x.insert(i, value), x.pop(i)."""
    assert isinstance(node, List)
    if method == "append" and len(arguments) == 1:
        return sequence_of([*node.items, *arguments], node.place)
    if method == "extend" and len(arguments) == 1 and isinstance(arguments[0], List):
        return sequence_of([*node.items, *arguments[0].items], node.place)
    index = arguments[0].value if arguments and isinstance(arguments[0], Scalar) else -1
    if not isinstance(index, int) or isinstance(index, bool) or method not in ("insert", "pop"):
        return None
    items = list(node.items)
    if method == "pop":
        return without_item(node, index) if len(arguments) <= 1 else None
    items[index:index] = arguments[1:2]
    return sequence_of(items, node.place) if len(arguments) == 2 else None


def merged_into(node: Node, other: Mapping, deep: bool, deletes: bool) -> Node | None:
    """x.update(other): what both have is merged where `deep`; with `deletes`, `_delete_=True` in it clears x first."""
    if not isinstance(node, Mapping):
        return None
    mark = other.get("_delete_") if deletes else None
    below = mapping_of([], node.place) if isinstance(mark, Scalar) and mark.value is True else node

    def joined(key: Scalar, value: Mapping, held: Node | None) -> Node:
        return (merged_into(held, value, deep, deletes) if deep and held is not None else None) or value

    return replace(
        merged(without_entries(other, ("_delete_",) if deletes else ()), below, joined), place=node.place, twins=()
    )
