"""The learning rates that a run logged, as values: what a log file holds, whatever tool wrote it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from lrcli.errors import LrcliError
from lrcli.printable import printable

FARTHEST = 2**53
"""From here on not every step is a float, and no run is that long."""


class NoLog(LrcliError):
    """Why a text is no log as it stands. The message does not name the file; about: what is missing, "lr" or "step"."""

    def __init__(self, message: str, about: str = "lr") -> None:
        super().__init__(message)
        self.about = about


@dataclass(frozen=True)
class Rounding:
    """How a log writes its numbers.

    kind: "full" (every digit of a double), "float32", "decimals" (a fixed number after the point), "significant" (a
    fixed number in all) or "bars" (as Keras's progress bars: 0.0010, but 5.0000e-04); digits is that number, 0 for the
    first two.
    """

    kind: str = "full"
    digits: int = 0


@dataclass(frozen=True)
class LogRequest:
    r"""What a user says of a log's columns, where its names do not.

    column: the learning rate's. step_column: that of the positions. pattern: a regular expression that finds both in a
    line of text, `step (?P<step>\d+) rate (?P<lr>\S+)`.
    """

    column: str | None = None
    step_column: str | None = None
    pattern: str | None = None


@dataclass(frozen=True)
class Run:
    """One run of a log: rows start <= i < stop, in which the position only goes forward. Appended runs follow it."""

    start: int
    stop: int


@dataclass(frozen=True)
class Log:
    """The rows of a log that hold a learning rate, column by column.

    name: as the file is called. unit: what `positions` count, "epoch" or "step" ("row" where the log has neither).
    positions: the position of each row, as logged. epochs: the epoch column (fractions are fine) where the log has one
    beside its steps. lrs: the learning-rate columns by name, the first one is the curve; a missing cell is None.
    others: further numeric columns by name (loss, val_loss). runs: the runs that stand in the log, one after the
    other; all rows are one where none are given.
    In a name, what a terminal would obey is written as an escape.
    rounding: of the learning rates. remarks: what was taken, skipped or repaired, in a sentence each, for stderr.
    opening: the text of its beginning, which tells what wrote it.
    """

    name: str
    unit: str
    positions: Sequence[float]
    lrs: Mapping[str, Sequence[float | None]]
    epochs: Sequence[float] | None = None
    others: Mapping[str, Sequence[float | None]] = field(default_factory=dict)
    runs: tuple[Run, ...] = ()
    rounding: Rounding = Rounding()
    remarks: tuple[str, ...] = ()
    opening: str = field(default="", repr=False, compare=False)

    def __post_init__(self) -> None:
        if not self.runs:
            object.__setattr__(self, "runs", (Run(0, len(self.positions)),))
        if not all(name.isprintable() for name in (self.name, *self.lrs, *self.others)):
            object.__setattr__(self, "name", printable(self.name))
            for field_name in ("lrs", "others"):
                columns = {printable(name): column for name, column in getattr(self, field_name).items()}
                object.__setattr__(self, field_name, columns)
