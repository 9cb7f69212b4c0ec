"""A horizon about as long as the run, counted in the other unit."""

from dataclasses import fields

from lrcli.checks.rules import Findings, Rule, Subject
from lrcli.checks.sites import warmup_length
from lrcli.reader.nodes import Node, Scalar, Sequence
from lrcli.schedules.base import Schedule
from lrcli.schedules.cosine import WarmupCosine
from lrcli.schedules.cyclic import Cyclic
from lrcli.schedules.params import param_of
from lrcli.schedules.step import MultiStep


def _names(schedule: Schedule) -> list[str]:
    """The fields that say how long the decay is; a warmup or half a cycle may well be that short."""
    lengths = [f.name for f in fields(schedule) if param_of(f).kind == "length" and f.name != "warmup"]
    return [] if isinstance(schedule, Cyclic) else lengths


def _is_bare(node: Node | None) -> bool:
    """Whether a length is written as a bare number, which counts scheduler steps."""
    return isinstance(node, Scalar) and isinstance(node.value, (int, float))


def find(subject: Subject) -> Findings:
    spec = subject.spec
    per = spec.steps_per_epoch
    if per is None or per < 10:
        return
    by_step = spec.interval == "step"
    other = spec.length / per if by_step else spec.length * per
    if other < 5:
        return
    unit, units = ("step", "epochs") if by_step else ("epoch", "steps")
    for site in subject.sites:
        if warmup_length(site.schedule) is not None and not isinstance(site.schedule, WarmupCosine):
            continue
        if getattr(site.schedule, "step_on_epochs", True) is False:
            continue  # its lengths are epochs, and it says how many updates they have
        for name in _names(site.schedule):
            _, node = site.node_of(name)
            value = getattr(site.schedule, name)
            if value is None or (site.node is not None and not _is_bare(node)):
                continue
            if 0.8 * other <= value <= 1.2 * other:
                yield site.problem(
                    name,
                    f"{name} is {value:g} {unit}s, and the run has {other:g} {units}: they look like {units}",
                    f"write {name}: {value:g}{'ep' if by_step else 'st'} if {units} are meant",
                )
        if isinstance(site.schedule, MultiStep) and site.schedule.milestones:
            last = max(site.schedule.milestones)
            _, node = site.node_of("milestones")
            if site.node is not None and not (isinstance(node, Sequence) and any(map(_is_bare, node.items))):
                continue
            if 0.5 * other <= last <= other and (by_step or min(site.schedule.milestones) >= spec.length):
                yield site.problem(
                    "milestones",
                    f"the milestones end at {unit} {last:g}, and the run has {other:g} {units}: they look like {units}",
                    f"write them as {last:g}{'ep' if by_step else 'st'} if {units} are meant",
                )


RULE = Rule(
    "warning",
    find,
    why="a cosine in epochs that is stepped per batch goes up and down all the time; one in steps hardly moves",
)
