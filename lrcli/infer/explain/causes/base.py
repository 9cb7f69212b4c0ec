"""One entry of the knowledge base."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import replace

from lrcli.infer.explain.clocks import Clock
from lrcli.infer.explain.evidence import Evidence
from lrcli.infer.explain.hypothesis import Hypothesis, Part
from lrcli.values import dataclass


@dataclass(frozen=True)
class Cause:
    """A known reason why a log does not show the schedule that was declared.

    key: its name in JSON. family: the kind of mark that it leaves ("lead", "amplitude"). title: what it is.
    propose: takes the evidence and proposes hypotheses, parameters estimated from the numbers.
    tell: what, outside the log, would tell it from other causes that leave the same numbers.
    meaning: what it means, in one paragraph. advice: what to do. references: upstream issues.
    alike: the kinds of it, which leave the same numbers, each with what would tell it from the others.
    rank: of two that explain the same at the same cost, the one with the smaller rank is named first.
    """

    key: str
    family: str
    title: str
    propose: Callable[[Evidence], Iterator[Hypothesis]]
    tell: str
    meaning: str
    advice: str
    references: tuple[str, ...] = ()
    alike: tuple[str, ...] = ()
    rank: int = 1000


def propose_nothing(evidence: Evidence) -> Iterator[Hypothesis]:
    """What a cause proposes that another one proposes beside itself, or the search by itself."""
    return iter(())


def with_clock(
    evidence: Evidence, clock: Clock, key: str, cost: float, detail: str = "", params: int = 1
) -> Hypothesis:
    """The base with another clock, and the cause that makes it so."""
    part = Part(key, "o(t) = " + clock.form("t"), cost, params, detail)
    return replace(evidence.base, clock=clock, parts=(*evidence.base.parts, part))


def shift_cost(d: int) -> float:
    """A step more or less is common, many are less so."""
    return 1.0 + 0.3 * (abs(d) > 1) + 0.03 * math.log2(abs(d))
