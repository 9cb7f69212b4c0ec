"""A cycle, T_0 or step_size that is longer than the run or phase."""

from lrcli.checks.rules import Findings, Rule, Subject
from lrcli.checks.sites import Site
from lrcli.schedules.cosine import CosineRestarts
from lrcli.schedules.cyclic import Cyclic
from lrcli.schedules.step import Step


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


def find(subject: Subject) -> Findings:
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


RULE = Rule(
    "warning",
    find,
    why="the defaults of such schedules count batches; stepped per epoch they hardly move",
    unless=("mixed-units",),
)
