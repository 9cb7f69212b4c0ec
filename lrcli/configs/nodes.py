"""The values of a training config: nodes of the reader, with the value that the framework's own reader gives them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from collections.abc import Sequence as Sequence_
from dataclasses import dataclass, replace
from typing import Any, TypeAlias, TypeVar

from lrcli.errors import SpecError
from lrcli.reader.nodes import MAX_NODES, Entries, Mapping, Node, Scalar, Sequence
from lrcli.reader.source import Place, refuse
from lrcli.reader.units import resolve_scalar, text_of

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
        return text_of(self.read) if self.read is None or isinstance(self.read, bool) else super().__str__()


def text_scalar(place: Place, text: str, plain: bool, tag: str) -> Value:
    """Make the value that `--set` gives to a file whose values are those of YAML 1.2."""
    return Value(place, text, plain, read=resolve_scalar(text) if plain else text)


@dataclass(frozen=True)
class Unknown(Scalar):
    """A value that the file alone does not give. It stops nobody who does not need it.

    code: the kind of the problem ("needs-value", "code-not-data"). why: what it is. help: what to do.
    """

    code: str = "needs-value"
    why: str = ""
    help: str = ""

    def refusal(self, name: str) -> SpecError:
        message = self.why if name in self.why else f"{name}: {self.why}"
        return refuse(self.place, self.code, message, self.help)

    @property
    def value(self) -> str:
        """The text as it is written: who needs a value looks for `Unknown` first."""
        return self.text

    def __str__(self) -> str:
        return self.why or self.text[:40]


@dataclass(frozen=True)
class Unread(Unknown):
    """It stands for files that a config is based on and that cannot be read: it bears on everything."""

    error: SpecError = SpecError(())  # noqa: RUF009 - never raised

    @classmethod
    def of(cls, place: Place, errors: Sequence_[SpecError]) -> Unread:
        """All the reasons as one error."""
        problems = tuple(problem for error in errors for problem in error.problems)
        return cls(place, "", why=problems[0].message, error=SpecError(problems))


def node_of(value: Any, place: Place) -> Node:
    """The node of a Python value, everything in it at one place. A node is itself."""
    match value:
        case Scalar() | Sequence() | Mapping():
            return value
        case dict():
            return mapping_of(((Scalar(place, str(key)), node_of(item, place)) for key, item in value.items()), place)
        case list() | tuple():
            return sequence_of((node_of(item, place) for item in value), place)
        case None | bool() | int() | float():
            return Scalar(place, text_of(value))
    return Scalar(place, str(value), plain=False)


def mapping_of(
    entries: Iterable[tuple[Scalar, Node]], place: Place, *, twins: Iterable[Scalar] = (), written: bool = False
) -> Mapping:
    """A mapping of entries, the last one of a name counting. Raises SpecError for one that is too large.

    twins: keys that stand there and do not count. written: whether the entries are all that is written, so that it
    finds the twins itself.
    """
    kept: Entries = {}
    uncounted = list(twins)
    for key, value in entries:
        if written and key.text in kept:
            uncounted.append(kept[key.text][0])
        kept[key.text] = key, value
    return _bounded(Mapping(place, tuple(kept.values()), tuple(uncounted)))


def sequence_of(items: Iterable[Node], place: Place) -> Sequence:
    """A list of nodes. Raises SpecError for one that is too large."""
    return _bounded(Sequence(place, tuple(items)))


_Branch = TypeVar("_Branch", Sequence, Mapping)


def _bounded(node: _Branch) -> _Branch:
    if node.size > MAX_NODES:
        raise refuse(node.place, "limit", f"more than {MAX_NODES:,} values")
    return node


def with_entry(node: Mapping, name: str, value: Node) -> Mapping:
    """A mapping with another value under a key, which is new if it is not there."""
    return mapping_of([*node.entries, (node.key(name) or Scalar(value.place, name), value)], node.place)


def without_entries(node: Mapping, names: Iterable[str]) -> Mapping:
    return replace(node, entries=tuple(entry for entry in node.entries if entry[0].text not in names))


def without_paths(node: Mapping, paths: Sequence_[str] | None) -> Mapping:
    """A mapping without what stands at some dotted paths (None: without anything)."""
    if paths is None:
        return replace(node, entries=())
    inner: dict[str, list[str]] = {}
    for name, _, rest in (path.partition(".") for path in paths):
        inner.setdefault(name, []).append(rest)
    kept = [(key, value) for key, value in node.entries if "" not in inner.get(key.text, ())]
    entries = (
        (key, without_paths(value, inner[key.text]) if key.text in inner and isinstance(value, Mapping) else value)
        for key, value in kept
    )
    return replace(node, entries=tuple(entries))


def merged(upper: Mapping, lower: Mapping, inner: Callable[[Scalar, Mapping, Node | None], Node]) -> Mapping:
    """A mapping over another one, key by key; `inner` joins a mapping of it with what the other has there, if any."""
    entries: Entries = {key.text: (key, value) for key, value in lower.entries}
    for key, value in upper.entries:
        below = entries.get(key.text, (None, None))[1]
        entries[key.text] = key, inner(key, value, below) if isinstance(value, Mapping) else value
    return mapping_of(entries.values(), upper.place, twins=upper.twins)


def parts_of(node: Node) -> list[tuple[str, Node]]:
    """List the parts of a mapping or a list by their keys or indices; a scalar has none."""
    if isinstance(node, Mapping):
        return [(key.text, value) for key, value in node.entries]
    return [(str(i), item) for i, item in enumerate(node.items)] if isinstance(node, Sequence) else []


def mapped(node: Node, change: Callable[[str, Node], Node]) -> Node:
    """A list or mapping of which each part is what `change` makes of its name and itself; a scalar is itself."""
    if isinstance(node, Mapping):
        return _bounded(replace(node, entries=tuple((key, change(key.text, value)) for key, value in node.entries)))
    if isinstance(node, Sequence):
        return _bounded(replace(node, items=tuple(change(str(i), item) for i, item in enumerate(node.items))))
    return node


def joined(path: str, name: str) -> str:
    """The dotted path of what stands under a name at another path."""
    return f"{path}.{name}" if path else name


def refuse_unknown(node: Node, name: str) -> None:
    """Raise the SpecError of a value that the file does not give, in a list or a mapping, too."""
    if isinstance(node, Unknown):
        raise node.refusal(name)
    for _, inner in parts_of(node):
        refuse_unknown(inner, name)


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
    entries: Entries = {}
    node: Node | None = root
    for part in (*path.split("."), ""):
        if isinstance(node, Mapping):
            entries.update({key.text: (key, value) for key, value in node.entries})
        if part and node is not None:
            node = entry_at(node, part)[1]
    return replace(node, entries=tuple(entries.values())) if isinstance(node, Mapping) else None
