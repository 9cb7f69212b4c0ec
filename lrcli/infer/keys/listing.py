"""Which keys a spec has that could have another value: what its text says, and what its classes declare."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from lrcli.infer.keys.key import Key, text_of
from lrcli.infer.keys.of_config import keys_of_config
from lrcli.reader import Declared
from lrcli.reader.keys import PLURALS, spellings_of
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
    own = groups.items[group] if isinstance(groups, Sequence) and group < len(groups.items) else None
    place, prefix = root, ""
    if isinstance(own, Mapping):
        place, prefix = own, f"groups.{group}."
    found = list(_lr(root, place, prefix, spec.groups[group].lr))
    for name in ("epochs", "steps"):
        if isinstance(node := root.get(name), Scalar) and isinstance(node.value, (int, float)):
            found.append(Key(name, node.text, "whole", float(node.value), at_least=1))
    schedule: Any = spec.groups[group].schedule
    warmup = root.get("warmup")
    if warmup is not None and not (isinstance(warmup, Scalar) and warmup.value is None):
        ramp = schedule.schedules[0]
        found += _warmup(warmup, ramp)
        later = tuple(m - schedule.milestones[0] for m in schedule.milestones[1:])
        schedule = (
            replace(schedule, schedules=schedule.schedules[1:], milestones=later) if later else schedule.schedules[1]
        )
        length = spec.length - int(ramp.total_iters)
    else:
        length = spec.length
    node = place.get("schedule") or root.get("schedule")
    path = f"{prefix}schedule" if place.get("schedule") is not None else "schedule"
    if node is not None:
        found += _of_schedule(node, path, schedule, spec.groups[group].lr, length, spec.interval)
    return found


def _lr(root: Mapping, place: Mapping, prefix: str, lr: float | None) -> Iterator[Key]:
    for mapping, path in ((place, prefix), (root, "")):
        for name in _LR:
            if isinstance(node := mapping.get(name), Scalar) and lr is not None:
                yield Key(path + name, node.text, "number", lr, at_least=0)
                return


def _warmup(node: Node, ramp: Any) -> Iterator[Key]:
    if isinstance(node, Mapping):
        length, factor = node.get("for"), node.get("start_factor")
        yield Key("warmup.for", _text(length), "whole", float(ramp.total_iters), at_least=1)
        was = _text(factor) if factor is not None else f"{ramp.start_factor:.6g}"
        yield Key("warmup.start_factor", was, "number", float(ramp.start_factor))
    else:
        yield Key("warmup", _text(node), "whole", float(ramp.total_iters), at_least=1)
    yield Key("warmup", _flow(node), "words", words=("null",), structure=True)


def _of_schedule(node: Node, path: str, schedule: Any, lr: float | None, length: int, interval: str) -> Iterator[Key]:
    if isinstance(node, Sequence):
        parts = schedule.schedules if len(node.items) > 1 else (schedule,)
        begins = (0, *(int(m) for m in schedule.milestones)) if len(node.items) > 1 else (0,)
        for i, (item, part) in enumerate(zip(node.items, parts, strict=False)):
            if not isinstance(item, Mapping):
                continue
            if isinstance(written := item.get("for"), Scalar) and i + 1 < len(begins):
                lasts = float(begins[i + 1] - begins[i])
                yield Key(f"{path}.{i}.for", written.text, "whole", lasts, at_least=1)
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
    spelled = {word: field for word, (field, _) in spellings_of(type(schedule)).items()}
    written = {spelled.get(key.text, PLURALS.get(key.text, key.text)): (key.text, value) for key, value in node.entries}
    for f in parameters(schedule):
        param, value = param_of(f), getattr(schedule, f.name)
        word, told = written.get(f.name, (f.name, None))
        where = f"{path}.{word}"
        if param.momentum:
            continue
        unit = ("ep" if interval == "epoch" else "st") if word in spelled else ""
        was = _text(told) if told is not None else _default(value)
        if param.kind == "schedules":
            children = told.items if isinstance(told, Sequence) else ()
            for i, (item, child) in enumerate(zip(children, value, strict=False)):
                if isinstance(item, Mapping):
                    yield from _of_mapping(item, f"{where}.{i}", child, interval)
        elif param.kind == "positions" and value is not None:
            yield Key(where, was, "positions", float(value[-1]) if value else math.nan, entries=tuple(value))
        elif param.kind in ("choice", "flag"):
            others = param.choices if param.kind == "choice" else ("true", "false")
            now = value if param.kind == "choice" else str(value).lower()
            yield Key(where, now, "words", words=tuple(word for word in others if word != now))
        elif isinstance(value, (int, float)) and param.kind in ("number", "length", "count"):
            kind = "number" if param.kind == "number" else "whole"
            at_least = param.at_least if param.kind != "count" else 0
            yield Key(where, was, kind, float(value), unit, above=param.above, at_least=at_least)


def _other_type(node: Node, path: str, schedule: Any, lr: float | None, length: int) -> Iterator[Key]:
    """The types of the same family, with the same length and the same floor."""
    if schedule.name not in _DECAYS or not lr:
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
    floors = {"floor": text_of(float(f"{floor:.12g}")), "share": text_of(float(f"{floor / lr:.12g}"))}
    words = tuple(form.format(length=length, **floors) for name, form in _DECAYS.items() if name != schedule.name)
    yield Key(path, _flow(node), "words", words=words, structure=True)


def _default(value: Any) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(map(_default, value))}]"
    return text_of(value) if isinstance(value, (int, float)) and math.isfinite(value) else str(value)


def _text(node: Node | None) -> str:
    return "" if node is None else _flow(node)


def _flow(node: Node) -> str:
    """A node on one line, as YAML."""
    if isinstance(node, Scalar):
        return node.text if node.plain else f'"{node.text}"'
    if isinstance(node, Sequence):
        return f"[{', '.join(map(_flow, node.items))}]"
    return "{" + ", ".join(f"{key.text}: {_flow(value)}" for key, value in node.entries) + "}"
