"""The dicts that Hugging Face's Trainer prints, among progress bars, prefixes and whatever else a terminal shows.

A dict says its epoch, rounded; what stands around the dicts tells the step of it.
"""

from __future__ import annotations

import math
import re
from array import array
from collections.abc import Iterator
from typing import Any

from lrcli.logs.format import FAR, LogFile, LogFormat, Opening
from lrcli.logs.formats.json_rows import flat_row, row_of
from lrcli.logs.gather import Cells, Gathered
from lrcli.logs.trainer_steps import steps_beside, steps_of_end, steps_of_totals
from lrcli.printable import count_text

_ROW = r"""\{["'][^\n]*["'](learning_rate|lr)["']\s*:"""
_HF = r"""\{["'][^\n{}]*["']learning_rate["']\s*:[^\n{}]*["']epoch["']\s*:"""
_BAR = r"\|\s*(\d+)/(\d+) \["
_TOTAL = r"Total optimization steps = ([\d,]+)|Num Epochs = ([\d,]+)"


def recognise(opening: Opening) -> bool:
    r"""Whether dicts with a learning rate stand among other text, or are written as Python prints them.

    >>> recognise(Opening(b"  4%| 5/120 [00:01]\r{'loss': 2.5, 'learning_rate': 2e-05, 'epoch': 1.0}\n"))
    True
    >>> recognise(Opening(b'{"learning_rate": 2e-05, "epoch": 1.0}\n'))
    False
    """
    if not opening.has_line(_ROW, "{"):
        return False
    if opening.lines[0].startswith("{'") and re.match(_HF, opening.lines[0][:FAR]):
        return True
    starts = [line for line in opening.lines if line.lstrip().startswith("{")]
    if len(starts) == len(opening.lines) or opening.text.lstrip().startswith(("{\n", "[\n", "[{")):
        return False
    return opening.has_line(_HF, "{") or any(re.match(_ROW, line[:FAR].lstrip()) for line in starts[1:] or starts)


class _Bars:
    """The step of the bar before each row, and of the one after it; NaN where there is none."""

    def __init__(self) -> None:
        self.total = 0
        self.last = math.nan
        self.before: list[float] = []
        self.after: list[float] = []

    def row(self, number: int) -> None:
        """Row `number` stands here."""
        more = number + 1 - len(self.before)
        self.before += [self.last] * more
        self.after += [math.nan] * more

    def read(self, text: str) -> None:
        """The bars of a text stand here; those of an evaluation have another total."""
        for bar in re.finditer(_BAR, text):
            step, total = map(int, bar.groups())
            self.total = self.total or total
            if total == self.total:
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
        has_dict = 0 <= begin < end
        if total := re.search(_TOTAL, line):
            totals["steps" if total[1] else "epochs"] = int((total[1] or total[2]).replace(",", ""))
            bars.total = totals["steps"]
        bars.read(line[:begin] if has_dict else line)
        if not has_dict:
            broken += begin >= 0 and re.match(_ROW, line[begin : begin + FAR]) is not None
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
        bars.read(line[end:])
    if broken:
        yield f"{count_text(broken, 'line')} with a dict that cannot be read left out"
    epochs = gathered.columns.get("epoch")
    if epochs is None or epochs.filled < gathered.rows or "step" in gathered.columns or gathered.request.step_column:
        return
    if known := _steps(list(epochs.values), bars, totals, ends):
        gathered.names["step"] = "step"
        column = gathered.columns["step"] = Cells(0)
        column.extend(0, array("d", known[0]))
        yield f"the steps are {known[1]}"


def _steps(
    epochs: list[float], bars: _Bars, totals: dict[str, int], ends: list[dict[str, Any]]
) -> tuple[list[float], str] | None:
    """The step of each row, and how it is known; None where it is not."""
    if steps := steps_beside(epochs, bars.before, bars.after):
        return steps, "read from the progress bar beside each dict"
    if all(totals.values()) and (steps := steps_of_totals(epochs, totals["steps"] / totals["epochs"])):
        return steps, "read from the epochs and what the Trainer says of their number and length"
    return steps_of_end(epochs, ends[0]) if len(ends) == 1 else None


FORMAT = LogFormat("printed-dicts", recognise, _read, order=20)
