"""The training loop around a scheduler, for one parameter group: the LR of each epoch, and what reading it returns."""

from __future__ import annotations

from collections.abc import Sequence

from lrcli.errors import Refused
from lrcli.expression import Expression
from lrcli.frameworks.torch import replay
from lrcli.frameworks.torch.machine import ParamGroup, Replay
from lrcli.frameworks.torch.releases import parse, refuse
from lrcli.schedules.base import Schedule
from lrcli.schedules.chained import Chained
from lrcli.schedules.plateau import Plateau
from lrcli.spec import Emulation

Column = list[float] | list[float | None]

_STRIDE = 8192
"""How many rows are walked at a time where none is kept."""


class TrainingLoop:
    """A run of one parameter group, row by row.

    Row 0 is the first epoch that trains: epoch 0, or last_epoch + 1 of a resumed run.
    """

    def __init__(self, schedule: Schedule, base_lr: float, emulation: Emulation, group: int = 0) -> None:
        release = parse(emulation.release)
        self.replay: Replay = replay(schedule, release)
        order = emulation.step_order
        self.scheduler_first = self.replay.scheduler_first if order is None else order == "scheduler_first"
        self.first_epoch = emulation.last_epoch + 1
        self._rows = 0
        self._metric = _metric_of(schedule)
        self._step_epoch = emulation.step_epoch
        if isinstance(self._step_epoch, str):
            self._expression = Expression(self._step_epoch)
        lr, initial_lr = base_lr, _for_group(emulation.initial_lr, group)
        if emulation.last_epoch >= 0:
            lr = _saved_lr(schedule, base_lr, emulation, group)
            initial_lr = base_lr if initial_lr is None else initial_lr
        try:
            self.lr = self.replay.construct(ParamGroup(lr, initial_lr), emulation.last_epoch)
        except Refused:
            raise
        except (ArithmeticError, ValueError) as exc:
            raise refuse(release, type(exc).__name__, str(exc)) from exc

    def take(self, n: int, readings: Sequence[str] = ("lr",)) -> dict[str, Column]:
        """The next n rows, one list for each reading; a call that raises is None in its row."""
        lrs: list[float] = []
        others: dict[str, list[float | None]] = {name: [] for name in readings if name != "lr"}
        try:
            if others or self._step_epoch:
                for _ in range(n):
                    lrs.append(self._next_lr(self._rows + len(lrs)))
                    for name, values in others.items():
                        values.append(self._read(name))
            else:
                if self._rows == 0 and n and not self.scheduler_first:
                    lrs.append(self.lr)
                calls = n - len(lrs)
                if self._metric is None:
                    self.replay.run(self.lr, calls, lrs)
                else:
                    self.replay.run_metrics(self.lr, self._metrics(calls), lrs)
                self.lr = lrs[-1] if lrs else self.lr
        except (Refused, ArithmeticError, ValueError, TypeError) as exc:
            raise self._failure(exc, self._rows + len(lrs)) from exc
        self._rows += n
        return {"lr": lrs, **others}

    def skip(self, n: int) -> None:
        """Walk n rows without keeping them."""
        for done in range(0, n, _STRIDE):
            self.take(min(_STRIDE, n - done))

    def _next_lr(self, row: int) -> float:
        """The LR that trains this row, after the call of step() that it needs."""
        call = row if self.scheduler_first else row - 1
        if call >= 0:
            metric = None if self._metric is None else self._metrics(1, call)[0]
            self.lr = self.replay.step(self.lr, self._argument(call), metric)
        return self.lr

    def _metrics(self, n: int, call: int | None = None) -> tuple[float, ...]:
        """What the next n calls of step() are given (or n from `call` on): metric[t] in that of epoch t."""
        assert self._metric is not None
        if call is None:
            call = self._rows if self.scheduler_first else max(self._rows - 1, 0)
        values = self._metric[self.first_epoch + call : self.first_epoch + call + n]
        if len(values) < n:
            raise ValueError(f"the metric has {len(self._metric)} values, one for each epoch")
        return values

    def _argument(self, call: int) -> float | None:
        """The explicit epoch of this call of step(), if any."""
        if isinstance(self._step_epoch, str):
            epoch = self._expression(call)
            return int(epoch) if epoch == int(epoch) else epoch
        return self._step_epoch[call] if call < len(self._step_epoch) else None

    def _read(self, name: str) -> float | None:
        try:
            return self.replay.get_lr(self.lr) if name == "get_lr" else self.replay.get_last_lr()
        except (Refused, ArithmeticError, ValueError):
            return None

    def _failure(self, exc: Exception, row: int) -> Refused:
        """The exception of the call of step() that row needed, with the epoch in which the loop makes it."""
        epoch = self.first_epoch + (row if self.scheduler_first else row - 1)
        if isinstance(exc, Refused):
            return Refused(exc.release, exc.exception, exc.reason, epoch)
        found = refuse(self.replay.release, type(exc).__name__, str(exc))
        return Refused(found.release, found.exception, found.reason, epoch)


def _for_group(value: float | tuple[float, ...] | None, group: int) -> float | None:
    return value[group] if isinstance(value, tuple) else value


def _metric_of(schedule: Schedule) -> tuple[float, ...] | None:
    """The series that the loop hands to step(metric): a composite's own step() takes none."""
    if isinstance(schedule, Plateau):
        return schedule.metric
    if isinstance(schedule, Chained) and schedule.torch is None:
        return next((series for child in schedule.schedules if (series := _metric_of(child)) is not None), None)
    return None


def uninterrupted(schedule: Schedule, base_lr: float, emulation: Emulation, group: int = 0) -> TrainingLoop:
    """The same run in the same release, never resumed."""
    plain = Emulation(emulation.release, step_order=emulation.step_order)
    return TrainingLoop(schedule, base_lr, plain, group)


def _saved_lr(schedule: Schedule, base_lr: float, emulation: Emulation, group: int) -> float:
    """The LR that the optimizer holds when the resumed scheduler is built.

    after_step and before_step: after or before the call of scheduler.step() that the loop makes in epoch last_epoch.
    """
    saved = emulation.saved
    if saved == "fresh":
        return base_lr
    if isinstance(saved, str):
        loop = uninterrupted(schedule, base_lr, emulation, group)
        # where training comes first, row t has seen the steps of the epochs before t; else that of epoch t, too
        row = emulation.last_epoch + (saved == "after_step") - loop.scheduler_first
        if row < 0:
            return loop.lr  # before the first step of a loop that steps first: only the constructor has run
        loop.skip(row)
        found = loop.take(1)["lr"][0]
        assert found is not None
        return found
    return saved[group] if isinstance(saved, tuple) else saved
