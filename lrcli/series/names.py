"""Names that tell runs and parameter groups apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from lrcli.spec import Group

if TYPE_CHECKING:
    from lrcli.series.base import Series


def curve_names(runs: Sequence[Series]) -> tuple[str, ...]:
    """One name per run, each different: its own, with `@torch-1.1` and then `#2` where that is not enough."""
    counts = Counter(run.name for run in runs)
    return _distinct([f"{run.name}@{run.label}" if counts[run.name] > 1 and run.label else run.name for run in runs])


def group_names(groups: Sequence[Group]) -> tuple[str, ...]:
    """One name per parameter group, each different; see `distinct_names`."""
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
