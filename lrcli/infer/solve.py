"""The value of one key with which a schedule has a given learning rate at a given step."""

from __future__ import annotations

import math
from array import array
from dataclasses import dataclass
from itertools import pairwise

from lrcli.errors import LrcliError, closest
from lrcli.infer.keys import Change, Key, Variants, keys_of
from lrcli.infer.keys.solving import Solver
from lrcli.infer.limits import EXACT, EXACT_SINGLE, NO_NUMBER
from lrcli.infer.numbers import digits
from lrcli.infer.rows import Rows
from lrcli.infer.sources import plain_source
from lrcli.reader import Declared
from lrcli.schedules import Schedule, parameters
from lrcli.schedules.params import param_of
from lrcli.series import series_of

MOST_WALKED = 100_000
"""A run whose steps cannot be computed alone is walked again for each value, up to this step."""

_NO_NUMBERS = {
    "positions": "a list of positions",
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


def solve(declared: Declared, name: str, row: int, lr: float, group: int = 0) -> Solved:
    """Solve for the key that is called `name`, or ends so (gamma for schedule.gamma).

    Raises LrcliError where there is no such key, or it is a list of positions.
    """
    run = series_of(declared.spec)
    if not run.jumps:
        run.check_walk(row - run.start, MOST_WALKED)
    candidates = [_solved(key, declared, row, lr, group) for key in _named(declared, name, group)]
    return next((candidate for candidate in candidates if candidate.changes), candidates[0])


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
        lr_there = rate(key.to(value))
        if lr_there is None:
            return None
        known[value] = lr_there
        return [lr_there]

    if key.kind == "words":
        changes = [key.to(word) for word in (*((key.was,) if key.was else ()), *key.words)]
        pairs = tuple((change, lr_there) for change in changes if (lr_there := rate(change)) is not None)
        right = tuple(pair for pair in pairs if float(f"{pair[1]:.{max(digits(lr), 3)}g}") == lr)
        return Solved(key, right, None, () if right else pairs)
    at_present = rates(key.number)
    for near in (*EXACT, EXACT_SINGLE):
        if near == EXACT_SINGLE and array("f", at_present or [math.pi]).tolist() != at_present:
            break
        wanted = Rows([row], [lr], [near * abs(lr) or NO_NUMBER])
        solver = Solver(key, rates, wanted, [float(declared.spec.length), float(row)])
        solutions = [key.number] if at_present and wanted.met(at_present) else []
        solutions += [value for value in solver.solutions() if value not in solutions]
        solutions.sort(key=lambda value: abs(value - key.number))
        solved = tuple((key.to(value), known[value]) for value in solutions if value in known or rates(value))
        if solved:
            return Solved(key, solved, None)
    seen = (min(known.values()), max(known.values())) if known else None
    return Solved(key, (), seen, _beside(key, known, lr))


def _named(declared: Declared, name: str, group: int) -> list[Key]:
    """The keys of that name: several where a length has a unit, or an expression several numbers."""
    keys = [key for key in keys_of(declared, group) if key.kind != "positions"]
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


def _beside(key: Key, known: dict[float, float], lr: float) -> tuple[tuple[Change, float], ...]:
    """The two neighbouring values between which the wanted learning rate lies, the nearest such."""
    steps = pairwise(sorted(known.items()))
    pairs = [(a, b) for a, b in steps if (a[1] - lr) * (b[1] - lr) < 0]
    if not pairs:
        return ()
    pair = min(pairs, key=lambda two: (two[1][0] - two[0][0], abs(two[0][0] - key.number)))
    return tuple((key.to(value), lr_there) for value, lr_there in pair)
