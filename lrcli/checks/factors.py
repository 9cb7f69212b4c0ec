"""The factors by which schedules decay."""

from __future__ import annotations

from collections.abc import Iterator

from lrcli.checks.sites import Site
from lrcli.checks.subject import Subject
from lrcli.schedules.exponential import Exponential
from lrcli.schedules.multistep import MultiStep
from lrcli.schedules.plateau import Plateau
from lrcli.schedules.step import Step


def factors(subject: Subject) -> Iterator[tuple[Site, str, float]]:
    """(site, the field, its value) of every schedule that decays by a factor."""
    for site in subject.sites:
        if isinstance(site.schedule, (Step, MultiStep, Exponential)):
            yield site, "gamma", site.schedule.gamma
        elif isinstance(site.schedule, Plateau):
            yield site, "factor", site.schedule.factor
