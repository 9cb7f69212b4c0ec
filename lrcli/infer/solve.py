"""The value of one key with which a schedule has a given learning rate at a given step."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from lrcli.errors import LrcliError, closest
from lrcli.frameworks._float32 import singles
from lrcli.infer.keys import Change, Key, Variants, keys_of
from lrcli.infer.keys.solving import Solver
from lrcli.infer.limits import (
    DOUBLE_UNIT,
    EXACT,
    HALVED,
    NEAR_DOUBLE,
    NEAR_SINGLE,
    NEIGHBOURS,
    NO_NUMBER,
    SINGLE_UNIT,
    UNROUND,
)
from lrcli.infer.numbers import digits
from lrcli.infer.rows import Rows
from lrcli.infer.sources import NO_VALUE, plain_source
from lrcli.reader import Declared
from lrcli.schedules import Schedule, parameters
from lrcli.schedules.params import param_of
from lrcli.series import series_of
from lrcli.series.align import group_names

MOST_WALKED = 100_000
"""A run whose steps cannot be computed alone is walked again for each value, up to this step."""

_NO_NUMBERS = ("text", "expression", "data", "metric")
"""The kinds of keys that have no single value."""


@dataclass(frozen=True)
class Solved:
    """The values of a key that were found.

    changes: the key's values with which the learning rate is the wanted one, each with the one that comes out; the
    nearest to the spec's own first. seen: the lowest and the highest learning rate there with any other value.
    beside: where there is no such value, the two between which it would have to lie, with their learning rates; of a
    choice, every word with its.
    """

    key: Key
    changes: tuple[tuple[Change, float], ...]
    seen: tuple[float, float] | None
    beside: tuple[tuple[Change, float], ...] = ()


def solve(declared: Declared, name: str, row: int, lr: float) -> Solved:
    """Solve for the key that is called `name`, or ends so (gamma for schedule.gamma).

    The learning rate is that of the parameter group that the key is of, or of the first one. Raises LrcliError where
    there is no such key, or it has no single value.
    """
    run = series_of(declared.spec)
    if not run.jumps:
        run.check_walk(row - run.start, MOST_WALKED)
    name, group = _in_group(name, group_names(declared.spec.groups))
    candidates = [_Question(key, declared, row, lr, group).solved() for key in _named(declared, name, group)]
    return next((candidate for candidate in candidates if candidate.changes), candidates[0])


def _in_group(name: str, groups: Sequence[str]) -> tuple[str, int]:
    """(the key as it is listed, its parameter group): groups.head.lr and groups.1.lr are a key of the second one."""
    prefixes = ((f"groups.{label}.", i) for i, group in enumerate(groups) for label in (group, i))
    prefix, index = next((pair for pair in prefixes if name.startswith(pair[0])), ("", 0))
    return (f"groups.{index}.{name.removeprefix(prefix)}" if prefix else name), index


class _Question:
    """What a key has to be. known: the learning rate at the row with each number tried."""

    def __init__(self, key: Key, declared: Declared, row: int, lr: float, group: int) -> None:
        self.key, self.row, self.lr, self._group = key, row, lr, group
        self._variants, self._reading = Variants(declared), series_of(declared.spec).reading
        self._near = [float(declared.spec.length), float(row)] if key.kind == "whole" else [0.0]
        self.known: dict[float, float] = {}

    def solved(self) -> Solved:
        """The values that give the learning rate, or what there is instead."""
        key, lr, known = self.key, self.lr, self.known
        if key.kind == "words":
            changes = [key.to(word) for word in (*((key.was,) if key.was else ()), *key.words)]
            pairs = tuple((change, rate) for change in changes if (rate := self._rate(change)) is not None)
            right = tuple(pair for pair in pairs if float(f"{pair[1]:.{max(digits(lr), 3)}g}") == lr)
            return Solved(key, right, None, () if right else pairs)
        self.rates(key.number)
        numbers = self._numbers(EXACT) or self._numbers(NEAR_SINGLE if self._is_single() else NEAR_DOUBLE)
        if numbers or not known:
            return Solved(key, tuple((key.to(number), known[number]) for number in numbers), None)
        around = [(a, b) for a, b in pairwise(sorted(known.items())) if (a[1] - lr) * (b[1] - lr) < 0]
        sides = min(around, key=lambda two: (abs(two[1][1] - two[0][1]), abs(two[0][0] - key.number)), default=())
        beside = tuple((key.to(number), rate) for number, rate in sides)
        return Solved(key, (), (min(known.values()), max(known.values())), beside)

    def rates(self, number: float) -> list[float] | None:
        """The learning rate with the key at a number, as a Solver asks for it."""
        if number not in self.known and (rate := self._rate(self.key.to(number))) is not None:
            self.known[number] = rate
        return [self.known[number]] if number in self.known else None

    def _rate(self, change: Change) -> float | None:
        spec = self._variants.spec([change])
        try:
            rate = math.nan if spec is None else plain_source(spec, self._group, self._reading)([self.row])[0]
        except NO_VALUE:
            return None
        return rate if math.isfinite(rate) else None

    def _numbers(self, near: float) -> list[float]:
        """The numbers that give the learning rate, but for this share of it; the nearest to the key's own first."""
        key = self.key
        solver = Solver(key, self.rates, Rows([self.row], [self.lr], [near * abs(self.lr) or NO_NUMBER]), self._near)
        numbers = [*solver.solutions()]
        if not numbers and key.kind == "number":
            numbers = [*solver.simplified(filter(solver.met, self._touching()))]
        if solver.met(key.number):
            numbers.insert(0, key.number)
        numbers.sort(key=self._distance)
        if key.kind == "number":
            numbers = [exact for number in numbers for exact in self._exact(number)]
        return [number for number in dict.fromkeys(numbers) if self.rates(number)]

    def _distance(self, number: float) -> tuple[bool, float]:
        """How far a number is from the key's own; one with which the run is over before the row comes last."""
        spec = self._variants.spec([self.key.to(number)])
        return spec is not None and self.row > series_of(spec).stop, abs(number - self.key.number)

    def _exact(self, number: float) -> Iterator[float]:
        """The number beside this one that gives the learning rate to the bit, in few digits, or else the nearest.

        The given one follows where somebody would write it.
        """
        single = self._is_single()
        unit, most, wanted = (SINGLE_UNIT, 9, singles([self.lr])[0]) if single else (DOUBLE_UNIT, 17, self.lr)
        step = number * math.sqrt(unit)
        beside = self.rates(number + step)
        slope = (beside[0] - self.known[number]) / step if beside and step else 0.0
        root = number + (wanted - self.known[number]) / slope if slope else number
        near = [root + k * unit * root for k in range(-NEIGHBOURS, NEIGHBOURS + 1)] if slope else []
        numbers = {number, *(float(f"{x:.{count}g}") for x in near for count in range(1, most + 1))}
        best, gap = number, math.inf
        for candidate in sorted(numbers, key=lambda x: (digits(x), abs(x - root))):
            rates = self.rates(candidate)
            if rates and abs(rates[0] - wanted) < gap:
                best, gap = candidate, abs(rates[0] - wanted)
            if not gap:
                break
        yield best
        if digits(number) < UNROUND and abs(self.known[number] - wanted) <= NEIGHBOURS * unit * abs(wanted):
            yield number

    def _is_single(self) -> bool:
        rates = [*self.known.values()]
        return singles(rates) == rates

    def _touching(self) -> Iterator[float]:
        """The number at which the learning rate comes nearest to the wanted one, and turns: between the known ones.

        The peak of a schedule is at a step with one value of pct_start, and none of the others gives as much.
        """
        numbers, known = sorted(self.known), self.known
        i = min(range(len(numbers)), key=lambda i: abs(known[numbers[i]] - self.lr), default=0)
        if not 0 < i < len(numbers) - 1:
            return
        low, high = numbers[i - 1], numbers[i + 1]
        for _ in range(HALVED):
            a, b = low + (high - low) * 0.382, high - (high - low) * 0.382
            at_a, at_b = (abs(known[x] - self.lr) if self.rates(x) else math.inf for x in (a, b))
            low, high = (low, b) if at_a < at_b else (a, high)
        yield (low + high) / 2


def _named(declared: Declared, name: str, group: int) -> list[Key]:
    """The keys of that name: several where a length has a unit, or an expression several numbers."""
    keys = [one for key in keys_of(declared, group) for one in (key.one_by_one() if key.entries else [key])]
    numbers = [key for key in keys if key.kind != "words" and key.path in (name, f"{name}.for")]
    exact = numbers or [key for key in keys if key.path == name]
    matches = exact or [key for key in keys if key.path.endswith(f".{name}")]
    if len({key.path for key in matches}) == 1:
        return matches
    if matches:
        paths = dict.fromkeys(key.path for key in matches)
        raise LrcliError(f"several keys are called {name!r}: write one of {', '.join(paths)}")
    names = list(dict.fromkeys(key.path for key in keys))
    kind = _kind_of(declared.spec.groups[group].schedule, name.rpartition(".")[2])
    close = None if kind else closest(name, [*names, *(path.rpartition(".")[2] for path in names)])
    hint = f"did you mean {close!r}?" if close else f"{kind}it has {', '.join(names)}"
    raise LrcliError(f"there is no value {name[:60]!r} to solve for: {hint}")


def _kind_of(schedule: Schedule, name: str) -> str:
    """What a key is that has no single value, in words; "" for no key of the schedule, or of its parts."""
    rules = (param.rule for f in parameters(schedule) if f.name == name and (param := param_of(f)).kind in _NO_NUMBERS)
    if rule := "is the type of a schedule" if name == "type" else next(rules, ""):
        return f"it {rule}, and is no number or choice; "
    return next((text for part in schedule.parts() if (text := _kind_of(part, name))), "")
