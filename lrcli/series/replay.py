"""The numbers of a spec as a release of its framework computes them: a replay, which has to be walked."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property

from lrcli.errors import Problem
from lrcli.frameworks.replaying import Replaying, replaying
from lrcli.progress import report_progress
from lrcli.series.base import BLOCK, Block, Readings, picked
from lrcli.series.formula import SpecSeries
from lrcli.spec import Emulation
from lrcli.values import dataclass


@dataclass(frozen=True)
class ReplaySeries(SpecSeries):
    """What the release that the spec asks for leaves in the optimizer, and what reading it in the loop returns."""

    @property
    def _emulation(self) -> Emulation:
        assert self.spec.emulation is not None
        return self.spec.emulation

    @property
    def _framework(self) -> Replaying:
        return replaying(self._emulation.framework)

    @property
    def label(self) -> str:  # type: ignore[override]
        return self._emulation.label or self.arithmetic

    @property
    def arithmetic(self) -> str:  # type: ignore[override]
        return f"{self._emulation.framework}-{self._emulation.release}"

    @property
    def start(self) -> int:  # type: ignore[override]
        """The row after the one that the replay resumes from."""
        return self._emulation.last_epoch + 1

    @property
    def readings(self) -> tuple[str, ...]:  # type: ignore[override]
        readings = self._framework.readings_of(self._emulation)
        return (*readings, "momentum") if self.shows_momentum and "momentum" not in readings else readings

    @cached_property
    def reading(self) -> str:  # type: ignore[override]
        return "momentum" if self.shows_momentum else self._framework.shown_reading(self.spec)

    def blocks(self, names: Sequence[str] = (), start: int | None = None, stop: int | None = None) -> Iterator[Block]:
        names = names or (self.reading,)
        first, end = self.start, self.stop if stop is None else stop
        begin = max(start or 0, first)
        self.check_walk(begin - first)
        loops, take_together = self._framework.training_loops(self.spec), self._framework.take_together
        readings = [name for name in names if name == "momentum" or name in self.readings]
        traced = [name for name in names if name not in readings]
        # the momentum is kept up only in rows that are asked for it
        skipped = ("lr", "momentum") if "momentum" in readings else ("lr",)
        for t in range(first, begin, BLOCK):
            report_progress(t - first, end - first)
            take_together(loops, min(BLOCK, begin - t), skipped)
        for t in range(begin, end, BLOCK):
            report_progress(t - first, end - first)
            high = min(t + BLOCK, end)
            taken = take_together(loops, high - t, readings)
            groups = (Readings(columns, **self._traced(i, traced, t, high)) for i, columns in enumerate(taken))
            yield Block(t, high, tuple(groups))

    def at(
        self, windows: Iterable[Sequence[int]], names: Sequence[str] = (), stop: int | None = None
    ) -> Iterator[tuple[Readings, ...]]:
        """The columns of every group in the rows of each window; everything up to these rows is walked."""
        names = names or (self.reading,)
        blocks: Iterator[Block] | None = None
        for rows in self.within_reach(windows):
            columns = tuple(Readings({name: [] for name in names}) for _ in self.groups)
            done = 0
            while done < len(rows):
                if blocks is None:
                    blocks = self.blocks(names, rows[0], stop)
                    block = next(blocks)
                if rows[done] >= block.stop:
                    block = next(blocks)
                    continue
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
