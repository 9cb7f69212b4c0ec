"""`emulate:` as a JSON schema."""

from __future__ import annotations

import re
from typing import Any

from lrcli.frameworks.replaying import replaying
from lrcli.spec import SHOWABLE, STEP_ORDERS

_EXPRESSION = {"type": ["string", "number"], "minLength": 1}
_SAVED = ("after_step", "before_step", "fresh", "groups")


def _version() -> str:
    lines = "|".join(re.escape(line) for line in replaying().RELEASES)
    return rf"v?(?:{lines})(?:\.[0-9]+)?(?:\+[^:]*)?"


def _text() -> dict[str, Any]:
    """`torch-1.10:get_lr:scheduler_first` and the like, reading and order in any order."""
    read, order = f":(?:{'|'.join(SHOWABLE)})", f":(?:{'|'.join(STEP_ORDERS)})"
    asked = f"(?:{read})?(?:{order})?|{order}{read}"
    pattern = rf"^\s*(?:formula|torch(?:-{_version()})?(?:{asked}))\s*$"
    return {"type": "string", "pattern": pattern, "examples": ["torch", "torch-1.1", "torch-1.1:get_lr", "formula"]}


def emulation() -> dict[str, Any]:
    """The schema of `emulate:`."""
    numbers = {"type": "array", "items": {"type": "number"}, "minItems": 1}
    torch = {
        "description": "The release: 1.10, 2.4.1, or null for the newest. Quote it: 1.10 is not 1.1.",
        "anyOf": [
            {"type": "null"},
            {"type": "string", "pattern": rf"^(?:torch-)?\s*(?:{_version()}|torch)?\s*$"},
            {"type": "number", "enum": sorted({float(line) for line in replaying().RELEASES})},
        ],
    }
    properties = {
        "torch": torch,
        "read": {"description": "The reading that is shown as the curve.", "enum": [*SHOWABLE, None]},
        "step_order": {
            "description": "Whether the loop calls optimizer.step() or scheduler.step() first.",
            "enum": [*STEP_ORDERS, None],
        },
        "last_epoch": {
            "description": "The epoch after which a new scheduler resumes; -1 is a plain run.",
            "default": -1,
            "type": "integer",
            "minimum": -1,
            "exclusiveMaximum": 10**12,
        },
        "saved": {
            "description": "What a resumed optimizer's groups hold: as a word, or the LR itself (a list: per group).",
            "default": _SAVED[0],
            "anyOf": [{"enum": list(_SAVED)}, {"type": "number"}, numbers],
        },
        "initial_lr": {
            "description": "A left-over initial_lr of the groups.",
            "anyOf": [{"type": ["number", "null"]}, numbers],
        },
        "momentum": {
            "description": "The groups' momentum before the scheduler is built.",
            "anyOf": [{"type": ["number", "null"]}, numbers],
        },
        "step_epoch": {
            "description": "The argument of scheduler.step(): call by call, or an expression of the epoch.",
            "anyOf": [{"type": "null"}, _EXPRESSION, {"type": "array", "items": {"type": ["number", "null"]}}],
        },
    }
    mapping = {"type": "object", "properties": properties, "required": ["torch"], "additionalProperties": False}
    return {"anyOf": [{"type": "null"}, _text(), mapping]}
