"""Whether the spec with changed keys gives the rows of a log, asked of a few rows."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property

from lrcli.infer.effort import spend
from lrcli.infer.explain.evidence import Evidence
from lrcli.infer.keys import Key
from lrcli.infer.keys.key import KeyValue
from lrcli.infer.keys.pairs import near_values
from lrcli.infer.keys.variants import Trial
from lrcli.infer.limits import NEAR_REPLAY, PROBES
from lrcli.infer.rows import Rows, evenly
from lrcli.infer.sources import Formula
from lrcli.infer.transforms import RateSource

Tried = Callable[[Sequence[Trial]], RateSource | None]


class Probe:
    """Some rows of a log, against the spec with changed keys.

    tried: the numbers of the spec with changes, None where that is no spec. more: the changes that it has already.
    also: rows that are probed beside those that mark the log.
    """

    def __init__(
        self, tried: Tried, evidence: Evidence, more: tuple[Trial, ...] = (), also: Sequence[int] = ()
    ) -> None:
        self.tried, self.evidence, self.more, self.also = tried, evidence, more, also
        self._moved: dict[Key, set[int]] = {}

    @cached_property
    def wanted(self) -> Rows:
        """The rows."""
        return self.evidence.rows.pick(sorted({*(self._near() or self.evidence.marks.probed), *self.also}))

    @cached_property
    def _source(self) -> RateSource | None:
        return self.tried(self.more)

    def _near(self) -> list[int]:
        """Rows near the start, if some are wrong, where the schedule is walked to each row: far ones cost too much."""
        if not isinstance(self._source, Formula) or self._source.schedule.stands_alone():
            return []
        count = bisect_left(self.evidence.rows.at, NEAR_REPLAY)
        if not PROBES <= count < len(self.evidence.rows.at) or not any(self.evidence.misses[:count]):
            return []
        return [round(i * (count - 1) / (PROBES - 1)) for i in range(PROBES)]

    @cached_property
    def now(self) -> list[float] | None:
        """What the spec gives for the rows without another change."""
        return None if self._source is None else self.rates(self._source)

    @cached_property
    def wrong(self) -> set[int]:
        """Which of the rows are wrong without another change."""
        return set() if self.now is None else {i for i, missed in enumerate(self.wanted.missed(self.now)) if missed}

    def lrs(self, *trials: Trial) -> list[float] | None:
        """What the spec with these changes gives for the rows; None where that is no spec."""
        source = self.tried((*self.more, *trials))
        return None if source is None else self.rates(source)

    def rates(self, source: RateSource) -> list[float]:
        """What a source gives for the rows."""
        spend(len(self.wanted))
        base = self.evidence.base
        if isinstance(source, Formula) and source.schedule.stands_alone() and not base.mean:
            source = source.apart  # a few rows are no reason for a table
        return replace(base, source=source).at(self.wanted.at)

    def moved(self, key: Key) -> set[int]:
        """The rows that other values of a number change."""
        if key not in self._moved:
            now, length, rows = self.now or [], self.evidence.spec.length, self.evidence.rows.at[-1] + 1
            longer = (2.0 * rows,) if key.kind == "whole" and rows > length else ()  # it moves the last row, too
            other = [self.lrs((key, value)) or now for value in (*key.others(length), *longer)]
            self._moved[key] = {i for lrs in other for i, (a, b) in enumerate(zip(lrs, now, strict=True)) if a != b}
        return self._moved[key]

    def could(self, *keys: Key) -> bool:
        """Whether other values of these keys could put the rows right: nearly all that are wrong move with them."""
        if self.now is None:
            return False
        if any(key.kind in ("words", "positions") for key in keys):
            return True
        moved = set().union(*map(self.moved, keys))
        return bool(moved) and len(self.wrong - moved) <= self.wanted.most_wrong

    def near(self, *keys: Key) -> list[float] | None:
        """Values of one key or two that give about the learning rates of the rows, found from where they are."""
        return near_values(keys, lambda at: self.lrs(*zip(keys, at, strict=True)), self.wanted)

    def missed(self, key: Key, value: KeyValue) -> list[int]:
        """Some rows that are wrong with this change."""
        source = self.tried((*self.more, (key, value)))
        base = replace(self.evidence.base, source=source or self.evidence.base.source)
        wrong = [i for i, missed in enumerate(self.evidence.rows.missed(base.at(self.evidence.rows.at))) if missed]
        return evenly(wrong, PROBES)

    def meets(self, key: Key, value: KeyValue) -> bool:
        """Whether nearly all rows are right with this change."""
        values = self.lrs((key, value))
        return values is not None and self.wanted.met(values)
