"""Spec x Log -> Report: does the log follow the spec, and if not, which known cause makes it so?"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from lrcli.errors import LrcliError
from lrcli.infer.explain.changed import ChangedKeys
from lrcli.infer.explain.explanation import Explanation, explanation_of
from lrcli.infer.explain.hypothesis import Hypothesis
from lrcli.infer.explain.judging import named, nearest_of
from lrcli.infer.explain.rows import LogRows, rows_of
from lrcli.infer.explain.search import search
from lrcli.infer.sources import plain_source
from lrcli.infer.transforms import RateSource, averaged
from lrcli.logs import Log, Rounding
from lrcli.logs.columns import groups_in
from lrcli.reader import Declared
from lrcli.series import series_of
from lrcli.series.align import group_names
from lrcli.spec import Spec
from lrcli.values import dataclass

__all__ = ["Explanation", "Miss", "Report", "explain"]


@dataclass(frozen=True)
class Miss:
    """The first row that the plain spec misses: what was logged, and what the spec says."""

    at: int
    logged: float
    meant: float


@dataclass(frozen=True)
class Report:
    """What became of a log.

    verdict: "follows", "explained" or "unexplained". plain: how the spec itself does. explanations: the best first;
    where nothing explains the log, what comes closest. past_end: how many rows lie past the spec's end, where its
    formula was continued. runs: how many runs the log holds, `run` the one that was looked at (1-based).
    following: the other columns that follow their own groups. first_row: the first row that the log has of the spec's.
    first_step: the number that the log gives to the spec's first row. of_config: whether the spec is a training config.
    gave_up: after how many candidates the search gave up, None where it did not, or found something before.
    """

    spec: str
    log: str
    reading: str
    unit: str
    verdict: str
    plain: Explanation
    first_miss: Miss | None
    explanations: tuple[Explanation, ...]
    rounding: Rounding
    column: str
    group: str
    following: tuple[str, ...]
    left_out: int
    past_end: int
    run: int
    runs: int
    gave_up: int | None
    first_row: int
    first_step: int
    of_config: bool

    @property
    def rows(self) -> int:
        """How many rows were compared."""
        return self.plain.rows

    @property
    def missed(self) -> int:
        """How many of the rows the plain spec misses."""
        return self.plain.misses

    @property
    def follows(self) -> bool:
        """Whether every row is what the spec says, at the log's precision."""
        return self.verdict == "follows"


def explain(declared: Declared, log: Log, *, run: int | None = None, only: bool = False) -> Report:
    """Compare a log with its spec, and look for what makes it differ.

    Of the columns that are parameter groups the first that differs from its group is explained; `only` asks for the
    log's first column. It is compared with the spec's group of the same name, else with the first one.
    run: which of the log's runs, counted from 1; None is the longest of those that do not follow the spec.
    Raises LrcliError where rows and spec cannot be aligned.
    """
    spec = declared.spec
    names = group_names(spec.groups)
    reading = series_of(spec).reading
    members = _members(names, log, only)
    compared = []
    for name, group in members:
        compared.append((name, group, *_chosen(spec, log, log.lrs[name], run, plain_source(spec, group, reading))))
        if compared[-1][-1].misses:
            break
    name, group, chosen, rows, plain = next((each for each in compared if each[-1].misses), compared[0])
    explanations: tuple[Explanation, ...] = ()
    verdict, miss, gave_up = "follows", None, None
    if plain.misses:
        i = plain.missed[0]
        miss = Miss(rows.at[i], rows.values[i], plain.hypothesis.at([rows.at[i]])[0])
        ranked, effort = search(plain, rows, ChangedKeys(declared, group))
        explanations, verdict = named(ranked, plain, rows, spec.length), "explained"
        if not explanations:
            explanations, verdict = nearest_of(ranked, plain), "unexplained"
            gave_up = effort.candidates if effort.exhausted else None
    return Report(
        spec=spec.name,
        log=log.name,
        reading=reading,
        unit=rows.unit,
        verdict=verdict,
        plain=plain,
        first_miss=miss,
        explanations=explanations,
        rounding=rows.rounding,
        column=name,
        group=names[group],
        following=tuple(each[0] for each in compared if each[0] != name),
        left_out=rows.left_out,
        past_end=sum(t >= spec.length for t in rows.at),
        run=chosen + 1,
        runs=len(log.runs),
        gave_up=gave_up,
        first_row=rows.at[0],
        first_step=spec.first_step,
        of_config=declared.origin is not None,
    )


def _members(names: Sequence[str], log: Log, only: bool) -> list[tuple[str, int]]:
    """The columns to compare with the spec, each with the number of its parameter group."""
    first = next(iter(log.lrs))
    own = next((i for i, name in enumerate(names) if name and first.endswith(name)), 0)
    columns = {
        name: group for name, group in groups_in(list(log.lrs)).items() if name == first or _has_values(log, name)
    }
    if only or min(len(names), len(columns)) < 2:
        return [(first, own)]
    from lrcli.comparison.difference import pair_groups  # not above: most logs have one group

    pairs = {column: group for group, column in pair_groups(names, list(columns.values()))[0]}
    return [(name, pairs.get(i, own)) for i, name in enumerate(columns) if i in pairs or name == first]


def _has_values(log: Log, name: str) -> bool:
    return any(value is not None and math.isfinite(value) for value in log.lrs[name])


def _chosen(
    spec: Spec, log: Log, column: Sequence[float | None], run: int | None, source: RateSource
) -> tuple[int, LogRows, Explanation]:
    """The run to look at: the one asked for, else the longest that does not follow the spec, else the longest.

    It comes with its rows, and with how the spec itself does on them.
    """
    runs = log.runs
    if run is not None and not 1 <= run <= len(runs):
        raise LrcliError(f"{log.name} has {len(runs)} run{'s' * (len(runs) > 1)}, there is no run {run}")
    by_length = sorted(range(len(runs)), key=lambda i: runs[i].start - runs[i].stop)
    longest: tuple[int, LogRows, Explanation] | None = None
    failure: LrcliError | None = None
    for i in by_length if run is None else [run - 1]:
        try:
            rows = rows_of(spec, log, runs[i], column)
        except LrcliError as exc:
            failure = failure or exc
            continue
        hypothesis = Hypothesis(source)
        if spec.epoch_shows == "mean" and rows.per_epoch:
            mean = partial(averaged, n=rows.per_epoch, start=0, stop=spec.length)
            hypothesis = replace(hypothesis, mean=mean)
        explanation = explanation_of(hypothesis, rows)
        longest = longest or (i, rows, explanation)
        if explanation.misses:
            return i, rows, explanation
    if longest is None:
        assert failure is not None
        raise failure
    return longest
