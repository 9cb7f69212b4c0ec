"""The dicts that Hugging Face's Trainer prints, among progress bars, prefixes and whatever else a terminal shows.

A dict says its epoch, rounded; the step of it is found from what stands around the dicts.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from lrcli.logs.format import LogFile, LogFormat, Opening
from lrcli.logs.formats.json_rows import flat_row, row_of
from lrcli.logs.gather import Cells, Gathered
from lrcli.logs.line import FAR
from lrcli.logs.trainer_steps import steps_beside, steps_of_end, steps_of_totals

_ROW = re.compile(r"""\{["'][^\n]*["'](learning_rate|lr)["']\s*:""")
_HF = re.compile(r"""\{["'][^\n{}]*["']learning_rate["']\s*:[^\n{}]*["']epoch["']\s*:""")
_BAR = re.compile(r"\|\s*(\d+)/(\d+) \[")
_TOTAL = re.compile(r"Total optimization steps = ([\d,]+)|Num Epochs = ([\d,]+)")


def recognise(opening: Opening) -> bool:
    r"""Whether dicts with a learning rate stand among other text, or are written as Python prints them.

    >>> recognise(Opening(b"  4%| 5/120 [00:01]\r{'loss': 2.5, 'learning_rate': 2e-05, 'epoch': 1.0}\n"))
    True
    >>> recognise(Opening(b'{"learning_rate": 2e-05, "epoch": 1.0}\n'))
    False
    """
    lines = [line[:FAR] for line in opening.lines if "learning_rate" in line or "lr" in line]
    if not any(map(_ROW.search, lines)):
        return False
    starts = [line for line in opening.lines if line.lstrip().startswith("{")]
    if opening.lines[0].startswith("{'") and _HF.match(opening.lines[0][:FAR]):
        return True
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
    ends: list[dict[str, Any]] = []
    for number, line in enumerate(file.lines(), 1):
        begin, end = line.find("{"), line.rfind("}") + 1
        found = 0 <= begin < end
        if total := _TOTAL.search(line):
            totals["steps" if total[1] else "epochs"] = int((total[1] or total[2]).replace(",", ""))
            bars.total = totals["steps"]
        for bar in _BAR.finditer(line, 0, begin if found else len(line)):
            bars.bar(int(bar[1]), int(bar[2]))
        if not found:
            broken += begin >= 0 and _ROW.match(line[begin : begin + FAR]) is not None
            continue
        row = row_of(line[begin:end])
        if isinstance(row, dict):
            gathered.add(number, flat_row(row))
            if gathered.rows:
                bars.row(gathered.rows - 1)
            if "train_runtime" in row:
                ends.append(row)
        elif "learning_rate" in line:
            broken += 1
        for bar in _BAR.finditer(line, end):
            bars.bar(int(bar[1]), int(bar[2]))
    if broken:
        yield f"{broken} line{'s' * (broken > 1)} with a dict that cannot be read left out"
    epochs = gathered.columns.get("epoch")
    if epochs is None or epochs.filled < gathered.rows or "step" in gathered.columns or gathered.request.step_column:
        return
    where = "read from the progress bar beside each dict"
    steps = steps_beside(list(epochs.values), bars.before, bars.after)
    if not steps and totals["steps"] and totals["epochs"]:
        steps = steps_of_totals(list(epochs.values), totals["steps"] / totals["epochs"])
        where = "read from the epochs and what the Trainer says of their number and length"
    if not steps and len(ends) == 1 and (counts := steps_of_end(list(epochs.values), ends[0])):
        steps, where = counts
    if steps:
        gathered.names["step"] = "step"
        column = gathered.columns["step"] = Cells(0)
        for i, step in enumerate(steps):
            column.put(i, step)
        yield f"the steps are {where}"


FORMAT = LogFormat("printed-dicts", "the dicts that Hugging Face's Trainer prints", recognise, _read, order=20)
