"""The schedule types as JSON schemas, from their classes."""

from __future__ import annotations

from dataclasses import MISSING, Field
from typing import Any

from lrcli.catalog.describe import describe
from lrcli.catalog.registry import all_types, find_type
from lrcli.reader.keys import IGNORED, PLURALS, spellings_of
from lrcli.schedules import Schedule, parameters
from lrcli.schedules.params import Param, param_of

_QUANTITY = r"(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]{1,3})?\s*(?:ep|st|ba|%|dur)"
_PART = f"{_QUANTITY}?"
"""A position as one of several in a text: with a unit, or a number alone."""


def ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/$defs/{name}"}


def definitions() -> dict[str, Any]:
    types = all_types()
    lists = {"type": "array", "minItems": 1, "maxItems": 1000}
    return {
        "length": {"type": "string", "pattern": rf"^\s*\+?{_QUANTITY}\s*$", "examples": ["30ep", "500st", "10%"]},
        "position": {"type": "string", "pattern": rf"^\s*[-+]?{_QUANTITY}\s*$", "examples": ["30ep", "500st", "10%"]},
        "rows": {
            "description": "The length of the phase: a number of steps, or 30ep, 500st, 10%.",
            "anyOf": [{"type": "integer", "minimum": 1, "exclusiveMaximum": 10**12}, ref("length")],
        },
        "expression": {
            "type": ["string", "number"],
            "minLength": 1,
            "description": "An arithmetic expression of epoch.",
            "examples": ["0.95 ** epoch", "1 / sqrt(epoch + 1)"],
        },
        "metric": _metric(),
        "schedule": {
            "type": ["object", "array", "string"],
            "if": {"type": "array"},
            "then": {**lists, "items": {"if": {"type": "string"}, "then": ref("word"), "else": ref("phase")}},
            "else": {
                "if": {"type": "string"},
                "then": ref("word"),
                "else": {**ref("typed"), "properties": {"for": False}},
            },
        },
        "word": {"enum": [name for cls in types if not _required(cls) for name in _names(cls)]},
        "phase": {**ref("typed"), "properties": {"for": ref("rows")}},
        "typed": _typed(types),
        "sets_lr": _made_of("sets_lr", [cls for cls in types if cls.sets_lr or cls.own_rate], types, "items"),
        "brings_length": _made_of(
            "brings_length", [cls for cls in types if _keys_of_kind(cls, "metric")], types, "contains"
        ),
        **{cls.name: _of_type(cls) for cls in types},
    }


def _required(cls: type[Schedule]) -> list[str]:
    return [
        f.name
        for f in parameters(cls)
        if (f.default is MISSING and param_of(f).fills != "run") or param_of(f).kind == "metric"
    ]


def _keys_of_kind(cls: type[Schedule], kind: str) -> list[str]:
    """The keys that hold the metric of a type ("metric"), the schedules of a composition, or the one it wraps."""
    return [key for f in parameters(cls) if param_of(f).kind == kind for key in _keys_of(cls, f.name)]


def _keys_of(cls: type[Schedule], field: str) -> list[str]:
    """Every key that gives this field."""
    plurals = [word for word, name in PLURALS.items() if name == field]
    return [field, *plurals, *(key for key, (name, _) in spellings_of(cls).items() if name == field)]


def _names(cls: type[Schedule]) -> list[str]:
    names = [name for name in (cls.name, *cls.aliases, cls.torch) if name]
    if "." in cls.name:
        prefix, _, bare_name = cls.name.partition(".")
        bare = [name for name in (bare_name, *cls.aliases) if find_type(name) is cls]
        names = [cls.name, *(f"{prefix}.{name}" for name in cls.aliases), *bare]
    return list(dict.fromkeys(names))


def _is(classes: list[type[Schedule]]) -> dict[str, Any]:
    """The rule that a mapping is of one of these types."""
    names = [name for cls in classes for name in _names(cls)]
    return {"type": "object", "properties": {"type": {"enum": names}}, "required": ["type"]}


def _typed(types: tuple[type[Schedule], ...]) -> dict[str, Any]:
    names = [(name, cls) for cls in types for name in _names(cls)]
    return {
        "type": "object",
        "properties": {
            "type": {
                "description": "The type of the schedule, or PyTorch's class.",
                "enum": [name for name, _ in names],
                "enumDescriptions": [describe(cls).summary for _, cls in names],
            }
        },
        "required": ["type"],
        "allOf": [{"if": _is([cls]), "then": ref(cls.name)} for cls in types],
    }


def _made_of(name: str, simple: list[type[Schedule]], types: tuple[type[Schedule], ...], among: str) -> dict[str, Any]:
    """The rule that a schedule is of a simple type, or made of such (`items`: only of such, `contains`: of one)."""
    rule = _is(simple)
    if among == "contains":
        keys = sorted({key for cls in simple for key in _keys_of_kind(cls, "metric")})
        rule["required"] = [*rule["required"], *keys]
    children = {"type": "array", "minItems": 1, among: ref(name)}
    schemas = []
    for kind, part in (("schedules", children), ("schedule", ref(name))):
        composed = [cls for cls in types if _keys_of_kind(cls, kind)]
        for key in sorted({key for cls in composed for key in _keys_of_kind(cls, kind)}):
            schemas.append({**_is(composed), "allOf": [{"required": [key], "properties": {key: part}}]})
    words = [word for cls in simple if name == "sets_lr" and cls.sets_lr and not _required(cls) for word in _names(cls)]
    return {"anyOf": [children, rule, *schemas, {"enum": words}] if words else [children, rule, *schemas]}


def _metric() -> dict[str, Any]:
    word = {"type": ["string", "number", "boolean", "null"], "minLength": 1}
    return {
        "anyOf": [
            {"type": "array", "items": {"type": "number"}, "minItems": 1},
            {
                "type": "object",
                "properties": {
                    "file": {**word, "description": "CSV, TSV or JSON lines, relative to the spec; '-' is stdin."},
                    "column": {**word, "type": ["string", "number", "boolean", "null"], "minLength": 0},
                },
                "required": ["file"],
                "additionalProperties": False,
            },
        ]
    }


def _of_type(cls: type[Schedule]) -> dict[str, Any]:
    """One type: its keys, and which of them must be given."""
    properties: dict[str, Any] = {"type": {"enum": _names(cls)}, "for": True}
    rules: list[dict[str, Any]] = []
    for f in parameters(cls):
        keys = _keys_of(cls, f.name)
        properties.update({key: _described(f) for key in keys})
        required = f.default is MISSING and param_of(f).fills != "run"
        each = [{"required": [key]} for key in keys]
        if required:
            rules.append(each[0] if len(each) == 1 else {"oneOf": each})
        elif len(each) > 1:
            rules.append({"oneOf": [*each, {"not": {"anyOf": each}}]})
    for key in IGNORED:
        properties[key] = {"description": "PyTorch takes it; it is ignored here.", "deprecated": True}
    properties["last_epoch"]["const"] = -1
    schema = {"description": describe(cls).summary, "properties": properties, "additionalProperties": False}
    return {**schema, "allOf": rules} if rules else schema


def _described(f: Field[Any]) -> dict[str, Any]:
    param = param_of(f)
    default = {"default": f.default} if isinstance(f.default, (bool, int, float, str)) else {}
    return {"description": f"{param.doc[:1].upper()}{param.doc[1:]}.", **_of_param(param), **default}


def _of_param(param: Param) -> dict[str, Any]:
    value = _value(param)
    if param.optional:
        value = {"anyOf": [{"type": "null"}, *value.get("anyOf", [value])]}
    if param.per_group:
        return {"anyOf": [*value.get("anyOf", [value]), {"type": "array", "items": value, "minItems": 1}]}
    return value


def _value(param: Param) -> dict[str, Any]:
    """What a key takes, not minding null and one value per group."""
    bounds = {"exclusiveMinimum": param.above, "minimum": param.at_least}
    number = {"type": "number", **{name: bound for name, bound in bounds.items() if bound is not None}}
    values: dict[str, dict[str, Any]] = {
        "number": number,
        "count": number,
        "length": {"anyOf": [number, ref("length")]},
        "positions": {
            "type": ["array", "string"],
            "items": {"anyOf": [{"type": "number"}, ref("position")]},
            "pattern": rf"^\s*[-+]?{_PART}(\s*,\s*[-+]?{_PART})+\s*$",
        },
        "schedules": {"type": "array", "items": ref("schedule"), "maxItems": 1000},
        "choice": {"enum": list(param.choices)},
        "text": {"type": ["string", "number", "boolean"]},
        "data": {} if param.optional else {"type": ["array", "object", "number", "string", "boolean"]},
        "flag": {"type": "boolean"},
    }
    return values.get(param.kind, ref(param.kind))
