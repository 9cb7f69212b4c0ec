"""The value of one key with which a schedule has a given learning rate at a given step."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

from lrcli.errors import LrcliError, closest
from lrcli.infer.explain.sources import plain_source
from lrcli.infer.keys import Change, Key, Variants, keys_of
from lrcli.infer.keys.solving import Solver, Wanted
from lrcli.infer.numbers import digits
from lrcli.reader import Declared
from lrcli.series import series_of

EXACT = (1e-13, 1e-11, 1e-9)
"""How far, in relation to the wanted learning rate, the one that comes out may be: as near as there is a value."""


MOST_WALKED = 100_000
"""How far a run is walked again for each value that is tried, where no step can be computed alone."""


@dataclass(frozen=True)
class Solved:
    """What was found for a key.

    changes: the key's values with which the learning rate is the wanted one, each with the one that comes out; the
    nearest to the spec's own first. seen: the lowest and the highest learning rate there with any other value.
    beside: for a whole number that lies between two, these with their learning rates; of a choice, every word with its.
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
    found = [_solved(key, declared, row, lr, group) for key in _named(declared, name, group)]
    return next((one for one in found if one.changes), found[0])


def _solved(key: Key, declared: Declared, row: int, lr: float, group: int) -> Solved:
    variants, reading = Variants(declared), series_of(declared.spec).reading
    known: dict[float, float] = {}

    def rate(change: Change) -> float | None:
        spec = variants.spec([change])
        try:
            found = math.nan if spec is None else plain_source(spec, group, reading)([row])[0]
        except (LrcliError, ArithmeticError, ValueError, IndexError):
            return None
        return found if math.isfinite(found) else None

    def values(value: float) -> list[float] | None:
        found = rate(key.to(value))
        if found is None:
            return None
        known[value] = found
        return [found]

    if key.kind == "words":
        named = [(key.to(word), rate(key.to(word))) for word in (*((key.was,) if key.was else ()), *key.words)]
        rates = tuple((change, found) for change, found in named if found is not None)
        right = tuple(one for one in rates if float(f"{one[1]:.{max(digits(lr), 3)}g}") == lr)
        return Solved(key, right, None, () if right else rates)
    changes: tuple[tuple[Change, float], ...] = ()
    for near in EXACT:
        wanted = Wanted([lr], [near * abs(lr) or 1e-300])
        solver = Solver(key, values, wanted, [float(declared.spec.length), float(row)])
        own = values(key.number)
        solutions = [key.number] if own is not None and abs(own[0] - lr) <= near * abs(lr) else []
        solutions += [value for value in solver.solutions() if value not in solutions]
        solutions.sort(key=lambda value: abs(value - key.number))
        changes = tuple((key.to(value), known[value]) for value in solutions if value in known or values(value))
        if changes:
            break
    seen = (min(known.values()), max(known.values())) if known else None
    return Solved(key, changes, seen, () if changes or key.kind != "whole" else _beside(key, known, lr))


def _named(declared: Declared, name: str, group: int) -> list[Key]:
    """The keys of that name: several where a length has a unit, or an expression several numbers."""
    keys = [key for key in keys_of(declared, group) if key.kind != "positions"]
    numbers = [key for key in keys if key.kind != "words" and key.path in (name, f"{name}.for")]
    found = numbers or [key for key in keys if key.path == name]
    found = found or [key for key in keys if key.path.endswith(f".{name}")]
    if len({key.path for key in found}) == 1:
        return found
    names = list(dict.fromkeys(key.path for key in keys))
    if found:
        paths = dict.fromkeys(key.path for key in found)
        raise LrcliError(f"several keys are called {name!r}: write one of {', '.join(paths)}")
    close = closest(name, [*names, *(path.rpartition(".")[2] for path in names)])
    hint = f"did you mean {close!r}?" if close else f"it has {', '.join(names)}"
    raise LrcliError(f"there is no value {name[:60]!r} to solve for: {hint}")


def _beside(key: Key, known: dict[float, float], lr: float) -> tuple[tuple[Change, float], ...]:
    """The two neighbouring whole numbers between which the wanted learning rate lies, the nearest such."""
    steps = pairwise(sorted(known.items()))
    pairs = [(a, b) for a, b in steps if (a[1] - lr) * (b[1] - lr) < 0 and b[0] - a[0] == 1]
    if not pairs:
        return ()
    pair = min(pairs, key=lambda two: abs(two[0][0] - key.number))
    return tuple((key.to(value), found) for value, found in pair)
