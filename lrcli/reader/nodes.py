"""YAML text -> nodes with places, bounded in depth and size.

The nodes are built from PyYAML's events, so that a nesting bomb is refused before anything recurses, and aliases share
their node, so that an alias bomb is counted and never expanded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import field
from typing import Any, TypeAlias

from lrcli.errors import SpecError
from lrcli.reader import scalars
from lrcli.reader.source import Place, Problems, Source, refuse
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
        return scalars.resolve_scalar(self.text) if self.plain else self.text

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
    size: int = 1
    height: int = 1

    def __str__(self) -> str:
        return "a list" if self.items else "an empty list"


@dataclass(frozen=True)
class Mapping:
    """Keys and values, in order; no key stands twice. `twins` are the keys that did, where another one counts."""

    place: Place
    entries: tuple[tuple[Scalar, Node], ...]
    size: int = 1
    height: int = 1
    twins: tuple[Scalar, ...] = ()

    def __str__(self) -> str:
        return "a mapping"

    def get(self, *names: str) -> Node | None:
        """The value of the first key that has one of these names."""
        return next((value for key, value in self.entries if key.text in names), None)

    def key(self, name: str) -> Scalar | None:
        """The key itself, for its place."""
        return next((key for key, _ in self.entries if key.text == name), None)


Node: TypeAlias = Scalar | Sequence | Mapping


@dataclass
class _Open:
    """A list or mapping whose end has not been read."""

    event: Any
    children: list[Node] = field(default_factory=list)


ScalarOf: TypeAlias = Callable[[Place, str, bool, str], Scalar]
"""What makes a scalar: of its place, its text, whether it is plain, and the tag that is written ("" for none)."""

TaggedOf: TypeAlias = Callable[[Place, str], "Scalar"]
"""What stands for a value whose tag is code: of its place and the tag."""


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
        from lrcli.reader.slips import syntax_error

        raise syntax_error(source, error) from None
    except (yaml.YAMLError, RecursionError) as error:
        raise refuse(source.whole, "syntax", f"this is not YAML: {str(error).splitlines()[0]}") from None


def _compose(
    events: Iterator[Any], source: Source, problems: Problems | None, scalar: ScalarOf, tagged: TaggedOf | None
) -> Node | None:
    """The work of `compose`: one pass over the events, with its own stack."""
    root: Node | None = None
    anchors: dict[str, Node] = {}
    stack: list[_Open] = []
    documents = size = 0
    for event in events:
        kind = type(event).__name__
        if kind in ("SequenceStartEvent", "MappingStartEvent"):
            if tagged is None:
                _check_tag(source, event)
            stack.append(_Open(event))
            if len(stack) > MAX_DEPTH:
                raise _limit(source, event, f"more than {MAX_DEPTH} levels of nesting")
            continue
        if kind == "AliasEvent":
            if event.anchor not in anchors:
                place = _place(source, event)
                raise refuse(place, "syntax", f"the alias *{event.anchor} has no anchor &{event.anchor} before it")
            node = anchors[event.anchor]
        elif kind == "ScalarEvent":
            if tagged is None:
                _check_tag(source, event)
            plain = not event.style and event.tag in (None, *_PLAIN_TAGS)
            node = scalar(_place(source, event), event.value, plain, (event.tag or "").removeprefix(_TAG))
        elif kind in ("SequenceEndEvent", "MappingEndEvent"):
            opened = stack.pop()
            node = _close(source, opened, problems)
            if node.height > MAX_DEPTH:
                raise _limit(source, opened.event, f"more than {MAX_DEPTH} levels of nesting")
            event = opened.event
        else:
            documents += kind == "DocumentStartEvent"
            if documents > 1:
                hint = "keep one, or make them files of their own"
                raise refuse(_place(source, event), "documents", "a spec is one document, '---' begins a second", hint)
            continue
        if tagged is not None and kind != "AliasEvent" and not _is_known(event.tag):
            node = tagged(_place(source, event), event.tag.replace(_TAG, "!!"))
        if event.anchor and kind != "AliasEvent":
            anchors[event.anchor] = node
        size += 1
        if max(size, node.size) > MAX_NODES:
            raise _limit(source, event, f"more than {MAX_NODES:,} values")
        if stack:
            stack[-1].children.append(node)
        else:
            root = node
    empty = isinstance(root, Scalar) and root.plain and not root.text
    return None if empty else root


_PLAIN_TAGS = tuple(_TAG + name for name in ("int", "float", "bool", "null"))
_TAGS = {"!", _TAG + "str", _TAG + "seq", _TAG + "map", *_PLAIN_TAGS}


def _is_known(tag: str | None) -> bool:
    return tag is None or tag in _TAGS


def _check_tag(source: Source, event: Any) -> None:
    if not _is_known(event.tag):
        raise refuse(_place(source, event), "tag", f"the tag {event.tag.replace(_TAG, '!!')!r} is not allowed")


def _limit(source: Source, event: Any, message: str) -> SpecError:
    return refuse(_place(source, event), "limit", message)


def _place(source: Source, event: Any) -> Place:
    start, end = event.start_mark, event.end_mark
    width = end.column - start.column if end.line == start.line else len(source.text)
    return Place(source, start.line + 1, start.column + 1, max(1, width))


def _close(source: Source, opened: _Open, problems: Problems | None) -> Sequence | Mapping:
    """The finished list or mapping."""
    event, children = opened.event, opened.children
    place = Place(source, event.start_mark.line + 1, event.start_mark.column + 1, 1)
    size = 1 + sum(child.size for child in children)
    height = 1 + max((child.height for child in children), default=0)
    if size > MAX_NODES:
        raise _limit(source, event, f"more than {MAX_NODES:,} values")
    if type(event).__name__ == "SequenceStartEvent":
        return Sequence(place, tuple(children), size, height)
    own: dict[str, tuple[Scalar, Node]] = {}
    merged: dict[str, tuple[Scalar, Node]] = {}
    pairs = list(zip(children[::2], children[1::2], strict=True))
    if problems is None:
        return _last_ones(place, pairs, size, height)
    if event.flow_style:
        pairs = _rejoined(pairs, problems)
    for key, value in pairs:
        if not isinstance(key, Scalar):
            problems.add(key.place, "wrong-type", f"a key must be a name, not {key}")
        elif key.text in own or (merged and _is_merge(key)):
            first = own.get(key.text)
            hint = f"the first is in line {first[0].place.line}" if first and source.placed else ""
            problems.add(key.place, "duplicate-key", f"the key {key.text!r} stands twice", hint)
        elif _is_merge(key):
            merged = _merge(value, problems)
        else:
            own[key.text] = key, value
    return Mapping(place, tuple({**merged, **own}.values()), size, height)


def _last_ones(place: Place, pairs: list[tuple[Node, Node]], size: int, height: int) -> Mapping:
    """The mapping as PyYAML makes it: the last of twins counts, what stands there beats what is merged."""
    named: dict[str, tuple[Scalar, Node]] = {}
    merged: dict[str, tuple[Scalar, Node]] = {}
    twins: list[Scalar] = []
    for key, value in pairs:
        if isinstance(key, Scalar) and _is_merge(key):
            items = value.items if isinstance(value, Sequence) else (value,)
            for item in reversed(items):
                merged.update((k.text, (k, v)) for k, v in (item.entries if isinstance(item, Mapping) else ()))
        elif isinstance(key, Scalar):
            if key.text in named:
                twins.append(named[key.text][0])
            named[key.text] = key, value
    return Mapping(place, tuple({**merged, **named}.values()), size, height, tuple(twins))


def _is_merge(key: Scalar) -> bool:
    return key.plain and key.text == "<<"


def _merge(value: Node, problems: Problems) -> dict[str, tuple[Scalar, Node]]:
    """The entries that `<<: value` brings: of one mapping, or of several of which the first one counts."""
    merged: dict[str, tuple[Scalar, Node]] = {}
    for item in reversed(value.items if isinstance(value, Sequence) else (value,)):
        if isinstance(item, Mapping):
            merged.update((key.text, (key, node)) for key, node in item.entries)
        else:
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
