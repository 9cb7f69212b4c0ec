"""The same curve in the words of another framework: searched for among the schedules that it has."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import MISSING, dataclass, field, fields, replace
from heapq import heappop, heappush
from itertools import chain, combinations, islice, product
from typing import Any

from lrcli.catalog import registry
from lrcli.errors import InvalidValue, LrcliError, closest
from lrcli.infer.port_values import WORDS, Hints, numbers_of
from lrcli.schedules.base import Schedule, Setting, parameters
from lrcli.schedules.params import param_of
from lrcli.series import series_of
from lrcli.spec import Spec

MOST_ROWS = 100_000
"""A curve is compared row by row up to here; a longer one is refused."""
SAMPLED = 40
"""So many rows, evenly, beside the breaks, are compared first."""
MOST_VALUES = 16
"""So many values of one key are tried."""
LISTED = 150
"""So many combinations of a class are tried in the order of their likelihood, then the best are improved."""
IMPROVED = 2
MOST_TRIED = 1_500
"""So many schedules are tried to improve one."""
_OPEN = ("schedule", "schedules", "expression")
ROUNDING = {"float64": 1e-13, "float32": 1e-6}
"""A gap of at most this share of the peak is the rounding of the other order of operations or the narrower floats."""


@dataclass(frozen=True)
class Ported:
    """The nearest schedule of a framework.

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


def target_framework(name: str) -> str:
    """The framework whose schedules are searched. Raises LrcliError for one that has none."""
    known = registry.framework(name)
    if known is not None and registry.framework_types(known.name):
        return known.name
    names = [each for each in registry.framework_names() if registry.framework_types(each)]
    near = closest(name, names)
    hint = f"did you mean {near!r}? " if near else ""
    raise LrcliError(f"--to has no framework {name[:60]!r}: {hint}There are spec, torch, {', '.join(names)}")


def port(spec: Spec, framework: str) -> Ported:
    """The schedule of a framework that is nearest to the curve of a spec. Raises LrcliError where none can run."""
    search = _Search(spec)
    drafts = [
        search.draft(cls)
        for cls in sorted(registry.framework_types(framework), key=lambda cls: len(parameters(cls)))
        if not any(param_of(f).kind in _OPEN and f.default is MISSING for f in parameters(cls))
    ]
    best: Ported | None = None
    for draft in sorted((draft for draft in drafts if draft.starts), key=lambda draft: draft.starts[0][0]):
        if best is not None and best.same and draft.starts[0][0] > 0:
            break
        found = search.nearest(draft)
        if found is not None and (best is None or found.gap < best.gap):
            best = found
        if best is not None and best.gap == 0:
            break
    if best is None:
        why = f" ({search.refusal})" if search.refusal else ""
        raise LrcliError(f"{spec.name}: {framework} has no schedule that can run this curve{why}")
    return best


@dataclass
class _Draft:
    """What is known of a class in a search: the values of its keys for each base learning rate, what was tried, and the
    best of that. A key of `tried` is the base learning rate, then a value for each key of the class.
    """

    cls: type[Schedule]
    pools: dict[float, list[tuple[Any, ...]]]
    tried: dict[tuple[Any, ...], float] = field(default_factory=dict)
    starts: list[tuple[float, int, tuple[Any, ...]]] = field(default_factory=list)


class _Search:
    """The curve of a spec, and how near a schedule comes to it."""

    def __init__(self, spec: Spec) -> None:
        if len(spec.groups) > 1:
            reason = f"it has {len(spec.groups)} parameter groups: port each as a spec of its own"
            raise LrcliError(f"{spec.name}: one curve is converted to another framework, and {reason}")
        if spec.length > MOST_ROWS:
            reason = f"convert compares every row, of up to {MOST_ROWS:,}"
            raise LrcliError(f"{spec.name}: the run has {spec.length:,} rows, and {reason}")
        self.spec = spec
        rates = rates_of(spec)
        group = spec.groups[0]
        lengths = tuple(_lengths(group.schedule, spec.length, rates))
        numbers = tuple(dict.fromkeys(numbers_of(group.schedule)))
        self.hints = Hints(rates, lengths, numbers, group.lr if group.lr is not None else max(rates), spec.interval)
        some = range(0, spec.length, max(1, spec.length // SAMPLED))
        near = [t + by for t in lengths[:8] for by in (-1, 0, 1)]
        rows = sorted({t for t in (0, 1, 2, *some, *near, spec.length - 1) if 0 <= t < spec.length})
        self.rows = [t for i in range(7) for t in rows[i::7]]  # far apart first: what is far off shows in a few
        self.limit = math.inf
        self.refusal = ""

    def draft(self, cls: type[Schedule]) -> _Draft:
        """The likeliest schedules of a class, the nearest first."""
        draft = _Draft(cls, {lr: self._pools(cls, lr) for lr in self.hints.bases()})
        kinds = [(i, f.name, param_of(f).kind) for i, f in enumerate(parameters(cls))]
        words = [i for i, name, kind in kinds if name in WORDS or kind == "choice"]
        lists = [i for i, name, kind in kinds if kind in ("data", "positions") or name == "step"]
        self.limit = math.inf
        for lr, pools in draft.pools.items():
            for combination in chain(_paired(pools, words, lists), islice(_likeliest(pools), LISTED)):
                key = (lr, *combination)
                if key in draft.tried:
                    continue
                distance = self._distance(draft, key)
                if distance < math.inf:
                    draft.starts = sorted([*draft.starts, (distance, len(draft.tried), key)])[:IMPROVED]
                if len(draft.starts) == IMPROVED:
                    self.limit = draft.starts[-1][0]
                if distance <= self._enough(cls):
                    return draft
        return draft

    def nearest(self, draft: _Draft) -> Ported | None:
        """The nearest schedule of a class: its likeliest ones improved."""
        enough = self._enough(draft.cls)
        best, _, nearest = draft.starts[0]
        for distance, _, key in draft.starts:
            if best <= enough:
                break
            reached, improved = self._improve(draft, key, distance)
            if reached < best:
                best, nearest = reached, improved
        return self._plainer(draft, nearest, best)

    def _plainer(self, draft: _Draft, key: tuple[Any, ...], distance: float) -> Ported | None:
        """The schedule without the keys that make it no nearer."""
        found = self._whole(draft, key)
        self.limit = distance
        for i, f in enumerate(parameters(draft.cls), 1):
            plain = self.spec.length if param_of(f).fills else f.default
            if plain is MISSING or plain == key[i] or f.name == draft.cls.own_rate:
                continue
            changed = (*key[:i], plain, *key[i + 1 :])
            if self._distance(draft, changed) <= distance:
                whole = self._whole(draft, changed)
                if whole is not None and (found is None or whole.gap <= found.gap):
                    key, found = changed, whole
        return found

    def _enough(self, cls: type[Schedule]) -> float:
        """The distance, of all sampled rows together, at which a schedule is near enough to stop there."""
        return (
            4 * ROUNDING["float32" if any(f.name == "dtype" for f in parameters(cls)) else "float64"] * self.hints.peak
        )

    def _pools(self, cls: type[Schedule], lr: float) -> list[tuple[Any, ...]]:
        return [self._pool(f, cls, lr) for f in parameters(cls)]

    def _pool(self, f: Any, cls: type[Schedule], lr: float) -> tuple[Any, ...]:
        found = self.hints.values(f, lr)
        if cls.own_rate == f.name and f.default is not MISSING:
            found = tuple(dict.fromkeys((f.default, *found)))
        return found if param_of(f).kind == "data" else found[:MOST_VALUES]

    def _improve(self, draft: _Draft, key: tuple[Any, ...], distance: float) -> tuple[float, tuple[Any, ...]]:
        """Change one key, then two, as long as the curve comes nearer."""
        pools, enough, most = draft.pools[key[0]], self._enough(draft.cls), len(draft.tried) + MOST_TRIED
        free = [i for i, pool in enumerate(pools) if len(pool) > 1]
        self.limit = distance
        for width in (1, 2):
            moved = True
            while moved:
                moved = False
                for places in combinations(free, width):
                    for changed in _changes(key, places, pools):
                        if len(draft.tried) >= most or distance <= enough:
                            return distance, key
                        reached = self._distance(draft, changed)
                        if reached < distance:
                            key, distance, moved = changed, reached, True
                            self.limit = distance
        return distance, key

    def _bound(self, draft: _Draft, key: tuple[Any, ...]) -> tuple[Schedule, Schedule] | None:
        lr, cls = key[0], draft.cls
        given = dict(zip((f.name for f in parameters(cls)), key[1:], strict=True))
        for f in fields(cls):
            if f.name in given and param_of(f).fills and f.default is not MISSING and given[f.name] == f.default:
                given[f.name] = self.spec.length  # as the reader does where the key is left out
        try:
            plain = cls(**given)
            if next(plain.formula_problems(), None) is not None:
                return None
            data = self.spec.data
            setting = Setting(
                length=self.spec.length,
                interval=self.spec.interval,
                steps_per_epoch=self.spec.steps_per_epoch,
                lrs=(lr,),
                default_lr=lr,
                samples_per_step=data.samples_per_step if data else None,
                samples=data.samples if data else None,
            )
            bound = plain.bind(setting)
            return None if bound.groups() else (plain, bound)
        except InvalidValue as error:
            self.refusal = self.refusal or str(error)
            return None
        except (LrcliError, ArithmeticError, ValueError, TypeError, IndexError, KeyError):
            return None

    def _distance(self, draft: _Draft, key: tuple[Any, ...]) -> float:
        """The sum of the gaps in the sampled rows; infinite for what is no schedule."""
        known = draft.tried.get(key)
        if known is None:
            known = draft.tried[key] = self._computed(draft, key)
        return known

    def _computed(self, draft: _Draft, key: tuple[Any, ...]) -> float:
        pair = self._bound(draft, key)
        if pair is None:
            return math.inf
        rates = self.hints.rates
        try:
            if pair[1].stands_alone():
                gap = 0.0
                for t in self.rows:
                    gap += abs(pair[1].lr_at(t, key[0]) - rates[t])
                    if not gap <= self.limit:  # farther than what is known, or NaN
                        return math.inf
            else:
                own = pair[1].lrs(key[0], 0, max(self.rows) + 1)
                gap = math.fsum(abs(own[t] - rates[t]) for t in self.rows)
        except (LrcliError, ArithmeticError, ValueError, TypeError, IndexError):
            return math.inf
        return gap if gap == gap else math.inf

    def _whole(self, draft: _Draft, key: tuple[Any, ...]) -> Ported | None:
        """The schedule with its largest gap in all rows."""
        pair = self._bound(draft, key)
        assert pair is not None
        schedule, lr = pair[0], key[0]
        if schedule.own_rate:  # what a user gives the constructor, and what `lr` is then, too
            lr = key[0] if getattr(schedule, schedule.own_rate) is None else getattr(schedule, schedule.own_rate)
            schedule = replace(schedule, **{schedule.own_rate: lr})
            pair = self._bound(draft, (lr, *(getattr(schedule, f.name) for f in parameters(schedule)))) or pair
        try:
            own = pair[1].lrs(lr, 0, self.spec.length)
        except (LrcliError, ArithmeticError, ValueError, TypeError, IndexError):
            return None
        gaps = [abs(a - b) for a, b in zip(own, self.hints.rates, strict=True)]
        gap = max(gaps)
        if gap != gap:
            return None
        rounding = ROUNDING[getattr(pair[1], "dtype", "float64")]
        return Ported(schedule, lr, gap, gaps.index(gap), self.hints.peak, rounding)


def rates_of(spec: Spec) -> list[float]:
    """The learning rates of the first parameter group. Raises LrcliError where one is no finite number."""
    series = series_of(spec)
    rates: list[float] = []
    for block in series.blocks([series.reading]):
        rates += block.groups[0][series.reading]
    if not all(isinstance(rate, (int, float)) and math.isfinite(rate) for rate in rates):
        raise LrcliError(f"{spec.name}: not every learning rate is a finite number, so there is no curve to convert")
    return rates


def _lengths(schedule: Schedule, length: int, rates: Sequence[float]) -> Iterator[int]:
    """Counts of steps that the schedule may be made of, each once, the likeliest first."""
    breaks: list[int] = []
    at = schedule.next_break(0)
    while at is not None and at <= length and len(breaks) < 6:
        breaks.append(at)
        at = schedule.next_break(at + 1)
    own = [int(x) for x in numbers_of(schedule) if x == int(x) and 0 < x <= 100 * length]
    top = rates.index(max(rates))
    plain = [length, *own, *breaks, *([top] if top else [])]
    between = [a - b for a in plain[:6] for b in plain[:6] if a > b]
    yield from dict.fromkeys([*plain[:5], 1, *plain[5:], *between, length - 1])


def _paired(pools: list[tuple[Any, ...]], words: list[int], lists: list[int]) -> Iterator[tuple[Any, ...]]:
    """The first values with another word and another list: `policy: step` is nothing without its `step: [30, 60]`."""
    if not all(pools):
        return
    first = [pool[0] for pool in pools]
    for i, j in product(words, lists):
        for word, items in product(pools[i], pools[j][:3]):
            changed = list(first)
            changed[i], changed[j] = word, items
            yield tuple(changed)


def _likeliest(pools: list[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    """The combinations of one value of each pool, those of the first values first."""
    if not all(pools):
        return
    start = (0,) * len(pools)
    heap, seen = [(0, start)], {start}
    while heap:
        rank, places = heappop(heap)
        yield tuple(pool[i] for pool, i in zip(pools, places, strict=True))
        for j, i in enumerate(places):
            if i + 1 < len(pools[j]):
                further = (*places[:j], i + 1, *places[j + 1 :])
                if further not in seen:
                    seen.add(further)
                    heappush(heap, (rank + 1, further))


def _changes(key: tuple[Any, ...], places: tuple[int, ...], pools: list[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    """The key with other values at these places, which are counted behind the base learning rate."""
    for values in product(*(pools[i] for i in places)):
        changed = list(key)
        for i, value in zip(places, values, strict=True):
            changed[i + 1] = value
        if tuple(changed) != key:
            yield tuple(changed)
