"""What may be wrong with the length of a schedule, beside that of its run or phase."""

from dataclasses import fields

from lrcli.checks.rules import Findings, Subject, reported
from lrcli.checks.subject import Site, warmup_length
from lrcli.reader.nodes import Node, Scalar, Sequence
from lrcli.schedules.base import Schedule
from lrcli.schedules.cosine import Cosine, CosineRestarts, WarmupCosine
from lrcli.schedules.cyclic import Cyclic, OneCycle
from lrcli.schedules.linear import Linear
from lrcli.schedules.params import param_of
from lrcli.schedules.step import MultiStep, Step


@reported(
    "warning",
    why="past T_max CosineAnnealingLR goes back up to the base LR, along the same curve",
    unless=("mixed-units",),
)
def cosine_climbs(subject: Subject) -> Findings:
    """A cosine whose T_max is shorter than the run or phase."""
    for site, cosine in subject.each(Cosine):
        if cosine.T_max < site.rows - 1:
            yield site.problem(
                "T_max",
                f"T_max is {cosine.T_max:g}, but the cosine runs for {subject.rows(site.rows)}:"
                f" the LR climbs again from {subject.at(site.begin + cosine.T_max)} on",
                f"write T_max: {site.rows}, or leave it out: it fills the run or phase",
            )


NEARLY = 0.9
"""From this share of the last cycle on the cosine has come down (to 2.4 % of its height)."""


def _last_cycle(restarts: CosineRestarts, rows: int) -> tuple[int, int]:
    """(where the cycle that the last row is in begins, how long it is)."""
    begin, size = 0, int(restarts.T_0)
    if restarts.T_mult == 1:
        return (rows - 1) // size * size, size
    while begin + size < rows:
        begin, size = begin + size, size * int(restarts.T_mult)
    return begin, size


@reported("warning", why="training ends at a high LR, and the last model is worse than the one before the restart")
def restart_cut(subject: Subject) -> Findings:
    """Restarts of which the run cuts the last one off."""
    for site, restarts in subject.each(CosineRestarts):
        if site.rows < restarts.T_0 or next(restarts.formula_problems(), None) is not None:
            continue
        begin, size = _last_cycle(restarts, site.rows)
        done = site.rows - begin
        if begin and done / size < NEARLY:
            what = (
                f"the last cycle, of {subject.rows(size)} from {subject.at(site.begin + begin)} on,"
                f" ends after {subject.rows(done)}, far from eta_min"
            )
            ends = f"{site.begin + begin} or {site.begin + begin + size}"
            yield site.problem("T_0", what, f"end with a cycle, after {ends} {subject.spec.interval}s")


def _of_cyclic(site: Site, cyclic: Cyclic, subject: Subject) -> Findings:
    up = cyclic.step_size_up
    cycle = up + (up if cyclic.step_size_down is None else cyclic.step_size_down)
    if cycle <= site.rows:
        return
    reached = max(cyclic.lrs(0.0, 0, site.rows)) if up >= site.rows else cyclic.max_lr
    peak = f"max_lr {cyclic.max_lr:g} is never reached (the peak is {reached:g})" if up >= site.rows else ""
    what = f"a cycle takes {subject.rows(cycle)}, and the schedule runs for {subject.rows(site.rows)}"
    advice = f"write step_size_up: {max(1, site.rows // 2)} or less"
    if subject.spec.interval == "epoch":
        advice += ", or interval: step where the scheduler is stepped per batch"
    yield site.problem("step_size_up", f"{peak}: {what}" if peak else what, advice)


@reported(
    "warning",
    why="the defaults of such schedules count batches; stepped per epoch they hardly move",
    unless=("mixed-units",),
)
def cycle_too_long(subject: Subject) -> Findings:
    """A cycle, T_0 or step_size that is longer than the run or phase."""
    for site, cyclic in subject.each(Cyclic):
        yield from _of_cyclic(site, cyclic, subject)
    for site, restarts in subject.each(CosineRestarts):
        if site.rows < restarts.T_0:
            yield site.problem(
                "T_0",
                f"T_0 is {restarts.T_0:g}, but the schedule runs for {subject.rows(site.rows)}:"
                " it never restarts, nor comes down to eta_min",
                f"write T_0: {site.rows} or less",
            )
    for site, step in subject.each(Step):
        if step.step_size >= site.rows and site.stop is None and step.gamma != 1:
            yield site.problem(
                "step_size",
                f"step_size is {step.step_size:g}, but the schedule runs for {subject.rows(site.rows)}: no decay",
                f"write a step_size below {site.rows}, or type: constant",
            )


@reported(
    "warning",
    why="the LR never comes down to its end, and the last epochs train at a rate that is too high",
    unless=("mixed-units", "one-cycle-epochs"),
)
def decay_unfinished(subject: Subject) -> Findings:
    """A decay longer than the run or phase: T_max, total_iters, total_steps, num_iter, anneal_epochs."""
    for site in subject.sites:
        schedule = site.schedule
        names = schedule.horizon
        if (
            not names
            or not site.rows
            or (isinstance(schedule, Linear) and schedule.start_factor <= schedule.end_factor)
        ):
            continue
        horizon = schedule.total if isinstance(schedule, OneCycle) else getattr(schedule, names[0])
        if not isinstance(horizon, (int, float)):
            continue
        room = site.rows if site.stop is None else max(site.rows, site.stop - site.begin)
        if horizon > room:
            yield site.problem(
                names,
                f"{names[0]} is {horizon:g}, but the schedule runs for {subject.rows(room)}: it never reaches its end",
                f"write {names[0]}: {room}, or make the run longer",
            )


@reported("warning", why="stepped once an epoch it never leaves its beginning")
def one_cycle_epochs(subject: Subject) -> Findings:
    """A one_cycle of so many epochs and steps_per_epoch in a run that counts epochs."""
    if subject.spec.interval != "epoch":
        return
    for site, cycle in subject.each(OneCycle):
        if cycle.epochs is not None and cycle.steps_per_epoch is not None and cycle.total > site.rows:
            yield site.problem(
                "steps_per_epoch",
                f"the cycle counts {cycle.steps_per_epoch:g} steps an epoch, {cycle.total:g} in all,"
                f" and the run {subject.rows(site.rows)}",
                "write interval: step, as it is stepped per batch",
            )


@reported(
    "error",
    why="PyTorch's OneCycleLR raises in the step() after its last one, in the middle of the training (pytorch #38170)",
    unless=("mixed-units",),
)
def one_cycle_short(subject: Subject) -> Findings:
    """A OneCycleLR with fewer steps than the run has."""
    for site, cycle in subject.each(OneCycle):
        if cycle.total < site.rows:
            yield site.problem(
                ("total_steps", "epochs", "steps_per_epoch"),
                f"the cycle has {cycle.total:g} steps, and the run {site.rows}",
                "leave total_steps out, or count all calls of scheduler.step()",
            )


def _decay_lengths(schedule: Schedule) -> list[str]:
    """The fields that say how long the decay is; a warmup or half a cycle may well be that short."""
    lengths = [f.name for f in fields(schedule) if param_of(f).kind == "length" and f.name != "warmup"]
    return [] if isinstance(schedule, Cyclic) else lengths


def _is_bare(node: Node | None) -> bool:
    """Whether a length is written as a bare number, which counts scheduler steps."""
    return isinstance(node, Scalar) and isinstance(node.value, (int, float))


@reported(
    "warning",
    why="a cosine in epochs that is stepped per batch goes up and down all the time; one in steps hardly moves",
)
def mixed_units(subject: Subject) -> Findings:
    """A horizon about as long as the run, counted in the other unit."""
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
        for name in _decay_lengths(site.schedule):
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
