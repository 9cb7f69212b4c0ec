"""What lrcli makes of a schedule that is said in a spec, for the comparisons with real packages."""

from __future__ import annotations

import json
from typing import Any

from lrcli.curve import evaluate
from lrcli.errors import LrcliError
from lrcli.reader import parse_text


def spec_numbers(spec: dict[str, Any]) -> dict[str, list[float]] | str:
    """The learning rates of a spec by the names of its groups, or why it is refused."""
    try:
        curve = evaluate(parse_text(json.dumps(spec)))
    except LrcliError as error:
        return str(error)
    names = [group.name or str(i) for i, group in enumerate(curve.spec.groups)]
    return {name: list(curve.groups[i].lr) for i, name in enumerate(names)}


def one_group(spec: dict[str, Any]) -> list[float] | str:
    """The learning rates of the first group of a spec, or why it is refused."""
    numbers = spec_numbers(spec)
    return numbers if isinstance(numbers, str) else next(iter(numbers.values()))
