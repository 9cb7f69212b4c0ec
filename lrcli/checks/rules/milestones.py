"""What may be wrong with the milestones of a schedule."""

from lrcli.checks.rules import Findings, Subject, reported
from lrcli.schedules.step import MultiStep


@reported(
    "warning",
    why="from 1.4 on PyTorch looks the step up among the milestones: a fraction is never found, and nothing decays",
)
def milestone_fraction(subject: Subject) -> Findings:
    """A milestone that is no whole number."""
    for site, multistep in subject.each(MultiStep):
        for i, milestone in enumerate(multistep.milestones):
            if milestone % 1:
                yield site.problem(
                    "milestones",
                    f"the milestone {milestone:g} is no whole number of {subject.spec.interval}s",
                    "write the step itself, or a share of the run as 50%",
                    item=i,
                )


@reported("warning", why="PyTorch 1.0, 1.2 and 1.3 refuse them, and people read them as a schedule that they are not")
def milestone_order(subject: Subject) -> Findings:
    """Milestones that do not increase."""
    for site, multistep in subject.each(MultiStep):
        milestones = multistep.milestones
        for i in range(1, len(milestones)):
            if milestones[i] < milestones[i - 1]:
                yield site.problem(
                    "milestones",
                    f"the milestone {milestones[i]:g} stands after {milestones[i - 1]:g}",
                    f"write milestones: [{', '.join(f'{m:g}' for m in sorted(milestones))}]",
                    item=i,
                )
                break


@reported(
    "warning",
    why="it does nothing, and the LR stays ten times too high, or it acts from the very start",
    unless=("mixed-units", "milestone-fraction"),
)
def milestone_outside(subject: Subject) -> Findings:
    """A milestone before the first or after the last step of the run."""
    for site, multistep in subject.each(MultiStep):
        for i, milestone in enumerate(multistep.milestones):
            if milestone >= site.rows:
                yield site.problem(
                    "milestones",
                    f"the milestone {milestone:g} never comes: the schedule runs for {subject.rows(site.rows)}",
                    "take it out, or move it; milestones count scheduler steps, from 0",
                    item=i,
                )
            elif milestone <= 0:
                yield site.problem(
                    "milestones",
                    f"the milestone {milestone:g} acts from the first {subject.spec.interval} on",
                    "lower lr instead; milestones count scheduler steps, from 0",
                    item=i,
                )


@reported("warning", why="the LR is multiplied by gamma once for each time that it stands there")
def milestone_twice(subject: Subject) -> Findings:
    """A milestone that is given more than once."""
    for site, multistep in subject.each(MultiStep):
        milestones = multistep.milestones
        for i, milestone in enumerate(milestones):
            if milestones[:i].count(milestone) == 1:
                times = milestones.count(milestone)
                yield site.problem(
                    "milestones",
                    f"the milestone {milestone:g} stands {'twice' if times == 2 else f'{times} times'}",
                    f"take {'one' if times == 2 else f'{times - 1} of them'} out, or say gamma ** {times} in a comment",
                    item=i,
                )
