"""How the releases of a framework read a training config, as text or JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from lrcli.comparison.releases import ReadingFamily


def write_readings(framework: str, readings: Sequence[ReadingFamily], format: str) -> Iterator[str]:
    """One line for each range of releases, or one JSON array."""
    if format == "json":
        rows = [
            {
                "framework": framework,
                "releases": list(one.releases),
                **({"refusal": one.refusal} if one.refusal else {f"{one.unit}s": one.rows, "first": _first(one)}),
            }
            for one in readings
        ]
        yield json.dumps(rows, indent=2) + "\n"
        return
    names = [_range(one.releases) for one in readings]
    width = max(map(len, names), default=0)
    groups = 0
    for name, one in zip(names, readings, strict=True):
        other = groups and one.groups != groups and not one.refusal
        more = f"; {one.groups} parameter groups, not {groups}" if other else ""
        yield f"{framework} {name.ljust(width)}  {_line(one)}{more}\n"
        groups = groups if one.refusal else one.groups


def _range(releases: Sequence[str]) -> str:
    return releases[0] if len(releases) == 1 else f"{releases[0]}-{releases[-1]}"


def _line(one: ReadingFamily) -> str:
    if one.refusal:
        return f"refuses: {one.refusal}"
    text = f"{one.rows} {one.unit}s"
    if one.first is not None:
        row, before, now = one.first
        text += f"; differs from the line above at {one.unit} {row}: {now!r}, not {before!r}"
    return text


def _first(one: ReadingFamily) -> dict[str, float] | None:
    if one.first is None:
        return None
    row, before, now = one.first
    return {one.unit: row, "before": before, "lr": now}
