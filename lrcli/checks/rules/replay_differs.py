"""An LR in use that differs, in the release named by emulate:, from the formula by more than rounding."""

from dataclasses import replace

from lrcli.checks.releases import ROWS, first_difference
from lrcli.checks.rules import Findings, Rule, Subject
from lrcli.errors import EvaluationError


def find(subject: Subject) -> Findings:
    spec, formula = subject.spec, subject.formula
    if spec.emulation is None or formula is None or not subject.lines:
        return
    length = min(spec.length, ROWS)
    short, replay = replace(formula, length=length), replace(spec.emulation, read="lr")
    try:
        difference = first_difference(short, replace(spec, emulation=replay, length=length))
    except EvaluationError:  # the formula has no value where the release computes one
        return
    if difference is not None:
        row, lr, formula_lr = difference
        yield subject.of_run("emulate", "schedule").problem(
            f"torch {spec.emulation.release} uses {lr:g} at {subject.at(row)}, where the schedule means {formula_lr:g}",
            "see lrcli diff with --emulate, and its notes",
        )


RULE = Rule(
    "warning",
    find,
    why="with this release, or this way of using it, another schedule is trained than the one that is written",
)
