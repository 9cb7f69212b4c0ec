"""The value of one key with which a schedule has a given learning rate at a given step."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from lrcli.errors import LrcliError, closest
from lrcli.frameworks._float32 import singles
from lrcli.infer.keys import Change, Key, Variants, keys_of
from lrcli.infer.keys.solving import RatesOfValue, Solver
from lrcli.infer.limits import DOUBLE_UNIT, EXACT, EXACT_SINGLES, HALVED, NEIGHBOURS, NO_NUMBER, SINGLE_UNIT, UNROUND
from lrcli.infer.numbers import digits
from lrcli.infer.rows import Rows
from lrcli.infer.sources import plain_source
from lrcli.reader import Declared
from lrcli.schedules import Schedule, parameters
from lrcli.schedules.params import param_of
from lrcli.series import series_of
from lrcli.series.align import group_names

MOST_WALKED = 100_000
"""A run whose steps cannot be computed alone is walked again for each value, up to this step."""

_NO_NUMBERS = {
    "text": "a text",
    "expression": "an expression",
    "data": "a list or a mapping",
    "metric": "a series of metrics",
}
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
    candidates = [_solved(key, declared, row, lr, group) for key in _named(declared, name, group)]
    return next((candidate for candidate in candidates if candidate.changes), candidates[0])


def _in_group(name: str, groups: Sequence[str]) -> tuple[str, int]:
    """(the key as it is listed, its parameter group): groups.head.lr and groups.1.lr are a key of the second one."""
    prefixes = ((f"groups.{label}.", i) for i, group in enumerate(groups) for label in (group, i))
    prefix, index = next((pair for pair in prefixes if name.startswith(pair[0])), ("", 0))
    return (f"groups.{index}.{name.removeprefix(prefix)}" if prefix else name), index


def _solved(key: Key, declared: Declared, row: int, lr: float, group: int) -> Solved:
    variants, reading = Variants(declared), series_of(declared.spec).reading
    known: dict[float, float] = {}

    def rate(change: Change) -> float | None:
        spec = variants.spec([change])
        try:
            lr_there = math.nan if spec is None else plain_source(spec, group, reading)([row])[0]
        except (LrcliError, ArithmeticError, ValueError, IndexError):
            return None
        return lr_there if math.isfinite(lr_there) else None

    def rates(value: float) -> list[float] | None:
        if value not in known and (lr_there := rate(key.to(value))) is not None:
            known[value] = lr_there
        return [known[value]] if value in known else None

    if key.kind == "words":
        changes = [key.to(word) for word in (*((key.was,) if key.was else ()), *key.words)]
        pairs = tuple((change, lr_there) for change in changes if (lr_there := rate(change)) is not None)
        right = tuple(pair for pair in pairs if float(f"{pair[1]:.{max(digits(lr), 3)}g}") == lr)
        return Solved(key, right, None, () if right else pairs)
    rates(key.number)
    near_values = [float(declared.spec.length), float(row)] if key.kind == "whole" else [0.0]
    for near in _tolerances(known):
        solver = Solver(key, rates, Rows([row], [lr], [near * abs(lr) or NO_NUMBER]), near_values)
        solutions = [*solver.solutions()]
        if not solutions and key.kind == "number":
            solutions = [*solver.simplified(filter(solver.met, _touching(known, rates, lr)))]
        if solver.met(key.number):
            solutions.insert(0, key.number)
        if solutions:
            solutions.sort(key=lambda value: _distance(key.to(value), key, variants, row))
            if key.kind == "number":
                solutions = [exact for value in solutions for exact in _exact(value, known, rates, lr)]
            values = [value for value in dict.fromkeys(solutions) if rates(value)]
            return Solved(key, tuple((key.to(value), known[value]) for value in values), None)
    seen = (min(known.values()), max(known.values())) if known else None
    return Solved(key, (), seen, _beside(known, key, lr))


def _tolerances(known: Mapping[float, float]) -> Iterator[float]:
    """How far the learning rate may be from the wanted one, the nearest first."""
    yield EXACT[0]
    yield from EXACT_SINGLES if _is_single(known) else EXACT[1:]


def _is_single(known: Mapping[float, float]) -> bool:
    return singles([*known.values()]) == [*known.values()]


def _exact(value: float, known: Mapping[float, float], rates: RatesOfValue, lr: float) -> Iterator[float]:
    """The number next to a value with which the learning rate is the wanted one, to the bit, or else the nearest to it.

    Of several it is the one of the fewest digits. A value that somebody would write follows, should it be another.
    """
    unit, most, wanted = (SINGLE_UNIT, 9, singles([lr])[0]) if _is_single(known) else (DOUBLE_UNIT, 17, lr)
    step = value * math.sqrt(unit)
    beside = rates(value + step)
    slope = (beside[0] - known[value]) / step if beside and step else 0.0
    root = value + (wanted - known[value]) / slope if slope else value
    near = [root + k * unit * root for k in range(-NEIGHBOURS, NEIGHBOURS + 1)] if slope else []
    numbers = {value, *(float(f"{x:.{count}g}") for x in near for count in range(1, most + 1))}
    best, gap = value, math.inf
    for number in sorted(numbers, key=lambda number: (digits(number), abs(number - root))):
        there = rates(number)
        if there and abs(there[0] - wanted) < gap:
            best, gap = number, abs(there[0] - wanted)
        if not gap:
            break
    yield best
    if digits(value) <= UNROUND:
        yield value


def _distance(change: Change, key: Key, variants: Variants, row: int) -> tuple[bool, float]:
    """How far a value is from the key's own; one whose run is over before the row comes last."""
    spec = variants.spec([change])
    return spec is not None and row > series_of(spec).stop, abs(change.number - key.number)


def _touching(known: Mapping[float, float], rates: RatesOfValue, lr: float) -> Iterator[float]:
    """The value at which the learning rate comes nearest to the wanted one, and turns: of the known ones, or between.

    The peak of a schedule is at a step with one value of pct_start, and none of the others gives as much.
    """
    values = sorted(known)
    i = min(range(len(values)), key=lambda i: abs(known[values[i]] - lr), default=0)
    if not 0 < i < len(values) - 1:
        return
    low, high = values[i - 1], values[i + 1]
    for _ in range(HALVED):
        a, b = low + (high - low) * 0.382, high - (high - low) * 0.382
        at_a, at_b = (abs(lr_there[0] - lr) if (lr_there := rates(value)) else math.inf for value in (a, b))
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
    kind = next((param_of(f).kind for f in parameters(schedule) if f.name == name), "")
    if name == "type" or kind in _NO_NUMBERS:
        return f"it is {_NO_NUMBERS.get(kind, 'the type of a schedule')}, and no number or choice; "
    return next((text for part in schedule.parts() if (text := _kind_of(part, name))), "")


def _beside(known: Mapping[float, float], key: Key, lr: float) -> tuple[tuple[Change, float], ...]:
    """The two neighbouring values between which the wanted learning rate lies, those that come nearest to it."""
    pairs = [(a, b) for a, b in pairwise(sorted(known.items())) if (a[1] - lr) * (b[1] - lr) < 0]
    pair = min(pairs, key=lambda two: (abs(two[1][1] - two[0][1]), abs(two[0][0] - key.number)), default=())
    return tuple((key.to(value), lr_there) for value, lr_there in pair)
