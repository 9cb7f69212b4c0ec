"""An LR below 0."""

from lrcli.checks.rules import Findings, Rule, Subject


def find(subject: Subject) -> Findings:
    for i, line in enumerate(subject.lines):
        below = [t for t, lr in line if lr < 0]
        if below:
            to_end = below[-1] == line.rows[-1]
            yield subject.problem(
                f"the LR is negative {'from' if to_end else 'at'} {subject.at(below[0])}{' on' * to_end}",
                "a lambda or ramp goes past its end: bound it, max(0, ...), or end the run there",
                i,
            )


RULE = Rule(
    "error",
    find,
    why="a negative LR climbs the loss instead of descending it",
)
