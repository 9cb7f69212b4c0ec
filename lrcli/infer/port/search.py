"""The schedule of some classes that is nearest to a curve."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import MISSING, dataclass, field, replace
from itertools import chain, combinations, islice, product
from typing import Any

from lrcli.errors import InvalidValue, LrcliError
from lrcli.frameworks._float32 import FloatTyped, singles
from lrcli.frameworks.porting import WantedCurve
from lrcli.infer.limits import (
    AS_NEAR,
    DOUBLE,
    IMPROVED,
    LISTED,
    MOST_COMPUTED,
    MOST_TRIED,
    PAIRED,
    ROUNDED,
    ROUNDING_COSTS,
    SAMPLED,
    SINGLE,
    WALKED,
)
from lrcli.infer.port.curve import computes_singles, default_of, values_of
from lrcli.infer.written import flow_text, schedule_mapping
from lrcli.schedules.base import Schedule, parameters
from lrcli.schedules.params import Record, param_of

Combination = tuple[Any, ...]
"""A schedule as the base learning rate and a value for each key of its class."""
NO_VALUE = (LrcliError, ArithmeticError, ValueError, TypeError, IndexError, KeyError)


@dataclass(frozen=True)
class Ported:
    """A schedule of another framework, held against the curve.

    schedule: as it is written, not bound. lr: the base learning rate. gap, row: the largest difference, and where.
    peak: the largest learning rate of the curve. rounding: the share of the peak that its arithmetic rounds away.
    """

    schedule: Schedule
    lr: float
    gap: float
    row: int
    peak: float
    rounding: float

    @property
    def same(self) -> bool:
        """Whether the curve is the same, but for rounding."""
        return self.gap <= self.rounding * self.peak

    @property
    def order(self) -> tuple[bool, float]:
        """What has the curve comes first, the simplest of them, then the nearest."""
        return (False, self.cost) if self.same else (True, self.gap)

    @property
    def cost(self) -> int:
        """How much there is to read: the digits of its numbers, one for each number, and one for each bracket."""
        text = " ".join(map(flow_text, [*schedule_mapping(self.schedule).values()][1:]))
        numbers = re.findall(r"[\d.]+(?:e-?\d+)?", text)
        brackets = text.count("[") + text.count("{")
        return sum(map(len, numbers)) + len(numbers) + brackets + (ROUNDING_COSTS if self.gap else 0)


@dataclass
class ClassDraft:
    """The values of a class's keys for each base learning rate, the distance of each tried, and the nearest of them."""

    cls: type[Schedule]
    values: dict[float, list[tuple[Any, ...]]]
    enough: float
    tried: dict[Combination, float] = field(default_factory=dict)
    starts: list[tuple[float, int, Combination]] = field(default_factory=list)

    @property
    def nearest(self) -> tuple[float, Combination]:
        """(distance, key) of the nearest that was tried."""
        key = min(self.tried, key=lambda key: self.tried[key])
        return self.tried[key], key


class Search:
    """A search for a curve.

    refusal: what the first class said that refused it. left: how many learning rates may still be computed. listed:
    how many likely combinations of a class are tried. kept: how many of them are improved, distinct: only such of other
    distances. most_tried: in how many ways one is changed.
    """

    listed, kept, most_tried, distinct = LISTED, IMPROVED, MOST_TRIED, False

    def __init__(self, curve: WantedCurve, bases: Sequence[float] = (), left: int = MOST_COMPUTED) -> None:
        self.curve = curve
        self.refusal = ""
        self._bases = bases or curve.bases()
        n = len(curve.rates)
        evenly = range(0, n, max(1, n // SAMPLED))
        beside = [t + by for t in curve.lengths[:8] for by in (-1, 0, 1)]
        rows = sorted({t for t in (0, 1, 2, *evenly, *beside, n - 1) if 0 <= t < n})
        self._rows = [rows[i::7] for i in range(7)]  # what is far off shows in a few that are far apart
        self._limit = math.inf
        self.left = left

    def drafts(self, classes: Sequence[type[Schedule]]) -> list[ClassDraft]:
        """What is known of each class that can run, the nearest first."""
        drafts = [draft for draft in map(self._draft, classes) if draft.starts]
        return sorted(drafts, key=lambda draft: draft.starts[0][0])

    def same(self, drafts: Sequence[ClassDraft]) -> list[Ported]:
        """The schedules that have the curve as they are, the simplest first."""
        ported = [self._improved(draft) for draft in drafts if draft.starts[0][0] <= draft.enough]
        return sorted((each for each in ported if each and each.same), key=lambda each: each.cost)

    def nearest(self, drafts: Sequence[ClassDraft]) -> Iterator[Ported]:
        """The schedules of some classes, each nearer than those before or the same curve.

        After the same curve only classes whose likeliest schedules are about as near are looked at.
        """
        best, farthest = math.inf, math.inf
        for draft in drafts:
            if draft.starts[0][0] > farthest or (self.left < 0 and best < math.inf):
                return
            ported = self._improved(draft)
            if ported is not None and (ported.same or ported.gap < best):
                best = ported.gap
                farthest = AS_NEAR * draft.starts[0][0] if ported.same and farthest == math.inf else farthest
                yield ported

    def compared(self, schedule: Schedule, lr: float) -> Ported | None:
        """A schedule with its largest gap in all rows, None where it has no value in one.

        Its own rate, where it has one, is what `lr` is then, too.
        """
        if schedule.own_rate:
            rate = getattr(schedule, schedule.own_rate)
            lr = lr if rate is None else rate
            schedule = replace(schedule, **{schedule.own_rate: lr})
        bound = self.bound(schedule, lr)
        try:
            rates = bound.lrs(lr, 0, len(self.curve.rates)) if bound else []
        except NO_VALUE:
            return None
        gaps = [abs(a - b) for a, b in zip(rates, self.curve.rates, strict=False)]
        gap = max(gaps, default=math.nan)
        if gap != gap:
            return None
        return Ported(schedule, lr, gap, gaps.index(gap), self.curve.peak, self._rounding(schedule, rates))

    def _rounding(self, schedule: Schedule, rates: Sequence[float]) -> float:
        """The share of the peak that the arithmetic of a schedule, or of the curve, rounds away."""
        if self.curve.single or computes_singles(schedule):
            return SINGLE
        return ROUNDED if singles(rates) == rates else DOUBLE

    def values(self, cls: type[Schedule], lr: float) -> list[tuple[Any, ...]]:
        """The values of each key of a class that may make the curve, the likeliest first."""
        curve = replace(self.curve, lr=lr)
        return [values_of(f, curve) for f in parameters(cls)]

    def enough(self, cls: type[Schedule]) -> float:
        """How near is near enough."""
        return 4 * (SINGLE if self.curve.single or issubclass(cls, FloatTyped) else DOUBLE) * self.curve.peak

    def _draft(self, cls: type[Schedule]) -> ClassDraft:
        """The likeliest schedules of a class, the nearest first."""
        enough = self.enough(cls)
        draft = ClassDraft(cls, {lr: self.values(cls, lr) for lr in self._bases}, enough)
        keys = [(i, f, param_of(f)) for i, f in enumerate(parameters(cls))]
        words = [i for i, _, param in keys if param.choices]
        lists = [
            i
            for i, f, param in keys
            if param.kind in ("data", "positions")
            or f.default is None
            or (param.kind == "length" and "warmup" in f.name)
        ]
        self._limit = math.inf
        for lr, values in draft.values.items():
            ranks = range(sum(map(len, values)) - len(values) + 1) if all(values) else ()
            likeliest = chain.from_iterable(_ranked(values, rank) for rank in ranks)
            for combination in chain(_paired(values, words, lists) if ranks else (), islice(likeliest, self.listed)):
                key = (lr, *combination)
                if key in draft.tried:
                    continue
                distance = self._distance(draft, key)
                repeated = self.distinct and any(distance == known for known, *_ in draft.starts)
                if distance < math.inf and not repeated:
                    draft.starts = sorted([*draft.starts, (distance, len(draft.tried), key)])[: self.kept]
                if len(draft.starts) == self.kept:
                    self._limit = draft.starts[-1][0]
                if distance <= enough or (self.left < 0 and draft.starts):
                    return draft
        return draft

    def _improved(self, draft: ClassDraft) -> Ported | None:
        """The nearest schedule of a class: its likeliest ones improved."""
        best, _, nearest = draft.starts[0]
        for distance, _, key in draft.starts:
            if best <= draft.enough:
                break
            reached, improved = self.improve(draft, key, distance)
            if reached < best:
                best, nearest = reached, improved
        return self._plainer(draft, nearest, best)

    def improve(
        self, draft: ClassDraft, key: Combination, distance: float, widths: Sequence[int] = (1, 2)
    ) -> tuple[float, Combination]:
        """Change one key, then two, as long as the curve comes nearer."""
        values, most = draft.values[key[0]], len(draft.tried) + self.most_tried
        free = [i for i, several in enumerate(values) if len(several) > 1]
        self._limit = distance
        for width in widths:
            moved = True
            while moved:
                moved = False
                for places in combinations(free, width):
                    for changed in _changes(key, places, values):
                        if len(draft.tried) >= most or self.left < 0 or distance <= draft.enough:
                            return distance, key
                        reached = self._distance(draft, changed)
                        if reached < distance:
                            key, distance, moved = changed, reached, True
                            self._limit = distance
        return distance, key

    def _plainer(self, draft: ClassDraft, key: Combination, distance: float) -> Ported | None:
        """The schedule without the keys that make it no nearer."""
        nearest = self._whole(draft, key)
        self._limit = distance
        for i, f in enumerate(parameters(draft.cls), 1):
            plain = default_of(f, self.curve)
            if plain is MISSING or plain == key[i] or f.name == draft.cls.own_rate:
                continue
            changed = (*key[:i], plain, *key[i + 1 :])
            if self._distance(draft, changed) <= distance:
                whole = self._whole(draft, changed)
                if whole is not None and (nearest is None or whole.gap <= nearest.gap):
                    key, nearest = changed, whole
        if nearest is not None and nearest.gap and nearest.same:
            shorter = (self._whole(draft, tuple(_short(value, count) for value in key)) for count in (7, 12))
            nearest = next((each for each in shorter if each is not None and each.same), nearest)
        return nearest

    def _whole(self, draft: ClassDraft, key: Combination) -> Ported | None:
        schedule = self.made(draft.cls, key[1:])
        return None if schedule is None else self.compared(schedule, key[0])

    def _distance(self, draft: ClassDraft, key: Combination) -> float:
        """The sum of the gaps in the sampled rows; infinite for what is no schedule, or is too far away."""
        distance = draft.tried.get(key)
        if distance is None:
            distance = draft.tried[key] = self.computed(draft, key)
        return distance

    def computed(self, draft: ClassDraft, key: Combination) -> float:
        """The distance of a schedule that was not tried before."""
        lr, schedule = key[0], self.made(draft.cls, key[1:])
        bound = None if schedule is None else self.bound(schedule, lr)
        if bound is None:
            return math.inf
        rates, distance = self.curve.rates, 0.0
        try:
            walked = [] if bound.stands_alone() else bound.lrs(lr, 0, len(rates))
            self.left -= len(walked) // WALKED
            for rows in self._rows:
                self.left -= 0 if walked else len(rows)
                values = [walked[t] for t in rows] if walked else bound.lrs_at(lr, rows)
                distance += math.fsum(abs(value - rates[t]) for t, value in zip(rows, values, strict=True))
                if not distance <= self._limit:  # farther than what is known, or NaN
                    return math.inf
        except NO_VALUE:
            return math.inf
        return distance

    def made(self, cls: type[Schedule], values: Iterable[Any]) -> Schedule | None:
        """The schedule with these values of its keys, None where there is none."""
        try:
            return cls(**dict(zip((f.name for f in parameters(cls)), values, strict=True)))
        except NO_VALUE:
            return None

    def bound(self, schedule: Schedule, lr: float) -> Schedule | None:
        """The schedule in the run, None where it cannot run."""
        try:
            if next(schedule.formula_problems(), None) is not None:
                return None
            bound = schedule.bind(self.curve.setting._replace(lrs=(lr,), default_lr=lr))
            return None if bound.groups() else bound
        except InvalidValue as error:
            self.refusal = self.refusal or str(error)
            return None
        except NO_VALUE:
            return None


def _short(value: Any, count: int) -> Any:
    """A number, or a list or mapping of them, of no more digits than rounding leaves."""
    if isinstance(value, float):
        return float(f"{value:.{count}g}")
    if isinstance(value, tuple):
        return tuple(_short(item, count) for item in value)
    if isinstance(value, Record):
        return Record({key: _short(item, count) for key, item in value.items()})
    return value


def _paired(values: list[tuple[Any, ...]], words: list[int], lists: list[int]) -> Iterator[tuple[Any, ...]]:
    """The first values with another word and another list: `policy: step` is nothing without its `step: [30, 60]`."""
    first = tuple(several[0] for several in values)
    for i, j in product(words, lists):
        for word, items in product(values[i], values[j][:PAIRED]):
            yield tuple({i: word, j: items}.get(at, value) for at, value in enumerate(first))
    together = {j: values[j][1] for j in lists if isinstance(values[j][-1], tuple) and len(values[j]) > 1}
    for i in words if len(together) > 1 else ():
        yield from (tuple({**together, i: word}.get(at, value) for at, value in enumerate(first)) for word in values[i])


def _ranked(values: list[tuple[Any, ...]], rank: int) -> Iterator[tuple[Any, ...]]:
    """The combinations of one value of each key that stand so many places, together, behind the first ones."""
    if not values:
        yield from [()] * (rank == 0)
        return
    first, *others = values
    room = sum(map(len, others)) - len(others)
    for i in range(max(rank - room, 0), min(rank, len(first) - 1) + 1):
        yield from ((first[i], *rest) for rest in _ranked(others, rank - i))


def _changes(key: Combination, places: tuple[int, ...], values: list[tuple[Any, ...]]) -> Iterator[Combination]:
    """The key with other values at these places, which are counted behind the base learning rate."""
    for chosen in product(*(values[i] for i in places)):
        changed = list(key)
        for i, value in zip(places, chosen, strict=True):
            changed[i + 1] = value
        if tuple(changed) != key:
            yield tuple(changed)
