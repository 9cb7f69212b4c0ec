"""Spec x Log -> Report: does the log follow the spec, and if not, which known cause makes it so?"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from lrcli.errors import LrcliError
from lrcli.infer.explain.causes import Cause, cause
from lrcli.infer.explain.changed import ChangedKeys
from lrcli.infer.explain.hypothesis import Hypothesis
from lrcli.infer.explain.rows import LogRows, rows_of
from lrcli.infer.explain.search import Fit, fit_of, search
from lrcli.infer.keys import Change
from lrcli.infer.limits import CLOSE, ENOUGH, NAMED, SAME, SHOWN
from lrcli.infer.sources import plain_source
from lrcli.logs import Log, Rounding
from lrcli.reader import Declared
from lrcli.series import series_of
from lrcli.series.align import group_names
from lrcli.spec import Spec
from lrcli.values import dataclass

__all__ = ["Explanation", "Miss", "Parting", "Report", "explain"]

_WITHIN = re.compile("warm|size|cycle|_0$|pct|decay_t|for$", re.IGNORECASE)
"""Keys of lengths within a schedule, none of which is its horizon."""


@dataclass(frozen=True)
class Parting:
    """The first row at which an explanation and the best one predict different values, inside the log's axis or not."""

    at: int
    best: float
    this: float


@dataclass(frozen=True)
class Explanation:
    """Known causes that together make the log.

    explained, rows: how many rows it explains, of how many. residual, relative, worst: the largest difference in the
    rows that it explains, and its row. equal: whether it explains the very same rows as the best one. parts_at: where
    the two would differ, None if nowhere. changes: the keys of the spec with the values that make the log. same: other
    keys each of which does the same. unproven: it explains nearly all rows, which are too few to prove it.
    """

    causes: tuple[Cause, ...]
    forms: tuple[str, ...]
    details: tuple[str, ...]
    explained: int
    rows: int
    residual: float
    relative: float
    worst: int
    first_missed: int | None
    equal: bool = True
    parts_at: Parting | None = None
    changes: tuple[Change, ...] = ()
    same: tuple[Change, ...] = ()
    unproven: bool = False

    @property
    def families(self) -> tuple[str, ...]:
        """The families of its causes."""
        return tuple(entry.family for entry in self.causes)


@dataclass(frozen=True)
class Miss:
    """The first row that the plain spec misses: what was logged, and what the spec says."""

    at: int
    logged: float
    meant: float


@dataclass(frozen=True)
class Report:
    """What became of a log.

    verdict: "follows", "explained" or "unexplained". explanations: the best first; where nothing explains the log, what
    comes closest. missed: how many of the rows the plain spec misses. past_end: how many rows lie past the spec's end,
    where its formula was continued. runs: how many runs the log holds, `run` the one that was looked at (1-based).
    first_row: the first row that the log has of the spec's. first_step: the number that the log gives to the spec's
    first row. of_config: whether the spec is a training config.
    gave_up: after how many candidates the search gave up, None where it did not, or found something before.
    """

    spec: str
    log: str
    reading: str
    unit: str
    verdict: str
    rows: int
    missed: int
    residual: float
    relative: float
    worst: int
    first_miss: Miss | None
    explanations: tuple[Explanation, ...]
    rounding: Rounding
    column: str
    group: str
    left_out: int
    past_end: int
    run: int
    runs: int
    gave_up: int | None = None
    first_row: int = 0
    first_step: int = 0
    of_config: bool = False

    @property
    def follows(self) -> bool:
        """Whether every row is what the spec says, at the log's precision."""
        return self.verdict == "follows"


def explain(
    spec: Spec,
    log: Log,
    *,
    declared: Declared | None = None,
    run: int | None = None,
) -> Report:
    """Compare a log with its spec, and look for what makes it differ.

    The log's first learning-rate column is compared with the spec's group of the same name, else with the first one.
    declared: the text that the spec was read from: with it a changed key is found, too.
    run: which of the log's runs, counted from 1; None is the longest of those that do not follow the spec.
    Raises LrcliError where rows and spec cannot be aligned.
    """
    name, column = next(iter(log.lrs.items()))
    names = group_names(spec.groups)
    group = next((i for i, one in enumerate(names) if one and name.endswith(one)), 0)
    reading = series_of(spec).reading
    source = plain_source(spec, group, reading)
    chosen, rows = _chosen(spec, log, column, run, Hypothesis(source))
    changed = None if declared is None or declared.variant is None else ChangedKeys(declared, group)
    (first, *others), effort = search(spec, rows, source, group, changed)
    explanations, verdict = _judged(spec, rows, first, others)
    first_miss = None
    if first.first is not None:
        i = next(i for i, t in enumerate(rows.at) if t == first.first)
        first_miss = Miss(first.first, rows.values[i], source([first.first])[0])
    return Report(
        spec=spec.name,
        log=log.name,
        reading=reading,
        unit=rows.unit,
        verdict=verdict,
        rows=len(rows),
        missed=first.misses,
        residual=first.residual,
        relative=first.relative,
        worst=first.worst,
        first_miss=first_miss,
        explanations=explanations,
        rounding=rows.rounding,
        column=name,
        group=names[group],
        left_out=rows.left_out,
        past_end=sum(t >= spec.length for t in rows.at),
        run=chosen + 1,
        runs=len(log.runs),
        first_row=rows.at[0],
        first_step=spec.first_step,
        of_config=declared is not None and declared.origin is not None,
        gave_up=effort.candidates if effort.exhausted and verdict == "unexplained" else None,
    )


def _chosen(
    spec: Spec, log: Log, column: Sequence[float | None], run: int | None, plain: Hypothesis
) -> tuple[int, LogRows]:
    """The run to look at: the one asked for, else the longest that does not follow the spec, else the longest."""
    runs = log.runs
    if run is not None:
        if not 1 <= run <= len(runs):
            raise LrcliError(f"{log.name} has {len(runs)} run{'s' * (len(runs) > 1)}, there is no run {run}")
        return run - 1, rows_of(spec, log, runs[run - 1], column)
    by_length = sorted(range(len(runs)), key=lambda i: runs[i].start - runs[i].stop)
    longest: tuple[int, LogRows] | None = None
    failure: LrcliError | None = None
    for i in by_length:
        try:
            rows = rows_of(spec, log, runs[i], column)
        except LrcliError as exc:
            failure = failure or exc
            continue
        if len(runs) == 1 or fit_of(plain, rows).misses:
            return i, rows
        longest = longest or (i, rows)
    if longest is None:
        assert failure is not None
        raise failure
    return longest


def _judged(spec: Spec, rows: LogRows, plain: Fit, fits: list[Fit]) -> tuple[tuple[Explanation, ...], str]:
    """The explanations worth naming, and the verdict."""
    if not plain.misses:
        return (), "follows"
    good = [fit for fit in fits if fit.share >= ENOUGH and _proven(fit, plain)]
    if not good:
        nearest = [fit for fit in fits if fit.misses < plain.misses and fit.share >= 0.5]
        nearest.sort(key=lambda fit: (fit.misses, fit.hypothesis.cost))
        closest = (replace(_explanation(fit, None, spec, rows), unproven=fit.share >= ENOUGH) for fit in nearest[:1])
        return tuple(closest), "unexplained"
    best = good[0]
    named: list[Fit] = []
    ways: list[list[Change]] = []  # other keys that give the same numbers as the explanation of that place
    families = set()
    for fit in good:
        if fit.rank > best.rank + CLOSE or len(fit.hypothesis.parts) > len(best.hypothesis.parts):
            continue
        changes, family = fit.hypothesis.changes, tuple(sorted(cause(key).family for key in fit.hypothesis.keys))
        twin = next((i for i, other in enumerate(named) if _twins(fit, other, spec, rows)), None)
        if twin is not None:
            other = named[twin]
            is_named = bool(changes and ways[twin])  # by a key that costs less
            if fit.rank <= other.rank + NAMED and _names_better(fit, other) and not is_named:
                ways[twin][:0] = other.hypothesis.changes  # the cause gives the explanation its name, the key its words
                named[twin] = fit
            elif len(changes) == 1:
                ways[twin] += changes
        elif family not in families and len(named) < SHOWN:
            families.add(family)
            named.append(fit)
            ways.append([])
    explanations = []
    for fit, same in zip(named, ways, strict=True):
        explanation = _explanation(fit, best, spec, rows)
        changes = explanation.changes or tuple(same[:1])  # a cause with a name that a changed key makes, too
        same = [change for change in same if change not in changes]
        explanations.append(replace(explanation, changes=changes, same=tuple(same)))
    return tuple(explanations), "explained"


def _names_better(fit: Fit, other: Fit) -> bool:
    """Whether an explanation says more than another one of the same numbers: a cause that has a name does.

    Of a warmup or a step of another length nobody says that the schedule has another horizon.
    """
    if not any(of.hypothesis.keys[-1] == "changed" for of in (fit, other)):
        return False
    by_cause, by_key = (other, fit) if fit.hypothesis.changes else (fit, other)
    keys = [change.key for change in by_key.hypothesis.changes]
    within = by_cause.hypothesis.keys[0] == "horizon" and any(map(_WITHIN.search, keys))
    return within == bool(fit.hypothesis.changes)


def _twins(fit: Fit, other: Fit, spec: Spec, rows: LogRows) -> bool:
    """Whether two explanations, one of them a changed key, predict the same for the whole run."""
    by_key = bool(fit.hypothesis.changes) or len(other.hypothesis.changes) == 1
    if len(fit.hypothesis.parts) != len(other.hypothesis.parts) or not by_key:
        return False
    peak = max(map(abs, rows.values))
    shares = (s / abs(v) for v, s in zip(rows.values, rows.slack, strict=True) if abs(v) > 0.01 * peak)
    written = max(shares, default=0.0)  # what a log of few digits cannot tell apart is one number here
    parting = _parting(other.hypothesis, fit.hypothesis, spec, rows, max(SAME, 2 * written))
    return fit.misses == other.misses and parting is None


def _proven(fit: Fit, plain: Fit) -> bool:
    """Whether it puts more rows right than it took numbers from them; keys can be bent to anything."""
    numbers = fit.hypothesis.params * (2 if fit.hypothesis.changes else 1)
    return plain.misses - fit.misses > numbers


def _explanation(fit: Fit, best: Fit | None, spec: Spec, rows: LogRows) -> Explanation:
    parting = None
    if best is not None and best is not fit:
        parting = _parting(best.hypothesis, fit.hypothesis, spec, rows)
    parts = fit.hypothesis.parts
    return Explanation(
        causes=tuple(cause(part.key) for part in parts),
        forms=fit.hypothesis.forms,
        details=tuple(part.detail for part in parts if part.detail),
        explained=fit.rows - fit.misses,
        rows=fit.rows,
        residual=fit.residual,
        relative=fit.relative,
        worst=fit.worst,
        first_missed=fit.first,
        equal=best is None or fit.misses == best.misses,
        parts_at=parting,
        changes=fit.hypothesis.changes,
    )


def _parting(best: Hypothesis, other: Hypothesis, spec: Spec, rows: LogRows, same: float = SAME) -> Parting | None:
    """The first row of the run (of its first and last 2000) at which the two predict different values."""
    stop = max(spec.length, rows.at[-1] + 1)
    for part in (range(min(stop, 2000)), range(max(stop - 2000, 0), stop)):
        for t, a, b in zip(part, best.at(part), other.at(part), strict=True):
            if a != a or b != b or abs(a - b) <= same * max(abs(a), abs(b)):
                continue
            return Parting(t, a, b)
    return None
