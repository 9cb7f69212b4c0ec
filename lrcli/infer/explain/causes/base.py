"""One entry of the knowledge base."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

from lrcli.infer.explain.evidence import Evidence
from lrcli.infer.explain.hypothesis import Hypothesis, Untouched
from lrcli.values import dataclass


@dataclass(frozen=True)
class Cause:
    """A known reason why a log does not show the schedule that was declared.

    key: its name in JSON. family: the kind of mark that it leaves ("lead", "amplitude"). title: what it is.
    tell: what, outside the log, would tell it from other causes that leave the same numbers.
    meaning: what it means, in one paragraph. advice: what to do. references: upstream issues.
    alike: the kinds of it, which leave the same numbers, each with what would tell it from the others.
    needs: what another cause must have left alone for this one to be proposed beside it: the clock, the factor, or all.
    propose: takes the evidence and proposes hypotheses, parameters estimated from the numbers; None where another cause
    proposes this one, or the search by itself.
    """

    key: str
    family: str
    title: str
    tell: str
    meaning: str
    advice: str
    references: tuple[str, ...] = ()
    alike: tuple[str, ...] = ()
    needs: Untouched = ""
    propose: Callable[[Evidence], Iterator[Hypothesis]] | None = None


def phase_end(evidence: Evidence, before: int, row: int) -> int | None:
    """The end of a phase in before < t <= row, give or take a row: there its hand-over is at fault, and no resume."""
    schedule = evidence.spec.groups[evidence.group].schedule
    ends = [place for place, event in schedule.marks() if event.endswith(" ends")]
    if hasattr(schedule, "schedules"):
        ends += getattr(schedule, "milestones", ())
    steps = (math.ceil(end) for end in ends if 0 < end < math.inf)
    return min((step for step in steps if before <= step <= row + 1), default=None)
