"""The registered classes behind the rows of a log: lengths from where they bend, numbers by least squares.

A learning rate is linear in most numbers of its schedule (rates, shares), and about so in the others. So a class with
some lengths and choices is judged by what is left of the rows beside the changes that its numbers make. The numbers of
the nearest are then solved for, and made as round as the rows allow.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import MISSING, Field, replace
from itertools import chain
from operator import mul
from typing import Any

from lrcli.catalog import registry
from lrcli.frameworks._float32 import FloatTyped
from lrcli.infer.effort import Effort, spend
from lrcli.infer.fit.candidate import Candidate
from lrcli.infer.fit.logged import LoggedCurve, logged_curve
from lrcli.infer.fit.naming import gives, is_exact, keys_cost
from lrcli.infer.fit.rows import FitRows
from lrcli.infer.fit.seeds import is_number_key, seeds
from lrcli.infer.keys.key import Key
from lrcli.infer.keys.pairs import descended
from lrcli.infer.limits import (
    CLASS_LISTED,
    CLASSED,
    CLASSES_SOLVED,
    EXACT_SINGLE,
    KEYS_SOLVED,
    MADE,
    MORE_NUMBERS,
    MOVED_ONCE,
    MOVED_TWICE,
    NEARLY,
    NO_NUMBER,
    NUMBERS_ROUNDS,
    SLACKS,
    SMALL_CHANGE,
    SMALL_RATE,
    WALKED,
)
from lrcli.infer.numbers import rounded
from lrcli.infer.port.curve import default_of
from lrcli.infer.port.search import NO_VALUE, ClassDraft, Combination, Search
from lrcli.infer.rows import evenly
from lrcli.schedules.base import Schedule, parameters
from lrcli.schedules.params import param_of

_NO_KINDS = ("schedule", "schedules", "expression")
"""What a log alone does not tell."""


class ClassSearch(Search):
    """A search for the class behind some rows; a combination has the numbers to begin with."""

    listed, kept, distinct = CLASS_LISTED, KEYS_SOLVED, True
    curve: LoggedCurve

    def __init__(self, curve: LoggedCurve) -> None:
        super().__init__(curve, (curve.peak,))
        rows = curve.rows
        n = len(rows)
        ends = [j for i in (*curve.bends[:4], *curve.jumped[:3]) for j in (i - 1, i, i + 1)]
        places = sorted({i for i in (0, 1, 2, n - 2, *evenly(range(n), 9), *ends) if 0 <= i < n})
        self.probes = rows.pick(places)
        self.coarse = replace(self.probes, slack=[s + EXACT_SINGLE * curve.peak for s in self.probes.slack])
        peak = curve.peak
        self.weights = [1 / max(abs(y), SMALL_RATE * peak, NO_NUMBER) for y in self.probes.values]
        self._wanted = [*map(mul, self.probes.values, self.weights)]
        self._total = math.sqrt(math.fsum(y * y for y in self._wanted))
        self._curves: dict[type[Schedule], dict[tuple[float, ...], float]] = {}

    def values(self, cls: type[Schedule], lr: float) -> list[tuple[Any, ...]]:
        """The values of the keys: of a number those to begin with."""
        return [seeds(cls, f, self.curve) for f in parameters(cls)]

    def enough(self, cls: type[Schedule]) -> float:
        """How little is left of the probes where a class gives them."""
        return (
            math.sqrt(math.fsum((s * w) ** 2 for s, w in zip(self.probes.slack, self.weights, strict=True)))
            / self._total
        )

    def computed(self, draft: ClassDraft, key: Combination) -> float:
        """The share of the probes that is left beside the changes that the numbers make."""
        model = Model(self, draft.cls, key)
        at = model.start
        base = model.rates(at, self.probes.at)
        if base is None:
            return math.inf
        known = self._curves.setdefault(draft.cls, {})
        curve = (len(at), *base)
        if curve in known:
            return known[curve]
        columns = [base] if draft.cls.own_rate or not draft.cls.sets_lr else []
        for i in range(len(at)):
            column = model.change(at, i, base, self.probes.at)
            if column:
                columns.append(column)
        known[curve] = self._left(columns) * MORE_NUMBERS ** len(columns)
        return known[curve]

    def _left(self, columns: Sequence[Sequence[float]]) -> float:
        """The share that is left of the probes beside some columns, of which one may depend on others."""
        rest = self._wanted
        basis: list[list[float]] = []
        for column in columns:
            across = [*map(mul, column, self.weights)]
            before = math.sqrt(sum(map(mul, across, across)))
            for unit in basis:
                along = sum(map(mul, unit, across))
                across = [b - along * a for a, b in zip(unit, across, strict=True)]
            size = math.sqrt(sum(map(mul, across, across)))
            if size > 1e-9 * before:
                unit = [x / size for x in across]
                basis.append(unit)
                along = sum(map(mul, unit, rest))
                rest = [b - along * a for a, b in zip(unit, rest, strict=True)]
        return math.sqrt(sum(map(mul, rest, rest))) / self._total

    def stages(self, classes: Sequence[type[Schedule]]) -> Iterator[Iterator[tuple[Schedule, float]]]:
        """(schedule, base learning rate) of classes that give the probes: of those that are as near as they are, then
        of those that come nearest when one key is changed after the other, or two at once.
        """
        drafts = self.drafts(classes)
        yield self._solved(
            (draft, draft.starts[0][2]) for draft in drafts if draft.starts[0][0] <= NEARLY * draft.enough
        )
        self.most_tried = MOVED_ONCE
        for draft in drafts:
            for distance, _, key in draft.starts[:2]:
                self.improve(draft, key, distance, (1,))
        nearest = sorted(drafts, key=lambda draft: draft.nearest[0])[:CLASSES_SOLVED]
        yield self._solved(
            (draft, key) for draft in nearest for key in (draft.nearest[1], *(key for *_, key in draft.starts))
        )
        self.most_tried = MOVED_TWICE
        for draft in nearest:
            self.improve(draft, draft.nearest[1], draft.nearest[0], (2,))
        yield self._solved((draft, draft.nearest[1]) for draft in nearest)

    def _solved(self, keys: Iterable[tuple[ClassDraft, Combination]]) -> Iterator[tuple[Schedule, float]]:
        return filter(None, (Model(self, draft.cls, key).solved() for draft, key in keys))


class Model:
    """A class whose lengths and choices are known, and its numbers are not."""

    def __init__(self, search: ClassSearch, cls: type[Schedule], key: Combination) -> None:
        self.search, self.cls, self.key = search, cls, key
        self.probes = search.coarse if issubclass(cls, FloatTyped) else search.probes
        fields = parameters(cls)
        places = [i for i, f in enumerate(fields, 1) if is_number_key(f) and isinstance(key[i], (int, float))]
        self.places = [0, *places]
        self.start = [float(key[i]) for i in self.places]

    def schedule(self, at: Sequence[float]) -> tuple[Schedule | None, float]:
        """(the schedule with these numbers, the base learning rate)."""
        key = list(self.key)
        for i, value in zip(self.places, at, strict=True):
            key[i] = value
        return self.search.made(self.cls, key[1:]), key[0]

    def rates(self, at: Sequence[float], steps: Sequence[int]) -> list[float] | None:
        """The learning rates of some steps with these numbers."""
        spend(len(steps) + MADE, 1)
        schedule, lr = self.schedule(at)
        bound = None if schedule is None else self.search.bound(schedule, lr)
        if bound is None:
            return None
        try:
            if bound.stands_alone():
                rates = bound.lrs_at(lr, steps)
            else:
                spend(steps[-1] // WALKED)
                walked = bound.lrs(lr, 0, steps[-1] + 1)
                rates = [walked[t] for t in steps]
        except NO_VALUE:
            return None
        return rates if all(map(math.isfinite, rates)) else None

    def change(self, at: Sequence[float], i: int, base: list[float], steps: Sequence[int]) -> list[float]:
        """What a small change of a number changes in each row; [] where it changes none."""
        small = (abs(at[i]) or self.search.curve.peak) * SMALL_CHANGE
        for by in (small, -small):
            moved = self.rates([*at[:i], at[i] + by, *at[i + 1 :]], steps)
            if moved is not None:
                return [] if moved == base else [(b - a) / by for a, b in zip(base, moved, strict=True)]
        return []

    def solved(self) -> tuple[Schedule, float] | None:
        """The schedule and its base learning rate with numbers that give the probes, as round as they may be."""
        steps = self.probes.at
        base = self.rates(self.start, steps)
        if base is None:
            return None
        free = [i for i in range(len(self.start)) if self.change(self.start, i, base, steps)]
        linear = [i for i in free if self._is_linear(i, base)]
        for chosen in (linear, free) if len(linear) < len(free) else (free,):
            at = self._near(self.start, chosen)
            if at is not None:
                return self._rounded(at, chosen)
        return None

    def _least(self, i: int) -> float | None:
        """0 for a number that begins there, and may not be below it."""
        below = [*self.start[:i], -self.search.curve.peak * SMALL_CHANGE, *self.start[i + 1 :]]
        return 0.0 if not self.start[i] and self.rates(below, self.probes.at[:1]) is None else None

    def _is_linear(self, i: int, base: list[float]) -> bool:
        """Whether the learning rates are linear in a number."""
        at = self.start
        unit = abs(at[i]) / 8 or self.search.curve.peak
        for by in (unit, -unit):
            near = self.rates([*at[:i], at[i] + by / 2, *at[i + 1 :]], self.probes.at)
            far = self.rates([*at[:i], at[i] + by, *at[i + 1 :]], self.probes.at)
            if near and far:
                rows = zip(base, near, far, strict=True)
                return all(abs(c + a - 2 * b) <= 1e-9 * (abs(c) + abs(a)) for a, b, c in rows)
        return False

    def _rounded(self, at: list[float], chosen: Sequence[int]) -> tuple[Schedule, float] | None:
        free = [*chosen]
        fields = parameters(self.cls)
        for i in chosen:
            free.remove(i)
            plain = (fields[self.places[i] - 1].default, 0.0) if i else ()
            for value in dict.fromkeys((*(x for x in plain if isinstance(x, (int, float))), *rounded(at[i], 9))):
                there = self._near([*at[:i], value, *at[i + 1 :]], free)
                if there is not None:
                    at = there
                    break
        schedule, lr = self.schedule(at)
        return None if schedule is None else (schedule, lr)

    def _near(self, at: list[float], free: Sequence[int]) -> list[float] | None:
        """The numbers, the free ones solved for, where they give the probes."""
        exact = [1 / slack for slack in self.probes.slack]
        near = at
        for weights in (self.search.weights, exact) if free else ():
            near = self._descended(near, free, weights)
            if self._holds(near, SLACKS[0]):
                return near
        return at if self._holds(at, 1.0) else None

    def _holds(self, at: Sequence[float], slacks: float) -> bool:
        probes = self.probes
        rates = self.rates(at, probes.at)
        rows = zip(rates or (), probes.values, probes.slack, strict=False)
        return rates is not None and all(abs(a - b) <= slacks * s for a, b, s in rows)

    def _descended(self, at: list[float], free: Sequence[int], weights: Sequence[float]) -> list[float]:
        probes = self.probes

        def with_free(values: Sequence[float]) -> list[float]:
            there = list(at)
            for i, value in zip(free, values, strict=True):
                there[i] = value
            return there

        def gaps(values: Sequence[float]) -> list[float] | None:
            rates = self.rates(with_free(values), probes.at)
            return rates and [(a - b) * w for a, b, w in zip(rates, probes.values, weights, strict=True)]

        keys = [Key("", "", "number", number=at[i], at_least=self._least(i)) for i in free]
        enough = math.fsum((s * w) ** 2 for s, w in zip(probes.slack, weights, strict=True)) / 100
        return (
            with_free(descended(keys, gaps, self.search.curve.peak, enough=enough, rounds=NUMBERS_ROUNDS)[0])
            if free
            else at
        )


def searched_classes() -> list[type[Schedule]]:
    """The classes that a log alone may tell."""
    classes = (
        *registry.general_types(),
        *chain.from_iterable(map(registry.framework_types, registry.framework_names())),
    )
    return [cls for cls in classes if not any(_unknown(f) for f in parameters(cls))]


def _unknown(f: Field[Any]) -> bool:
    kind = param_of(f).kind
    return kind == "metric" or (f.default is MISSING and kind in _NO_KINDS)


def class_candidates(rows: FitRows) -> list[Candidate]:
    """The candidates of registered classes that give the rows, the best first."""
    found: list[Candidate] = []
    with Effort(CLASSED):
        firsts = (0, 1) if rows.at[0] else (0,)
        searches = [ClassSearch(logged_curve(rows, first)) for first in firsts]
        for stage in zip(*(search.stages(searched_classes()) for search in searches), strict=True):
            for first, search, solved in zip(firsts, searches, stage, strict=True):
                named = (_plainest(schedule, lr, first, search.curve, rows) for schedule, lr in solved)
                found += filter(None, named)
            if found:
                break
    return sorted(found, key=lambda each: (not is_exact(each, rows), rows.writer != each.schedule.framework, each.cost))


def _plainest(schedule: Schedule, lr: float, first: int, curve: LoggedCurve, rows: FitRows) -> Candidate | None:
    """The candidate with as many keys left at their defaults as the rows allow, None where it does not give them."""
    setting = curve.setting._replace(lrs=(lr,), default_lr=lr)

    def candidate(schedule: Schedule) -> Candidate | None:
        each = Candidate(schedule.name, lr, first, 0.0, schedule, horizon=setting.length, setting=setting)
        return replace(each, cost=keys_cost(each)) if lr >= 0 and gives(each, rows) else None

    plain_typed = replace(schedule, dtype="float32") if isinstance(schedule, FloatTyped) else schedule
    best = candidate(plain_typed) or candidate(schedule)
    schedule = best.schedule if best else schedule
    for f in parameters(schedule) if best else ():
        value, plain = getattr(schedule, f.name), default_of(f, curve)
        if plain is MISSING or value == plain or f.name == schedule.own_rate:
            continue
        with suppress(*NO_VALUE):
            plainer = candidate(replace(schedule, **{f.name: plain}))
            if plainer:
                best, schedule = plainer, plainer.schedule
    return best
