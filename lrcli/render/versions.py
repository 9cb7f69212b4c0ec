"""In which releases a spec or a training config gives the same numbers, and what changed when, as text or JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lrcli.comparison.versions import Agreement, Family
from lrcli.frameworks.replaying import ReleaseChange, replaying
from lrcli.render import json_document
from lrcli.render.safe import aligned
from lrcli.spec import Spec


def write_agreements(spec: Spec, agreements: Sequence[Agreement], format: str) -> Iterator[str]:
    """The families of each reading, a line each, the one with the newest release first; then who refuses the spec."""
    if format == "json":
        yield json_document({agreement.reading: list(map(_record, agreement.families)) for agreement in agreements})
        return
    titles = {
        "lr": "the learning rate in use",
        "documented": f"what the release documents for printing: {replaying().DOCUMENTED}",
    }
    width = max(len(family.ranges) for agreement in agreements for family in agreement.families)
    for agreement in agreements:
        computed = [family for family in agreement.families if not family.refusal]
        yield f"{titles[agreement.reading]}\n"
        for family in computed:
            yield f"  {family.ranges:<{width}}  {_what(family, spec, len(computed))}".rstrip() + "\n"
        if not computed:
            yield "  no release runs it\n"
    refusing = [family for family in agreements[0].families if family.refusal]
    if refusing:
        yield "refused\n"
    yield from (f"  {family.ranges:<{width}}  {family.refusal}\n" for family in refusing)


def _what(family: Family, spec: Spec, families: int) -> str:
    gap = family.gap
    if gap is None:
        return "the same numbers, bit for bit" if families == 1 else "newest"
    where = f"{spec.interval} {gap.t}"
    if len(spec.groups) > 1:
        name = spec.groups[family.group].name
        where += f" of group {family.group if name is None else name}"
    return f"{gap.size} at {where}: {gap.b!r} instead of {gap.a!r}"


def _record(family: Family) -> dict[str, object]:
    gap = family.gap
    difference = gap and {"row": gap.t, "group": family.group, "this": gap.b, "above": gap.a, "ulps": gap.ulps}
    return {"releases": family.releases, "refusal": family.refusal or None, "first_difference": difference}


def write_changes(changes: Sequence[ReleaseChange], format: str) -> Iterator[str]:
    if format == "json":
        yield json_document([change._asdict() for change in changes])
        return
    before = ""
    for change in changes:
        step = f"{change.since} -> {change.until}"
        yield f"{'' if step == before else step:<13} {change.what}\n"
        before = step


def write_readings(framework: str, readings: Sequence[Family], format: str) -> Iterator[str]:
    """How each range of releases of a framework reads a training config, a line each."""
    if format == "json":
        yield json_document([_reading_record(framework, reading) for reading in readings])
        return
    groups = 0
    rows: list[tuple[str, str]] = []
    for reading in readings:
        first, last = reading.releases[0], reading.releases[-1]
        line = f"refuses: {reading.refusal}" if reading.refusal else f"{reading.rows} {reading.unit}s"
        if gap := reading.gap:
            line += f"; differs from the line above at {reading.unit} {gap.t}: {gap.b!r}, not {gap.a!r}"
        if not reading.refusal:
            line += f"; {reading.groups} parameter groups, not {groups}" if groups not in (0, reading.groups) else ""
            groups = reading.groups
        rows.append((f"{framework} {first}" + (f"-{last}" if first != last else ""), line))
    yield from aligned(rows)


def _reading_record(framework: str, reading: Family) -> dict[str, object]:
    record: dict[str, object] = {"framework": framework, "releases": reading.releases}
    if reading.refusal:
        return record | {"refusal": reading.refusal}
    gap = reading.gap
    first = gap and {reading.unit: gap.t, "before": gap.a, "lr": gap.b}
    return record | {f"{reading.unit}s": reading.rows, "first": first}
