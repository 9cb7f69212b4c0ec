"""Writing the spec that a config comes to: values in lrcli's own words, placed in the user's file, with comments."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping as Mapping_
from dataclasses import MISSING, dataclass, field
from types import MappingProxyType
from typing import Any

from lrcli.catalog.registry import find_type
from lrcli.configs.config import Config
from lrcli.configs.counts import Length
from lrcli.configs.nodes import joined, mapping_of, node_of, parts_of
from lrcli.reader.nodes import Mapping, Node, Scalar, Sequence
from lrcli.reader.source import Place
from lrcli.reader.units import scalar_text, text_of
from lrcli.schedules.base import parameters
from lrcli.schedules.params import param_of

_ORDER = (
    "name",
    "lr",
    "epochs",
    "steps",
    "steps_per_epoch",
    "data",
    "interval",
    "first_step",
    "schedule",
    "groups",
    "emulate",
)


_KINDS: dict[str, type] = {"flag": bool, "choice": str, "text": str}


def arguments_of(type_name: str, *without: str) -> dict[str, type]:
    """The arguments of a type of schedule, but for some, each with the Python type of its values.

    >>> arguments_of("transformers.inverse_sqrt", "num_warmup_steps")
    {'timescale': <class 'float'>}
    """
    cls = find_type(type_name)
    assert cls is not None, type_name
    return {f.name: _KINDS.get(param_of(f).kind, float) for f in parameters(cls) if f.name not in without}


def defaults_of(type_name: str) -> dict[str, Any]:
    """What the arguments of a type of schedule are where they are left out; a list is a list, as a config has it."""
    cls = find_type(type_name)
    assert cls is not None, type_name
    return {f.name: list(f.default) if isinstance(f.default, tuple) else f.default for f in parameters(cls)}


def required_of(type_name: str) -> list[str]:
    cls = find_type(type_name)
    return [] if cls is None else [f.name for f in parameters(cls) if f.default is MISSING]


@dataclass
class _Table:
    place: Place
    entries: dict[str, tuple[Scalar, Node | _Table]] = field(default_factory=dict)


class Draft:
    """The spec of a config, as far as it is written."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self.comments: dict[str, str] = {}
        self._root = _Table(config.source.whole)

    def put(self, path: str, value: Any, at: str | Place | None = None, why: str = "") -> None:
        """Write a value at a dotted path of the spec.

        at: the key of the config that it comes from (a dotted path), or a place; without it, the value has none. why:
        the comment beside it; without it, the name of that key where it is another one.
        """
        place = self.config.source.whole if at is None else self.config.value_place(at) if isinstance(at, str) else at
        key_place = self.config.place(at) if isinstance(at, str) else place
        *parents, name = path.split(".")
        table = self._root
        for parent in parents:
            inner = table.entries.setdefault(parent, (Scalar(key_place, parent), _Table(key_place)))[1]
            assert isinstance(inner, _Table), f"{parent} of {path} is no mapping"
            table = inner
        table.entries[name] = Scalar(key_place, name), node_of(value, place)
        comment = why or (at if isinstance(at, str) and at.rpartition(".")[2] != name else "")
        if comment:
            self.comments[path] = comment

    def put_fields(
        self,
        defaults: Mapping_[str, float | bool | str | type],
        prefix: str = "",
        *,
        why: str = "",
        comment: str = "",
        names: Mapping_[str, str] = MappingProxyType({}),
    ) -> dict[str, Any]:
        """Write a field of the schedule for each key of a table, and return their values.

        defaults: what the framework takes for each key that is left out, or the type of one that is not written then.
        prefix: where the keys stand. why: the comment of a default, in which {} is the key, and `comment` that of
        another value. names: what the schedule calls those that it calls something else.
        """
        values = {}
        for key, default in defaults.items():
            path = joined(prefix, key)
            values[key] = value = self.config.value(path, default)
            if value is not None:
                is_given = self.config.has(path)
                self.put(
                    f"schedule.{names.get(key, key)}", value, at=path, why=comment if is_given else why.format(key)
                )
        return values

    def put_arguments(self, prefix: str) -> None:
        """Write a field of the schedule for each key of a mapping, as it is there."""
        block = self.config.mapping(prefix)
        for name, value in () if block is None else parts_of(block):
            self.put(f"schedule.{name}", value, at=f"{prefix}.{name}")

    def put_length(self, length: Length) -> None:
        """Write how many updates the run has, and an epoch; --steps beats what the file says."""
        given = self.config.given
        steps, how = (length.steps, length.how) if given.steps is None else (given.steps, given.option("steps"))
        self.put("steps", steps, at=length.at, why=how)
        if length.per_epoch is not None:
            self.put("steps_per_epoch", length.per_epoch)

    def wrap(self, kind: str, key: str, at: str | None = None, why: str = "") -> None:
        """Put the schedule that is written into one of another type, which has it under a key."""
        name, inner = self._root.entries.pop("schedule")
        self.comments = {
            path.replace("schedule.", f"schedule.{key}.", 1) if path.startswith("schedule.") else path: text
            for path, text in self.comments.items()
        }
        self.put("schedule.type", kind, at=at, why=why)
        outer = self._root.entries["schedule"][1]
        assert isinstance(outer, _Table)
        outer.entries[key] = Scalar(name.place, key), inner

    def drop(self, key: str) -> None:
        """Take a key of the spec away again."""
        self._root.entries.pop(key, None)
        self.comments.pop(key, None)

    def root(self) -> Mapping:
        """The mapping of the whole spec, its keys in the usual order."""
        entries = self._root.entries
        ordered = {key: entries[key] for key in (*_ORDER, *entries) if key in entries}
        return _closed(_Table(self._root.place, ordered))


def _closed(table: _Table) -> Mapping:
    entries = ((key, _closed(value) if isinstance(value, _Table) else value) for key, value in table.entries.values())
    return mapping_of(entries, table.place)


def write_spec(root: Mapping, comments: Mapping_[str, str], head: str = "") -> str:
    """The text of a spec; `head` is its first comment."""
    lines = [f"# {head}"] if head else []
    lines += _entries(root, "", "", comments)
    return "\n".join(lines) + "\n"


def _entries(node: Mapping, path: str, indent: str, comments: Mapping_[str, str]) -> Iterator[str]:
    for key, value in node.entries:
        where = f"{path}.{key.text}" if path else key.text
        comment = f"  # {' '.join(comments[where].split())}" if where in comments else ""
        name = scalar_text(key.text)
        if isinstance(value, Mapping) and value.entries:
            yield f"{indent}{name}:{comment}"
            yield from _entries(value, where, indent + "  ", comments)
        elif isinstance(value, Sequence) and any(isinstance(item, Mapping) for item in value.items):
            yield f"{indent}{name}:{comment}"
            yield from (f"{indent}  - {_flow(item)}" for item in value.items)
        else:
            yield f"{indent}{name}: {_flow(value)}{comment}"


def _flow(node: Node) -> str:
    if isinstance(node, Mapping):
        return "{" + ", ".join(f"{scalar_text(key.text)}: {_flow(value)}" for key, value in node.entries) + "}"
    if isinstance(node, Sequence):
        return "[" + ", ".join(map(_flow, node.items)) + "]"
    value = node.value
    return scalar_text(value) if isinstance(value, str) else text_of(value)
