"""The search: a part of the rows gives candidates, all rows judge them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise

from lrcli.errors import LrcliError
from lrcli.frameworks.fitting import writer_of
from lrcli.infer.costs import COSTS
from lrcli.infer.effort import Effort, spend
from lrcli.infer.fit.candidate import Candidate
from lrcli.infer.fit.candidates import candidates
from lrcli.infer.fit.naming import best_named, exact_words, gives, is_exact, keys_cost
from lrcli.infer.fit.plateau import MetricColumns
from lrcli.infer.fit.rows import FitRows, make_rows, spread
from lrcli.infer.limits import FARTHEST_WHOLE, FEWEST, FEWEST_OF_CLASS, FITTED, MANY_ROWS, MOST_METRIC, ROUNDS, SEARCHED
from lrcli.logs import Log, Run
from lrcli.logs.axis import counted
from lrcli.logs.columns import groups_in
from lrcli.logs.series import longest
from lrcli.printable import count_text
from lrcli.progress import report_progress
from lrcli.schedules.base import Schedule
from lrcli.schedules.sequential import Sequential
from lrcli.values import dataclass


@dataclass(frozen=True)
class Fitted:
    """What a run's learning rates come from.

    candidate: the schedule with its numbers; None where nothing was found. length: rows of the spec, as the log counts.
    rows: how many rows there are; the schedule gives all of them at the log's precision. residual: the largest relative
    difference. others: different specs that give the same rows. steps_per_epoch: as the log's own columns have it.
    groups: (name, base LR, schedule) of every column, where the columns differ.
    """

    log: Log
    run: Run
    candidate: Candidate | None
    length: int
    rows: int
    residual: float = math.inf
    others: tuple[Candidate, ...] = ()
    remarks: tuple[str, ...] = ()
    steps_per_epoch: int | None = None
    groups: tuple[tuple[str, float, Schedule], ...] = ()

    @property
    def kind(self) -> str:
        """The schedule's name, "unknown" if there is none."""
        return self.candidate.kind if self.candidate else "unknown"

    @property
    def explained(self) -> int:
        """How many rows the schedule gives."""
        return self.rows if self.candidate else 0


def fit_run(log: Log, run: int | None = None, *, only: bool = False) -> Fitted:
    """The simplest schedule behind a run of the log (default: the longest); `run` counts from 1.

    Where the learning-rate columns differ there is a parameter group for each, unless `only` asks for the first one.
    Raises LrcliError where there is no such run, or where it has no row to fit.
    """
    log = counted(log)
    number = longest(log) if run is None else run
    if not 1 <= number <= len(log.runs):
        raise LrcliError(f"{log.name} has {count_text(len(log.runs), 'run')}, there is no run {number}")
    chosen = log.runs[number - 1]
    rows = slice(chosen.start, chosen.stop)
    columns = groups_in(list(log.lrs))
    first_column, *others = columns
    fitted = _fit_column(log, chosen, first_column)
    first = fitted.candidate
    alike = all(list(log.lrs[name][rows]) == list(log.lrs[first_column][rows]) for name in others)
    if first is None or only or alike or _makes_groups(first, log, chosen, columns):
        return fitted
    groups = []
    for name, group in columns.items():
        member = _fit_column(log, chosen, name).candidate
        if member is None or (member.first_step, member.skipped) != (first.first_step, first.skipped):
            remark = (
                f"column {name} differs and follows no schedule that was found: only the first column is in the spec"
            )
            return replace(fitted, remarks=(*fitted.remarks, remark))
        groups.append((group, member.lr, member.schedule))
    return replace(fitted, groups=tuple(groups))


def _makes_groups(candidate: Candidate, log: Log, run: Run, columns: Iterable[str]) -> bool:
    """Whether the schedule makes parameter groups by itself, of which one is behind each of the log's columns."""
    if candidate.setting is None:
        return False
    settings = [candidate.setting._replace(own_group=name) for name, _ in candidate.bound.groups()]
    members = [replace(candidate, setting=setting) for setting in settings]
    members_rows = (_finite(log.positions, log.lrs[name], run) for name in columns)
    grouped = (make_rows(places, values, log.rounding) for places, values, _ in members_rows)
    return all(any(gives(member, rows) for member in members) for rows in grouped)


def _fit_column(log: Log, run: Run, column: str) -> Fitted:
    places, values, kept = _finite(log.positions, log.lrs[column], run)
    if not places:
        raise LrcliError(f"{log.name}: no row of this run has a finite learning rate at a whole {log.unit}")
    metrics = {name: [cells[i] for i in kept] for name, cells in log.others.items()} if len(kept) <= MOST_METRIC else {}
    remarks = []
    fractions = sum(math.isfinite(p) and p != int(p) for p in log.positions[run.start : run.stop])
    if fractions:
        rows_word = "row" if fractions == 1 else "rows"
        remarks.append(f"{fractions} {rows_word} at a fraction of an {log.unit} left out: they are not fitted")
    if len(places) < 3:
        remarks.append(f"only {len(places)} row{'s' * (len(places) > 1)}: many schedules give them")
    epoch = _steps_per_epoch(log, kept)
    in_epochs, writer = log.unit == "epoch", writer_of(log.opening)
    rows = make_rows(places, values, log.rounding, epoch=epoch, in_epochs=in_epochs, writer=writer)
    rows, matches, effort = _by_tolerance(rows, metrics)
    matches = best_named(matches, rows)
    if not matches or matches[0].is_code or matches[0].kind == "phases":
        matches = _with_classes(matches, rows)
    last = rows.at[-1]
    matches = [each for each in matches if max(each.horizon, last + 1 - each.first_step) < FARTHEST_WHOLE]
    if effort.exhausted:
        remarks.append(f"gave up after {effort.candidates:,} candidates")
    proven = [candidate for candidate in matches if candidate.numbers < max(len(rows), FEWEST)]
    best = proven[0] if proven else None
    if matches and not best:
        count, kind = matches[0].numbers, matches[0].kind
        remarks.append(f"{len(rows)} rows prove nothing about {count} numbers: a {kind} schedule would need them")
    if best is None:
        return Fitted(log, run, None, last + 1, len(rows), remarks=tuple(remarks), steps_per_epoch=epoch or None)
    dearest = best.cost + COSTS["another answer"]
    different = {other.said: other for other in proven[1:] if other.said != best.said and other.cost < dearest}
    others = tuple(different.values())
    if best.kind == "constant" and not isinstance(best.schedule, Sequential):
        others = ()  # a constant is one wherever it begins
        if metrics:
            best = replace(best, free=(*best.free, "a plateau schedule that never had to reduce gives the same"))
    if best.is_code:
        remarks.append("no framework's schedule was found: an expression stands for it")
    length = max(best.horizon, last - best.first_step + 1)
    residual = max(
        abs(value - y) / max(abs(value), abs(y), 1e-12 * rows.peak, 1e-300)
        for value, y in zip(map(best.at, rows.at), rows.values, strict=True)
    )
    return Fitted(log, run, best, length, len(rows), residual, others[:3], tuple(remarks), epoch or None)


def _by_tolerance(rows: FitRows, metrics: MetricColumns) -> tuple[FitRows, list[Candidate], Effort]:
    """(the rows with the tolerance that gives candidates, these, the effort), one tolerance after the other."""
    if rows.single:
        exact, effort = _in_single(rows, metrics)
        if exact:
            return rows, exact, effort
    elif rows.rounding.kind == "full":
        fine = rows.fine
        matches, effort = _limited(fine, metrics)
        if matches or effort.exhausted:
            return fine, matches, effort
    matches, effort = _limited(rows, metrics)
    if rows.rounding.kind == "significant" and not effort.exhausted and all(each.is_code for each in matches):
        exact, effort = _in_single(rows, metrics)
        matches = exact or matches
    return rows, matches, effort


def _in_single(rows: FitRows, metrics: MetricColumns) -> tuple[list[Candidate], Effort]:
    """(the candidates that give every row as it is printed, the effort) of a search with what singles may miss."""
    coarse = rows.coarse
    near, effort = _limited(coarse, metrics)
    exact = [each for each in near if is_exact(each, rows)]
    return exact or [worded for each in near for worded in exact_words(each, coarse)], effort


def _with_classes(matches: list[Candidate], rows: FitRows) -> list[Candidate]:
    """The candidates, and before them the registered classes that say the rows with less."""
    from lrcli.infer.fit.classes import class_candidates

    tight = rows.coarse if rows.single else rows.fine if rows.rounding.kind == "full" else rows
    found = class_candidates(tight) if max(rows.values) > 0 and len(rows) >= 3 * FEWEST_OF_CLASS else []
    found = [each for each in found if FEWEST_OF_CLASS * each.numbers <= len(rows)]
    if not found or (matches and not matches[0].is_code and keys_cost(matches[0]) <= found[0].cost):
        return matches
    return [*found, *matches]


def _limited(rows: FitRows, metrics: MetricColumns) -> tuple[list[Candidate], Effort]:
    """(what a search of limited effort comes to, the effort)."""
    matches: list[Candidate] = []
    with Effort(FITTED) as effort:
        matches = _search(rows, metrics)
    return matches, effort


def _steps_per_epoch(log: Log, kept: Sequence[int]) -> int:
    """The steps of an epoch, where the log counts whole epochs beside its steps; 0 if it does not."""
    if log.unit not in ("step", "row") or log.epochs is None or len(kept) < 2:
        return 0
    epochs, places = [log.epochs[i] for i in kept], [log.positions[i] for i in kept]
    if not epochs[-1] > epochs[0]:
        return 0
    per = (places[-1] - places[0]) / (epochs[-1] - epochs[0])
    if log.unit == "row":  # rows of fractional epochs, which are rounded
        size = round(per)
        return size if size > 1 and all(round(size * e) == p for e, p in zip(epochs, places, strict=True)) else 0
    if (
        per >= 2
        and per == int(per)
        and all(p - places[0] == per * (e - epochs[0]) for e, p in zip(epochs, places, strict=True))
    ):
        return int(per)
    return _rows_of_epochs(epochs, places)


def _rows_of_epochs(epochs: Sequence[float], places: Sequence[float]) -> int:
    """The steps of an epoch of several rows, the last of which is its last step; 0 if there is no such number."""
    first = 0 if 0 in epochs else 1
    ends = [(e - first + 1, p) for (e, p), (later, _) in pairwise(zip(epochs, places, strict=True)) if later > e]
    size = ends[0][1] / ends[0][0] if ends and ends[0][0] > 0 else 0.0
    whole = size > 1 and size == int(size) and all(e == int(e) and p == size * e for e, p in ends)
    return int(size) if whole and all((p - 1) // size == e - first for e, p in zip(epochs, places, strict=True)) else 0


def _finite(
    positions: Sequence[float], lrs: Sequence[float | None], run: Run
) -> tuple[list[int], list[float], list[int]]:
    """(positions, learning rates, row numbers) of the rows of a run that have both."""
    kept = [
        i
        for i in range(run.start, run.stop)
        if (lr := lrs[i]) is not None and math.isfinite(lr) and math.isfinite(p := positions[i]) and p == int(p)
    ]
    return [int(positions[i]) for i in kept], [lr for i in kept if (lr := lrs[i]) is not None], kept


def _search(rows: FitRows, metrics: MetricColumns) -> list[Candidate]:
    """The candidates that give all rows, the cheapest first."""
    indices = sorted({*spread(len(rows), SEARCHED), *_jumps(rows)})
    most = 1 if len(rows) > MANY_ROWS else 4
    for _ in range(ROUNDS):
        report_progress(len(indices), len(rows))
        searched = rows.pick(indices)
        drafts = sorted(candidates(rows, searched, metrics), key=lambda c: c.cost)
        passed: dict[tuple[float, Schedule, int], Candidate] = {}
        missed: list[int] = []
        for candidate in drafts[:12] if len(rows) > MANY_ROWS else drafts:
            misses = _misses(rows, candidate)
            missed = missed or misses
            if not misses:
                passed.setdefault(candidate.said, candidate)
            if len(passed) == most:
                break
        if passed:
            return list(passed.values())
        if len(searched) == len(rows) or not drafts:
            break
        indices = sorted({*indices, *(missed or ((a + b) // 2 for a, b in pairwise(indices)))})
    return []


def _jumps(rows: FitRows, most: int = 120) -> list[int]:
    """The rows around the largest changes of the learning rate per step: what an even choice of rows would miss."""
    if len(rows) <= SEARCHED:
        return []
    changes = ((abs(b - a), i) for i, (a, b) in enumerate(pairwise(rows.values)))
    large = sorted((change for change in changes if change[0] > 1e-3 * rows.peak + rows.slack[change[1]]), reverse=True)
    return [i for _, at in large[:most] for i in (at, at + 1)]


def _misses(rows: FitRows, candidate: Candidate, most: int = 40) -> list[int]:
    """The rows that the candidate does not give: the edges of the first stretches of them."""
    edges: list[int] = []
    inside = False
    at = candidate.at
    spend(min(len(rows), 100_000), 1)
    for i, (p, y, tol) in enumerate(zip(rows.at, rows.values, rows.slack, strict=True)):
        if not i % 8192:
            report_progress(i, len(rows))
        if inside is (abs(at(p) - y) <= tol):
            edges += [max(i - 1, 0), i]
            inside = not inside
            if len(edges) >= most:
                break
    return edges
