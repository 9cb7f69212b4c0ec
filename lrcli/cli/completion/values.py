"""The values that may stand in a SPEC argument, in --set, in --emulate."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple, TypeAlias

from lrcli.catalog.registry import all_types, find_type, framework, framework_names, framework_types, type_names
from lrcli.frameworks.replaying import replaying
from lrcli.reader.nodes import Mapping, Node, Scalar, Sequence, compose_nodes
from lrcli.schedules import Schedule, parameters
from lrcli.schedules.params import param_of
from lrcli.spec import INSIDE, RATE_KEYS, READINGS, REPLAYED, SHOWABLE, STEP_ORDERS, TOP_KEYS, Emulation, SpecKey


class Item(NamedTuple):
    """One value, and what it means."""

    value: str
    help: str = ""


def type_items(word: str) -> Iterator[Item]:
    """The names of the types that begin so; PyTorch's where none of ours does."""
    names = [Item(cls.name, _summary(cls)) for cls in all_types() if cls.name.startswith(word)]
    yield from names or (Item(name) for name in type_names() if name.startswith(word))


def _summary(cls: type[Schedule]) -> str:
    return (cls.__doc__ or "").partition("\n")[0]


def emulations(word: str) -> Iterator[Item]:
    """`torch-1.1`, and after a colon a reading or a step order."""
    head, colon, tail = word.rpartition(":")
    if not colon:
        items = [
            Item("formula", "the schedule's own formula"),
            Item(REPLAYED, "the newest release"),
            *(Item(f"{REPLAYED}-{line}", f"{replaying().TITLE} {full}") for line, full in replaying().RELEASES.items()),
        ]
        yield from (item for item in items if item.value.startswith(word))
        return
    which, *words_before = head.split(":")
    line = which.removeprefix(f"{REPLAYED}-")
    is_release = line in replaying().RELEASES
    for words in (SHOWABLE, STEP_ORDERS):
        if not set(words) & set(words_before) and which.startswith(REPLAYED):
            names = (name for name in words if name.startswith(tail) and not (is_release and _is_missing(line, name)))
            yield from (Item(f"{head}:{name}") for name in names)


def forms(word: str) -> Iterator[Item]:
    """What `--from` takes: a spec, a log, and the formats of training configs."""
    from lrcli.configs import all_formats  # not above: nobody who completes anything else waits for them

    items = [
        Item("spec", "a spec"),
        Item("log", "a log"),
        *(Item(config.name, config.title) for config in all_formats()),
    ]
    yield from (item for item in items if item.value.startswith(word))


def targets(word: str) -> Iterator[Item]:
    """What `convert --to` takes: a spec, PyTorch's Python, and the frameworks that have schedules."""
    items = [Item("spec", "an exact spec"), Item(REPLAYED, "the Python that builds the scheduler")]
    for name in framework_names():
        known = framework(name)
        if known and framework_types(name):
            items.append(Item(name, f"the same curve as a schedule of {known.title}"))
    yield from (item for item in items if item.value.startswith(word))


def _is_missing(release: str, word: str) -> bool:
    return word in READINGS and bool(replaying().missing_reading(Emulation(release, word))[0])


def spec_arguments(word: str) -> Iterator[Item]:
    """YAML files and folders; after the `@` of a file, emulations."""
    head, at, tail = word.rpartition("@")
    if at and (Path(head).expanduser().is_file() or head.lstrip().startswith("{")):
        yield from (Item(f"{head}@{item.value}", item.help) for item in emulations(tail))
        return
    if not word.lstrip().startswith("{"):
        yield from _files(word, (".yaml", ".yml"))


def metrics(word: str) -> Iterator[Item]:
    yield from _files(word, (".csv", ".tsv", ".json", ".jsonl", ".txt", ".log"))


def _files(word: str, endings: tuple[str, ...]) -> Iterator[Item]:
    """The files with these endings, and the folders, whose path begins so."""
    folder, slash, start = word.rpartition("/")
    try:
        entries = sorted(os.scandir(Path(folder + slash or ".").expanduser()), key=lambda entry: entry.name)
    except OSError:
        return
    for entry in entries:
        if not entry.name.startswith(start) or (entry.name.startswith(".") and not start.startswith(".")):
            continue
        path = f"{folder}{slash}{entry.name}"
        if entry.is_dir():
            yield Item(f"{path}/")
        elif entry.name.lower().endswith(endings):
            yield Item(path)


def keys(word: str, specs: Iterable[str]) -> Iterator[Item]:
    """`schedule.gamma=` and the like: what the specs on the line have or may have; after the `=`, words for it."""
    known: dict[str, tuple[str, tuple[str, ...]]] = {}
    for argument in specs:
        root = _root(argument)
        if root is not None:
            known.update(_of_spec(root))
    known = known or dict(_of_spec(None))
    key, equals, value = word.partition("=")
    if equals:
        _, choices = known.get(key, ("", ()))
        yield from (Item(f"{key}={choice}") for choice in choices if choice.startswith(value))
    else:
        yield from (Item(f"{name}=", about) for name, (about, _) in known.items() if name.startswith(word))


def _root(argument: str) -> Mapping | None:
    """The mapping of a spec, as far as it can be read."""
    from lrcli.errors import LrcliError
    from lrcli.inputs import Inputs
    from lrcli.reader.source import Problems, read_source, split_argument

    where = split_argument(argument)[0]
    inline = where.lstrip().startswith("{")
    path = Path(where).expanduser()
    if not inline and not path.is_file():
        return None
    try:
        node = compose_nodes(read_source(where if inline else str(path), Inputs()), Problems())
    except LrcliError:
        return None
    return node if isinstance(node, Mapping) else None


_Keys: TypeAlias = Iterator[tuple[str, tuple[str, tuple[str, ...]]]]
"""Each item is (a dotted key, (what it means, the words that it takes))."""


def _of_spec(root: Mapping | None) -> _Keys:
    """Every key that can be set in a spec. What holds other keys is set by those."""
    for key in TOP_KEYS:
        node = None if root is None else root.get(key.name)
        if key.name == "schedule":
            yield from _of_schedule(key.name, node)
        elif key.name == "groups":
            yield from _of_groups(node)
        elif key.name in INSIDE and not isinstance(node, Scalar):
            yield from ((f"{key.name}.{inner.name}", (inner.doc, _words(inner))) for inner in INSIDE[key.name])
        elif key not in RATE_KEYS[1:] or node is not None:
            yield key.name, (_now(node) or key.doc, _words(key))


def _words(key: SpecKey) -> tuple[str, ...]:
    return ("true", "false") if key.takes == "flag" else key.choices


def _of_groups(node: Node | None) -> _Keys:
    for i, group in enumerate(node.items if isinstance(node, Sequence) else ()):
        if isinstance(group, Mapping):
            name = group.get("name")
            path = f"groups.{name.text if isinstance(name, Scalar) else i}"
            yield f"{path}.lr", (_now(group.get("lr")), ())
            if group.get("schedule") is not None:
                yield from _of_schedule(f"{path}.schedule", group.get("schedule"))


def _of_schedule(path: str, node: Node | None) -> _Keys:
    if isinstance(node, Sequence):
        for i, item in enumerate(node.items):
            yield from _of_schedule(f"{path}.{i}", item)
        return
    kind = node.get("type") if isinstance(node, Mapping) else None
    yield f"{path}.type", (_now(kind), tuple(cls.name for cls in all_types()))
    cls = find_type(kind.text) if isinstance(kind, Scalar) else None
    if cls is None or not isinstance(node, Mapping):
        return
    if (length := node.get("for")) is not None:
        yield f"{path}.for", (_now(length), ())
    for f in parameters(cls):
        param = param_of(f)
        if param.kind == "schedules":
            yield from _of_schedule(f"{path}.{f.name}", node.get(f.name, "schedulers"))
            continue
        words = ("true", "false") if param.kind == "flag" else param.choices
        yield f"{path}.{f.name}", (_now(node.get(f.name)) or param.doc, words)


def _now(node: Node | None) -> str:
    return f"now {node.text}" if isinstance(node, Scalar) and node.text else ""
