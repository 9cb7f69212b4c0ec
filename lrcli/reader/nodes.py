"""YAML text -> nodes with places, bounded in depth and size.

The nodes are built from PyYAML's events, so that a nesting bomb is refused before anything recurses, and aliases share
their node, so that an alias bomb is counted and never expanded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any, TypeAlias

from lrcli.errors import SpecError
from lrcli.reader import units
from lrcli.reader.source import Place, Problems, Source, refuse, syntax_error
from lrcli.values import dataclass

MAX_DEPTH = 64
MAX_NODES = 50_000

_TAG = "tag:yaml.org,2002:"


@dataclass(frozen=True)
class Scalar:
    """A single value. `plain` is false for a quoted one, which is always text."""

    place: Place
    text: str
    plain: bool = True
    size = 1
    height = 1

    @property
    def value(self) -> bool | int | float | str | None:
        """The value by the core schema of YAML 1.2."""
        return units.resolve_scalar(self.text) if self.plain else self.text

    def __str__(self) -> str:
        value = self.value
        if isinstance(value, str):
            return f"the text {value if len(value) <= 40 else value[:37] + '...'!r}"
        return "null" if value is None else self.text[:40]


@dataclass(frozen=True)
class Sequence:
    """A list."""

    place: Place
    items: tuple[Node, ...]

    @cached_property
    def size(self) -> int:
        """The values in it, itself among them; one that stands in several places counts in each."""
        return 1 + sum(item.size for item in self.items)

    @cached_property
    def height(self) -> int:
        """The levels of nesting, its own among them."""
        return 1 + max((item.height for item in self.items), default=0)

    def __str__(self) -> str:
        return "a list" if self.items else "an empty list"


@dataclass(frozen=True)
class Mapping:
    """Keys and values, in order; no key stands twice. `twins` are the keys that did, where another one counts."""

    place: Place
    entries: tuple[tuple[Scalar, Node], ...]
    twins: tuple[Scalar, ...] = ()

    @cached_property
    def size(self) -> int:
        """The values in it, itself among them; one that stands in several places counts in each."""
        return 1 + sum(value.size for _, value in self.entries)

    @cached_property
    def height(self) -> int:
        """The levels of nesting, its own among them."""
        return 1 + max((value.height for _, value in self.entries), default=0)

    def __str__(self) -> str:
        return "a mapping"

    def get(self, *names: str) -> Node | None:
        """The value of the first key that has one of these names."""
        return next((value for key, value in self.entries if key.text in names), None)

    def key(self, name: str) -> Scalar | None:
        """The key itself, for its place."""
        return next((key for key, _ in self.entries if key.text == name), None)


Node: TypeAlias = Scalar | Sequence | Mapping


Entries: TypeAlias = "dict[str, tuple[Scalar, Node]]"
"""The keys and values of a mapping, by the texts of the keys."""

ScalarOf: TypeAlias = Callable[[Place, str, bool, str], Scalar]
"""It makes a scalar of its place, its text, whether it is plain, and the tag that is written ("" for none)."""

TaggedOf: TypeAlias = Callable[[Place, str], "Scalar"]
"""It makes what stands for a value whose tag is code, of its place and the tag."""


def _own_scalar(place: Place, text: str, plain: bool, tag: str) -> Scalar:
    return Scalar(place, text, plain)


def compose_nodes(
    source: Source, problems: Problems | None, scalar: ScalarOf = _own_scalar, tagged: TaggedOf | None = None
) -> Node | None:
    """The node of a YAML text, None if it holds nothing. Duplicate keys are added to `problems`.

    Without `problems` the text is read as PyYAML reads it: of duplicate keys the last one counts (`Mapping.twins`). A
    value with a tag that is code is an error, or what `tagged` makes of it. Raises SpecError where the text is no YAML,
    or goes beyond the limits.
    """
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        return _compose(yaml.parse(source.text, Loader=loader), source, problems, scalar, tagged)
    except yaml.MarkedYAMLError as error:
        raise syntax_error(source, error) from None
    except (yaml.YAMLError, RecursionError) as error:
        raise refuse(source.whole, "syntax", f"this is not YAML: {str(error).splitlines()[0]}") from None


def _compose(
    events: Iterator[Any], source: Source, problems: Problems | None, scalar: ScalarOf, tagged: TaggedOf | None
) -> Node | None:
    """The work of `compose`: one pass over the events, with its own stack."""
    root: Node | None = None
    anchors: dict[str, Node] = {}
    stack: list[tuple[Any, list[Node]]] = []  # the lists and mappings that are not closed, each with what is in it
    documents = size = 0
    for event in events:
        kind = type(event).__name__
        if tagged is None and (tag := _code_tag(event)):
            raise refuse(_place(source, event), "tag", f"the tag {tag!r} is not allowed")
        if kind in ("SequenceStartEvent", "MappingStartEvent"):
            stack.append((event, []))
            if len(stack) > MAX_DEPTH:
                raise _limit(source, event, f"more than {MAX_DEPTH} levels of nesting")
            continue
        if kind == "AliasEvent":
            if event.anchor not in anchors:
                place = _place(source, event)
                raise refuse(place, "syntax", f"the alias *{event.anchor} has no anchor &{event.anchor} before it")
            node = anchors[event.anchor]
        elif kind == "ScalarEvent":
            plain = not event.style and event.tag in (None, *_PLAIN_TAGS)
            node = scalar(_place(source, event), event.value, plain, (event.tag or "").removeprefix(_TAG))
        elif kind in ("SequenceEndEvent", "MappingEndEvent"):
            event, children = stack.pop()
            node = _closed(source, event, children, problems)
            if node.height > MAX_DEPTH:
                raise _limit(source, event, f"more than {MAX_DEPTH} levels of nesting")
        else:
            documents += kind == "DocumentStartEvent"
            if documents > 1:
                hint = "keep one, or make them files of their own"
                raise refuse(_place(source, event), "documents", "a spec is one document, '---' begins a second", hint)
            continue
        if tagged is not None and (tag := _code_tag(event)):
            node = tagged(_place(source, event), tag)
        if event.anchor and kind != "AliasEvent":
            anchors[event.anchor] = node
        size += 1
        if max(size, node.size) > MAX_NODES:
            raise _limit(source, event, f"more than {MAX_NODES:,} values")
        if stack:
            stack[-1][1].append(node)
        else:
            root = node
    empty = isinstance(root, Scalar) and root.plain and not root.text
    return None if empty else root


_PLAIN_TAGS = tuple(_TAG + name for name in ("int", "float", "bool", "null"))
_TAGS = {"!", _TAG + "str", _TAG + "seq", _TAG + "map", *_PLAIN_TAGS}


def _code_tag(event: Any) -> str:
    """The tag of an event if it is code, and no kind of value; "" for any other."""
    tag: str | None = getattr(event, "tag", None)
    return "" if tag is None or tag in _TAGS else tag.replace(_TAG, "!!")


def _limit(source: Source, event: Any, message: str) -> SpecError:
    return refuse(_place(source, event), "limit", message)


def _place(source: Source, event: Any) -> Place:
    start, end = event.start_mark, event.end_mark
    width = end.column - start.column if end.line == start.line else len(source.text)
    return Place(source, start.line + 1, start.column + 1, max(1, width))


def _closed(source: Source, event: Any, children: list[Node], problems: Problems | None) -> Sequence | Mapping:
    """The list or mapping that an event has begun, of all that is in it.

    Without `problems` a mapping is what PyYAML makes of it: the last of twins counts, and a key that is no text is left
    out. What stands in a mapping itself beats what `<<` merges into it.
    """
    place = Place(source, event.start_mark.line + 1, event.start_mark.column + 1, 1)
    if type(event).__name__ == "SequenceStartEvent":
        return Sequence(place, tuple(children))
    written: Entries = {}
    merged: Entries = {}
    twins: list[Scalar] = []
    pairs = list(zip(children[::2], children[1::2], strict=True))
    if event.flow_style and problems is not None:
        pairs = _rejoined(pairs, problems)
    for key, value in pairs:
        if not isinstance(key, Scalar):
            if problems is not None:
                problems.add(key.place, "wrong-type", f"a key must be a name, not {key}")
            continue
        first = written.get(key.text)
        if problems is not None and (first or (merged and _is_merge(key))):
            hint = f"the first is in line {first[0].place.line}" if first and source.placed else ""
            problems.add(key.place, "duplicate-key", f"the key {key.text!r} stands twice", hint)
        elif _is_merge(key):
            merged.update(_merged(value, problems))
        else:
            twins += [first[0]] if first else []
            written[key.text] = key, value
    return Mapping(place, tuple({**merged, **written}.values()), tuple(twins))


def _is_merge(key: Scalar) -> bool:
    return key.plain and key.text == "<<"


def _merged(value: Node, problems: Problems | None) -> Entries:
    """The entries that `<<: value` brings: of one mapping, or of several of which the first one counts."""
    merged: Entries = {}
    for item in reversed(value.items if isinstance(value, Sequence) else (value,)):
        if isinstance(item, Mapping):
            merged.update((key.text, (key, node)) for key, node in item.entries)
        elif problems is not None:
            problems.add(item.place, "wrong-type", f"'<<' merges a mapping, not {item}")
    return merged


def _rejoined(pairs: list[tuple[Node, Node]], problems: Problems) -> list[tuple[Node, Node]]:
    """The entries of a { } mapping, an expression that its own commas cut up put together again, as a problem.

    In `{lr_lambda: max(0, 1 - epoch)}` the value is `max(0`, and `1 - epoch)` is a key without a value.
    """
    joined: list[tuple[Node, Node]] = []
    for key, value in pairs:
        before = joined[-1][1] if joined else None
        if (
            isinstance(before, Scalar)
            and before.text.count("(") > before.text.count(")")
            and isinstance(key, Scalar)
            and isinstance(value, Scalar)
            and value.plain
            and not value.text
        ):
            joined[-1] = joined[-1][0], Scalar(before.place, f"{before.text}, {key.text}", plain=False)
        else:
            joined.append((key, value))
    for key, value in joined if len(joined) < len(pairs) else ():
        if isinstance(value, Scalar) and isinstance(key, Scalar) and (key, value) not in pairs:
            hint = f'quote the value: {key.text}: "{value.text}"'
            problems.add(value.place, "syntax", "inside { } a ',' ends a value", hint)
    return joined
