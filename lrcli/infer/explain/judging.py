"""Which explanations of a log are worth naming, under which names, and where they part from the best one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from lrcli.infer.explain.explanation import Explanation, Parting
from lrcli.infer.explain.hypothesis import Hypothesis
from lrcli.infer.limits import CLOSE, ENOUGH, NAMED, SAME, SHOWN
from lrcli.infer.rows import Rows


def named(explanations: Sequence[Explanation], plain: Explanation, rows: Rows, length: int) -> tuple[Explanation, ...]:
    """Those that are proven and about as good as the best one, one of each family, for a run of this length."""
    good = [explanation for explanation in explanations if _holds(explanation) and _proven(explanation, plain)]
    if not good:
        return ()
    best, stop = good[0], max(length, rows.at[-1] + 1)
    groups: list[list[Explanation]] = []  # of those that give the same numbers, the one that names them first
    families = set()
    for explanation in good:
        if explanation.rank > best.rank + CLOSE or explanation.parts > best.parts:
            continue
        twins = next((group for group in groups if _are_twins(explanation, group[0], rows, stop)), None)
        family = tuple(sorted(explanation.families))
        if twins is None:
            if family not in families and len(groups) < SHOWN:
                families.add(family)
                groups.append([explanation])
        elif explanation.rank <= twins[0].rank + NAMED and _names_better(explanation, twins[0]):
            twins.insert(0, explanation)
        elif len(explanation.changes) == 1:
            twins.append(explanation)
    return tuple(_with_twins(group, best, stop) for group in groups)


def nearest_of(explanations: Sequence[Explanation], plain: Explanation) -> tuple[Explanation, ...]:
    """What explains most of a log that nothing explains, if it is more than half."""
    near = [
        explanation for explanation in explanations if explanation.misses < plain.misses and explanation.share >= 0.5
    ]
    near.sort(key=lambda explanation: (explanation.misses, explanation.hypothesis.cost))
    return tuple(replace(explanation, unproven=_holds(explanation)) for explanation in near[:1])


def _holds(explanation: Explanation) -> bool:
    """Whether it explains nearly all rows; a value of a key that does not give every one is not the value."""
    return not explanation.misses if explanation.changes else explanation.share >= ENOUGH


def _proven(explanation: Explanation, plain: Explanation) -> bool:
    """Whether it puts more rows right than it took numbers from them; keys can be bent to anything."""
    numbers = explanation.hypothesis.params * (2 if explanation.changes else 1)
    return plain.misses - explanation.misses > numbers


def _are_twins(a: Explanation, b: Explanation, rows: Rows, stop: int) -> bool:
    """Whether two explanations, one of them a changed key, predict the same for the whole run."""
    if a.parts != b.parts or a.misses != b.misses or not (a.changes or len(b.changes) == 1):
        return False
    peak = max(map(abs, rows.values))
    shares = (s / abs(v) for v, s in zip(rows.values, rows.slack, strict=True) if abs(v) > 0.01 * peak)
    written = max(shares, default=0.0)  # what a log of few digits cannot tell apart is one number here
    return _parting(b.hypothesis, a.hypothesis, stop, max(SAME, 2 * written)) is None


def _names_better(explanation: Explanation, other: Explanation) -> bool:
    """Whether an explanation says more than another one of the same numbers: a cause that has a name does."""
    return not explanation.changes and other.hypothesis.keys[-1] in ("changed", "horizon")


def _with_twins(twins: Sequence[Explanation], best: Explanation, stop: int) -> Explanation:
    """The explanation that names its twins, with their keys."""
    first = twins[0]
    same = [change for twin in twins[1:] for change in twin.changes]
    changes = first.changes or tuple(same[:1])  # a cause with a name that a changed key makes, too
    return replace(
        first,
        equal=first.misses == best.misses,
        parts_at=None if first is best else _parting(best.hypothesis, first.hypothesis, stop),
        changes=changes,
        same=tuple(change for change in same if change not in changes),
    )


def _parting(best: Hypothesis, other: Hypothesis, stop: int, same: float = SAME) -> Parting | None:
    """The first row of the run (of its first and last 2000) at which the two predict different values."""
    for part in (range(min(stop, 2000)), range(max(stop - 2000, 0), stop)):
        for t, a, b in zip(part, best.at(part), other.at(part), strict=True):
            if a == a and b == b and abs(a - b) > same * max(abs(a), abs(b)):
                return Parting(t, a, b)
    return None
