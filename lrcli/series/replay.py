"""The numbers of a spec as a release of its framework computes them: a replay, which has to be walked."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property

from lrcli.errors import Problem
from lrcli.frameworks.replaying import replaying
from lrcli.progress import report_progress
from lrcli.series.base import BLOCK, Block, Readings, picked
from lrcli.series.formula import SpecSeries
from lrcli.spec import Spec


class ReplaySeries(SpecSeries):
    """What the release that the spec asks for leaves in the optimizer, and what reading it in the loop returns."""

    def __init__(self, spec: Spec, shows_momentum: bool = False) -> None:
        super().__init__(spec, shows_momentum)
        assert spec.emulation is not None
        self._emulation, self._framework = spec.emulation, replaying(spec.emulation.framework)
        self.arithmetic = f"{spec.emulation.framework}-{spec.emulation.release}"
        self.label = spec.emulation.label or self.arithmetic
        self.start = spec.emulation.last_epoch + 1  # the row after the one that the replay resumes from
        readings = self._framework.readings_of(spec.emulation)
        self.readings = (*readings, "momentum") if shows_momentum and "momentum" not in readings else readings

    @cached_property
    def reading(self) -> str:  # type: ignore[override]
        return "momentum" if self.shows_momentum else self._framework.shown_reading(self.spec)

    def _pieces(self, names: Sequence[str], begin: int, end: int) -> Iterator[Block]:
        """The rows begin <= t < end, block by block; those before them are walked, too."""
        first = self.start
        self.check_walk(begin - first)
        loops, take_together = self._framework.training_loops(self.spec), self._framework.take_together
        readings = [name for name in names if name == "momentum" or name in self.readings]
        beside = [name for name in names if name not in readings]
        # the momentum is kept up only in rows that are asked for it
        skipped = ("lr", "momentum") if "momentum" in readings else ("lr",)
        for t in range(first, begin, BLOCK):
            report_progress(t - first, end - first)
            take_together(loops, min(BLOCK, begin - t), skipped)
        for t in range(begin, end, BLOCK):
            report_progress(t - first, end - first)
            high = min(t + BLOCK, end)
            taken = take_together(loops, high - t, readings)
            groups = (Readings(columns, **self._beside(i, beside, t, high)) for i, columns in enumerate(taken))
            yield Block(t, high, tuple(groups))

    def at(
        self, windows: Iterable[Sequence[int]], names: Sequence[str] = (), stop: int | None = None
    ) -> Iterator[tuple[Readings, ...]]:
        """The columns of every group in the rows of each window; everything up to these rows is walked."""
        names = names or (self.reading,)
        pieces: Iterator[Block] | None = None
        for rows in self.within_reach(windows):
            columns = tuple(Readings({name: [] for name in names}) for _ in self.groups)
            done = 0
            while done < len(rows):
                if pieces is None:
                    pieces = self._pieces(names, rows[0], self.stop if stop is None else stop)
                    block = next(pieces)
                while rows[done] >= block.stop:
                    block = next(pieces)
                end = bisect_left(rows, block.stop, done)
                wanted = rows[done:end]
                for column, group in zip(columns, block.groups, strict=True):
                    for name in names:
                        column[name] += picked(group[name], wanted, block.start)  # type: ignore[operator]
                done = end
            yield columns

    def instead_of_walk(self, most: int) -> str:
        return f"{super().instead_of_walk(most)}, or ask for its formula (@formula)"

    def _lead(self, i: int) -> int | None:
        """None where the loop passes its own epochs: there is no such number."""
        if self._emulation.step_epoch:
            return None
        loop = self._framework.training_loop(self.spec, i)
        return int(loop.replay.lead(loop.scheduler_first))

    def notes(self) -> tuple[Problem, ...]:
        return super().notes() + self._framework.notes_of(self.spec)
