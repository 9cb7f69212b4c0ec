"""A decay longer than the run or phase: T_max, total_iters, total_steps, num_iter, anneal_epochs."""

from lrcli.checks.rules import Findings, Rule, Subject
from lrcli.schedules.cyclic import OneCycle
from lrcli.schedules.linear import Linear


def find(subject: Subject) -> Findings:
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


RULE = Rule(
    "warning",
    find,
    why="the LR never comes down to its end, and the last epochs train at a rate that is too high",
    unless=("mixed-units", "one-cycle-epochs"),
)
