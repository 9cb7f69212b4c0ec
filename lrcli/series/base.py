"""How the numbers of a run are asked for: one protocol for a formula, a replay and a log."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from lrcli.errors import LrcliError, Problem

if TYPE_CHECKING:
    from lrcli.series.sample import SampledLine

BLOCK = 8192
"""This many rows are computed at a time."""

WALKED = 10_000_000
"""More rows than this are not computed one by one where nothing of them is shown meanwhile: it takes a minute."""

Test = Callable[[float], bool]


class Readings(dict[str, Sequence[Any]]):
    """Columns of one parameter group by name: the readings ("lr", "get_lr") and a plateau's traces ("metric", "best").

    A value is None in the row of a call that raises, and where nothing was logged. The columns are attributes, too.

    >>> Readings(lr=[0.1, 0.05]).lr
    [0.1, 0.05]
    """

    def __getattr__(self, name: str) -> Sequence[Any]:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(f"there is no column {name!r}, only {', '.join(self) or 'none'}") from None


class Block(NamedTuple):
    """The rows start <= t < stop of every parameter group."""

    start: int
    stop: int
    groups: tuple[Readings, ...]


class Trace(NamedTuple):
    """A column beside the readings: `key` of parameter group number `group`. `shared` says that it holds for all."""

    group: int
    key: str
    shared: bool


class Series(ABC):
    """The numbers of one run. Rows are epochs or, where `unit` is "step", steps.

    name: of the run. label: what tells it from other runs of that name ("torch-1.1"), "" where nothing does.
    arithmetic: "formula", "log", or what is replayed ("torch-1.1"). start, stop: it has the rows start <= t < stop.
    groups: the names of the parameter groups, each different; a single unnamed one is "".
    readings: the names of the columns that every group has. reading: the one that is shown as the curve.
    remarks: what reading it from a file had to say.
    """

    name: str
    label: str
    arithmetic: str
    unit: str
    start: int
    stop: int
    steps_per_epoch: int | None
    groups: tuple[str, ...]
    readings: tuple[str, ...]
    reading: str
    remarks: tuple[Problem, ...]

    jumps = False
    """Whether a row can be computed alone, without those before it."""
    goes_on = False
    """Whether there are rows past `stop`, with the numbers that the schedule goes on with."""
    is_record = False
    """Whether it was measured: only some rows have a value, and those are rounded."""
    precision = ""
    """What the numbers of a record are rounded to, in words; "" for every digit of a double."""
    moving: tuple[int, ...] = ()
    """The groups whose momentum the schedule moves: they have the column "momentum", too."""
    peak: float | None = None
    """The largest magnitude of all values, where that is known without computing them."""

    @property
    def rows(self) -> Sequence[int]:
        """The rows that have a value, in order."""
        return range(self.start, self.stop)

    @property
    def traces(self) -> tuple[Trace, ...]:
        """The further columns that some group has (a plateau's metric, best, bad, cooldown)."""
        return ()

    @abstractmethod
    def renamed(self, name: str) -> Series:
        """The same run under another name."""

    @abstractmethod
    def until(self, stop: int) -> Series:
        """The same run with its end elsewhere."""

    @abstractmethod
    def at(
        self, windows: Iterable[Sequence[int]], names: Sequence[str] = (), stop: int | None = None
    ) -> Iterator[tuple[Readings, ...]]:
        """These columns (default: reading) of every group in just the rows of each window.

        The rows never decrease, and all are below `stop`. A trace that a group does not have is None in every row.
        """

    def blocks(self, names: Sequence[str] = (), start: int | None = None, stop: int | None = None) -> Iterator[Block]:
        """The rows start <= t < stop (default: all) in blocks of at most BLOCK, with these columns."""
        last = self.stop if stop is None else stop
        firsts = range(self.start if start is None else max(start, self.start), last, BLOCK)
        windows = (range(t, min(t + BLOCK, last)) for t in firsts)
        for t, groups in zip(firsts, self.at(windows, names, last), strict=True):
            yield Block(t, min(t + BLOCK, last), groups)

    def first_below(self, limit: float) -> tuple[int | None, ...]:
        """The first row of each group in which the curve is below the limit; None where it never is."""
        return self.first(lambda value: value < limit)

    def first_above(self, limit: float) -> tuple[int | None, ...]:
        return self.first(lambda value: value > limit)

    def first(self, test: Test) -> tuple[int | None, ...]:
        """The first row of each group that passes the test; a row without a value passes none."""
        rows: list[int | None] = [None] * len(self.groups)
        for block in self.blocks():
            self.check_walk(block.start - self.start)
            for i, group in enumerate(block.groups):
                if rows[i] is None:
                    rows[i] = first_of(group[self.reading], block.start, test)
            if None not in rows:
                break
        return tuple(rows)

    def sampled(self, columns: int, start: int, stop: int) -> tuple[SampledLine, ...]:
        """One line per group: the curve in the rows start <= t < stop, all walked, for a picture of so many columns."""
        from lrcli.series.sample import Thinned

        self.check_walk(stop - self.start)
        kept = [{self.reading: Thinned(columns, start, stop)} for _ in self.groups]
        for trace in self.traces:
            for curves in kept if trace.shared else [kept[trace.group]]:
                if trace.key == "metric":
                    curves["metric"] = Thinned(columns, start, stop)
        for i in self.moving:
            kept[i].setdefault("momentum", Thinned(columns, start, stop))
        for block in self.blocks(tuple(dict.fromkeys(name for curves in kept for name in curves)), start, stop):
            for group, curves in zip(block.groups, kept, strict=True):
                for name, curve in curves.items():
                    curve.add(block.start, group[name])

        lines = []
        for name, curves in zip(self.groups, kept, strict=True):
            curve = curves.pop(self.reading)
            beside = {key: other.line(key) for key, other in curves.items() if other.facts()}
            lines.append(curve.line(name, beside.get("metric"), beside.get("momentum")))
        return tuple(lines)

    def check_walk(self, rows: int, most: int = WALKED) -> None:
        """Raise LrcliError where more rows are to be computed one by one before anything of them is shown."""
        if rows > most:
            would = f"{rows:,} {self.unit}s would be computed one by one, and at most {most:,} are"
            raise LrcliError(f"{self.name}: {would}: {self.instead_of_walk(most)}")

    def instead_of_walk(self, most: int) -> str:
        """What to do instead, in words."""
        return f"shorten the run with --{self.unit}s {most}"

    def within_reach(self, windows: Iterable[Sequence[int]]) -> Iterator[Sequence[int]]:
        """The windows as they come. Raises LrcliError at one that is too far behind the rows before it."""
        last = self.start
        for rows in windows:
            if rows:
                self.check_walk(rows[-1] - last)
                last = rows[-1]
            yield rows

    def showing_momentum(self) -> Series:
        raise LrcliError(f"{self.name} has no momentum: only a spec of one_cycle or cyclic moves it")

    def notes(self) -> tuple[Problem, ...]:
        """What a user should know about these numbers, each once."""
        return ()

    def events(self, t: int) -> list[str]:
        """What happens in row t of each group, in a few words for people; "" for nothing."""
        return [""] * len(self.groups)

    def factor(self, group: int) -> float | None:
        """The factor by which the group's schedule decays, where it is one."""
        return None

    def rows_in(self, other: Series) -> Sequence[int]:
        """Which row of `other` each row of this record is about, -1 for none."""
        raise NotImplementedError

    def left_out(self) -> str:
        """What of a record is in none of its rows, in a sentence; "" for nothing."""
        return ""

    def tolerance(self, value: float, peak: float) -> float:
        """How far a number may be from this one of a record and still be what was measured, at its precision."""
        return 0.0


def picked(values: Sequence[Any], rows: Sequence[int], start: int) -> Sequence[Any]:
    if isinstance(rows, range) and rows.step == 1:
        low, high = rows.start - start, rows.stop - start
        return values if low == 0 and high == len(values) else values[low:high]
    return [values[t - start] for t in rows]


def first_of(values: Sequence[float | None], start: int, test: Test) -> int | None:
    """The row of the first value that passes the test, counted from `start`."""
    return next((t for t, value in enumerate(values, start) if value is not None and test(value)), None)
