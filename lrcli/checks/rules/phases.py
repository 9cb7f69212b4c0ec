"""What may be wrong with warmups and phases."""

from lrcli.checks.rules import Findings, Subject, reported
from lrcli.checks.sites import falls_within, warmup_length
from lrcli.schedules.sequential import Chained, Sequential


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
