"""A run of a log on the axis of a spec: which scheduler step each row is about, and how exactly it is written."""

from __future__ import annotations

import math
from array import array
from collections.abc import Sequence

from lrcli.errors import LrcliError
from lrcli.infer.rows import Rows
from lrcli.logs import Log, Rounding, Run
from lrcli.logs.axis import NOWHERE, rows_in
from lrcli.logs.rounding import tolerance
from lrcli.series import series_of
from lrcli.spec import Spec
from lrcli.values import dataclass


@dataclass(frozen=True)
class LogRows(Rows):
    """The rows that can be compared, each at its scheduler step.

    unit: whether such a step is an epoch. rounding: how the log writes its learning rates. left_out: how many rows
    have no learning rate or no position, or lie before a resumed run. per_epoch: the scheduler steps of one row, where
    rows are epochs of a schedule that counts steps.
    """

    unit: str
    rounding: Rounding
    left_out: int = 0
    per_epoch: int | None = None


def rows_of(spec: Spec, log: Log, run: Run, column: Sequence[float | None]) -> LogRows:
    """The rows of one run of the log, positions turned into the spec's scheduler steps.

    Raises LrcliError for epochs against steps without steps_per_epoch, and where no row has a learning rate.
    """
    places = rows_in(spec, log, run.start, run.stop)
    series = series_of(spec)
    first = series.start
    at, values = array("q"), array("d")
    for t, value in zip(places, column[run.start : run.stop], strict=True):
        if t != NOWHERE and t >= first and value is not None and math.isfinite(value):
            at.append(t)
            values.append(value)
    if not at:
        raise LrcliError(f"{log.name} has no row with a learning rate that is a row of '{spec.name}'")
    if not series.jumps:
        series.check_walk(at[-1] - first)
    steps: Sequence[int] = at
    if at[-1] - at[0] == len(at) - 1 and all(t == want for want, t in enumerate(at, at[0])):
        steps = range(at[0], at[-1] + 1)
    peak = max(max(values), -min(values))
    slack = array("d", (tolerance(value, log.rounding, peak) for value in values))
    per = spec.steps_per_epoch if (spec.interval, log.unit) == ("step", "epoch") else None
    return LogRows(steps, values, slack, spec.interval, log.rounding, len(places) - len(at), per)
