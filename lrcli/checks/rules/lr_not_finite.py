"""An LR that is NaN or infinite."""

import math

from lrcli.checks.rules import Findings, Rule, Subject


def find(subject: Subject) -> Findings:
    for i, line in enumerate(subject.lines):
        for t, lr in line:
            if not math.isfinite(lr):
                yield subject.problem(
                    f"the LR is {lr} at {subject.at(t)}",
                    "look at the numbers with lrcli table",
                    i,
                )
                break


RULE = Rule(
    "error",
    find,
    why="the first step with it makes every weight NaN",
)
