"""JSON documents: what a report holds, for programs."""

from __future__ import annotations

import math
from typing import Any


def json_document(value: Any) -> str:
    r"""The value as an indented JSON text; JSON has no NaN and no infinities, they are null.

    >>> json_document({"lr": [0.1, float("nan")]})
    '{\n  "lr": [\n    0.1,\n    null\n  ]\n}\n'
    """
    import json  # not above: nearly all reports are text

    return json.dumps(without_nan(value), indent=2, allow_nan=False) + "\n"


def json_in_rows(value: Any, indent: str = "") -> str:
    r"""The value as a JSON text in which what is flat (a row, a finding) has a line of its own.

    >>> json_in_rows({"same": False, "rows": [{"epoch": 0, "lr": 0.1}]})
    '{\n  "same": false,\n  "rows": [\n    {"epoch": 0, "lr": 0.1}\n  ]\n}'
    """
    import json

    items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    if not any(isinstance(item, (dict, list)) for item in items):
        return json.dumps(value, allow_nan=False)
    inner = indent + "  "
    if isinstance(value, dict):
        lines = [f"{inner}{json.dumps(name)}: {json_in_rows(item, inner)}" for name, item in value.items()]
        return "{\n" + ",\n".join(lines) + f"\n{indent}}}"
    return "[\n" + ",\n".join(f"{inner}{json_in_rows(item, inner)}" for item in value) + f"\n{indent}]"


def without_nan(value: Any) -> Any:
    """The value with None for every number that JSON does not have."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {name: without_nan(item) for name, item in value.items()}
    return [without_nan(item) for item in value] if isinstance(value, (list, tuple)) else value
