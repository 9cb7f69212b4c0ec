"""What the releases of PyTorch make of a spec, as far as more than rounding is concerned."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

from lrcli.checks.subject import Subject
from lrcli.comparison.difference import compare
from lrcli.comparison.versions import Family, families_in_use
from lrcli.frameworks.replaying import replaying
from lrcli.spec import Emulation, Spec

ROWS = 5_000
"""At most this many rows of a run are replayed in every release."""


class Differing(NamedTuple):
    """Releases that compute another LR than the formula: the first such row, and both LRs there."""

    ranges: str
    row: int
    replayed_lr: float
    formula_lr: float

    def in_words(self, subject: Subject) -> str:
        at = subject.at(self.row)
        return f"in torch {self.ranges} the LR is {self.replayed_lr:g} at {at}, not {self.formula_lr:g}"


def families(subject: Subject) -> tuple[Family, ...]:
    """The releases by what LR they use in the first rows; none for a spec without a formula, or not of PyTorch."""
    spec = _short(subject)
    return () if spec is None else _families(spec)


@lru_cache(maxsize=1)
def _families(spec: Spec) -> tuple[Family, ...]:
    return families_in_use(spec)


def differing(subject: Subject) -> Iterator[Differing]:
    """The releases whose LRs are not the formula's."""
    spec = _short(subject)
    if spec is None:
        return
    for family in _families(spec):
        if not family.refusal:
            replay = replace(spec, emulation=Emulation(family.releases[0], read="lr"))
            if difference := first_difference(spec, replay):
                yield Differing(family.ranges, *difference)


def first_difference(formula: Spec, replay: Spec) -> tuple[int, float, float] | None:
    """(the row, the replay's LR, the formula's LR) where they first differ by more than rounding."""
    rows = [row for pair in compare(formula, replay).pairs for row in pair.rows if row.differs]
    first = min(rows, key=lambda row: row.t, default=None)
    if first is None or first.a is None or first.b is None:
        return None
    return first.t, first.b, first.a


def _short(subject: Subject) -> Spec | None:
    if subject.formula is None or subject.failure is not None:
        return None
    if any(replaying().foreign_schedule(group.schedule) for group in subject.formula.groups):
        return None
    return replace(subject.formula, length=min(subject.spec.length, ROWS))
