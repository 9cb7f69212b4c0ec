"""The search for what explains a log: causes one by one, then in pairs, the simple ones first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from lrcli.infer.effort import LIMIT, Effort
from lrcli.infer.explain.causes import CAUSES
from lrcli.infer.explain.changed import TWO_KEYS, ChangedKeys
from lrcli.infer.explain.clocks import Clock, Scaled, Shifted, Stretched
from lrcli.infer.explain.evidence import Evidence, sample_of
from lrcli.infer.explain.hypothesis import Hypothesis, Part
from lrcli.infer.explain.rows import Rows
from lrcli.infer.explain.sources import RateSource
from lrcli.infer.numbers import is_round, simplest_factor
from lrcli.progress import report_progress
from lrcli.spec import Spec
from lrcli.values import dataclass

ENOUGH = 0.98
"""The share of the rows that an explanation has to explain."""

BASES = 8
"""On how many single causes a second one is tried."""

SURE = 1.1
"""What is believed so readily needs no look at the keys of the spec."""

ROUND = 0.25
"""Two keys that give every row and cost no more than this above the least: nothing better is looked for."""

PIECE = 65536


@dataclass(frozen=True)
class Fit:
    """How a hypothesis does on all rows.

    misses: how many rows it misses. first: the first of them. residual, at: the largest |o - predicted| of the rows
    that it explains, and where.
    """

    hypothesis: Hypothesis
    misses: int
    rows: int
    first: int | None
    residual: float
    relative: float
    worst: int

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


def search(
    spec: Spec,
    rows: Rows,
    source: RateSource,
    group: int,
    changed: ChangedKeys | None = None,
) -> tuple[list[Fit], Effort]:
    """(the plain spec, then what explains most of the rows that it misses, best first; what was computed for it)."""
    plain = Hypothesis(source)
    first = fit_of(plain, rows)
    if not first.misses:
        return [first], Effort()
    missed = _missed(plain, rows)
    evidence = Evidence(spec, rows, group, plain, sample_of(rows, missed))
    effort = Effort(2 * LIMIT if changed is not None and changed.of_config else LIMIT)
    found: list[tuple[int, Hypothesis]] = []
    with effort:
        for hypothesis in _searched(evidence, found, rows, changed):
            found.append((evidence.count(hypothesis), hypothesis))
    return [first, *_finished(found, rows)], effort


def _searched(
    evidence: Evidence,
    found: list[tuple[int, Hypothesis]],
    rows: Rows,
    changed: ChangedKeys | None,
) -> Iterator[Hypothesis]:
    """Everything that may explain the log, until something does; what was found is what came before, counted."""
    yield from _tried(evidence, 0)
    best = _finished(found, rows)
    if changed is not None and (not best or best[0].rank > SURE):
        yield from changed.one(evidence)
        best = _finished(found, rows)
    if not best or best[0].misses:
        bases = _bases(evidence, found)
        for i, base in enumerate(bases, 1):
            yield from _tried(evidence.on(base), i, len(bases))
        best = _finished(found, rows)
    if changed is not None and (not best or best[0].misses):
        for clock, key, cost in _beside_changes(evidence):
            part = Part(key, "o(t) = " + clock.form("t"), cost)
            yield from changed.one(evidence.on(replace(evidence.base, clock=clock, parts=(part,))))
        best = _finished(found, rows)
    if changed is not None and (not best or (not best[0].is_one_cause and best[0].rank > TWO_KEYS)):
        for hypothesis in changed.two(evidence):
            yield hypothesis
            if not found[-1][0] and hypothesis.cost < TWO_KEYS + ROUND:
                return


def _beside_changes(evidence: Evidence) -> Iterator[tuple[Clock, str, float]]:
    """Clocks beside which a key may have been changed: a log that counts from 1, or is a step ahead or behind."""
    if evidence.at[0] > 0 and not evidence.spec.first_step:
        yield Shifted(-1), "numbering", 0.8
    else:
        yield Shifted(-1), "lag", 1.0
    yield Shifted(1), "lead", 1.0


def _tried(evidence: Evidence, i: int, of: int = 2 * BASES) -> Iterator[Hypothesis]:
    """Everything that the causes propose on this base."""
    for j, entry in enumerate(CAUSES):
        report_progress(i * len(CAUSES) + j, (of + 1) * len(CAUSES), "tests")
        yield from entry.propose(evidence)


def _bases(evidence: Evidence, singles: list[tuple[int, Hypothesis]]) -> list[Hypothesis]:
    """Single causes to combine with a second one: those that explain most, and what hides the others."""
    plain = evidence.base
    ranked = sorted(singles, key=lambda pair: pair[0] + pair[1].cost)
    n = len(evidence.at)
    chosen = [hypothesis for misses, hypothesis in ranked if misses < 0.9 * n][:BASES]
    keys = {"reading", "version", "group"}
    chosen += [h for _, h in ranked if h.key in keys][:3]
    for clock, key, cost in _clocks(evidence):
        chosen.append(replace(plain, clock=clock, parts=(Part(key, "o(t) = " + clock.form("t"), cost),)))
    for c in _factors(evidence):
        chosen.append(replace(plain, factor=c, parts=(Part("amplitude", f"o(t) = {c:.6g} s(t)", 1.5),)))
    seen: dict[tuple[object, ...], Hypothesis] = {}
    for hypothesis in chosen:
        if len(hypothesis.parts) == 1:
            seen.setdefault(
                (hypothesis.source, hypothesis.clock, hypothesis.factor, hypothesis.factor_from), hypothesis
            )
    return list(seen.values())


def _clocks(evidence: Evidence) -> Iterator[tuple[Clock, str, float]]:
    """Clocks that a second cause may hide."""
    yield Shifted(1), "lead", 1.0
    yield Shifted(-1), "lag", 1.0
    for k in dict.fromkeys((evidence.spec.steps_per_epoch, 2, 4, 8)):
        if k and k > 1:
            yield Scaled(k), "faster", 1.2
            yield Stretched(k, True), "slower", 1.2


def _factors(evidence: Evidence) -> Iterator[float]:
    """Factors that compare the largest, the first and the last values, whatever the clock does."""
    pairs = [
        (max(evidence.values), max(evidence.unclocked(range(min(evidence.spec.length, 5000))))),
        (evidence.values[0], evidence.predicted[0]),
        (evidence.values[-1], evidence.predicted[-1]),
    ]
    told = set()
    for observed, meant in pairs:
        if meant and observed and meant == meant:
            c = simplest_factor(observed / meant * (1 - 1e-4), observed / meant * (1 + 1e-4))
            if c not in (0.0, 1.0) and is_round(c) and c not in told:
                told.add(c)
                yield c


def _finished(found: list[tuple[int, Hypothesis]], rows: Rows) -> list[Fit]:
    """The best of the sample on all rows, those that say the same once."""
    ranked = sorted(found, key=lambda pair: pair[1].cost + min(2.0 * pair[0], 6.0) + 0.01 * pair[0])
    fits: list[Fit] = []
    for misses, hypothesis in ranked[:14]:
        if fits and misses and fits[0].misses == 0:
            break
        fits.append(fit_of(hypothesis, rows))
    fits.sort(key=lambda fit: fit.rank)
    best: list[Fit] = []
    said = set()
    for fit in fits:
        words = tuple(part.form for part in fit.hypothesis.parts)
        if words not in said:
            said.add(words)
            best.append(fit)
    return best


def fit_of(hypothesis: Hypothesis, rows: Rows) -> Fit:
    """A hypothesis against all rows, piece by piece."""
    misses, first = 0, None
    residual, relative, worst = 0.0, 0.0, rows.at[0]
    for start in range(0, len(rows), PIECE):
        at = rows.at[start : start + PIECE]
        values = rows.values[start : start + PIECE]
        slack = rows.slack[start : start + PIECE]
        for t, value, predicted, s in zip(at, values, hypothesis.at(at), slack, strict=True):
            if value == predicted:
                continue
            gap = abs(value - predicted)
            if not gap <= s:
                misses += 1
                if first is None:
                    first = t
            elif gap > residual:
                residual, worst = gap, t
                relative = gap / max(abs(value), abs(predicted))
    return Fit(hypothesis, misses, len(rows), first, residual, relative, worst)


def _missed(hypothesis: Hypothesis, rows: Rows) -> list[int]:
    found: list[int] = []
    for start in range(0, len(rows), PIECE):
        at = rows.at[start : start + PIECE]
        predicted = hypothesis.at(at)
        for i, p in enumerate(predicted, start):
            if not abs(rows.values[i] - p) <= rows.slack[i]:
                found.append(i)
    return found
