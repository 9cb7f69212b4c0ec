"""The values of a training config: nodes of the reader, with the value that the framework's own reader gives them."""

from __future__ import annotations

import math
from collections.abc import Iterable
from collections.abc import Sequence as Sequence_
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from lrcli.errors import SpecError
from lrcli.reader.nodes import MAX_NODES, Mapping, Node, Scalar, Sequence
from lrcli.reader.source import Place, refuse

Plain: TypeAlias = "bool | int | float | str | None"


@dataclass(frozen=True)
class Value(Scalar):
    """A scalar that another reader than ours has read: `text` is how it is written, `read` is what it is there."""

    read: Plain = None

    @property
    def value(self) -> Plain:
        """The value as the framework's reader gives it."""
        return self.read

    def __str__(self) -> str:
        if isinstance(self.read, str):
            return f"the text {self.read if len(self.read) <= 40 else self.read[:37] + '...'!r}"
        if self.read is None or isinstance(self.read, bool):
            return {None: "null", True: "true", False: "false"}[self.read]
        return self.text[:40]


@dataclass(frozen=True)
class Unknown(Scalar):
    """A value that the file alone does not give. It stops nobody who does not need it.

    code: the kind of the problem ("needs-value", "code-not-data"). why: what it is. help: what to do.
    """

    code: str = "needs-value"
    why: str = ""
    help: str = ""

    def refusal(self, name: str) -> SpecError:
        """The error of a key that needs the value, to be raised."""
        return refuse(self.place, self.code, f"{name}: {self.why}", self.help)

    @property
    def value(self) -> str:
        """The text as it is written: who needs a value looks for `Unknown` first."""
        return self.text

    def __str__(self) -> str:
        return self.why or self.text[:40]


@dataclass(frozen=True)
class Unread(Unknown):
    """What stands for files that a config is based on, and that cannot be read: it bears on everything."""

    error: SpecError = SpecError(())  # noqa: RUF009 - never raised

    @classmethod
    def of(cls, place: Place, errors: Sequence_[SpecError]) -> Unread:
        """All the reasons as one error."""
        problems = tuple(problem for error in errors for problem in error.problems)
        return cls(place, "", why=problems[0].message, error=SpecError(problems))


def node_of(value: Any, place: Place) -> Node:
    """The node of a Python value, everything in it at one place. A node is itself."""
    if isinstance(value, (Scalar, Sequence, Mapping)):
        return value
    if isinstance(value, dict):
        return mapping_of(((Scalar(place, str(key)), node_of(item, place)) for key, item in value.items()), place)
    if isinstance(value, (list, tuple)):
        return sequence_of((node_of(item, place) for item in value), place)
    if value is None or isinstance(value, (bool, int, float)):
        return Scalar(place, text_of(value))
    return Scalar(place, str(value), plain=False)


def text_of(value: bool | int | float | None) -> str:
    """A number, a truth or nothing in the words of a spec.

    >>> [text_of(value) for value in (1e-05, 3, True, None, float("inf"))]
    ['1e-05', '3', 'true', 'null', '.inf']
    """
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, float) and not math.isfinite(value):
        return ".nan" if math.isnan(value) else ".inf" if value > 0 else "-.inf"
    return repr(value)


def mapping_of(
    entries: Iterable[tuple[Scalar, Node]], place: Place, *, twins: Iterable[Scalar] = (), written: bool = False
) -> Mapping:
    """A mapping of entries, the last one of a name counting. Raises SpecError for one that is too large.

    twins: keys that stand there and do not count. written: whether the entries are all that is written, so that it
    finds the twins itself.
    """
    kept: dict[str, tuple[Scalar, Node]] = {}
    left = list(twins)
    for key, value in entries:
        if written and key.text in kept:
            left.append(kept[key.text][0])
        kept[key.text] = key, value
    nodes = [value for _, value in kept.values()]
    return Mapping(place, tuple(kept.values()), _size(nodes, place), _height(nodes), tuple(left))


def sequence_of(items: Iterable[Node], place: Place) -> Sequence:
    """A list of nodes. Raises SpecError for one that is too large."""
    nodes = tuple(items)
    return Sequence(place, nodes, _size(nodes, place), _height(nodes))


def _size(nodes: Iterable[Node], place: Place) -> int:
    size = 1 + sum(node.size for node in nodes)
    if size > MAX_NODES:
        raise refuse(place, "limit", f"more than {MAX_NODES:,} values")
    return size


def _height(nodes: Iterable[Node]) -> int:
    return 1 + max((node.height for node in nodes), default=0)


def entry_at(root: Node, path: str) -> tuple[Scalar | None, Node | None]:
    """(the key, the value) at a dotted path; (None, None) where there is none.

    A part that is a number is an index of a list. A key that holds dots itself is found, too.
    """
    key: Scalar | None = None
    node: Node | None = root
    parts = path.split(".")
    while parts:
        if isinstance(node, Sequence) and parts[0].isdecimal() and int(parts[0][:9]) < len(node.items):
            node, parts = node.items[int(parts[0][:9])], parts[1:]
            continue
        if not isinstance(node, Mapping):
            return None, None
        for used in range(1, len(parts) + 1):
            wanted = ".".join(parts[:used])
            inner = node.get(wanted)
            if inner is not None:
                key, node, parts = node.key(wanted), inner, parts[used:]
                break
        else:
            return None, None
    return key, node


def under(root: Mapping, path: str) -> Mapping | None:
    """The block at a path, with the keys that it lacks from the mappings above it, the nearest first; None for none."""
    entries: dict[str, tuple[Scalar, Node]] = {}
    node: Node = root
    for part in path.split("."):
        if isinstance(node, Mapping):
            entries.update({key.text: (key, value) for key, value in node.entries})
        inner = entry_at(node, part)[1]
        if inner is None:
            return None
        node = inner
    if not isinstance(node, Mapping):
        return None
    entries.update({key.text: (key, value) for key, value in node.entries})
    return replace(node, entries=tuple(entries.values()))
