"""Several runs side by side: one row axis for all of them, and names that tell them and their groups apart.

Rows are epochs, or steps as soon as one run counts steps. An epoch's learning rate then holds for all of its steps.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from lrcli.errors import LrcliError
from lrcli.series.base import Readings, Series

if TYPE_CHECKING:
    from lrcli.spec import Group


class Grid(NamedTuple):
    """The rows that several runs share: start <= t < stop, counted in `unit`s.

    `factors` says, run by run, how many of these rows one row of the run fills.
    """

    unit: str
    start: int
    stop: int
    factors: tuple[int, ...]


def common_grid(runs: Sequence[Series]) -> Grid:
    """The rows of all the runs together: epochs if every run counts epochs, else steps.

    Raises LrcliError for epochs against steps where no `steps_per_epoch` says how they meet.
    """
    unit = "epoch" if {run.unit for run in runs} == {"epoch"} else "step"
    factors = tuple(_steps_per_epoch(run, runs) if run.unit != unit else 1 for run in runs)
    start = min(run.start * factor for run, factor in zip(runs, factors, strict=True))
    stop = max(run.stop * factor for run, factor in zip(runs, factors, strict=True))
    return Grid(unit, start, stop, factors)


def _steps_per_epoch(run: Series, runs: Sequence[Series]) -> int:
    """The steps of one epoch of `run`: its own, else the one that the other runs agree on."""
    if run.steps_per_epoch:
        return run.steps_per_epoch
    known = {other.steps_per_epoch for other in runs if other.steps_per_epoch}
    if len(known) == 1:
        return known.pop()
    other = next(another for another in runs if another.unit != run.unit)
    raise LrcliError(
        f"'{run.name}' counts epochs and '{other.name}' counts steps: "
        f"give '{run.name}' steps_per_epoch (or --steps-per-epoch N), so that their rows can be aligned"
    )


def on_grid(
    run: Series, factor: int, windows: Iterable[Sequence[int]], names: Sequence[str]
) -> Iterator[tuple[Readings, ...]]:
    """The columns of a run in the rows of a grid, `factor` of which one row of the run fills.

    The rows increase; a value is None in those that the run does not have.
    """
    outside: deque[tuple[int, int]] = deque()

    def inside() -> Iterator[Sequence[int]]:
        for rows in windows:
            low, high = bisect_left(rows, run.start * factor), bisect_left(rows, run.stop * factor)
            outside.append((low, len(rows) - max(high, low)))
            shared = rows[low:high]
            yield shared if factor == 1 else [t // factor for t in shared]

    for groups in run.at(inside(), names):
        before, after = outside.popleft()
        if before or after:
            groups = tuple(
                Readings({name: [*[None] * before, *values, *[None] * after] for name, values in group.items()})
                for group in groups
            )
        yield groups


def curve_names(runs: Sequence[Series]) -> tuple[str, ...]:
    """One name per run, each different: its own, with `@torch-1.1` and then `#2` where that is not enough."""
    counts = Counter(run.name for run in runs)
    return _distinct([f"{run.name}@{run.label}" if counts[run.name] > 1 and run.label else run.name for run in runs])


def group_names(groups: Sequence[Group]) -> tuple[str, ...]:
    return distinct_names([group.name for group in groups])


def distinct_names(names: Sequence[str | None]) -> tuple[str, ...]:
    """The names of parameter groups, made different; unnamed ones are numbered from 0. A single unnamed one is ''.

    >>> distinct_names(["head", None, "head"]), distinct_names([None])
    (('head', '1', 'head#2'), ('',))
    """
    if len(names) == 1 and names[0] is None:
        return ("",)
    return _distinct([str(i) if name is None else name for i, name in enumerate(names)])


def _distinct(names: Sequence[str]) -> tuple[str, ...]:
    used: set[str] = set()
    result = []
    for name in names:
        new, n = name, 1
        while new in used or (n > 1 and new in names):
            n += 1
            new = f"{name}#{n}"
        used.add(new)
        result.append(new)
    return tuple(result)
