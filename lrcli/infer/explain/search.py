"""The search for what explains a log: causes one by one, then in pairs, the simple ones first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import TypeVar

from lrcli.infer.effort import LIMIT, Effort
from lrcli.infer.explain.causes import CAUSES
from lrcli.infer.explain.changed import ChangedKeys
from lrcli.infer.explain.evidence import Evidence, sample_of
from lrcli.infer.explain.explanation import Explanation, explanation_of
from lrcli.infer.explain.hypothesis import Hypothesis
from lrcli.infer.explain.probe import Probe
from lrcli.infer.explain.rows import LogRows
from lrcli.infer.explain.two_keys import TWO_KEYS, TwoKeys
from lrcli.infer.explain.unused import UnusedKeys
from lrcli.infer.limits import BASES, DONE, FINISHED, SURE
from lrcli.infer.numbers import is_round, simplest_factor
from lrcli.infer.transforms import scaled, shifted, stretched
from lrcli.progress import report_progress

_Formed = TypeVar("_Formed", Hypothesis, Explanation)

Counted = list[tuple[int, Hypothesis]]
"""Hypotheses, each with the rows of the sample that it misses."""


def search(plain: Explanation, log: LogRows, changed: ChangedKeys) -> tuple[list[Explanation], Effort]:
    """(what explains most of the rows that the plain spec misses, best first; what was computed for it)."""
    base = plain.hypothesis
    evidence = Evidence(changed.spec, log, changed.group, base, sample_of(log, plain.missed))
    effort = Effort(2 * LIMIT if changed.of_config else LIMIT)
    counted: Counted = []
    with effort:
        for hypothesis in _searched(evidence, counted, changed):
            counted.append((evidence.count(hypothesis), hypothesis))
    return _finished(counted, log), effort


def _searched(evidence: Evidence, counted: Counted, changed: ChangedKeys) -> Iterator[Hypothesis]:
    """Everything that may explain the log, until something does; `counted` holds what came before."""
    probe = Probe(changed.tried, evidence)
    unused, two = UnusedKeys(changed, probe), TwoKeys(changed, probe)
    # a log that counts from 1, or is a step ahead or behind
    steps = ((-1, "numbering" if evidence.counts_from_1 else "lag"), (1, "lead"))
    shifts = (evidence.on(evidence.propose_clock(shifted(d), key)) for d, key in steps)

    def wrong(best: Explanation) -> bool:
        return best.misses > 0

    stages: list[tuple[Callable[[Explanation], bool], Iterator[Hypothesis]]] = [
        (lambda best: best.rank > SURE, chain(unused.whole(), changed.one(evidence), changed.extended(evidence))),
        (wrong, unused.some()),
        (wrong, _until_right(two.likely(), counted)),
        (wrong, _pairs(evidence, counted)),
        (
            lambda best: best.misses > 0 or "amplitude" in best.hypothesis.keys,
            chain.from_iterable(map(changed.one, shifts)),
        ),
        (
            lambda best: not best.is_one_cause and best.rank > TWO_KEYS + DONE,
            _until_right(two.thorough(), counted),
        ),
    ]
    yield from changed.units(evidence)
    yield from _tried(evidence, 0)
    best: Explanation | None = None
    for is_needed, hypotheses in stages:
        best = best or _finished(counted, evidence.log)[0]
        if is_needed(best):
            yield from hypotheses
            best = None


def _until_right(hypotheses: Iterator[Hypothesis], counted: Counted) -> Iterator[Hypothesis]:
    """The changes of two keys, up to one that gives every row with round values."""
    for hypothesis in hypotheses:
        yield hypothesis
        if not counted[-1][0] and hypothesis.cost < TWO_KEYS + DONE:
            return


def _pairs(evidence: Evidence, counted: Counted) -> Iterator[Hypothesis]:
    """Everything that the causes propose beside another one."""
    bases = _bases(evidence, counted)
    for i, base in enumerate(bases, 1):
        yield from _tried(evidence.on(base), i, len(bases))


def _tried(evidence: Evidence, i: int, of: int = 2 * BASES) -> Iterator[Hypothesis]:
    """Everything that the causes propose on this base."""
    for j, entry in enumerate(CAUSES):
        report_progress(i * len(CAUSES) + j, (of + 1) * len(CAUSES), "tests")
        if entry.propose is not None and evidence.base.leaves(entry.needs):
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
    return _once(chosen)


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


def _finished(counted: Counted, rows: LogRows) -> list[Explanation]:
    """The best of the sample on all rows, those that say the same once."""
    ranked = sorted(counted, key=lambda pair: pair[1].cost + min(2.0 * pair[0], 6.0) + 0.01 * pair[0])
    explanations: list[Explanation] = []
    for misses, hypothesis in ranked[:FINISHED]:
        if explanations and misses and explanations[0].misses == 0:
            break
        explanations.append(explanation_of(hypothesis, rows))
    return _once(sorted(explanations, key=lambda explanation: explanation.rank))


def _once(items: Iterable[_Formed]) -> list[_Formed]:
    """The first of those that say the same."""
    first: dict[tuple[str, ...], _Formed] = {}
    for item in items:
        first.setdefault(item.forms, item)
    return list(first.values())
