"""Which keys a spec has that could have another value: what its text says, and what its classes declare."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import fields
from itertools import pairwise
from typing import Any

from lrcli.catalog.registry import framework_types
from lrcli.infer.keys.key import Key
from lrcli.infer.keys.of_config import keys_of_config
from lrcli.infer.written import text_of_value
from lrcli.reader import Declared
from lrcli.reader.keys import field_meant, spellings_of
from lrcli.reader.nodes import Mapping, Node, Scalar, Sequence
from lrcli.schedules import Schedule, parameters
from lrcli.schedules.params import param_of

_LR = ("lr", "base_lr", "learning_rate")
_DECAYS: dict[str, str] = {
    "constant": "{{type: constant}}",
    "linear": "{{type: linear, start_factor: 1, end_factor: {share}, total_iters: {length}}}",
    "cosine": "{{type: cosine, T_max: {length}, eta_min: {floor}}}",
    "polynomial": "{{type: polynomial, total_iters: {length}, power: 2}}",
}
"""The decays that take each other's place, with their length and their floor."""

_IN_UNITS = re.compile(r"(\d+(?:\.\d+)?)(%|ep|st|ba|dur|iter|sp|tok)")
"""A length with its unit."""

_LITERAL = re.compile(r"(?<![\w.])(?:\d+\.\d*|\.\d+|\d+)(?:[eE][+-]?\d+)?(?![\w.])")
"""A number in an expression."""

_MOST = 12
"""So many numbers of one expression, or of one list, are keys."""


def keys_of(declared: Declared, group: int = 0) -> list[Key]:
    """The keys whose values the learning rate of a parameter group depends on, in the order of the spec.

    >>> from lrcli.reader import read_declared
    >>> [key.path for key in keys_of(read_declared("{lr: 1, epochs: 9, warmup: {for: 2}, schedule: {type: constant}}"))]
    ['lr', 'epochs', 'warmup.for', 'warmup.start_factor', 'warmup', 'schedule']
    """
    if declared.values is not None:
        return keys_of_config(declared)
    root, spec = declared.root, declared.spec
    groups = root.get("groups")
    group_node = groups.items[group] if isinstance(groups, Sequence) and group < len(groups.items) else None
    place, prefix = root, ""
    if isinstance(group_node, Mapping):
        place, prefix = group_node, f"groups.{group}."
    keys = list(_lr(root, place, prefix, spec.groups[group].lr))
    for name in ("epochs", "steps"):
        if isinstance(node := root.get(name), Scalar) and isinstance(node.value, (int, float)):
            keys.append(Key(name, node.text, "whole", float(node.value), at_least=1))
    schedule: Any = spec.groups[group].schedule
    warmup = root.get("warmup")
    if warmup is not None and not (isinstance(warmup, Scalar) and warmup.value is None):
        ramp = schedule.schedules[0]
        keys += _warmup(warmup, ramp)
        schedule = schedule.rest()
        length = spec.length - int(ramp.total_iters)
    else:
        length = spec.length
    node = place.get("schedule") or root.get("schedule")
    path = f"{prefix}schedule" if place.get("schedule") is not None else "schedule"
    if node is not None:
        keys += _of_schedule(node, path, schedule, spec.groups[group].lr, length, spec.interval)
    return keys


def _lr(root: Mapping, place: Mapping, prefix: str, lr: float | None) -> Iterator[Key]:
    for mapping, path in ((place, prefix), (root, "")):
        for name in _LR:
            if isinstance(node := mapping.get(name), Scalar) and lr is not None:
                yield Key(path + name, node.text, "number", lr, at_least=0)
                return


def _warmup(node: Node, ramp: Any) -> Iterator[Key]:
    if isinstance(node, Mapping):
        length, factor = node.get("for"), node.get("start_factor")
        yield from _length("warmup.for", length, float(ramp.total_iters))
        was = _flow(factor) if factor is not None else f"{ramp.start_factor:.6g}"
        yield Key("warmup.start_factor", was, "number", float(ramp.start_factor))
    else:
        yield from _length("warmup", node, float(ramp.total_iters))
    yield Key("warmup", _flow(node), "words", words=("null",))


def _length(path: str, node: Node | None, rows: float) -> Iterator[Key]:
    """The keys of a length: in its own unit, and in rows."""
    inner = _IN_UNITS.fullmatch(_flow(node))
    if inner:
        share = inner[2] in ("%", "dur")
        yield Key(path, inner[0], "number" if share else "whole", float(inner[1]), after=inner[2], above=0, jumps=share)
    yield Key(path, _flow(node), "whole", rows, at_least=1, unlikely=bool(inner))


def _of_schedule(node: Node, path: str, schedule: Any, lr: float | None, length: int, interval: str) -> Iterator[Key]:
    if isinstance(node, Sequence):
        parts = schedule.schedules if len(node.items) > 1 else (schedule,)
        begins = (0, *(int(m) for m in schedule.milestones)) if len(node.items) > 1 else (0,)
        for i, (item, part) in enumerate(zip(node.items, parts, strict=False)):
            if not isinstance(item, Mapping):
                continue
            if isinstance(written := item.get("for"), Scalar) and i + 1 < len(begins):
                yield from _length(f"{path}.{i}.for", written, float(begins[i + 1] - begins[i]))
            yield from _of_mapping(item, f"{path}.{i}", part, interval)
            if i == len(node.items) - 1:
                yield from _other_type(item, f"{path}.{i}", part, lr, length - begins[i])
    elif isinstance(node, Mapping):
        yield from _of_mapping(node, path, schedule, interval)
        yield from _other_type(node, path, schedule, lr, length)
    elif isinstance(node, Scalar):
        yield from _other_type(node, path, schedule, lr, length)


def _of_mapping(node: Mapping, path: str, schedule: Schedule, interval: str) -> Iterator[Key]:
    """The keys of a type: those of the text, and those at their defaults."""
    cls = type(schedule)
    written = {field_meant(key.text, cls): (key.text, value) for key, value in node.entries}
    for f in parameters(schedule):
        param, value = param_of(f), getattr(schedule, f.name)
        word, written_node = written.get(f.name, (f.name, None))
        where = f"{path}.{word}"
        if param.momentum:
            continue
        unit = ("ep" if interval == "epoch" else "st") if word in spellings_of(cls) else ""
        was = _flow(written_node) or _default(value)
        if param.kind in ("schedules", "schedule"):
            children = written_node.items if isinstance(written_node, Sequence) else (written_node,)
            parts = value if isinstance(value, tuple) else (value,)
            for i, (item, child) in enumerate(zip(children, parts, strict=False)):
                if isinstance(item, Mapping) and isinstance(child, Schedule):
                    yield from _of_mapping(
                        item, f"{where}.{i}" if param.kind == "schedules" else where, child, interval
                    )
        elif param.kind == "positions" and value is not None:
            yield Key(where, was, "positions", float(value[-1]) if value else math.nan, entries=tuple(value))
        elif param.choices or param.kind == "flag":
            now, others = _default(value), param.choices or ("true", "false")
            yield Key(where, now, "words", words=tuple(word for word in others if word != now))
        elif param.kind == "expression" and isinstance(written_node, Scalar):
            yield from _in_expression(where, written_node.text)
        elif param.kind in ("data", "text") and written_node is not None:
            yield from _inside(where, written_node)
        elif param.kind in ("number", "length", "count"):
            kind = "number" if param.kind == "number" else "whole"
            if kind == "whole" and _IN_UNITS.fullmatch(was):
                yield from _length(where, written_node, float(value))
            else:
                least = 0 if param.kind == "count" else param.at_least
                bounds: dict[str, Any] = {"above": param.above, "at_least": least, "ends": param.fills == "run"}
                yield Key(where, was, kind, float(value or 0), after=unit, unlikely=value is None, **bounds)


def _in_expression(path: str, text: str) -> Iterator[Key]:
    """Each number of an expression, but for the 0 and 1 that every formula has."""
    quote = '"' if re.search(r"[^\w .+*/()<>=-]|^[^\w(]", text) else ""
    for literal in list(_LITERAL.finditer(text))[:_MOST]:
        if literal[0] not in ("0", "1"):
            kind = "whole" if literal[0].isdecimal() else "number"
            before, after = quote + text[: literal.start()], text[literal.end() :] + quote
            yield Key(path, text, kind, float(literal[0]), before, after)


def _inside(path: str, node: Node) -> Iterator[Key]:
    """The numbers in nested lists and mappings, and in a text with a unit."""
    waiting = [(path, node)]
    for where, inner in waiting:
        if len(waiting) > 4 * _MOST:
            return
        if isinstance(inner, Sequence) and (entries := _rising(inner)):
            yield Key(where, _flow(inner), "positions", entries[-1], entries=entries)
        elif isinstance(inner, Sequence):
            waiting += [(f"{where}.{i}", item) for i, item in enumerate(inner.items)]
        elif isinstance(inner, Mapping):
            waiting += [(f"{where}.{key.text}", item) for key, item in inner.entries]
        elif isinstance(inner, Scalar) and (inside := _IN_UNITS.fullmatch(inner.text)):
            kind = "number" if "." in inside[1] else "whole"
            yield Key(where, inner.text, kind, float(inside[1]), after=inside[2], above=0)
        elif isinstance(inner, Scalar) and isinstance(inner.value, bool):
            yield Key(where, inner.text, "words", words=("false" if inner.value else "true",))
        elif isinstance(inner, Scalar) and inner.value.__class__ in (int, float):
            whole = isinstance(inner.value, int) and inner.value > 1  # 0 and 1 may be a floor and a factor
            yield Key(where, inner.text, "whole" if whole else "number", float(inner.value))


def _rising(node: Sequence) -> tuple[float, ...]:
    """The entries of a list of rising whole numbers, such as milestones; () of another one."""
    entries = tuple(item.value for item in node.items if isinstance(item, Scalar) and item.value.__class__ is int)
    rising = len(entries) == len(node.items) and all(a < b for a, b in pairwise((0, *entries)))
    return tuple(map(float, entries)) if rising else ()


def _other_type(node: Node, path: str, schedule: Any, lr: float | None, length: int) -> Iterator[Key]:
    """The types of the same family: of ours with the same length and the same floor, of a framework's with its keys."""
    if schedule.name.count("."):
        yield from _of_framework(node, path, schedule)
    if schedule.name not in (*_DECAYS, "warmup_cosine") or not lr:
        return
    floor = float(getattr(schedule, "eta_min", 0.0))
    if schedule.name == "linear":
        if schedule.end_factor > schedule.start_factor:
            return  # that is a warmup, not a decay
        floor = schedule.end_factor * lr
    for name in ("T_max", "total_iters"):
        length = int(getattr(schedule, name, length))
    if length < 1:
        return
    floors = {"floor": text_of_value(float(f"{floor:.12g}")), "share": text_of_value(float(f"{floor / lr:.12g}"))}
    before, after = "", ""
    if schedule.name == "warmup_cosine":
        length -= int(schedule.warmup)
        ramp = f"{{type: linear, for: {int(schedule.warmup)}, start_factor: {text_of_value(schedule.start_factor)}}}"
        before, after = (f"[{ramp}, ", "]") if schedule.warmup else ("", "")
    forms = {name: form.format(length=length, **floors) for name, form in _DECAYS.items()}
    words = tuple(f"{before}{form}{after}" for name, form in forms.items() if not schedule.name.endswith(name))
    yield Key(path, _flow(node), "words", words=words)


def _of_framework(node: Node, path: str, schedule: Schedule) -> Iterator[Key]:
    """The other types of a framework that take the keys of the text."""
    written = {key.text for key, _ in node.entries} - {"type", "for"} if isinstance(node, Mapping) else set()
    types = framework_types(schedule.name.partition(".")[0])
    words = tuple(cls.name for cls in types if cls.name != schedule.name and written <= {f.name for f in fields(cls)})
    was = _flow(node.get("type")) if isinstance(node, Mapping) else _flow(node)
    yield Key(f"{path}.type" if isinstance(node, Mapping) else path, was, "words", words=words)


def _default(value: Any) -> str:
    return value if isinstance(value, str) else text_of_value(value)


def _flow(node: Node | None) -> str:
    """A node on one line, as YAML; "" for none."""
    if node is None:
        return ""
    if isinstance(node, Scalar):
        return node.text if node.plain else f'"{node.text}"'
    if isinstance(node, Sequence):
        return f"[{', '.join(map(_flow, node.items))}]"
    return "{" + ", ".join(f"{key.text}: {_flow(value)}" for key, value in node.entries) + "}"
