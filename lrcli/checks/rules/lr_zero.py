"""An LR of 0 over a whole epoch, or over a hundredth of a run that counts steps."""

from collections.abc import Iterator
from itertools import groupby

from lrcli.checks.rules import Findings, Rule, Subject
from lrcli.checks.subject import KnownRows


def _zeros(line: KnownRows) -> Iterator[range]:
    """The stretches of rows at LR 0; of a long run, as far as its rows are known."""
    for is_zero, stretch in groupby(line, key=lambda row: row[1] == 0):
        rows = [t for t, _ in stretch]
        if is_zero:
            yield range(rows[0], rows[-1] + 1)


MANY = 0.01
"""A share of a run that counts steps; the one step at 0 of a warmup from 0 is far below it."""


def find(subject: Subject) -> Findings:
    spec = subject.spec
    size: float = 1
    if spec.interval == "step":
        size = min(max(10, MANY * spec.length), spec.steps_per_epoch or spec.length)
    for i, (group, line) in enumerate(zip(spec.groups, subject.lines, strict=False)):
        if group.lr == 0:  # a group that is frozen, and says so
            continue
        stretch = next((zeros for zeros in _zeros(line) if len(zeros) >= size), None)
        if stretch:
            first, last = stretch[0], stretch[-1]
            where = subject.at(first) if first == last else f"{spec.interval}s {first} to {last}"
            yield subject.problem(
                f"the LR is 0 at {where}" if first == last else f"the LR is 0 in the {where}",
                "start from a factor above 0, or end the run, or the decay, elsewhere",
                i,
            )


RULE = Rule(
    "warning",
    find,
    why="steps at LR 0 cost as much as any other and change no weight",
    unless=("gamma-zero", "cosine-climbs"),
    of_curve=True,
)
