"""Columns of numbers -> Log: which column is the learning rate and which the position, and where runs begin."""

from __future__ import annotations

import math
from array import array
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import compress, islice, pairwise
from operator import eq, lt

from lrcli.logs import FARTHEST, Log, NoLog, Run
from lrcli.logs.columns import EPOCHS, STEPS, choose_rates, family, listed, place
from lrcli.logs.gather import Gathered
from lrcli.logs.line import RUN
from lrcli.printable import count_text, times

_Positions = tuple[str, str, "array[float]"]
"""(what the positions count, where they come from, the positions)."""


def assemble(gathered: Gathered, name: str, remarks: Sequence[str]) -> Log:
    """The log that was gathered; `remarks` is what its reader had to say. Raises NoLog."""
    columns = gathered.finished()
    column = gathered.request.column
    if column is not None and column not in columns and f"{column}/0" in columns:
        column = f"{column}/0"  # a list of them in free text
    if not gathered.rows or (column is not None and column not in columns):
        raise _no_rates(gathered, column)
    wanted = gathered.request.step_column
    if wanted is not None and gathered.words and not {"step", "epoch"} & set(columns):
        raise NoLog(f"no line with a learning rate has the number {wanted!r} of --step-column", "step")
    if wanted is not None and wanted not in columns and not gathered.words:
        raise NoLog(f"there is no column '{wanted}' with numbers: its columns are {listed(gathered.names)}", "column")
    return _Assembly(gathered, column, list(remarks)).log(name)


def _no_rates(gathered: Gathered, column: str | None) -> NoLog:
    names = [name for name in gathered.names if name]
    columns = f"its columns are {listed(names)}" if names else "it has no columns"
    if column is not None and column not in names:
        return NoLog(f"there is no column '{column}': {columns}", "column")
    rates = [name for name in names if gathered.names[name] == "lr"]
    if rates:
        return NoLog(f"no row has a learning rate (column '{rates[0]}' is empty)", "row")
    return NoLog(f"this is not a log, or its learning rate has an unusual name (LOG:COLUMN): {columns}")


class _Assembly:
    """The columns on their way to a log: rows that cannot be used go, and each step is remarked on."""

    def __init__(self, gathered: Gathered, column: str | None, remarks: list[str]) -> None:
        self.gathered = gathered
        self.columns = gathered.columns
        self.rows = gathered.rows
        self.rates = choose_rates(self._names("lr"), column)
        self.remarks = remarks

    def log(self, name: str) -> Log:
        self._keep_one_rank()
        label = self.gathered.label(self.rates[0])
        self._keep(self.columns[self.rates[0]].present, f"without a value in {label}")
        if all(map(math.isnan, self._curve())):
            raise NoLog(f"every learning rate is NaN ({label})", "row")
        unit, source, positions = self._positions()
        for end in (min(positions, default=0), max(positions, default=0)):
            if abs(end) >= FARTHEST:
                raise NoLog(f"the {unit} {end!r} is no {unit} of a run ({source})", "step")
        positions = self._without_repetitions(positions, source)
        if self.rows < 2:
            raise NoLog("only one row has a learning rate: that is not a log of a run", "row")
        positions = self._in_order(positions, source)
        runs = _runs(positions)
        if len(runs) == self.rows > 2:
            raise NoLog(f"the {unit} never goes forward ({source})", "order")
        epoch = self._epoch_name() if unit != "epoch" else None
        return Log(
            name,
            unit,
            positions,
            {rate: self.columns[rate].column() for rate in self.rates},
            self.columns[epoch].values if epoch else None,
            {other: self.columns[other].column() for other in self._names("other")},
            runs,
            self.gathered.texts[family(self.rates[0])].rounding(),
            tuple(self._all_remarks(unit, source, epoch, runs, positions)),
        )

    def _names(self, role: str) -> list[str]:
        return [name for name, known in self.gathered.names.items() if known == role and name in self.columns]

    def _curve(self) -> array[float]:
        return self.columns[self.rates[0]].values

    def _is_full(self, name: str) -> bool:
        return name in self.columns and self.columns[name].filled == self.rows

    def _keep(self, mask: bytes | bytearray, what: str) -> None:
        """Only the rows that the mask marks; what: which the others are, for a remark."""
        dropped = mask.count(0)
        if dropped:
            self.remarks.append(f"{count_text(dropped, 'row')} {what} left out")
            mask = bytes(mask)
            for column in self.columns.values():
                column.keep(mask)
            self.rows -= dropped

    def _keep_known(self, name: str) -> array[float]:
        mask = bytes(map(math.isfinite, self.columns[name].values))
        self._keep(mask, f"without a number in {self.gathered.label(name)}")
        return self.columns[name].values

    def _keep_one_rank(self) -> None:
        """Only the rows of one process, where several write the same."""
        if self._is_full("rank"):
            ranks = self.columns["rank"].values
            most, _ = Counter(ranks).most_common(1)[0]
            self._keep(bytes(rank == most for rank in ranks), f"of other ranks than {most:g}")

    def _epoch_name(self) -> str | None:
        return min(self._names("epoch"), key=lambda name: place(name, EPOCHS), default=None)

    def _step_name(self) -> str | None:
        names = self._names("step")
        if self.rows > 1 and not self._is_full("of"):  # what stands still is no position: the total, or a setting
            still = [name for name in names if self.columns[name].constant]
            self.remarks += [f"{self.gathered.label(name)} stands still: it is no position" for name in still]
            names = [name for name in names if name not in still]
        return min(names, key=lambda name: (-self.columns[name].filled, place(name, STEPS)), default=None)

    def _positions(self) -> _Positions:
        """What the positions count, where they are from, and the positions."""
        step, epoch = self._step_name(), self._epoch_name()
        if step and not (epoch and self.columns[epoch].filled > self.columns[step].filled):
            steps = self._keep_known(step)
            added_up = None
            if epoch and self._is_full(epoch):
                added_up = self._of_length(step, epoch) or self._within_epochs(step, epoch)
            return added_up or ("step", self.gathered.label(step), steps)
        if not epoch:
            self.remarks.append("there is no column with a step or an epoch")
            return self._row_numbers()
        label = self.gathered.label(epoch)
        positions = self._keep_known(epoch)
        if self.gathered.headed and positions[0] == 1 and all(map(eq, positions, range(1, self.rows + 1))):
            self.remarks.append(f"the epoch stands above each row ({label}, from 1)")
            return self._row_numbers()
        if self._moves_within(positions) <= max(1, self.rows // 10):
            return "epoch", label, positions
        self.remarks.append(f"the learning rate changes within an epoch ({label}): rows are counted instead")
        return self._row_numbers()

    def _row_numbers(self) -> _Positions:
        return "row", "row", array("d", range(self.rows))

    def _moves_within(self, positions: Sequence[float]) -> int:
        """How often the learning rate is another one than in the row before, and the position is not."""
        pairs = zip(pairwise(positions), pairwise(self._curve()), strict=True)
        return sum(p == q and a != b for (p, q), (a, b) in pairs)

    def _of_length(self, step: str, epoch: str) -> _Positions | None:
        """The positions where a row says how many steps an epoch has: `Epoch [3][50/1749]` is step 2 * 1749 + 50."""
        if not self._is_full("of"):
            return None
        steps, epochs, lengths = (self.columns[name].values for name in (step, epoch, "of"))
        first = 0 if 0 in epochs else 1
        label = self.gathered.label(step)
        of_run = self.gathered.words["of"] == RUN or _is_of_run(steps, epochs, lengths)
        if of_run and _goes_through(steps, epochs, first):
            self.remarks.append(f"{label} goes on from epoch to epoch")
            return "step", label, steps
        positions = array("d", ((e - first) * n + i for e, n, i in zip(epochs, lengths, steps, strict=True)))
        span = " to ".join(f"{n:g}" for n in sorted({min(lengths), max(lengths)}))
        counting = f"the epochs count from {first} ({self.gathered.label(epoch)})"
        self.remarks.append(f"{counting} and have {span} {self.gathered.counts} each: they are added up")
        return "step", self._place_within(step, epoch), positions

    def _place_within(self, step: str, epoch: str) -> str:
        """Where the step stands: `Epoch [3][50/1749]` has one word for both numbers."""
        inner, outer = self.gathered.label(step), self.gathered.label(epoch)
        return f"the second number of {inner}" if inner == outer else f"{inner} within {outer}"

    def _within_epochs(self, step: str, epoch: str) -> _Positions | None:
        """The positions where a step column starts again in every epoch; None where it does not."""
        steps, epochs = self.columns[step].values, self.columns[epoch].values
        back = [i for i in range(1, self.rows) if steps[i] < steps[i - 1]]
        if not back or not all(epochs[i] > epochs[i - 1] for i in back):
            return None
        again = f"{self.gathered.label(step)} starts again in every epoch"
        sizes = {b - a for a, b in pairwise([0, *back])}
        strides = {b - a for a, b in pairwise(steps) if b >= a}
        even = strides <= {1} and len(sizes) == 1 and {steps[i] for i in back} == {steps[0]}
        if even and self.rows - back[-1] <= min(sizes):
            self.remarks.append(f"{again}, of {min(sizes)} steps: they were added up")
            both = self._place_within(step, epoch) if self.gathered.words else f"columns '{step}' and '{epoch}'"
            return "step", both, array("d", [steps[0] + i for i in range(self.rows)])
        self.remarks.append(f"{again}, whose length is not known: it was not used")
        return self._row_numbers() if self._moves_within(epochs) else ("epoch", self.gathered.label(epoch), epochs)

    def _without_repetitions(self, positions: array[float], source: str) -> array[float]:
        """The positions without rows that say again what the row before them says; the later one stays."""
        if _goes_forward(positions):
            return positions
        columns = [self.columns[rate].values for rate in self.rates]
        repeated = [
            i
            for i, (here, after) in enumerate(pairwise(positions))
            if here == after and all(_same(column[i], column[i + 1]) for column in columns)
        ]
        if not repeated:
            return positions
        keep = bytearray(b"\1") * self.rows
        for i in repeated:
            keep[i] = 0
        at = ", ".join([f"{positions[i]:g}" for i in repeated[:3]] + ["..."] * (len(repeated) > 3))
        self._keep(keep, f"that the next row repeats ({source}: {at})")
        return array("d", compress(positions, keep))

    def _in_order(self, positions: array[float], source: str) -> array[float]:
        """The positions in ascending order, where the rows are one run that stands in another one.

        So it is where the sorted positions are even, and where the newest row stands first and a user says so: the
        position might also count down.
        """
        if _goes_forward(positions):
            return positions
        order: Sequence[int] | None = _even_order(positions)
        if self.gathered.request.step_column is not None and _goes_forward(positions[::-1]):
            order = range(self.rows)[::-1]
        if order is None:
            return positions
        for column in self.columns.values():
            column.sort(order)
        self.remarks.append(f"the rows stood in another order ({source}): they are sorted by it")
        return array("d", sorted(positions))

    def _all_remarks(
        self, unit: str, source: str, epoch: str | None, runs: Sequence[Run], positions: Sequence[float]
    ) -> Iterator[str]:
        """What is to be said about the log, in order: the columns that were taken come first."""
        label = self.gathered.label
        more = f" (also: {listed(self.rates[1:])})" if len(self.rates) > 1 else ""
        beside = f", the epoch from {label(epoch)}" if epoch and not self.gathered.words else ""
        position = "the rows are counted, from 0" if unit == "row" else f"the {unit} is {source}"
        yield f"the learning rate is {label(self.rates[0])}{more}; {position}{beside}"
        yield from self.remarks
        for what, is_so in (("NaN", math.isnan), ("infinite", math.isinf)):
            n = sum(map(is_so, self._curve()))
            if n:
                yield f"{count_text(n, 'learning rate')} {'is' if n == 1 else 'are'} {what}"
        if self.gathered.without_rate:
            rows = count_text(self.gathered.without_rate, "row")
            yield f"{rows} without a learning rate: their numbers go with the row of their step, or the one before"
        if len(runs) > 1:
            spans = [f"{positions[r.start]:g}-{positions[r.stop - 1]:g}" for r in runs]
            yield f"the {unit} goes back {times(len(runs) - 1)}: {len(runs)} runs, of {unit}s {listed(spans, 12)}"


def _goes_through(steps: Sequence[float], epochs: Sequence[float], first: int) -> bool:
    """Whether steps that stand beside epochs, `epoch: 3, iter: 410/80000`, are counted through all of them.

    Then they never go back, and some length of an epoch puts each of them into its epoch.
    """
    pairs = zip(pairwise(steps), pairwise(epochs), strict=True)
    forward = [here < after for (here, after), (epoch, next_epoch) in pairs if next_epoch > epoch]
    if not forward or not all(forward):
        return False
    places = [(step, epoch - first) for step, epoch in zip(steps, epochs, strict=True)]
    least = max(step / (before + 1) for step, before in places)
    return least <= min((step / before for step, before in places if before > 0), default=math.inf)


def _is_of_run(steps: Sequence[float], epochs: Sequence[float], totals: Sequence[float]) -> bool:
    """Whether `Epoch[2/10] Iter[30/200]` has the run's steps as its total, if no step goes back.

    Steps that begin again go back behind an epoch with two rows; with one row in each the last step tells.
    """
    two_rows = any(a == b for a, b in pairwise(epochs) if b != epochs[-1])
    return two_rows or (len(steps) > 2 and steps[-1] == totals[-1])


def _even_order(positions: Sequence[float]) -> list[int] | None:
    """Which row is the first by its position, which the second, ...; None where the positions are not even then.

    >>> _even_order([10, 30, 20]), _even_order([10, 20, 10]), _even_order([3, 2, 1])
    ([0, 2, 1], None, None)
    """
    first, last, n = min(positions), max(positions), len(positions)
    if n < 3 or _goes_forward(positions[::-1]):
        return None
    order = [n] * n
    for i, position in enumerate(positions):
        place = (position - first) * (n - 1) / (last - first) if last > first else 0.5
        if not place.is_integer() or order[int(place)] < n:
            return None
        order[int(place)] = i
    return order


def _same(a: float, b: float) -> bool:
    return a == b or (a != a and b != b)


def _goes_forward(positions: Sequence[float]) -> bool:
    return all(map(lt, positions, islice(positions, 1, None)))


def _runs(positions: Sequence[float]) -> tuple[Run, ...]:
    steps_back = () if _goes_forward(positions) else enumerate(pairwise(positions), 1)
    starts = [i for i, (before, after) in steps_back if after <= before]
    return tuple(Run(start, stop) for start, stop in pairwise((0, *starts, len(positions))))
