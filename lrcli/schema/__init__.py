"""The spec language as a JSON schema (draft 2020-12), for editors and for whoever writes specs with a program.

The types and their keys come from the schedule classes, the releases from the table of releases. A schema says what one
value may be, and the simple rules between keys. It does not say, and the reader does:

- what is no YAML, or goes beyond its limits: a key that stands twice, a tag, several documents, depth and size;
- numbers that JSON does not have (.nan, .inf), and the text of one: `torch: 1.10` is 1.10 and not 1.1;
- what follows from several values: as many milestones as schedules, one value per group, two groups of one name, a
  `for:` in every phase but the last, a length that comes to no step, units without steps_per_epoch, total_steps or
  epochs with steps_per_epoch, a reading that a release does not have, a metric shorter than the run;
- what a formula cannot have and a replay can (`step_size: 2.5`), what a release refuses, and what an option may add;
- whether an expression can be read, and a metric's file.
"""

from __future__ import annotations

import re
from typing import Any

from lrcli.frameworks.replaying import replaying
from lrcli.schema.types import definitions, ref
from lrcli.spec import (
    GROUP_KEYS,
    INSIDE,
    RATE_KEYS,
    READINGS,
    REPLAYED,
    SAVED,
    SHOWABLE,
    STEP_ORDERS,
    TOP_KEYS,
    SpecKey,
    key_names,
)

Schema = dict[str, Any]

_LRS = key_names(RATE_KEYS)
_COUNT = {"type": "integer", "minimum": 1, "maximum": 10**12}
_WHOLE = {"minimum": -(10**12), "maximum": 10**12}
_EXPRESSION = {"type": ["string", "number"], "minLength": 1}
_NAME = {"type": ["string", "number", "boolean", "null"], "minLength": 1}


def schema() -> Schema:
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "lrcli spec",
        "description": "A learning-rate schedule and the run that it is for.",
        "type": "object",
        "properties": _properties(TOP_KEYS),
        "additionalProperties": False,
        "allOf": [
            _at_most_one(*_LRS),
            _at_most_one("epochs", "steps"),
            _at_most_one("steps_per_epoch", "data"),
            {"anyOf": [_needs("epochs"), _needs("steps"), _anywhere("brings_length")]},
            {"anyOf": [_given("schedule"), _in_all_groups(_needs("schedule"))]},
            {"anyOf": _lr_is_known()},
        ],
        "$defs": {
            **definitions(),
            "has_lr": {"anyOf": [{"required": [key], "properties": {key: {"type": "number"}}} for key in _LRS]},
            "group": _group(),
        },
    }


def _described(key: SpecKey, takes: Schema) -> Schema:
    default = {} if key.default is None else {"default": key.default}
    return {**({"description": key.doc} if key.doc else {}), **default, **takes}


def _properties(keys: tuple[SpecKey, ...]) -> Schema:
    return {key.name: _described(key, _takes(key)) for key in keys}


def _takes(key: SpecKey) -> Schema:
    if key.takes == "choice":
        return {"enum": [*key.choices, None] if key.optional else list(key.choices)}
    takes: Schema = {
        "name": _NAME,
        "rate": {"type": ["number", "null"], "minimum": 0},
        "count": _COUNT,
        "flag": {"type": "boolean"},
        "factor": {"type": "number"},
        "whole": {"type": "integer", **_WHOLE},
        "wholes": {"type": ["array", "integer", "null"], "items": {"type": "integer", **_WHOLE}, **_WHOLE},
        "rows": ref("rows"),
        "schedule": {"if": {"type": "null"}, "then": True, "else": ref("schedule")},
        "groups": _groups(),
        **_of_emulation(),
    }
    if key.takes in INSIDE:
        mapping = _mapping(key)
        return {"anyOf": [{"type": "null"}, _release_text(), mapping]} if key.takes == "emulate" else mapping
    value: Schema = takes[key.takes]
    return {**value, "type": [value["type"], "null"]} if key.optional else value


def _mapping(key: SpecKey) -> Schema:
    inner = INSIDE[key.name]
    rules: Schema = {
        "properties": _properties(inner),
        "required": [part.name for part in inner if part.required],
        "additionalProperties": False,
    }
    if key.name == "warmup":  # its length alone is enough
        return {"if": {"type": ["object", "null"]}, "then": rules, "else": ref("rows")}
    return {"type": "object", **rules}


def _groups() -> Schema:
    """A list of groups, or a mapping of their names to what they are: a learning rate, or the keys of a group."""
    return {
        "type": ["array", "object", "null"],
        "items": ref("group"),
        "minItems": 1,
        "maxItems": 1000,
        "additionalProperties": {
            "if": {"type": "object"},
            "then": {**ref("group"), "properties": {"name": False}},
            "else": {"type": ["number", "null"], "minimum": 0},
        },
        "propertyNames": {"minLength": 1},
        "minProperties": 1,
        "maxProperties": 1000,
    }


def _group() -> Schema:
    return {
        "type": "object",
        "properties": {**_properties(GROUP_KEYS), "schedule": ref("schedule")},
        "additionalProperties": False,
        "allOf": [_at_most_one(*_LRS)],
    }


def _needs(key: str) -> Schema:
    return {"required": [key]}


def _given(key: str) -> Schema:
    return {"required": [key], "properties": {key: {"not": {"type": "null"}}}}


def _at_most_one(*keys: str) -> Schema:
    pairs = [[a, b] for i, a in enumerate(keys) for b in keys[i + 1 :]]
    return {"not": {"anyOf": [{"required": pair} for pair in pairs]}}


def _in_all_groups(rule: Schema, number: bool = False) -> Schema:
    """Demand a rule of all groups; `number` says that a group which is only a learning rate passes."""
    alone: Schema = {"type": "number"}
    named = {"anyOf": [alone, {"type": "object", **rule}]} if number else {"type": "object", **rule}
    groups = {"type": ["array", "object"], "items": rule, "additionalProperties": named}
    return {"required": ["groups"], "properties": {"groups": groups}}


def _anywhere(definition: str) -> Schema:
    """The rule that the common schedule, or one of a group, is of this definition."""
    common = {"required": ["schedule"], "properties": {"schedule": ref(definition)}}
    named = {"type": "object", "not": {"additionalProperties": {"not": common}}}
    groups = {"anyOf": [{"type": "array", "contains": common}, named]}
    return {"anyOf": [common, {"required": ["groups"], "properties": {"groups": groups}}]}


def _lr_is_known() -> list[Schema]:
    """Every group has a learning rate: the common one, its own, or that which its schedule sets."""
    sets_own = {"required": ["schedule"], "properties": {"schedule": ref("sets_lr")}}
    has_own = {"anyOf": [ref("has_lr"), sets_own]}
    inherits = {"anyOf": [ref("has_lr"), sets_own, {"not": {"required": ["schedule"]}}]}
    no_groups = {"properties": {"groups": {"type": "null"}}}
    return [
        ref("has_lr"),
        _in_all_groups(has_own, number=True),
        {**sets_own, "anyOf": [no_groups, _in_all_groups(inherits, number=True)]},
    ]


def _version() -> str:
    lines = "|".join(re.escape(line) for line in replaying().RELEASES)
    return rf"v?(?:{lines})(?:\.[0-9]+)?(?:\+[^:]*)?"


def _release_text() -> Schema:
    """A release, as in `torch-1.10:get_lr:scheduler_first`, reading and order in any order."""
    read, order = f":(?:{'|'.join(SHOWABLE)})", f":(?:{'|'.join(STEP_ORDERS)})"
    words = f"(?:{read})?(?:{order})?|{order}{read}"
    pattern = rf"^\s*(?:formula|{REPLAYED}(?:-{_version()})?(?:{words}))\s*$"
    old = f"{REPLAYED}-{list(replaying().RELEASES)[1]}"
    return {"type": "string", "pattern": pattern, "examples": [REPLAYED, old, f"{old}:{READINGS[1]}", "formula"]}


def _of_emulation() -> dict[str, Schema]:
    """What the keys of `emulate:` take that no other key does, by `SpecKey.takes`."""
    numbers = {"type": "array", "items": {"type": "number"}, "minItems": 1}
    return {
        "release": {
            "anyOf": [
                {"type": "null"},
                {"type": "string", "pattern": rf"^(?:{REPLAYED}-)?\s*(?:{_version()}|{REPLAYED})?\s*$"},
                {"type": "number", "enum": sorted({float(line) for line in replaying().RELEASES})},
            ],
        },
        "last_epoch": {"type": "integer", "minimum": -1, "exclusiveMaximum": 10**12},
        "saved": {"anyOf": [{"enum": list(SAVED)}, {"type": "number"}, numbers]},
        "rates": {"anyOf": [{"type": ["number", "null"]}, numbers]},
        "step_epoch": {
            "anyOf": [{"type": "null"}, _EXPRESSION, {"type": "array", "items": {"type": ["number", "null"]}}],
        },
    }
