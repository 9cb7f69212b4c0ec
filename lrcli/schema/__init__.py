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

from typing import Any

from lrcli.schema.emulation import emulation
from lrcli.schema.types import definitions, ref

Schema = dict[str, Any]

_LRS = ("lr", "base_lr", "learning_rate")
_COUNT = {"type": "integer", "minimum": 1, "maximum": 10**12}
_NAME = {"type": ["string", "number", "boolean", "null"], "minLength": 1}


def schema() -> Schema:
    """The whole schema, as JSON values."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "lrcli spec",
        "description": "A learning-rate schedule and the run that it is for.",
        "type": "object",
        "properties": _properties(),
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


def _described(schema: Schema, description: str) -> Schema:
    return {"description": description, **schema}


def _lr_properties() -> Schema:
    lr = {"type": ["number", "null"], "minimum": 0}
    return {
        "lr": _described(lr, "The base learning rate."),
        "base_lr": _described(lr, "Another spelling of lr."),
        "learning_rate": _described(lr, "Another spelling of lr."),
    }


def _properties() -> Schema:
    schedule = {"if": {"type": "null"}, "then": True, "else": ref("schedule")}
    return {
        "name": _described(_NAME, "The spec's name. Default: the file's name without its ending."),
        **_lr_properties(),
        "epochs": _described(_COUNT, "The length of the run in epochs; or give steps."),
        "steps": _described(_COUNT, "The length of the run in steps; or give epochs."),
        "steps_per_epoch": _described(
            {**_COUNT, "type": ["integer", "null"]}, "Optimizer steps in an epoch; or give data."
        ),
        "data": _data(),
        "interval": {
            "description": "What one scheduler step is. Default: epoch, or step where the length is given in steps.",
            "enum": ["epoch", "step"],
        },
        "first_step": {
            "description": "The number that a log of the run gives its first row. Default: 0.",
            "type": ["integer", "null"],
            "minimum": -(10**12),
            "maximum": 10**12,
        },
        "skipped": {
            "description": "The steps of a log at which the scheduler did not move on (float16 skips some).",
            "type": ["array", "integer", "null"],
            "items": {"type": "integer", "minimum": -(10**12), "maximum": 10**12},
            "minimum": -(10**12),
            "maximum": 10**12,
        },
        "schedule": _described(schedule, "The schedule: a type with its keys, or a list of phases."),
        "warmup": _warmup(),
        "groups": {
            "description": "Parameter groups; each may have its own lr and its own schedule.",
            "type": ["array", "null"],
            "items": ref("group"),
            "minItems": 1,
            "maxItems": 1000,
        },
        "emulate": _described(emulation(), "The release of PyTorch whose numbers are wanted, bugs included."),
    }


def _data() -> Schema:
    return {
        "description": "What the steps of an epoch are counted from.",
        "type": "object",
        "properties": {
            "samples": _described(_COUNT, "Samples in the training set."),
            "batch_size": _described(_COUNT, "Samples of one batch in one process."),
            "world_size": {"description": "Processes that share the samples.", "default": 1, **_COUNT},
            "grad_accum": {"description": "Batches of a process that make one step.", "default": 1, **_COUNT},
            "drop_last": {
                "description": "Whether an incomplete batch is left out.",
                "default": False,
                "type": "boolean",
            },
        },
        "required": ["samples", "batch_size"],
        "additionalProperties": False,
    }


def _warmup() -> Schema:
    start_factor = {"description": "The factor at step 0.", "default": 1 / 3, "type": "number"}
    return {
        "description": "A first linear phase before the schedule of every group, whose positions count from its end.",
        "type": ["object", "null"],
        "properties": {"for": ref("rows"), "start_factor": start_factor},
        "required": ["for"],
        "additionalProperties": False,
    }


def _group() -> Schema:
    return {
        "type": "object",
        "properties": {
            "name": _described(_NAME, "The group's name, for columns and legends."),
            **_lr_properties(),
            "schedule": ref("schedule"),
        },
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


def _in_all_groups(rule: Schema) -> Schema:
    return {"required": ["groups"], "properties": {"groups": {"type": "array", "items": rule}}}


def _anywhere(definition: str) -> Schema:
    """The rule that the common schedule, or one of a group, is of this definition."""
    common = {"required": ["schedule"], "properties": {"schedule": ref(definition)}}
    own = {"required": ["groups"], "properties": {"groups": {"type": "array", "contains": common}}}
    return {"anyOf": [common, own]}


def _lr_is_known() -> list[Schema]:
    """Every group has a learning rate: the common one, its own, or that which its schedule sets."""
    sets_own = {"required": ["schedule"], "properties": {"schedule": ref("sets_lr")}}
    own = {"anyOf": [ref("has_lr"), sets_own]}
    inherits = {"anyOf": [ref("has_lr"), sets_own, {"not": {"required": ["schedule"]}}]}
    no_groups = {"properties": {"groups": {"type": "null"}}}
    return [
        ref("has_lr"),
        _in_all_groups(own),
        {**sets_own, "anyOf": [no_groups, _in_all_groups(inherits)]},
    ]
