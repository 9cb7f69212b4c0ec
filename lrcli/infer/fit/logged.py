"""A curve of which a log has some rows: where it bends and jumps, and what the keys of a schedule may be made of."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import pairwise
from typing import Any, overload

from lrcli.frameworks.porting import MOST_JUMPS, WantedCurve
from lrcli.infer.fit.rows import FitRows
from lrcli.infer.numbers import simplest, simplest_whole
from lrcli.schedules.base import Setting
from lrcli.values import dataclass


class _Between(Sequence[float]):
    """A learning rate for each step: those of the rows, and those on the line between two of them.

    It is iterated over by the rows alone, which have its largest and its smallest.
    """

    def __init__(self, rows: FitRows, length: int) -> None:
        self._rows, self._length = rows, length

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[float]:
        return iter(self._rows.values)

    @overload
    def __getitem__(self, t: int) -> float: ...
    @overload
    def __getitem__(self, t: slice) -> Sequence[float]: ...
    def __getitem__(self, t: Any) -> Any:
        if isinstance(t, slice):
            return [self[step] for step in range(*t.indices(self._length))]
        step = t + self._length if t < 0 else t
        if not 0 <= step < self._length:
            raise IndexError(t)
        at, values = self._rows.at, self._rows.values
        i = bisect_right(at, step)
        if i in (0, len(at)):
            return values[min(i, len(at) - 1)]
        share = (step - at[i - 1]) / (at[i] - at[i - 1])
        return values[i - 1] + (values[i] - values[i - 1]) * share


@dataclass(frozen=True)
class LoggedCurve(WantedCurve):
    """The curve of some rows, whose steps are counted from 0; the rates between them are about right."""

    rows: FitRows = FitRows((), (), ())

    @cached_property
    def peak(self) -> float:
        """The largest learning rate of the log."""
        return max(self.rows.values)

    def bases(self) -> tuple[float, ...]:
        """The base learning rate to begin with: it is solved for."""
        return (self.peak,)

    @cached_property
    def _slopes(self) -> list[float]:
        rows = self.rows
        return [(b - a) / (q - p) for (p, q), (a, b) in zip(pairwise(rows.at), pairwise(rows.values), strict=True)]

    @cached_property
    def jumped(self) -> list[int]:
        """The first rows after a jump: the change before them is far larger than those on either side."""
        steep = [0.0, *map(abs, self._slopes), 0.0]
        values = self.rows.values
        return [
            i
            for i in range(1, len(values))
            if steep[i] > 3 * max(steep[i - 1], steep[i + 1]) and abs(values[i] - values[i - 1]) > 1e-3 * self.peak
        ]

    @cached_property
    def _flat(self) -> list[int]:
        """The last row of a flat beginning, and the first one of a flat end."""
        values, slack, n = self.rows.values, self.rows.slack, len(self.rows)
        first = next((i for i in range(1, n) if abs(values[i] - values[0]) > slack[i]), n) - 1
        last = next((i for i in reversed(range(n - 1)) if abs(values[i] - values[-1]) > slack[i]), -1) + 1
        return [i for i in (last, first) if 0 < i < n - 1]

    @cached_property
    def bends(self) -> list[int]:
        """The rows at which the curve bends more than beside them, or turns, or is flat from there: the likeliest
        places of a phase's end first.
        """
        rows, slopes = self.rows, self._slopes
        changes = [0.0, *(b - a for a, b in pairwise(slopes)), 0.0]
        sharp: list[tuple[float, int]] = []
        for i in range(1, len(slopes)):
            beside = max((abs(changes[j]) for j in (i - 2, i + 2) if 0 < j < len(slopes)), default=0.0)
            noise = 4 * max(rows.slack[i - 1 : i + 2]) / (rows.at[i] - rows.at[i - 1])
            near = max(abs(changes[i - 1]), abs(changes[i + 1]))
            if abs(changes[i]) > 2.5 * beside + noise and abs(changes[i]) >= near:
                sharp.append((-abs(changes[i]), i))
        bent = [i for _, i in sorted(sharp)]
        turning = [i for i, (a, b) in enumerate(pairwise(slopes), 1) if a * b < 0]
        return [*dict.fromkeys([*bent[:4], *self._flat, *turning[:3], *bent[4:8]])]

    def _rounded(self, indices: Iterable[int]) -> list[int]:
        """The roundest steps at which the curve may bend there: between the rows before and after."""
        at, last = self.rows.at, len(self.rows) - 1
        places = (simplest_whole(at[i - 1] + 1, at[i + 1] - 1) for i in indices if 0 < i < last)
        return [*dict.fromkeys(place for place in places if place is not None)]

    @cached_property
    def top(self) -> int:
        """About the first step of the largest learning rate; 0 where the log begins there."""
        i = self.rows.values.index(self.peak)
        return next(iter(self._rounded([i])), self.rows.at[i]) if i else 0

    @cached_property
    def jumps(self) -> list[int]:
        """The steps at which the curve jumps."""
        at = self.rows.at
        steps = [simplest_whole(at[i - 1] + 1, at[i]) or at[i] for i in self.jumped]
        return steps if len(steps) <= MOST_JUMPS else []

    @cached_property
    def kinks(self) -> list[int]:
        """The steps at which the curve bends."""
        return self._rounded(self.bends)

    @cached_property
    def lengths(self) -> tuple[int, ...]:
        """Counts of steps that a schedule may be made of, the likeliest first."""
        n, top = len(self.rates), self.top
        gaps = [b - a for a, b in pairwise(self.jumps[:3])]
        plain = [n, *([top] if top else []), *self.jumps[:2], *gaps, *self.kinks]
        cuts = [*dict.fromkeys([top, *self.kinks[:4]])]
        between = [*(abs(a - b) for a in cuts for b in cuts if a > b), *(n - cut for cut in cuts)]
        return tuple(x for x in dict.fromkeys([*plain[:5], *between, *plain[5:], 1]) if x > 0)

    @cached_property
    def warmups(self) -> tuple[int, ...]:
        """How long the warmup may be."""
        return tuple(dict.fromkeys((self.top, 0, *self.jumps[:1], *self.kinks[:4])))

    @cached_property
    def cycles(self) -> list[float]:
        """How often a curve may go up and down."""
        ups = sum(self.rows.values[i] > self.rows.values[i - 1] for i in self.jumped) + 1
        return [0.5, 1.0, *([] if ups == 1 else [float(ups)]), ups - 0.5, 0.0]

    @cached_property
    def pieces(self) -> list[float]:
        """The learning rates of a curve that is constant between its jumps; [] for another."""
        values = self.rows.values
        levels = [values[0], *(values[i] for i in self.jumped)]
        return levels if self.jumped and levels == [*(values[i - 1] for i in self.jumped), values[-1]] else []

    @cached_property
    def corners(self) -> list[int]:
        """The steps between which the curve may be made of curves of one kind."""
        return [0, *sorted(self.kinks), len(self.rates) - 1] if len(self.kinks) < 8 else []

    @property
    def longer(self) -> float:
        """The factor from one cycle's length to that of the next: the simplest that the rows allow."""
        first, second, third = self.cycles_from[:3]
        wide = max(b - a for a, b in pairwise(self.rows.at))
        short, long = second - first, third - second
        whole = len(self.cycles_from) > 3  # else the third one is where the log ends
        return simplest((long - wide) / (short + wide), (long + wide) / max(short - wide, 1)) if whole else 1.0

    def factor(self, start: int, stop: int) -> float:
        """The factor from the row at or after a step to that of another, of two digits."""
        at, values = self.rows.at, self.rows.values
        first, last = (values[min(bisect_left(at, step), len(at) - 1)] for step in (start, stop))
        return float(f"{last / first:.2g}") if first else 0.0

    @cached_property
    def factors(self) -> list[float]:
        """The factor of each jump."""
        values = self.rows.values
        return [float(f"{values[i] / values[i - 1]:.3g}") for i in self.jumped if values[i - 1]]

    @cached_property
    def pace(self) -> list[float]:
        """The factor from step to step where the curve falls for the last time."""
        rows = self.rows
        falls = pairwise(zip(reversed(rows.at), reversed(rows.values), strict=True))
        return [(end / start) ** (1 / (q - p)) for (q, end), (p, start) in falls if 0 < end < start][:1]


def logged_curve(rows: FitRows, first: int) -> LoggedCurve:
    """The curve of the rows of a log whose scheduler begins at a position. Its run ends at a round step."""
    counted = replace(rows, at=[p - first for p in rows.at])
    last, gap = counted.at[-1], counted.at[-1] - counted.at[-2]
    length = simplest_whole(last + 1, last + gap) or last + 1
    peak = max(rows.values)
    setting = Setting(length, "epoch" if rows.in_epochs else "step", rows.epoch or None, lrs=(peak,), default_lr=peak)
    return LoggedCurve(_Between(counted, length), peak, (), (), setting, rows=counted)
