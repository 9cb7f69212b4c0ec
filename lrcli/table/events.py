"""What happens in the rows of a table, in words for people."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from lrcli.schedules.base import Schedule
from lrcli.series.curve import event_lead, first_row

if TYPE_CHECKING:
    from lrcli.table.rows import Chunk, Source

_APART = 1e-9
"""Readings that are closer than this (relative) count as one: rounding is no event."""

_NAMED = 3
"""Up to how many runs or groups are named in an event."""


def with_events(chunks: Iterator[Chunk], sources: Sequence[Source]) -> Iterator[Chunk]:
    """The chunks with a last column that tells what happens: milestones, restarts, and where get_lr() is not the LR.

    What happens in all runs, or in all groups of a run, is said once; else with the name of the run or group.
    """
    tellers = []
    offset = 1
    for source in sources:
        tellers.append(_Teller(source, offset))
        offset += len(source.columns)
    names = [source.name for source in sources]
    for chunk in chunks:
        told = [teller.tell(chunk) for teller in tellers]
        yield [*chunk, told[0] if len(told) == 1 else [_merged(names, texts) for texts in zip(*told, strict=True)]]


class _Teller:
    """The events of one run, row after row: a mark that holds for a stretch of rows is set on its first."""

    def __init__(self, source: Source, offset: int) -> None:
        spec = source.spec
        self.source = source
        self.rows = range(first_row(spec), spec.length)
        self.schedules: list[Schedule] = []  # each different one once: 64 groups mostly share theirs
        self.leads: list[int | None] = []
        self.schedule_of = []
        for i, group in enumerate(spec.groups):
            if group.schedule not in self.schedules:
                self.schedules.append(group.schedule)
                self.leads.append(event_lead(spec, i))
            self.schedule_of.append(self.schedules.index(group.schedule))
        named = zip(source.groups, spec.groups, strict=True)
        self.groups = [f"group {name}" if group.name is None else name for name, group in named]
        n = len(source.readings)
        self.columns = [
            (offset + i * n, offset + i * n + source.readings.index("get_lr")) if "get_lr" in source.readings else None
            for i in range(len(spec.groups))
        ]
        self.apart = [False] * len(spec.groups)

    def tell(self, chunk: Chunk) -> list[str]:
        factor = self.source.factor
        told = []
        for n, row in enumerate(chunk[0]):
            t, rest = divmod(row, factor)
            if rest or t not in self.rows:
                told.append("")
                continue
            events = [
                "" if lead is None else schedule.event_at(max(t + lead, 0))
                for schedule, lead in zip(self.schedules, self.leads, strict=True)
            ]
            texts = [events[i] for i in self.schedule_of]
            for i, columns in enumerate(self.columns):
                if columns is not None:
                    texts[i] = self._with_mark(i, texts[i], chunk[columns[0]][n], chunk[columns[1]][n])
            told.append(_merged(self.groups, texts))
        return told

    def _with_mark(self, i: int, text: str, lr: float | None, get_lr: float | None) -> str:
        """The event of group i, and a word on get_lr() where it is not the LR: at each event, and where that begins."""
        apart = lr is not None and get_lr is not None and not math.isclose(lr, get_lr, rel_tol=_APART)
        begins = apart and (bool(text) or not self.apart[i])
        self.apart[i] = apart
        if not begins or lr is None or get_lr is None:
            return text
        gamma = getattr(self.source.spec.groups[i].schedule, "gamma", None)
        doubled = isinstance(gamma, (int, float)) and math.isclose(get_lr, lr * gamma, rel_tol=_APART)
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
    told = []
    for event, who in where.items():
        if len(who) == len(names):
            told.append(event)
        else:
            told.append(f"{', '.join(who) if len(who) <= _NAMED else f'{len(who)} of {len(names)}'}: {event}")
    return "; ".join(told)
