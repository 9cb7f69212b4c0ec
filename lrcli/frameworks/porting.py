"""A curve that `lrcli convert` looks for in a framework, and what the keys of a schedule may be made of.

Which values of a key are tried follows from its kind and its name. Where that is not enough, its `Param` has `tried`, a
function from a WantedCurve to all of them, the likeliest first.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import pairwise

from lrcli.schedules.base import Schedule, Setting
from lrcli.values import dataclass

MOST_JUMPS = 50
"""A curve with more jumps, or with more corners, is not taken for a list of pieces."""
MOST_CUTS = 5
"""A curve is cut into at most this many phases and one more."""
NEARLY_0 = 1e-6
"""A warmup from 0 gets this share at its start where the framework refuses 0."""


@dataclass(frozen=True)
class WantedCurve:
    """Learning rates, and what they may be made of.

    rates: one of each row. lr: the base learning rate of a schedule. breaks: the first rows at which they jump or
    bend. numbers: those of the schedule that they come from. setting: the run. wrapped: PyTorch's schedules that they
    come from, which a framework may hold in a class of its own. single: whether they were computed in single precision.
    """

    rates: Sequence[float]
    lr: float
    breaks: tuple[int, ...]
    numbers: tuple[float, ...]
    setting: Setting
    wrapped: tuple[Schedule, ...] = ()
    single: bool = False

    def part(self, start: int, stop: int) -> WantedCurve:
        """The curve of a phase, whose rows are counted from 0."""
        after = self.rates[stop : stop + 1]
        breaks = tuple(t - start for t in self.breaks if start < t < stop)
        numbers = (*self.numbers, *after)
        setting = self.setting._replace(length=stop - start)
        return WantedCurve(self.rates[start:stop], self.lr, breaks, numbers, setting, single=self.single)

    def cuts(self) -> Iterator[tuple[int, ...]]:
        """The rows at which the curve may be cut into phases: one of them, then all; of cycles all of them first."""
        inside = {t for t in (self.top, *self.breaks, *self.cycles_from) if 0 < t < len(self.rates)}
        single = [(t,) for t in sorted(inside)]
        every = [tuple(sorted(inside))] if 1 < len(inside) <= MOST_CUTS else []
        yield from (*every, *single) if self.cycles_from else (*single, *every)

    @cached_property
    def peak(self) -> float:
        """The largest learning rate."""
        return max(self.rates)

    @cached_property
    def top(self) -> int:
        """The first row of the peak; 0 where the curve begins there."""
        return self.rates.index(self.peak)

    @cached_property
    def unit(self) -> str:
        """The unit of a time string that counts rows."""
        return "ep" if self.setting.interval == "epoch" else "ba"

    @cached_property
    def lengths(self) -> tuple[int, ...]:
        """Counts of steps that a schedule may be made of, the likeliest first."""
        length = len(self.rates)
        given = [int(x) for x in self.numbers if x == int(x) and 0 < x <= 100 * length]
        plain = [length, *given, *self.breaks, *([self.top] if self.top else [])]
        between = [a - b for a in plain[:6] for b in plain[:6] if a > b]
        return tuple(dict.fromkeys([*plain[:5], 1, *plain[5:], *between, length - 1, length + 1]))

    @property
    def floors(self) -> list[float]:
        """The numbers that the curve may come down to, but not within the run."""
        return [x for x in self.numbers if 0 < x < min(self.lr, self.rates[-1])][:3]

    @cached_property
    def cycles(self) -> list[float]:
        """How often a curve may go up and down: the half of once, and as often as one of its lengths fits into it."""
        return [0.5, 1.0, 0.0, *(len(self.rates) / n for n in self.lengths), *self.numbers]

    @cached_property
    def warmups(self) -> tuple[int, ...]:
        """How long the warmup may be: up to the first row of the peak, or about that."""
        near = [self.top, self.top + 1, self.top - 1] if self.top else []
        return tuple(dict.fromkeys(n for n in (0, *near, *self.lengths[:4], 1) if 0 <= n <= len(self.rates)))

    @cached_property
    def jumps(self) -> list[int]:
        """The rows at which the curve jumps: it changes by far more than in the rows beside them."""
        changes = [0.0, *(abs(b - a) for a, b in pairwise(self.rates)), 0.0]
        rows = [t for t in range(1, len(self.rates)) if changes[t] > 3 * max(changes[t - 1], changes[t + 1])]
        return rows if len(rows) <= MOST_JUMPS else []

    @cached_property
    def pieces(self) -> list[float]:
        """The learning rates of a curve that is constant between its jumps; [] for another."""
        levels = [self.rates[0], *(self.rates[t] for t in self.jumps)]
        ends = [t - 1 for t in self.jumps] + [len(self.rates) - 1]
        return levels if [self.rates[t] for t in ends] == levels and self.jumps else []

    @cached_property
    def cycles_from(self) -> tuple[int, ...]:
        """Where each cycle of a curve begins that falls and jumps up again, and where the run ends; () for another."""
        rates = self.rates
        ups = [t for t in self.jumps if rates[t] > rates[t - 1]]
        first = self.top if ups and self.top < ups[0] else 0
        return (first, *ups, len(rates)) if ups and rates[ups[0] - 1] < rates[first] else ()

    @property
    def longer(self) -> float:
        """The factor from one cycle's length to that of the next."""
        first, second, third = self.cycles_from[:3]
        return (third - second) / (second - first)

    @cached_property
    def corners(self) -> list[int]:
        """The rows between which the curve is made of straight lines; [] for one of too many."""
        slopes, last = [b - a for a, b in pairwise(self.rates)], len(self.rates) - 1
        bends = [t for t, (a, b) in enumerate(pairwise(slopes), 1) if abs(b - a) > 1e-9 * self.peak]
        is_curved = any(c - a == 2 for a, c in zip(bends, bends[2:], strict=False))
        return [0, *bends, last] if last and len(bends) <= MOST_JUMPS and not is_curved else []

    def bases(self) -> tuple[float, ...]:
        """The base learning rates that the schedule may start from."""
        return tuple(rate for rate in dict.fromkeys((self.lr, self.peak, self.rates[0])) if rate > 0) or (0.0,)

    @cached_property
    def factors(self) -> list[float]:
        """The factor of each jump."""
        return [self.factor(t - 1, t) for t in self.jumps if self.rates[t - 1]]

    def factor(self, start: int, stop: int) -> float:
        """The factor from one row to another: a number of the schedule where it is one but for rounding."""
        factor, near = self.rates[stop] / self.rates[start], 1e-6 if self.single else 1e-9
        return next((x for x in self.numbers if abs(x - factor) < near * x), factor)

    def positions(self) -> list[tuple[int, ...]]:
        """The rows of the jumps, or those beside them."""
        return [tuple(t + by for t in self.jumps) for by in (0, -1, 1)] if self.jumps else []
