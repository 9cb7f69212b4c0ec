"""A minimum that is no minimum."""

from __future__ import annotations

from lrcli.checks.rule import Findings, Rule, Subject


def find(subject: Subject) -> Findings:
    for site in subject.sites:
        for name in ("eta_min", "min_lr"):
            least = getattr(site.schedule, name, None)
            if isinstance(least, (int, float)) and site.base_lr is not None and least > site.base_lr > 0:
                yield site.problem(
                    site.spot(name),
                    f"{name} is {least:g}, above the base LR of {site.base_lr:g}",
                    f"write {name} below {site.base_lr:g}",
                )


RULE = Rule(
    "eta-min-above-lr",
    "warning",
    finds="eta_min or min_lr above the base LR",
    why="a cosine then rises where it should fall, and a plateau never reduces",
    find=find,
)
