"""JSON documents: what a report holds, for programs."""

from __future__ import annotations

import json
import math
from typing import Any


def json_document(value: Any) -> str:
    r"""The value as an indented JSON text; JSON has no NaN and no infinities, they are null.

    >>> json_document({"lr": [0.1, float("nan")]})
    '{\n  "lr": [\n    0.1,\n    null\n  ]\n}\n'
    """
    return json.dumps(without_nan(value), indent=2, allow_nan=False) + "\n"


def without_nan(value: Any) -> Any:
    """The value with None for every number that JSON does not have."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {name: without_nan(item) for name, item in value.items()}
    return [without_nan(item) for item in value] if isinstance(value, (list, tuple)) else value
