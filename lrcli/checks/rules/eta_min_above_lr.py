"""eta_min or min_lr above the base LR."""

from lrcli.checks.rules import Findings, Rule, Subject


def find(subject: Subject) -> Findings:
    for site in subject.sites:
        for name in ("eta_min", "min_lr"):
            least = getattr(site.schedule, name, None)
            if isinstance(least, (int, float)) and site.base_lr is not None and least > site.base_lr > 0:
                yield site.problem(
                    name,
                    f"{name} is {least:g}, above the base LR of {site.base_lr:g}",
                    f"write {name} below {site.base_lr:g}",
                )


RULE = Rule(
    "warning",
    find,
    why="a cosine then rises where it should fall, and a plateau never reduces",
)
