"""Columns of numbers -> Log: which column is the learning rate and which the position, and where runs begin."""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterator, Mapping, Sequence
from itertools import compress, islice, pairwise
from operator import eq, lt

from lrcli.logs import FARTHEST, Log, Run
from lrcli.logs.columns import EPOCHS, STEPS, choose_rates, family, listed, place
from lrcli.logs.gather import Cells, Gathered
from lrcli.logs.line import RUN
from lrcli.logs.refusal import NoLog


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
    candidates = [one for one, role in gathered.names.items() if role == "lr" and one in columns]
    rates = choose_rates(candidates, column)
    return _Assembly(gathered, columns, rates, list(remarks)).log(name)


def _no_rates(gathered: Gathered, column: str | None) -> NoLog:
    names = [name for name in gathered.names if name]
    columns = f"its columns are {listed(names)}" if names else "it has no columns"
    if column is not None and column not in names:
        return NoLog(f"there is no column '{column}': {columns}", "column")
    rates = [name for name in names if gathered.names[name] == "lr"]
    if rates:
        return NoLog(f"no row has a learning rate (column '{rates[0]}' is empty)", "row")
    return NoLog(f"this is not a log, or its learning rate has an unusual name: {columns}")


class _Assembly:
    """The columns on their way to a log: rows that cannot be used go, and each step is remarked on."""

    def __init__(self, gathered: Gathered, columns: Mapping[str, Cells], rates: Sequence[str], said: list[str]) -> None:
        self.names = gathered.names
        self.columns = dict(columns)
        self.rates = tuple(rates)
        self.rounding = gathered.texts[family(rates[0])].rounding()
        self.without_rate = gathered.without_rate
        self.said = said
        self.rows = gathered.rows
        self.label = gathered.label
        self.headed = gathered.headed
        self.words = gathered.words

    def log(self, name: str) -> Log:
        """The log."""
        self._one_rank()
        first = self.columns[self.rates[0]]
        self._keep(first.present, "{n} without a value in " + self.label(self.rates[0]) + " left out")
        if all(map(math.isnan, first.values)):
            raise NoLog(f"every learning rate is NaN ({self.label(self.rates[0])})", "row")
        unit, source, positions = self._positions()
        if not (min(positions, default=0) > -FARTHEST and max(positions, default=0) < FARTHEST):  # or there is a NaN
            far = next((p for p in positions if math.isfinite(p) and abs(p) >= FARTHEST), None)
            if far is not None:
                raise NoLog(f"the {unit} {far!r} is no {unit} of a run ({source})", "step")
        positions = self._without_repetitions(positions, source)
        if self.rows < 2:
            raise NoLog("only one row has a learning rate: that is not a log of a run", "row")
        runs = tuple(_runs(positions))
        if len(runs) == self.rows > 2:
            raise NoLog(f"the {unit} never goes forward ({source})", "step")
        epoch = self._epoch_name() if unit != "epoch" else None
        others = {n: c.column() for n, c in self.columns.items() if self.names[n] == "other"}
        return Log(
            name,
            unit,
            positions,
            {rate: self.columns[rate].column() for rate in self.rates},
            self.columns[epoch].values if epoch else None,
            others,
            runs,
            self.rounding,
            tuple(self._remarks(unit, source, epoch, runs, positions)),
        )

    def _keep(self, mask: bytes | bytearray, remark: str) -> None:
        """Only the rows that the mask marks."""
        kept = self.rows - mask.count(0)
        if kept == self.rows:
            return
        self.said.append(remark.format(n=_count(self.rows - kept, "row")))
        mask = bytes(mask)
        for column in self.columns.values():
            column.keep(mask)
        self.rows = kept

    def _one_rank(self) -> None:
        """Only the rows of one process, where several write the same."""
        ranks = self.columns.pop("rank", None)
        if ranks is None or ranks.filled < self.rows:
            return
        counts: dict[float, int] = {}
        for value in ranks.values:
            counts[value] = counts.get(value, 0) + 1
        if len(counts) > 1:
            most = max(counts, key=lambda value: counts[value])
            mask = bytes(value == most for value in ranks.values)
            self._keep(mask, f"{{n}} of other ranks than {most:g} left out")

    def _epoch_name(self) -> str | None:
        found = [name for name, role in self.names.items() if role == "epoch" and name in self.columns]
        return min(found, key=lambda name: place(name, EPOCHS)) if found else None

    def _step_name(self) -> str | None:
        found = [name for name, role in self.names.items() if role == "step" and name in self.columns]
        if self.rows > 1 and not self._has_lengths():  # what stands still is no position: the total, or a setting
            still = [name for name in found if self.columns[name].constant]
            self.said += [f"{self.label(name)} stands still: it is no position" for name in still]
            found = [name for name in found if name not in still]
        return min(found, key=lambda name: (-self.columns[name].filled, place(name, STEPS))) if found else None

    def _has_lengths(self) -> bool:
        return "of" in self.columns and self.columns["of"].filled == self.rows

    def _positions(self) -> tuple[str, str, array[float]]:
        """What the positions count, where they are from, and the positions."""
        step, epoch = self._step_name(), self._epoch_name()
        if step and epoch and self.columns[epoch].filled > self.columns[step].filled:
            step = None
        if step:
            self._keep(_known(self.columns[step]), "{n} without a number in " + self.label(step) + " left out")
            own = "step", self.label(step), self.columns[step].values
            return self._of_length(step, epoch) or self._within_epochs(step, epoch) or own
        if epoch:
            self._keep(_known(self.columns[epoch]), "{n} without a number in " + self.label(epoch) + " left out")
            positions = self.columns[epoch].values
            if self.headed and positions[0] == 1 and all(map(eq, positions, range(1, self.rows + 1))):
                self.said.append(f"the epoch stands above each row ({self.label(epoch)}, from 1)")
                return "row", "row", array("d", range(self.rows))
            rates = self.columns[self.rates[0]].values
            moves = sum(p == q and a != b for (p, q), (a, b) in zip(pairwise(positions), pairwise(rates), strict=True))
            if moves <= max(1, self.rows // 10):
                return "epoch", self.label(epoch), positions
            self.said.append(
                f"the learning rate changes within an epoch ({self.label(epoch)}): rows are counted instead"
            )
        else:
            self.said.append("there is no column with a step or an epoch")
        return "row", "row", array("d", range(self.rows))

    def _of_length(self, step: str, epoch: str | None) -> tuple[str, str, array[float]] | None:
        """The positions where a row says how many steps an epoch has: `Epoch [3][50/1749]` is step 2 * 1749 + 50."""
        lengths = self.columns.get("of")
        if epoch is None or lengths is None or not self._has_lengths() or self.columns[epoch].filled < self.rows:
            return None
        steps, epochs, own = self.columns[step].values, self.columns[epoch].values, lengths.values
        first = 0 if 0 in epochs else 1
        if self.words["of"] == RUN and _goes_through(steps, epochs, first):
            self.said.append(f"{self.label(step)} goes on from epoch to epoch")
            return "step", self.label(step), steps
        positions = array("d", ((e - first) * n + i for e, n, i in zip(epochs, own, steps, strict=True)))
        span = f"{min(own):g}" if min(own) == max(own) else f"{min(own):g} to {max(own):g}"
        self.said.append(
            f"the epochs count from {first} ({self.label(epoch)}) and have {span} steps each: they are added up"
        )
        return "step", self._within(step, epoch), positions

    def _within(self, step: str, epoch: str) -> str:
        """Where the step stands: `Epoch [3][50/1749]` has one word for both numbers."""
        own, outer = self.label(step), self.label(epoch)
        return f"the second number of {own}" if own == outer else f"{own} within {outer}"

    def _within_epochs(self, step: str, epoch: str | None) -> tuple[str, str, array[float]] | None:
        """The positions where a step column starts again in every epoch; None where it does not."""
        if epoch is None or self.columns[epoch].filled < self.rows:
            return None
        steps, epochs = self.columns[step].values, self.columns[epoch].values
        back = [i for i in range(1, self.rows) if steps[i] < steps[i - 1]]
        if not back or not all(epochs[i] > epochs[i - 1] for i in back):
            return None
        sizes = {b - a for a, b in pairwise([0, *back])}
        low = steps[0]
        every = all(steps[i] == low for i in back) and all(
            b - a == 1 for i, (a, b) in enumerate(pairwise(steps), 1) if b >= a
        )
        if every and len(sizes) == 1 and self.rows - back[-1] <= min(sizes):
            n = min(sizes)
            self.said.append(f"{self.label(step)} starts again in every epoch, of {n} steps: they were added up")
            both = self._within(step, epoch) if self.words else f"columns '{step}' and '{epoch}'"
            return "step", both, array("d", [low + i for i in range(self.rows)])
        self.said.append(f"{self.label(step)} starts again in every epoch, whose length is not known: it was not used")
        rates = self.columns[self.rates[0]].values
        if any(p == q and a != b for (p, q), (a, b) in zip(pairwise(epochs), pairwise(rates), strict=True)):
            return "row", "row", array("d", range(self.rows))
        return "epoch", self.label(epoch), epochs

    def _without_repetitions(self, positions: array[float], source: str) -> array[float]:
        """The positions without rows that say again what the row before them says; the later one stays."""
        if all(map(lt, positions, islice(positions, 1, None))):
            return positions
        columns = [self.columns[rate].values for rate in self.rates]
        keep = bytearray(b"\1") * self.rows
        again: list[float] = []
        n = 0
        for i in range(1, self.rows):
            if positions[i] == positions[i - 1] and all(_same(c[i], c[i - 1]) for c in columns):
                keep[i - 1] = 0
                n += 1
                if len(again) < 3:
                    again.append(positions[i])
        if not n:
            return positions
        at = ", ".join(f"{p:g}" for p in again) + (", ..." if n > len(again) else "")
        own = array("d", compress(positions, keep))
        self._keep(keep, "{n} that the next row repeats (" + source + f": {at}) left out")
        return own

    def _remarks(
        self, unit: str, source: str, epoch: str | None, runs: Sequence[Run], positions: Sequence[float]
    ) -> Iterator[str]:
        more = f" (also: {listed(self.rates[1:])})" if len(self.rates) > 1 else ""
        beside = f", the epoch from {self.label(epoch)}" if epoch and not self.words else ""
        told = "the rows are counted, from 0" if unit == "row" else f"the {unit} is {source}"
        yield f"the learning rate is {self.label(self.rates[0])}{more}; {told}{beside}"
        yield from self.said
        values = self.columns[self.rates[0]].values
        nan = sum(map(math.isnan, values))
        if nan:
            yield f"{_count(nan, 'learning rate')} {'is' if nan == 1 else 'are'} NaN"
        infinite = sum(map(math.isinf, values))
        if infinite:
            yield f"{_count(infinite, 'learning rate')} {'is' if infinite == 1 else 'are'} infinite"
        if self.without_rate:
            rows = _count(self.without_rate, "row")
            yield f"{rows} without a learning rate: their numbers go with the row of their step, or the one before"
        if len(runs) > 1:
            spans = [f"{positions[r.start]:g}-{positions[r.stop - 1]:g}" for r in runs]
            yield f"the {unit} goes back {_times(len(runs) - 1)}: {len(runs)} runs, of {unit}s {listed(spans, 12)}"


def _goes_through(steps: Sequence[float], epochs: Sequence[float], first: int) -> bool:
    """Whether steps that stand beside epochs, `epoch: 3, iter: 410/80000`, are counted through all of them.

    Then they never go back, and some length of an epoch puts each of them into its epoch.
    """
    changes, least, most = 0, 0.0, math.inf
    for i in range(1, len(steps)):
        if epochs[i] > epochs[i - 1]:
            if steps[i] <= steps[i - 1]:
                return False
            changes += 1
    if not changes:
        return False
    for step, epoch in zip(steps, epochs, strict=True):
        before = epoch - first
        least = max(least, step / (before + 1))
        if before > 0:
            most = min(most, step / before)
    return least <= most


def _known(cells: Cells) -> bytes:
    return bytes(map(math.isfinite, cells.values))


def _same(a: float, b: float) -> bool:
    return a == b or (a != a and b != b)


def _runs(positions: Sequence[float]) -> Iterator[Run]:
    start = 0
    if not all(map(lt, positions, islice(positions, 1, None))):
        for i, (before, after) in enumerate(pairwise(positions), 1):
            if after <= before:
                yield Run(start, i)
                start = i
    yield Run(start, len(positions))


def _count(n: int, what: str) -> str:
    return f"{n:,} {what}" if n == 1 else f"{n:,} {what}s"


def _times(n: int) -> str:
    return "once" if n == 1 else f"{n} times"
