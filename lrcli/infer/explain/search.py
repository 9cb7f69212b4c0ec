"""The search for what explains a log: causes one by one, then in pairs, the simple ones first."""

from __future__ import annotations

from collections.abc import Iterator

from lrcli.infer.effort import LIMIT, Effort
from lrcli.infer.explain.causes import CAUSES
from lrcli.infer.explain.changed import ChangedKeys
from lrcli.infer.explain.evidence import Evidence, sample_of
from lrcli.infer.explain.hypothesis import Hypothesis
from lrcli.infer.explain.rows import LogRows
from lrcli.infer.explain.two_keys import TWO_KEYS, TwoKeys
from lrcli.infer.explain.unused import UnusedKeys
from lrcli.infer.limits import BASES, DONE, FINISHED, SURE
from lrcli.infer.numbers import is_round, simplest_factor
from lrcli.infer.transforms import RateSource, scaled, shifted, stretched
from lrcli.progress import report_progress
from lrcli.spec import Spec
from lrcli.values import dataclass

PIECE = 65536
"""So many rows are compared at a time."""

Counted = list[tuple[int, Hypothesis]]
"""Hypotheses, each with the rows of the sample that it misses."""


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
    rows: LogRows,
    source: RateSource,
    group: int,
    changed: ChangedKeys | None = None,
) -> tuple[list[Fit], Effort]:
    """(the plain spec, then what explains most of the rows that it misses, best first; what was computed for it)."""
    plain = Hypothesis(source)
    first = fit_of(plain, rows)
    if not first.misses:
        return [first], Effort()
    evidence = Evidence(spec, rows, group, plain, sample_of(rows, _missed(plain, rows)))
    effort = Effort(2 * LIMIT if changed is not None and changed.of_config else LIMIT)
    counted: Counted = []
    with effort:
        for hypothesis in _searched(evidence, counted, rows, changed):
            counted.append((evidence.count(hypothesis), hypothesis))
    return [first, *_finished(counted, rows)], effort


def _searched(evidence: Evidence, counted: Counted, rows: LogRows, changed: ChangedKeys | None) -> Iterator[Hypothesis]:
    """Everything that may explain the log, until something does; `counted` holds what came before."""
    if changed is not None:
        yield from changed.units(evidence)
    yield from _tried(evidence, 0)
    best = _best(counted, rows)
    two = None if changed is None else TwoKeys(changed, evidence)
    if changed is not None and (best is None or best.rank > SURE):
        unused = UnusedKeys(changed, evidence) if changed.of_config else None
        if unused is not None:
            yield from unused.whole()
        yield from changed.one(evidence)
        best = _best(counted, rows)
        if unused is not None and (best is None or best.misses):
            yield from unused.some()
            best = _best(counted, rows)
    if changed is not None and two is not None and (best is None or best.misses):
        yield from changed.extended(evidence)
        yield from _until_right(two.likely(), counted)
        best = _best(counted, rows)
    if best is None or best.misses:
        bases = _bases(evidence, counted)
        for i, base in enumerate(bases, 1):
            yield from _tried(evidence.on(base), i, len(bases))
        best = _best(counted, rows)
    if changed is not None and (best is None or best.misses or "amplitude" in best.hypothesis.keys):
        # a log that counts from 1, or is a step ahead or behind
        for key, d in (("numbering" if evidence.counts_from_1 else "lag", -1), ("lead", 1)):
            yield from changed.one(evidence.on(evidence.propose_clock(shifted(d), key)))
        best = _best(counted, rows)
    if two is not None and (best is None or (not best.is_one_cause and best.rank > TWO_KEYS + DONE)):
        yield from _until_right(two.thorough(), counted)


def _until_right(hypotheses: Iterator[Hypothesis], counted: Counted) -> Iterator[Hypothesis]:
    """The changes of two keys, up to one that gives every row with round values."""
    for hypothesis in hypotheses:
        yield hypothesis
        if not counted[-1][0] and hypothesis.cost < TWO_KEYS + DONE:
            return


def _tried(evidence: Evidence, i: int, of: int = 2 * BASES) -> Iterator[Hypothesis]:
    """Everything that the causes propose on this base."""
    for j, entry in enumerate(CAUSES):
        report_progress(i * len(CAUSES) + j, (of + 1) * len(CAUSES), "tests")
        yield from entry.propose(evidence)


def _bases(evidence: Evidence, counted: Counted) -> list[Hypothesis]:
    """Single causes to combine with a second one: those that explain most, and what hides the others."""
    ranked = sorted(counted, key=lambda pair: pair[0] + pair[1].cost)
    n = len(evidence.rows)
    chosen = [hypothesis for misses, hypothesis in ranked if misses < 0.9 * n][:BASES]
    chosen += [h for _, h in ranked if h.parts[0].key in ("reading", "version", "group")][:3]
    chosen += [evidence.propose_clock(shifted(1), "lead"), evidence.propose_clock(shifted(-1), "lag")]
    for k in dict.fromkeys((evidence.spec.steps_per_epoch, 2, 4, 8)):
        if k and k > 1:
            chosen.append(evidence.propose_clock(scaled(k), "faster"))
            chosen.append(evidence.propose_clock(stretched(k, True), "slower"))
    chosen += [evidence.propose("amplitude", f"{c:.6g} s(t)", factor=c) for c in _factors(evidence)]
    bases: dict[tuple[str, ...], Hypothesis] = {}
    for hypothesis in chosen:
        bases.setdefault(hypothesis.forms, hypothesis)
    return list(bases.values())


def _factors(evidence: Evidence) -> set[float]:
    """Factors that compare the largest, the first and the last values, whatever the clock does."""
    pairs = [
        (max(evidence.rows.values), max(evidence.unclocked(range(min(evidence.spec.length, 5000))))),
        (evidence.rows.values[0], evidence.predicted[0]),
        (evidence.rows.values[-1], evidence.predicted[-1]),
    ]
    ratios = [logged / meant for logged, meant in pairs if meant and logged and meant == meant]
    factors = (simplest_factor(ratio * (1 - 1e-4), ratio * (1 + 1e-4)) for ratio in ratios)
    return {c for c in factors if c not in (0.0, 1.0) and is_round(c)}


def _best(counted: Counted, rows: LogRows) -> Fit | None:
    return next(iter(_finished(counted, rows)), None)


def _finished(counted: Counted, rows: LogRows) -> list[Fit]:
    """The best of the sample on all rows, those that say the same once."""
    ranked = sorted(counted, key=lambda pair: pair[1].cost + min(2.0 * pair[0], 6.0) + 0.01 * pair[0])
    fits: list[Fit] = []
    for misses, hypothesis in ranked[:FINISHED]:
        if fits and misses and fits[0].misses == 0:
            break
        fits.append(fit_of(hypothesis, rows))
    best: dict[tuple[str, ...], Fit] = {}
    for fit in sorted(fits, key=lambda fit: fit.rank):
        best.setdefault(fit.hypothesis.forms, fit)
    return list(best.values())


def fit_of(hypothesis: Hypothesis, rows: LogRows) -> Fit:
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


def _missed(hypothesis: Hypothesis, rows: LogRows) -> list[int]:
    missed: list[int] = []
    for start in range(0, len(rows), PIECE):
        for i, rate in enumerate(hypothesis.at(rows.at[start : start + PIECE]), start):
            if not abs(rows.values[i] - rate) <= rows.slack[i]:
                missed.append(i)
    return missed
