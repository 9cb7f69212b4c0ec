"""The dicts that Hugging Face's Trainer prints, among progress bars, prefixes and whatever else a terminal shows.

A dict says only its epoch, rounded. The progress bar beside it says the step: the one that stands before it may lag
behind, the one after it is drawn anew. Of the two that step is taken which gives all epochs the same number of steps.
Without bars there are the totals that the Trainer prints at its start, and the runtime and the speed at its end.
"""

from __future__ import annotations

import math
import re
from array import array
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lrcli.logs import FARTHEST
from lrcli.logs.axis import slack_of, steps_of_fractions
from lrcli.logs.format import FAR, LogFile, LogFormat, Opening
from lrcli.logs.formats.json_rows import flat_row, row_of
from lrcli.logs.gather import Cells, Gathered
from lrcli.printable import count_text

_ROW = r"""\{["'][^\n]*["'](learning_rate|lr)["']\s*:"""
_HF = r"""\{["'][^\n{}]*["']learning_rate["']\s*:[^\n{}]*["']epoch["']\s*:"""
_BAR = r"\|\s*(\d+)/(\d+) \["
_TOTAL = r"Total optimization steps = ([\d,]+)|Num Epochs = ([\d,]+)"

_ENOUGH = 0.8
"""The share of the rows whose bar has to fit their epoch."""
_MOST = 10_000
"""How many numbers of steps between two rows are tried."""
_TINY = 1e-6
"""A part of a step: the rounding of doubles."""

_Length = tuple[float, float]
"""The least and the most that something may be."""
_ANY_LENGTH, _NO_LENGTH = (0.0, math.inf), (math.inf, 0.0)


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
    if steps := _steps_beside(epochs, bars.before, bars.after):
        return steps, "read from the progress bar beside each dict"
    if all(totals.values()) and (steps := steps_of_fractions(epochs, totals["steps"] / totals["epochs"])):
        return steps, "read from the epochs and what the Trainer says of their number and length"
    return _steps_of_end(epochs, ends[0]) if len(ends) == 1 else None


def _steps_beside(epochs: Sequence[float], before: Sequence[float], after: Sequence[float]) -> list[float] | None:
    """The step of each row: that of the bar before it or of the one after it, as its epoch says; None where none fits.

    >>> _steps_beside([0.625, 1.25, 1.875], [4, 10, 10], [5, 15, 15])
    [5, 10, 15]
    """
    if not epochs or len(before) != len(epochs) or not max(epochs) > 0:
        return None
    slack = slack_of(epochs)
    top = max(range(len(epochs)), key=lambda i: epochs[i])
    best: list[float] = []
    matched = 0
    for start in dict.fromkeys((after[top], before[top])):
        length = _narrowed(_ANY_LENGTH, start, epochs[top], slack[top]) if start > 0 else _NO_LENGTH
        steps = []
        for i, epoch in enumerate(epochs):
            bars = [step for step in dict.fromkeys((after[i], before[i])) if step > 0]
            fits = [(closer, bar) for bar in bars if _is_some(closer := _narrowed(length, bar, epoch, slack[i]))]
            length, step = fits[0] if fits else (length, math.nan)
            steps.append(step)
        n = sum(step == step for step in steps)
        if n > matched:
            matched = n
            middle = sum(length) / 2
            best = [s if s == s else round(e * middle) for s, e in zip(steps, epochs, strict=True)]
    return best if matched >= max(2, _ENOUGH * len(epochs)) else None


def _steps_of_end(epochs: Sequence[float], end: Mapping[str, Any]) -> tuple[list[float], str] | None:
    """The steps of rows at fractions of an epoch, and how they are known; None where several would do, or none.

    The last dict says about how many steps there were, in its runtime and speed, and its epoch how far that is. The
    rows stand at all multiples of a number of steps, after the first step or not (logging_first_step).
    """
    try:
        (shortest, longest), (slowest, fastest) = (
            _rounded(str(end[f"train_{name}"])) for name in ("runtime", "steps_per_second")
        )
        last = float(end["epoch"])
    except (KeyError, ValueError, ArithmeticError):
        return None
    least, most = shortest * slowest, longest * fastest
    if not (0 < least <= most < FARTHEST and epochs and max(epochs) <= last) or all(e % 1 == 0 for e in epochs):
        return None
    slack = slack_of([*epochs, last])
    fitting: tuple[list[float], str] | None = None
    for ahead in ([], [1.0]):
        n = len(epochs) - len(ahead)
        strides = range(max(int(least / (n + 1)), 1 + len(ahead)), int(most / n) + 1) if n > 1 else range(0)
        if len(strides) > _MOST:
            return None
        for stride in strides:
            steps = [*ahead, *(float(stride * number) for number in range(1, n + 1))]
            length = _ANY_LENGTH
            for step, epoch, slack_there in zip(steps, epochs, slack, strict=False):
                length = _narrowed(length, step, epoch, slack_there)
                if not _is_some(length):
                    break
            fewest = max(least, n * stride, length[0] * (last - slack[-1]) - _TINY)
            largest = min(most, (n + 1) * stride - 1, length[1] * (last + slack[-1]) + _TINY)
            if _is_some(length) and math.ceil(fewest) <= math.floor(largest):
                if fitting:
                    return None
                totals = " to ".join(str(total) for total in sorted({math.ceil(fewest), math.floor(largest)}))
                source = f"counted from train_runtime x train_steps_per_second: {totals}, a row every {stride}"
                fitting = steps, f"{source} (if the run was not stopped before its end)"
    return fitting


def _rounded(text: str) -> tuple[float, float]:
    """The least and the most that a printed number may have been before it was rounded.

    >>> _rounded("4.05"), _rounded("1.5e+04")
    ((4.045, 4.055), (14500.0, 15500.0))
    """
    from decimal import Decimal

    number = Decimal(text)
    half = Decimal(5).scaleb(int(number.as_tuple().exponent) - 1)  # ValueError for NaN and infinity
    return float(number - half), float(number + half)


def _narrowed(length: _Length, step: float, epoch: float, slack: float) -> _Length:
    """The lengths of an epoch, in steps, with which this step lies at that epoch."""
    shortest = step / (epoch + slack) if epoch + slack else math.inf
    longest = step / (epoch - slack) if epoch > slack else math.inf
    return max(length[0], shortest), min(length[1], longest)


def _is_some(length: _Length) -> bool:
    return length[0] <= length[1]


FORMAT = LogFormat("printed-dicts", recognise, _read, order=20)
