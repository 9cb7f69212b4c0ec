"""A one-cycle that ends before the run does."""

from __future__ import annotations

from collections.abc import Iterator

from lrcli.checks.finding import Hit
from lrcli.checks.rule import Rule
from lrcli.checks.subject import Subject
from lrcli.schedules.one_cycle import OneCycle


def find(subject: Subject) -> Iterator[Hit]:
    for site, cycle in subject.each(OneCycle):
        if cycle.total < site.rows:
            what = f"the cycle has {cycle.total:g} steps, and the run {site.rows}"
            where = site.spot("total_steps", "epochs", "steps_per_epoch")
            yield site.hit(where, what, "leave total_steps out, or count all calls of scheduler.step()")


RULE = Rule(
    "one-cycle-short",
    "error",
    finds="a OneCycleLR with fewer steps than the run has",
    why="PyTorch's OneCycleLR raises in the step() after its last one, in the middle of the training (pytorch #38170)",
    find=find,
    unless=("mixed-units",),
)
