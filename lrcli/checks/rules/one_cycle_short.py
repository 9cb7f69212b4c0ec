"""A OneCycleLR with fewer steps than the run has."""

from lrcli.checks.rules import Findings, Rule, Subject
from lrcli.schedules.cyclic import OneCycle


def find(subject: Subject) -> Findings:
    for site, cycle in subject.each(OneCycle):
        if cycle.total < site.rows:
            yield site.problem(
                ("total_steps", "epochs", "steps_per_epoch"),
                f"the cycle has {cycle.total:g} steps, and the run {site.rows}",
                "leave total_steps out, or count all calls of scheduler.step()",
            )


RULE = Rule(
    "error",
    find,
    why="PyTorch's OneCycleLR raises in the step() after its last one, in the middle of the training (pytorch #38170)",
    unless=("mixed-units",),
)
