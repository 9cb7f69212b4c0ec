"""One absolute eta_min above 0 over groups of different lr."""

from dataclasses import fields

from lrcli.checks.rules import Findings, Rule, Subject

FLOORS = ("eta_min", "min_lr", "lr_min", "lr_end")


def find(subject: Subject) -> Findings:
    groups = subject.spec.groups
    lrs = sorted({group.lr for group in groups if group.lr})
    if len(lrs) < 2 or (subject.root is not None and subject.root.get("schedule") is None):
        return
    seen = set()
    for site in subject.sites:
        for f in fields(site.schedule):
            floor = getattr(site.schedule, f.name) if f.name in FLOORS else None
            if not isinstance(floor, (int, float)) or floor <= 0 or site.key in seen or "groups" in site.key:
                continue
            seen.add(site.key)
            yield site.spot(f.name).problem(
                f"{f.name} {floor:g} is {floor / lrs[-1]:.2g} of the lr {lrs[-1]:g}"
                f" and {floor / lrs[0]:.2g} of the lr {lrs[0]:g}",
                f"give each group its own {f.name}, or write {f.name}: 0",
            )


RULE = Rule(
    "note",
    find,
    why="the groups decay by different factors: the ratio of their rates changes during the run",
)
