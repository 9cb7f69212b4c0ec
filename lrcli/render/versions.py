"""In which releases a spec gives the same numbers, and what changed when, as text or JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lrcli.comparison.versions import Agreement, Family
from lrcli.frameworks.replaying import ReleaseChange, replaying
from lrcli.render.summary import gap_size
from lrcli.spec import Spec


def write_agreements(spec: Spec, agreements: Sequence[Agreement]) -> Iterator[str]:
    """The families of each reading, a line each, the one with the newest release first; then who refuses the spec."""
    titles = {
        "lr": "the learning rate in use",
        "documented": f"what the release documents for printing: {replaying().DOCUMENTED}",
    }
    width = max(len(family.ranges) for agreement in agreements for family in agreement.families)
    for agreement in agreements:
        computed = [family for family in agreement.families if not family.refusal]
        yield f"{titles[agreement.reading]}\n"
        for n, family in enumerate(computed):
            above = computed[n - 1].ranges if n else ""
            yield f"  {family.ranges:<{width}}  {_what(family, spec, above, len(computed))}".rstrip() + "\n"
        if not computed:
            yield "  no release runs it\n"
    refusing = [family for family in agreements[0].families if family.refusal]
    if refusing:
        yield "refused\n"
    for family in refusing:
        yield f"  {family.ranges:<{width}}  {family.refusal}\n"


def _what(family: Family, spec: Spec, above: str, families: int) -> str:
    if family.gap is None:
        return "the same numbers, bit for bit" if families == 1 else "newest"
    gap = family.gap
    where = f"{spec.interval} {gap.t}"
    if len(spec.groups) > 1:
        name = spec.groups[family.group].name
        where += f" of group {family.group if name is None else name}"
    return f"{gap_size(gap)} at {where}: {gap.b!r} instead of {gap.a!r}"


def json_agreements(agreements: Sequence[Agreement]) -> Iterator[str]:
    """The same as one JSON object: reading -> list of families."""
    import json

    data = {
        agreement.reading: [
            {
                "releases": list(family.releases),
                "refusal": family.refusal or None,
                "first_difference": family.gap
                and {
                    "row": family.gap.t,
                    "group": family.group,
                    "this": family.gap.b,
                    "above": family.gap.a,
                    "ulps": family.gap.ulps,
                },
            }
            for family in agreement.families
        ]
        for agreement in agreements
    }
    yield json.dumps(data, indent=2) + "\n"


def write_changes(changes: Sequence[ReleaseChange]) -> Iterator[str]:
    """The table of what changed when."""
    before = ""
    for change in changes:
        step = f"{change.since} -> {change.until}"
        yield f"{'' if step == before else step:<13} {change.what}\n"
        before = step


def json_changes(changes: Sequence[ReleaseChange]) -> Iterator[str]:
    """The same as a JSON array."""
    import json

    yield json.dumps([change._asdict() for change in changes], indent=2) + "\n"
