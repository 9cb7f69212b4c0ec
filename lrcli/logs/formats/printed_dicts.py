"""The dicts that Hugging Face's Trainer prints, among progress bars, prefixes and whatever else a terminal shows.

A dict says its epoch, rounded, and the bar beside it the step: the one that stands before it may lag behind, the one
after it is drawn anew. Of the two that step is taken which gives all epochs the same number of steps.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from lrcli.logs.axis import spacing
from lrcli.logs.format import LogFile, LogFormat, Opening
from lrcli.logs.formats.json_rows import flat_row, row_of
from lrcli.logs.gather import Cells, Gathered
from lrcli.logs.line import FAR

_ROW = re.compile(r"""\{["'][^\n]*["'](learning_rate|lr)["']\s*:""")
_HF = re.compile(r"""\{["'][^\n{}]*["']learning_rate["']\s*:[^\n{}]*["']epoch["']\s*:""")
_BAR = re.compile(r"\|\s*(\d+)/(\d+) \[")
_TOTAL = re.compile(r"Total optimization steps = ([\d,]+)|Num Epochs = ([\d,]+)")

_ENOUGH = 0.8
"""The share of the rows whose bar has to fit their epoch."""


def recognise(opening: Opening) -> bool:
    r"""Whether dicts with a learning rate stand among other text.

    >>> recognise(Opening(b"  4%| 5/120 [00:01]\r{'loss': 2.5, 'learning_rate': 2e-05, 'epoch': 1.0}\n"))
    True
    >>> recognise(Opening(b'{"learning_rate": 2e-05, "epoch": 1.0}\n'))
    False
    """
    lines = [line[:FAR] for line in opening.lines if "learning_rate" in line or "lr" in line]
    if not any(map(_ROW.search, lines)):
        return False
    starts = [line for line in opening.lines if line.lstrip().startswith("{")]
    if len(starts) == len(opening.lines) or opening.text.lstrip().startswith(("{\n", "[\n", "[{")):
        return False
    return any(map(_HF.search, lines)) or any(_ROW.match(line[:FAR].lstrip()) for line in starts[1:] or starts)


@dataclass
class _Bars:
    """The step of the bar before each row, and of the one after it; NaN where there is none."""

    total: int = 0
    last: float = math.nan
    before: list[float] = field(default_factory=list)
    after: list[float] = field(default_factory=list)

    def row(self, number: int) -> None:
        """Row `number` stands here."""
        while len(self.before) <= number:
            self.before.append(self.last)
            self.after.append(math.nan)

    def bar(self, step: int, total: int) -> None:
        """A bar stands here; those of an evaluation have another total."""
        self.total = self.total or total
        if total != self.total:
            return
        self.last = step
        for i in range(len(self.after) - 1, -1, -1):
            if self.after[i] == self.after[i]:
                break
            self.after[i] = step


def _read(file: LogFile, gathered: Gathered) -> Iterator[str]:
    bars = _Bars()
    broken = 0
    totals = {"steps": 0, "epochs": 0}
    for number, line in enumerate(file.lines(), 1):
        begin, end = line.find("{"), line.rfind("}") + 1
        found = 0 <= begin < end
        if total := _TOTAL.search(line):
            totals["steps" if total[1] else "epochs"] = int((total[1] or total[2]).replace(",", ""))
            bars.total = totals["steps"]
        for bar in _BAR.finditer(line, 0, begin if found else len(line)):
            bars.bar(int(bar[1]), int(bar[2]))
        if not found:
            continue
        row = row_of(line[begin:end])
        if isinstance(row, dict):
            gathered.add(number, flat_row(row))
            if gathered.rows:
                bars.row(gathered.rows - 1)
        elif "learning_rate" in line:
            broken += 1
        for bar in _BAR.finditer(line, end):
            bars.bar(int(bar[1]), int(bar[2]))
    if broken:
        yield f"{broken} line{'s' * (broken > 1)} with a dict that cannot be read left out"
    epochs = gathered.columns.get("epoch")
    if epochs is None or epochs.filled < gathered.rows or "step" in gathered.columns or gathered.request.step_column:
        return
    where = "progress bar beside each dict"
    steps = steps_beside(list(epochs.values), bars.before, bars.after)
    if not steps and totals["steps"] and totals["epochs"]:
        steps = _steps_of_totals(list(epochs.values), totals["steps"] / totals["epochs"])
        where = "epochs and what the Trainer says of their number and length"
    if steps:
        gathered.names["step"] = "step"
        column = gathered.columns["step"] = Cells(0)
        for i, step in enumerate(steps):
            column.put(i, step)
        yield f"the steps are read from the {where}"


def steps_beside(epochs: Sequence[float], before: Sequence[float], after: Sequence[float]) -> list[float] | None:
    """The step of each row: that of the bar before it or of the one after it, as its epoch says; None where none fits.

    >>> steps_beside([0.625, 1.25, 1.875], [4, 10, 10], [5, 15, 15])
    [5, 10, 15]
    """
    if not epochs or len(before) != len(epochs) or not max(epochs) > 0:
        return None
    slack = _slack(epochs)
    top = max(range(len(epochs)), key=lambda i: epochs[i])
    best: list[float] = []
    matched = 0
    for start in dict.fromkeys((after[top], before[top])):
        if not start > 0:
            continue
        low, high = _lengths(start, epochs[top], slack[top])
        steps: list[float] = []
        for i, epoch in enumerate(epochs):
            fits = [
                (max(low, own[0]), min(high, own[1]), step)
                for step in dict.fromkeys((after[i], before[i]))
                if step > 0 and (own := _lengths(step, epoch, slack[i])) and max(low, own[0]) <= min(high, own[1])
            ]
            if fits:
                low, high, step = fits[0]
                steps.append(step)
            else:
                steps.append(math.nan)
        n = sum(step == step for step in steps)
        if n > matched:
            middle = (low + high) / 2
            best = [s if s == s else round(e * middle) for s, e in zip(steps, epochs, strict=True)]
            matched = n
    return best if matched >= max(2, _ENOUGH * len(epochs)) else None


def _steps_of_totals(epochs: Sequence[float], per: float) -> list[float] | None:
    """The steps of evenly spaced epochs of so many steps each; None where that gives no whole ones."""
    places = spacing(epochs)
    if places is None:
        return None
    stride = places[0] * per
    whole = round(stride)
    return [whole * number for number in places[1]] if whole and abs(stride - whole) < 0.02 * whole + 1e-9 else None


def _lengths(step: float, epoch: float, slack: float) -> tuple[float, float]:
    """The shortest and the longest epoch, in steps, in which a step is at that epoch."""
    return step / (epoch + slack), (step / (epoch - slack) if epoch > slack else math.inf)


def _slack(epochs: Sequence[float]) -> list[float]:
    """How far each epoch may be from what it was before it was rounded: to 2 decimals, 4 digits, or not at all."""
    decimals = max(len(repr(epoch).partition(".")[2]) for epoch in epochs)
    if decimals <= 2:
        return [0.0051] * len(epochs)
    if decimals <= 8:
        return [0.51 * 10.0 ** (math.floor(math.log10(epoch)) - 3) if epoch > 0 else 0.0 for epoch in epochs]
    return [1e-9 * epoch for epoch in epochs]


FORMAT = LogFormat("printed-dicts", "the dicts that Hugging Face's Trainer prints", recognise, _read, order=20)
