"""What may be wrong with warmups, phases and milestones."""

from lrcli.checks.rules import Findings, Subject, reported
from lrcli.checks.subject import falls_within, warmup_length
from lrcli.schedules.sequential import Chained, Sequential
from lrcli.schedules.step import MultiStep


@reported("warning", why="it is never active, so what it was written for does not happen")
def phase_empty(subject: Subject) -> Findings:
    """A phase of zero length."""
    for site in subject.sites:
        if (
            isinstance(site.inside, Sequential)
            and site.stop is not None
            and site.stop <= site.begin < subject.spec.length
        ):
            yield site.problem(
                (),
                f"the {site.schedule.name} phase has no {subject.spec.interval}: it begins and ends at {site.begin}",
                "move its milestone, or take the phase out",
            )


@reported(
    "warning",
    why="it is never active, so what it was written for does not happen",
    unless=("warmup-too-long",),
    of_curve=True,
)
def phase_outside(subject: Subject) -> Findings:
    """A phase that begins after the run's last step."""
    for site in subject.sites:
        if isinstance(site.inside, Sequential) and site.begin >= subject.spec.length:
            yield site.problem(
                (),
                f"the {site.schedule.name} phase begins at {subject.at(site.begin)},"
                f" and the run has {subject.rows(subject.spec.length)}",
                "make the phases before it shorter, or the run longer",
            )


@reported(
    "warning",
    why="the LR falls while it should rise and never reaches its base value, or it jumps when the warmup is cut off",
    unless=("warmup-too-long",),
)
def warmup_overlaps(subject: Subject) -> Findings:
    """A decay that begins before the warmup has ended, or a next phase that does."""
    for site in subject.sites:
        length = warmup_length(site.schedule)
        if length is None or not site.rows:
            continue
        if isinstance(site.inside, Sequential) and site.stop is not None and length > site.stop - site.begin:
            yield site.problem(
                ("total_iters", "warmup"),
                f"the warmup takes {subject.rows(length)}, its phase {subject.rows(site.stop - site.begin)}",
                "leave total_iters out: it fills the phase",
            )
        elif isinstance(site.inside, Chained):
            for other in site.inside.schedules:
                if other is not site.schedule and falls_within(other, min(int(length), site.rows)):
                    yield site.problem(
                        ("total_iters", "warmup"),
                        f"the {other.name} schedule decays before the warmup of {subject.rows(length)} is over",
                        "make them phases, one after the other, or let the decay begin later",
                    )


@reported("warning", why="training ends before the LR has ever reached its base value", unless=("mixed-units",))
def warmup_too_long(subject: Subject) -> Findings:
    """A warmup at least as long as the run."""
    for site in subject.sites:
        length = warmup_length(site.schedule)
        if length is None or site.begin or not site.rows or length < subject.spec.length:
            continue
        yield site.problem(
            ("total_iters", "warmup", "for"),
            f"the warmup takes {subject.rows(length)}, and the run has {subject.rows(subject.spec.length)}",
            "make the warmup shorter, or the run longer",
        )


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
