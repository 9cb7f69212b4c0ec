"""An LR below zero."""

from __future__ import annotations

from lrcli.checks.rule import Findings, Rule, Subject


def find(subject: Subject) -> Findings:
    for i, line in enumerate(subject.lines):
        below = [t for t, lr in zip(line.rows, line.lrs, strict=True) if lr < 0]
        if below:
            to_end = below[-1] == line.rows[-1]
            yield subject.of_schedule(i).problem(
                f"the LR is negative {'from' if to_end else 'at'} {subject.at(below[0])}{' on' * to_end}",
                "a lambda or ramp goes past its end: bound it, max(0, ...), or end the run there",
                i,
            )


RULE = Rule(
    "lr-negative",
    "error",
    finds="an LR below 0",
    why="a negative LR climbs the loss instead of descending it",
    find=find,
)
