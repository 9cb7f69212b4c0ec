"""A jump of the LR that nothing announces."""

from __future__ import annotations

from lrcli.checks.jumps import jumps
from lrcli.checks.rule import Findings, Rule, Subject
from lrcli.printable import number_text
from lrcli.schedules.cosine_restarts import CosineRestarts
from lrcli.schedules.cyclic import Cyclic
from lrcli.schedules.multistep import MultiStep
from lrcli.schedules.plateau import Plateau
from lrcli.schedules.sequential import Sequential
from lrcli.schedules.step import Step

_JUMPS = (Step, MultiStep, CosineRestarts, Cyclic, Plateau)
"""The schedules whose breakpoints are jumps by design."""


_MEANT = ("restart", "milestone", "step x", "decay x", "reduced", "raised", "piece", "boundary", "rule")
"""What a schedule's events say where it jumps by design."""


def _is_meant(subject: Subject, group: int, t: int, up: bool) -> bool:
    """Whether a schedule of the group jumps at row t because it is told to; a new phase may start high again."""
    for site in subject.sites:
        site_t = t - site.begin
        if site.group != group or not site.begin <= t < site.end:
            continue
        if isinstance(site.schedule, _JUMPS) and site_t and site.schedule.next_break(site_t) == site_t:
            return True
        if site_t and any(word in site.schedule.event_at(site_t) for word in _MEANT):
            return True
        if up and site_t == 0 and isinstance(site.inside, Sequential):
            return True
    return False


def find(subject: Subject) -> Findings:
    for i, line in enumerate(subject.lines):
        for t, ratio, before, after in jumps(line):
            if not _is_meant(subject, i, t, after > before):
                factor = number_text(ratio, 4)
                yield subject.of_schedule(i).problem(
                    f"the LR goes from {before:g} to {after:g} at {subject.at(t)}, a jump of {factor}x",
                    "look at it with lrcli plot; put a warmup or another phase there",
                    i,
                )
                break


RULE = Rule(
    "lr-jump",
    "warning",
    finds="neighbouring steps more than 10x apart, outside milestones, decays and restarts",
    why="an optimizer that is moved so far at once may lose what it has learned, or diverge",
    find=find,
    unless=("lr-not-finite", "lr-negative", "warmup-overlaps", "replay-differs"),
    of_curve=True,
)
