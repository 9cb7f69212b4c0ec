"""The value of one key with which a schedule has a given learning rate at a given step."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

from lrcli.errors import LrcliError, closest
from lrcli.infer.explain.sources import plain_source
from lrcli.infer.keys import Change, Key, Variants, keys_of
from lrcli.infer.keys.solving import Solver, Wanted
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
    beside: for a whole number that lies between two, these with their learning rates.
    """

    key: Key
    changes: tuple[tuple[Change, float], ...]
    seen: tuple[float, float] | None
    beside: tuple[tuple[Change, float], ...] = ()


def solve(declared: Declared, name: str, row: int, lr: float, group: int = 0) -> Solved:
    """Solve for the key that is called `name`, or ends so (gamma for schedule.gamma).

    Raises LrcliError where there is no such key, or it is no number.
    """
    key = _named(declared, name, group)
    variants, run = Variants(declared), series_of(declared.spec)
    if not run.jumps:
        run.check_walk(row - run.start, MOST_WALKED)
    known: dict[float, float] = {}

    def values(value: float) -> list[float] | None:
        spec = variants.spec([key.to(value)])
        try:
            found = math.nan if spec is None else plain_source(spec, group, run.reading).at([row])[0]
        except (LrcliError, ArithmeticError, ValueError, IndexError):
            return None
        if not math.isfinite(found):
            return None
        known[value] = found
        return [found]

    changes: tuple[tuple[Change, float], ...] = ()
    for near in EXACT:
        solver = Solver(
            key, values, Wanted([lr], [near * abs(lr) or 1e-300]), [float(declared.spec.length), float(row)]
        )
        own = values(key.number)
        solutions = [key.number] if own is not None and abs(own[0] - lr) <= near * abs(lr) else []
        solutions += [value for value in solver.solutions() if value not in solutions]
        solutions.sort(key=lambda value: abs(value - key.number))
        changes = tuple((key.to(value), known[value]) for value in solutions if value in known or values(value))
        if changes:
            break
    seen = (min(known.values()), max(known.values())) if known else None
    return Solved(key, changes, seen, () if changes or key.kind != "whole" else _beside(key, known, lr))


def _named(declared: Declared, name: str, group: int) -> Key:
    keys = [key for key in keys_of(declared, group) if key.kind in ("number", "whole")]
    found = [key for key in keys if key.path == name] or [key for key in keys if key.path.endswith(f".{name}")]
    if len({key.path for key in found}) == 1:
        return found[0]
    names = [key.path for key in keys]
    if found:
        raise LrcliError(f"several keys are called {name!r}: write one of {', '.join(key.path for key in found)}")
    close = closest(name, [*names, *(path.rpartition(".")[2] for path in names)])
    hint = f"did you mean {close!r}?" if close else f"its numbers are {', '.join(names)}"
    raise LrcliError(f"the spec has no number {name[:60]!r} to solve for: {hint}")


def _beside(key: Key, known: dict[float, float], lr: float) -> tuple[tuple[Change, float], ...]:
    """The two neighbouring whole numbers between which the wanted learning rate lies, the nearest such."""
    steps = pairwise(sorted(known.items()))
    pairs = [(a, b) for a, b in steps if (a[1] - lr) * (b[1] - lr) < 0 and b[0] - a[0] == 1]
    if not pairs:
        return ()
    pair = min(pairs, key=lambda two: abs(two[0][0] - key.number))
    return tuple((key.to(value), found) for value, found in pair)
