"""What the rows of a log show of a schedule: rows to try a value on, lengths, and positions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from itertools import pairwise

from lrcli.infer.limits import FEWEST_TO_STICK_OUT, PLACES, PROBES
from lrcli.infer.numbers import simplest_whole
from lrcli.infer.rows import Rows, evenly


class Marks:
    """The rows of a log at which something happens.

    misses: which of them the schedule misses. length: the rows of the run.
    """

    def __init__(self, rows: Rows, misses: Callable[[], Sequence[bool]], length: int) -> None:
        self.at, self.values, self.slack, self.length = rows.at, rows.values, rows.slack, length
        self._misses = misses

    @cached_property
    def probed(self) -> list[int]:
        """Rows all over the log, more of those that are missed, and both sides of some places where it changes.

        The two that stick out most are not among them: with them, no two keys are near the right values.
        """
        n, half = len(self.at), PROBES // 2
        missed = [i for i, wrong in enumerate(self._misses()) if wrong] or [0]
        stride = max(1, len(self.edges) // 4)
        beside = [i for edge in self.edges[::stride][:4] for i in (edge - 1, edge)] if self.flat else []
        chosen = {*evenly(range(n), half - 1), *beside, *evenly(missed, half + 1)}
        return sorted(chosen - self._spikes or chosen)

    @cached_property
    def _spikes(self) -> set[int]:
        """The two rows of a long log that lie further from the line between their neighbours than these from theirs."""
        at, values = self.at, self.values
        if len(at) < FEWEST_TO_STICK_OUT:
            return set()
        gaps = [0.0] * len(at)
        for i in range(1, len(at) - 1):
            share = (at[i] - at[i - 1]) / ((at[i + 1] - at[i - 1]) or 1)
            gaps[i] = abs(values[i] - values[i - 1] - share * (values[i + 1] - values[i - 1]))
        alone = [i for i in range(1, len(at) - 1) if gaps[i] > 1.5 * max(gaps[i - 1], gaps[i + 1])]
        return set(sorted(alone, key=gaps.__getitem__)[-2:])

    @cached_property
    def edges(self) -> list[int]:
        """The rows at which the log has another value than in the row before, and not for that row alone."""
        values, slack = self.values, self.slack

        def same(i: int, j: int) -> bool:
            return abs(values[i] - values[j]) <= slack[i] + slack[j]

        rows = [i for i in range(1, len(values)) if not same(i, i - 1)]
        alone = {i for i in rows if i + 1 < len(values) and same(i - 1, i + 1)}
        return [i for i in rows if i not in alone and i - 1 not in alone]

    @property
    def flat(self) -> bool:
        """Whether the log stands still in most rows."""
        return 3 * len(self.edges) < len(self.at)

    @cached_property
    def _places(self) -> list[int]:
        """Steps at which a phase may end: where the log changes, is highest and lowest, and the ends of the run."""
        values, at = self.values, self.at
        edges = self.edges[:PLACES] if self.flat else self._kinks
        rows = [max(range(len(at)), key=values.__getitem__), min(range(len(at)), key=values.__getitem__)]
        rows += [i for i in range(len(at) - 1, 0, -1) if values[i - 1] > values[i]][-1:]
        rows = [*edges, *rows] if self.flat else [*rows, *edges]
        places = [place for i in rows for place in (at[i], at[i] + 1)]
        return [*places, self.length, at[-1] + 1] if self.flat else [self.length, at[-1] + 1, *places]

    def lengths(self, offsets: Sequence[int]) -> list[float]:
        """Lengths that the log shows, of phases that begin at the offsets."""
        return list(dict.fromkeys(float(place - n) for place in self._places for n in offsets if place > n))

    @cached_property
    def _kinks(self) -> list[int]:
        """The rows at which the log bends most."""
        values, at = self.values, self.at
        slopes = [(b - a) / (q - p or 1) for (a, b), (p, q) in zip(pairwise(values), pairwise(at), strict=True)]
        bends = sorted(range(1, len(slopes)), key=lambda i: -abs(slopes[i] - slopes[i - 1]))
        return bends[: PLACES // 2]

    def falls(self, offsets: Sequence[int]) -> Iterator[tuple[int, ...]]:
        """The positions at which the log falls from one flat stretch to the next, counted from each offset."""
        at = self.at
        for offset in offsets:
            rows = [i for i in self.edges if self.values[i] < self.values[i - 1] and at[i] > offset]
            if 0 < len(rows) <= 24 and 3 * len(rows) < len(at):
                yield tuple(simplest_whole(at[i - 1] + 1 - offset, at[i] - offset) or at[i] - offset for i in rows)
