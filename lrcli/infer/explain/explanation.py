"""A hypothesis held against all rows of a log, and where it parts from another one."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import field

from lrcli.infer.explain.causes import Cause, cause
from lrcli.infer.explain.hypothesis import Hypothesis
from lrcli.infer.explain.rows import LogRows
from lrcli.infer.keys import Change
from lrcli.values import dataclass

PIECE = 65536
"""So many rows are compared at a time."""


@dataclass(frozen=True)
class Parting:
    """The first row at which an explanation and the best one predict different values, inside the log's axis or not."""

    at: int
    best: float
    this: float


@dataclass(frozen=True)
class Explanation:
    """Known causes that together make the log, or nearly.

    missed: the places in the log of the rows that it misses, of so many rows. first_missed: the first of them.
    residual, relative, worst: the largest difference in the rows that it explains, and its row. equal: whether it
    explains the very same rows as the best one. parts_at: where the two would differ, None if nowhere. changes: the
    keys of the spec with the values that make the log. same: other keys each of which does the same. unproven: it
    explains nearly all rows, which are too few to prove it.
    """

    hypothesis: Hypothesis
    missed: Sequence[int] = field(compare=False, repr=False)
    rows: int
    first_missed: int | None
    residual: float
    relative: float
    worst: int
    equal: bool = True
    parts_at: Parting | None = None
    changes: tuple[Change, ...] = ()
    same: tuple[Change, ...] = ()
    unproven: bool = False

    @property
    def misses(self) -> int:
        """How many rows it misses."""
        return len(self.missed)

    @property
    def causes(self) -> tuple[Cause, ...]:
        """Its causes, as the knowledge base has them."""
        return tuple(cause(part.key) for part in self.hypothesis.parts)

    @property
    def parts(self) -> int:
        """How many causes there are."""
        return len(self.hypothesis.parts)

    @property
    def families(self) -> tuple[str, ...]:
        """The families of its causes."""
        return tuple(entry.family for entry in self.causes)

    @property
    def forms(self) -> tuple[str, ...]:
        """Its causes in formulas."""
        return self.hypothesis.forms

    @property
    def details(self) -> tuple[str, ...]:
        """What its numbers are known as."""
        return tuple(part.detail for part in self.hypothesis.parts if part.detail)

    @property
    def explained(self) -> int:
        """How many rows it explains."""
        return self.rows - self.misses

    @property
    def share(self) -> float:
        """The share of the rows that it explains."""
        return 1 - self.misses / self.rows

    @property
    def is_one_cause(self) -> bool:
        """Whether a single cause explains every row, but for those that are wrong by themselves."""
        return not self.misses and sum(part.key != "glitch" for part in self.hypothesis.parts) == 1

    @property
    def rank(self) -> float:
        """The smaller the better: what it takes to believe it, and what it leaves unexplained."""
        return self.hypothesis.cost + min(2.0 * self.misses, 6.0) + 40 * (1 - self.share)


def explanation_of(hypothesis: Hypothesis, rows: LogRows) -> Explanation:
    """A hypothesis against all rows, piece by piece."""
    missed = array("q")
    residual, relative, worst = 0.0, 0.0, 0
    for start in range(0, len(rows), PIECE):
        piece = rows.part(start, start + PIECE)
        computed = zip(piece.values, hypothesis.at(piece.at), piece.slack, strict=True)
        for i, (value, predicted, slack) in enumerate(computed, start):
            if value == predicted:
                continue
            gap = abs(value - predicted)
            if not gap <= slack:
                missed.append(i)
            elif gap > residual:
                residual, relative, worst = gap, gap / max(abs(value), abs(predicted)), i
    first, largest = rows.at[missed[0]] if missed else None, rows.at[worst]
    return Explanation(hypothesis, missed, len(rows), first, residual, relative, largest, changes=hypothesis.changes)
