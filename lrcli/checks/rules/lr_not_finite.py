"""An LR that is no number."""

from __future__ import annotations

import math

from lrcli.checks.rule import Findings, Rule, Subject


def find(subject: Subject) -> Findings:
    for i, line in enumerate(subject.lines):
        for t, lr in zip(line.rows, line.lrs, strict=True):
            if not math.isfinite(lr):
                yield subject.of_schedule(i).problem(
                    f"the LR is {lr} at {subject.at(t)}",
                    "look at the numbers with lrcli table",
                    i,
                )
                break


RULE = Rule(
    "lr-not-finite",
    "error",
    finds="an LR that is NaN or infinite",
    why="the first step with it makes every weight NaN",
    find=find,
)
