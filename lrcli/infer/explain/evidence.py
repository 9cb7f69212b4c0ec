"""What the numbers say, seen from one hypothesis: which rows it misses, and which steps of it these rows could show."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

from lrcli.infer.costs import CAUSE_COSTS
from lrcli.infer.effort import spend
from lrcli.infer.explain.hypothesis import Hypothesis, Part
from lrcli.infer.explain.marks import Marks
from lrcli.infer.explain.phases import Phases, warmup_and_decay
from lrcli.infer.explain.rows import LogRows
from lrcli.infer.keys import Change
from lrcli.infer.limits import ASKED, GRID, NEAREST, SAMPLE
from lrcli.infer.numbers import agreed, simplest_factor
from lrcli.infer.rows import evenly
from lrcli.infer.sources import Formula
from lrcli.infer.transforms import STRAIGHT, Clock, RateSource, shifted_since
from lrcli.spec import Spec

Interval = tuple[int, int]


class Evidence:
    """The rows of a log against a base hypothesis, on which further causes are tried.

    log: all of its rows. rows: those that are looked at, which are all of a short log. sample: their places in the log.
    """

    def __init__(self, spec: Spec, log: LogRows, group: int, base: Hypothesis, sample: Sequence[int]) -> None:
        self.spec, self.log, self.group, self.base = spec, log, group, base
        self.sample = sample
        self.rows = log if len(sample) == len(log) else log.pick(sample)

    def on(self, base: Hypothesis) -> Evidence:
        """The same rows against another base."""
        return Evidence(self.spec, self.log, self.group, base, self.sample)

    def since_row(self, i: int) -> Evidence:
        """The rows of the sample from one of them on."""
        return Evidence(self.spec, self.log, self.group, self.base, self.sample[i:])

    @cached_property
    def marks(self) -> Marks:
        """What the rows show by themselves."""
        return Marks(self.rows, lambda: self.misses, self.spec.length)

    def propose(
        self,
        key: str,
        form: str,
        *,
        extra: float = 0.0,
        params: int = 1,
        detail: str = "",
        changes: tuple[Change, ...] = (),
        **replaced: Any,
    ) -> Hypothesis:
        """The base with one more cause, and what that changes in it."""
        part = Part(key, f"o(t) = {form}", CAUSE_COSTS[key] + extra, params, detail, changes)
        return replace(self.base, parts=(*self.base.parts, part), **replaced)

    def propose_clock(self, clock: Clock, key: str, *, extra: float = 0.0, **more: Any) -> Hypothesis:
        """The base with another clock."""
        return self.propose(key, clock.form, extra=clock.cost + extra, clock=clock, **more)

    @property
    def formula(self) -> Formula | None:
        """The spec's formula where the base uses it as it is; None for a replay, or where a cause has changed it."""
        source, group = self.base.source, self.spec.groups[self.group]
        return source if isinstance(source, Formula) and source.schedule == group.schedule else None

    @cached_property
    def phases(self) -> Phases | None:
        """The parts of the spec's formula, where the base uses it as it is."""
        return None if self.formula is None else warmup_and_decay(self.formula)

    def mostly(self, source: RateSource, since: int) -> bool:
        """Whether the base with another source is right in most rows from a position on."""
        rows = self.rows.pick(range(self.index_of(since), len(self.rows)))
        return 2 * sum(rows.missed(replace(self.base, source=source).at(rows.at))) <= len(rows)

    @property
    def counts_from_1(self) -> bool:
        """Whether the log has no row 0, and the spec does not say so."""
        return self.rows.at[0] > 0 and not self.spec.first_step

    @cached_property
    def predicted(self) -> list[float]:
        """What the base predicts for the rows of the sample."""
        return self.base.at(self.rows.at)

    @cached_property
    def misses(self) -> list[bool]:
        """Which rows of the sample the base misses."""
        return self.rows.missed(self.predicted)

    def count(self, hypothesis: Hypothesis) -> int:
        """How many rows of the sample a hypothesis misses; a hopeless one is given up after the first few."""
        n = len(self.rows)
        spend(n // 4, 1)
        for probe in self._probes:
            missed = sum(probe.missed(hypothesis.at(probe.at)))
            if missed > 0.7 * len(probe):
                return n * missed // len(probe)
        return sum(self.rows.missed(hypothesis.at(self.rows.at)))

    @cached_property
    def _probes(self) -> list[LogRows]:
        """A few rows all over the sample, then a few more."""
        n = len(self.rows)
        chosen = (sorted({int((j + 0.5) * n / size) for j in range(size)}) for size in (10, 100) if n > 4 * size)
        return [self.rows.pick(indices) for indices in chosen]

    def asked(self) -> list[int]:
        """Some of the missed rows, the first ones and others evenly."""
        missed = [i for i, wrong in enumerate(self.misses) if wrong]
        return missed[: ASKED // 2] + evenly(missed[ASKED // 2 :], ASKED // 2)

    @cached_property
    def _grid(self) -> tuple[Sequence[int], list[float]]:
        stop = max(self.spec.length, max(self.rows.at) + 1) + 2
        stride = max(1, -(-stop // GRID))
        ts = range(0, stop, stride)
        return ts, self.unclocked(ts)

    def unclocked(self, ts: Sequence[int]) -> list[float]:
        """The base at schedule steps, without its clock."""
        return replace(self.base, clock=STRAIGHT).at(ts)

    def steps_showing(self, value: float, slack: float) -> list[Interval]:
        """The runs of steps at which the base has this value; a crossing between two grid points is refined."""
        ts, values = self._grid
        spend(len(ts) // 8)
        runs: list[Interval] = []
        before, gap, shown = -1, math.nan, False
        for t, v in zip(ts, values, strict=True):
            last, gap, showed, shown = gap, v - value, shown, abs(v - value) <= slack
            if shown:
                runs.append((runs.pop()[0] if showed else t, t))
            elif t > before + 1 and last * gap < 0 and not showed:
                runs += self._crossing(range(before, t), value, slack)
            before = t
        return runs

    def _crossing(self, steps: range, value: float, slack: float) -> list[Interval]:
        """The first step at which a base that only rises or only falls there has come to a value."""
        side = self.unclocked([steps.stop])[0] - value
        first = steps[0] + bisect_left(steps, True, key=lambda t: (self.unclocked([t])[0] - value) * side >= 0)
        near = [t for t in (first - 1, first) if abs(self.unclocked([t])[0] - value) <= slack]
        return [(t, t) for t in near[:1]]

    def nearest_steps(self, i: int) -> list[Interval]:
        """The runs of steps that a row of the sample could show, the nearest first."""
        t = self.rows.at[i]
        runs = self.steps_showing(self.rows.values[i], self.rows.slack[i])
        return sorted(runs, key=lambda run: max(run[0] - t, t - run[1], 0))[:NEAREST]

    @cached_property
    def shown(self) -> list[tuple[int, list[Interval]]]:
        """(position, the steps that it could show, nearest first) of the rows asked."""
        return [(self.rows.at[i], self.nearest_steps(i)) for i in self.asked()]

    @cached_property
    def shifts(self) -> list[int]:
        """Shifts d for which s(t + d) could be the log, the likeliest first."""
        votes: Counter[int] = Counter()
        for t, runs in self.shown:
            for low, high in runs:
                if low > t:
                    votes[low - t] += 1
                elif high < t:
                    votes[high - t] += 1
        usual = [d for d in (1, -1, 2, -2) if d not in votes]
        # on a schedule of plateaus a shift of 3 shows as 1, 2 and 3: the largest of a kind is worth a try, too
        near = sorted((d for d in votes if abs(d) <= 64), key=abs)
        ranked = [d for d, _ in votes.most_common(16)]
        first = [end - t for t, runs in self.shown[:1] for run in runs[:4] for end in run if end != t]
        return list(dict.fromkeys([*ranked, *first, *near[:8], *near[-4:], *usual]))

    def factor_of(self, indices: Sequence[int]) -> tuple[float, bool] | None:
        """The factor that most of these rows allow, made as simple as they allow, and whether two rows agree on it."""
        intervals = []
        for i in indices:
            value, slack, base = self.rows.values[i], self.rows.slack[i], self.predicted[i]
            if base == base and base and abs(value) > 2 * slack:
                intervals.append(((value - slack) / base, (value + slack) / base))
        low, high, rows = agreed(intervals)
        return (simplest_factor(low, high), rows > 1) if 2 * rows >= len(intervals) else None

    def switch(self, predicted: Sequence[float]) -> tuple[int, int] | None:
        """(first, last): from which row on what is predicted is best in force instead of what the base says.

        All of first..last are equally good: 0 is the other all along. None where the base alone is as good.
        """
        after = self.rows.missed(predicted)
        misses = best = sum(after)
        first = last = 0
        for i, (a, b) in enumerate(zip(self.misses, after, strict=True), 1):
            misses += a - b
            if misses < best:
                best, first, last = misses, i, i
            elif misses == best and last == i - 1:
                last = i
        return (first, last) if last and first < len(after) and best < sum(self.misses) else None

    def since(self, d: int) -> tuple[int, int] | None:
        """(a, b): from some t on, a < t <= b, the base is shifted by d, and right before; None where it is not."""
        rows = self.switch(replace(self.base, clock=shifted_since(0, d)).at(self.rows.at))
        if rows is None:
            return None
        last = self.refined(rows[1])
        before = self.rows.at[max(rows[0] - 1, 0)] if self.rows is self.log else self.log.at[max(last - 1, 0)]
        return before, self.log.at[last]

    def refined(self, last: int, clock: Clock | None = None) -> int:
        """The row of the log at which the base, or the base with a clock, first fails, up to a row of the sample."""
        if self.rows is self.log:
            return min(last, len(self.log) - 1)
        low, high = self.sample[max(last - 1, 0)], self.sample[min(last, len(self.sample) - 1)]
        between = self.log.part(low, high)
        missed = between.missed(replace(self.base, clock=clock or self.base.clock).at(between.at))
        return next((i for i, wrong in enumerate(missed, low) if wrong), high)

    def index_of(self, position: float) -> int:
        """The first row of the sample at or after a position."""
        return bisect_left(self.rows.at, position)


def sample_of(rows: LogRows, missed: Sequence[int]) -> list[int]:
    """Rows to try a hypothesis on: all of a short log; else rows spread evenly, the first and last, and some missed."""
    n = len(rows)
    if n <= SAMPLE:
        return list(range(n))
    chosen = {*range(50), *missed[:300], *evenly(range(n), SAMPLE // 3), *evenly(missed, SAMPLE // 3)}
    # where the log changes from one row to the next tells more than where it stands still
    changes = [i for i in range(1, n) if rows.values[i] != rows.values[i - 1]]
    stride = max(1, len(changes) // 200)
    for i in changes[::stride]:
        chosen.update((i - 1, i))
    return sorted(chosen)
