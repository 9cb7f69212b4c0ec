"""`emulate:` as a JSON schema."""

from __future__ import annotations

import re
from typing import Any

from lrcli.frameworks.replaying import replaying
from lrcli.spec import READINGS, REPLAYED, SHOWABLE, STEP_ORDERS
from lrcli.spec.keys import SAVED

_EXPRESSION = {"type": ["string", "number"], "minLength": 1}


def _version() -> str:
    lines = "|".join(re.escape(line) for line in replaying().RELEASES)
    return rf"v?(?:{lines})(?:\.[0-9]+)?(?:\+[^:]*)?"


def _text() -> dict[str, Any]:
    """A release, as in `torch-1.10:get_lr:scheduler_first`, reading and order in any order."""
    read, order = f":(?:{'|'.join(SHOWABLE)})", f":(?:{'|'.join(STEP_ORDERS)})"
    words = f"(?:{read})?(?:{order})?|{order}{read}"
    pattern = rf"^\s*(?:formula|{REPLAYED}(?:-{_version()})?(?:{words}))\s*$"
    old = f"{REPLAYED}-{list(replaying().RELEASES)[1]}"
    return {"type": "string", "pattern": pattern, "examples": [REPLAYED, old, f"{old}:{READINGS[1]}", "formula"]}


def own_schemas() -> dict[str, dict[str, Any]]:
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


def emulation(mapping: dict[str, Any]) -> dict[str, Any]:
    """The schema of `emulate:`, a text or this mapping."""
    return {"anyOf": [{"type": "null"}, _text(), mapping]}
