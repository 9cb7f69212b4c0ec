"""What happens in the rows of a table, in words for people."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from lrcli.series.base import Series
from lrcli.table import Chunk

_APART = 1e-9
"""Readings that are closer than this (relative) count as one: rounding is no event."""

_NAMED = 3
"""At most this many runs or groups are named in an event."""


def with_events(chunks: Iterator[Chunk], tellers: Sequence[Teller]) -> Iterator[Chunk]:
    """The chunks with a last column that tells what happens: milestones, restarts, and where get_lr() is not the LR.

    What happens in all runs, or in all groups of a run, is said once; else with the name of the run or group.
    """
    names = [teller.name for teller in tellers]
    for chunk in chunks:
        events = [teller.tell(chunk) for teller in tellers]
        merged = events[0] if len(events) == 1 else [_merged(names, row) for row in zip(*events, strict=True)]
        yield [*chunk, merged]


class Teller:
    """The events of one run, row after row: a mark that holds for a stretch of rows is set on its first.

    factor: how many rows of the table one row of the run fills. marked: where in the table "lr" and "get_lr" of each
    group stand, nothing where there is no get_lr.
    """

    def __init__(self, run: Series, name: str, factor: int, marked: Sequence[tuple[int, int]]) -> None:
        self.run, self.name, self.factor, self.marked = run, name, factor, marked
        unnamed = [bool(group) and group == str(i) for i, group in enumerate(run.groups)]
        self.groups = [f"group {group}" if bare else group for group, bare in zip(run.groups, unnamed, strict=True)]
        self.apart = [False] * len(run.groups)

    def tell(self, chunk: Chunk) -> list[str]:
        changes = []
        for n, row in enumerate(chunk[0]):
            t, rest = divmod(row, self.factor)
            if rest or not self.run.start <= t < self.run.stop:
                changes.append("")
                continue
            texts = self.run.events(t)
            for i, (lr, get_lr) in enumerate(self.marked):
                texts[i] = self._with_mark(i, texts[i], chunk[lr][n], chunk[get_lr][n])
            changes.append(_merged(self.groups, texts))
        return changes

    def _with_mark(self, i: int, text: str, lr: float | None, get_lr: float | None) -> str:
        """The event of group i, and a word on get_lr() where it is not the LR: at each event, and where that begins."""
        apart = lr is not None and get_lr is not None and not math.isclose(lr, get_lr, rel_tol=_APART)
        begins = apart and (bool(text) or not self.apart[i])
        self.apart[i] = apart
        if not begins or lr is None or get_lr is None:
            return text
        factor = self.run.factor(i)
        doubled = factor is not None and math.isclose(get_lr, lr * factor, rel_tol=_APART)
        mark = "double gamma" if doubled else "get_lr() is not the LR"
        return f"{text}; {mark}" if text else mark


def _merged(names: Sequence[str], texts: Sequence[str]) -> str:
    """One text for all. What happens in all is said once; else with the names of those in which it does.

    >>> _merged(["a", "b"], ["decay x0.1", "decay x0.1; restart"])
    'decay x0.1; b: restart'
    """
    if len(set(texts)) == 1:
        return texts[0]
    where: dict[str, list[str]] = {}
    for name, text in zip(names, texts, strict=True):
        for event in text.split("; ") if text else ():
            where.setdefault(event, []).append(name)
    changes = []
    for event, who in where.items():
        if len(who) == len(names):
            changes.append(event)
        else:
            changes.append(f"{', '.join(who) if len(who) <= _NAMED else f'{len(who)} of {len(names)}'}: {event}")
    return "; ".join(changes)
