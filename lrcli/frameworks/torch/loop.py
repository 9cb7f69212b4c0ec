"""The training loop around a scheduler, for one parameter group: the LR of each epoch, and what reading it returns."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from math import isclose, isnan
from typing import TypeVar

from lrcli.errors import EvaluationError, Refused
from lrcli.frameworks.torch import replay
from lrcli.frameworks.torch.composite import order_of
from lrcli.frameworks.torch.machine import ParamGroup, Replay
from lrcli.frameworks.torch.releases import parse, refuse
from lrcli.schedules.base import Schedule
from lrcli.schedules.plateau import Plateau
from lrcli.schedules.sequential import Chained
from lrcli.spec import Emulation, Spec

LoopColumn = list[float] | list[float | None]

RTOL = 1e-9
"""Learning rates that differ by at most this share of the larger one differ by rounding only."""

_STRIDE = 8192
"""How many rows are walked at a time where none is kept."""


T = TypeVar("T")


class TrainingLoop:
    """A run of one parameter group, row by row.

    Row 0 is the first epoch that trains: epoch 0, or last_epoch + 1 of a resumed run. `unit` is what a row is called.
    """

    def __init__(
        self, schedule: Schedule, base_lr: float, emulation: Emulation, group: int = 0, unit: str = "epoch"
    ) -> None:
        self.schedule = schedule
        self._unit = unit
        release = parse(emulation.release)
        self.replay: Replay = replay(schedule, release)
        order = emulation.step_order
        self.scheduler_first = self.replay.scheduler_first if order is None else order == "scheduler_first"
        self.first_epoch = emulation.last_epoch + 1
        self._rows = 0
        self._metric = _metric_of(schedule)
        self._step_epoch = emulation.step_epoch
        if isinstance(self._step_epoch, str):
            from lrcli.expression import Expression

            self._expression = Expression(self._step_epoch)
        self.group = ParamGroup(base_lr)
        if emulation.last_epoch >= 0:
            self.group = _saved_group(schedule, base_lr, emulation, group)
        if self.group.momentum is None and emulation.momentum is not None:
            self.group.momentum = _for_group(emulation.momentum, group)
        if emulation.initial_lr is not None:
            self.group.initial_lr = _for_group(emulation.initial_lr, group)
        try:
            self.lr = self.replay.construct(self.group, emulation.last_epoch)
        except Refused:
            raise
        except (ArithmeticError, ValueError) as exc:
            refused = refuse(release, type(exc).__name__, str(exc))
            refused.order = order_of(exc)
            raise refused from exc

    def take(self, n: int, readings: Sequence[str] = ("lr",)) -> dict[str, LoopColumn]:
        """The next n rows, one list for each reading; a call that raises is None in its row."""
        lrs: list[float] = []
        others: dict[str, list[float | None]] = {name: [] for name in readings if name != "lr"}
        try:
            if self._step_epoch or not (others.keys() <= {"momentum"} if self.replay.momentum_at else not others):
                for _ in range(n):
                    lrs.append(self._next_lr(self._rows + len(lrs)))
                    for name, values in others.items():
                        values.append(self._read(name))
            else:
                begun = self.replay.last_epoch + 1
                if self._rows == 0 and n and not self.scheduler_first:
                    lrs.append(self.lr)
                calls = n - len(lrs)
                self.replay.run(self.lr, calls, lrs, () if self._metric is None else self._metrics(calls))
                self.lr = lrs[-1] if lrs else self.lr
                if others and self.replay.momentum_at is not None:
                    moved = list(map(self.replay.momentum_at, range(begun, begun + calls)))
                    others["momentum"] = [*[self.group.momentum] * (n - calls), *moved]
                    self.group.momentum = moved[-1] if moved else self.group.momentum
        except (Refused, ArithmeticError, ValueError, TypeError) as exc:
            raise self._failure(exc, self._rows + len(lrs)) from exc
        self._rows += n
        return {"lr": lrs, **others}

    def skip(self, n: int, readings: Sequence[str] = ("lr",)) -> None:
        """Walk n rows without keeping them. Only a walk with "momentum" among the readings keeps the momentum up."""
        for done in range(0, n, _STRIDE):
            self.take(min(_STRIDE, n - done), readings)

    def _next_lr(self, row: int) -> float:
        """The LR that trains this row, after the call of step() that it needs."""
        call = row if self.scheduler_first else row - 1
        if call >= 0:
            metric = None if self._metric is None else self._metrics(1, call)[0]
            self.lr = self.replay.step(self.lr, self._argument(call) if self._step_epoch else None, metric)
        return self.lr

    def _metrics(self, n: int, call: int | None = None) -> tuple[float, ...]:
        """What the next n calls of step() are given (or n from `call` on): metric[t] in that of epoch t."""
        assert self._metric is not None
        if call is None:
            call = self._rows if self.scheduler_first else max(self._rows - 1, 0)
        values = self._metric[self.first_epoch + call : self.first_epoch + call + n]
        if len(values) < n:
            row = self.first_epoch + call + len(values) + (not self.scheduler_first)
            reason = f"the metric has {len(self._metric)} values, one for each epoch before it is needed"
            raise EvaluationError(row, reason, self._unit)
        return values

    def _argument(self, call: int) -> float | None:
        """The explicit epoch of this call of step(), if any."""
        if isinstance(self._step_epoch, str):
            epoch = self._expression(call)
            return int(epoch) if epoch == int(epoch) else epoch
        return self._step_epoch[call] if call < len(self._step_epoch) else None

    def _read(self, name: str) -> float | None:
        if name == "momentum":
            return self.group.momentum
        try:
            return self.replay.get_lr(self.lr) if name == "get_lr" else self.replay.get_last_lr()
        except (Refused, ArithmeticError, ValueError):
            return None

    def _failure(self, exc: Exception, row: int) -> Refused:
        """The exception of the call of step() that row needed, with the epoch in which the loop makes it."""
        epoch = self.first_epoch + (row if self.scheduler_first else row - 1)
        refusal = exc if isinstance(exc, Refused) else refuse(self.replay.release, type(exc).__name__, str(exc))
        refused = Refused(refusal.release, refusal.exception, refusal.reason, epoch)
        refused.order = order_of(exc)
        return refused


def training_loop(spec: Spec, i: int) -> TrainingLoop:
    """The replay of parameter group i of a spec that asks for a release."""
    assert spec.emulation is not None
    group = spec.groups[i]
    return TrainingLoop(group.schedule, group.base_lr, spec.emulation, i, spec.interval)


def training_loops(spec: Spec) -> list[TrainingLoop]:
    """The replays of all parameter groups; of several refusals the one that the release raises."""
    return all_or_first(partial(training_loop, spec, i) for i in range(len(spec.groups)))


def all_or_first(calls: Iterable[Callable[[], T]]) -> list[T]:
    """What the calls return, one for each parameter group; of several refusals the one that PyTorch meets first.

    One scheduler holds all groups: the earliest step() fails, in it the first child of a composition, of its groups the
    first.
    """
    results: list[T] = []
    refusals: list[Refused] = []
    for call in calls:
        try:
            results.append(call())
        except Refused as refused:
            refusals.append(refused)
    if refusals:
        raise min(refusals, key=lambda refused: (-1 if refused.t is None else refused.t, refused.order))
    return results


def take_together(
    loops: Sequence[TrainingLoop], n: int, readings: Sequence[str] = ("lr",)
) -> list[dict[str, LoopColumn]]:
    """The next n rows of every parameter group: a reading that raises for one of them is None for all."""

    def taking(loop: TrainingLoop) -> Callable[[], dict[str, LoopColumn]]:
        return lambda: loop.take(n, readings)

    taken = all_or_first(map(taking, loops))
    one_scheduler = len({type(loop.schedule) for loop in loops}) == 1
    for name in [name for name in readings if name.startswith("get_")] if one_scheduler and len(taken) > 1 else ():
        columns = [group[name] for group in taken]
        if any(None in column for column in columns):
            rows = [row if None not in row else (None,) * len(row) for row in zip(*columns, strict=True)]
            for group, column in zip(taken, zip(*rows, strict=True), strict=True):
                group[name] = list(column)
    return taken


def first_apart(
    lrs: Sequence[float | None], expected: Sequence[float | None], atol: float = 0.0
) -> tuple[int, float | None, float | None] | None:
    """The first pair of values that differ by more than rounding, with its index; None where there is none."""
    for i, (lr, wanted) in enumerate(zip(lrs, expected, strict=True)):
        if lr is None or wanted is None:
            return i, lr, wanted
        if not isclose(lr, wanted, rel_tol=RTOL, abs_tol=atol) and not (isnan(lr) and isnan(wanted)):
            return i, lr, wanted
    return None


def _for_group(value: float | tuple[float, ...], group: int) -> float:
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
    plain = Emulation(emulation.release, step_order=emulation.step_order, momentum=emulation.momentum)
    return TrainingLoop(schedule, base_lr, plain, group)


def _saved_group(schedule: Schedule, base_lr: float, emulation: Emulation, group: int) -> ParamGroup:
    """The optimizer's group when the resumed scheduler is built.

    after_step and before_step: as it was saved after or before the call of scheduler.step() that the loop makes in
    epoch last_epoch, with all that the old scheduler wrote into it. Otherwise it knows no more than its LRs.
    """
    saved = emulation.saved
    if saved == "fresh":
        return ParamGroup(base_lr, base_lr)
    if not isinstance(saved, str):
        return ParamGroup(_for_group(saved, group), base_lr)
    loop = uninterrupted(schedule, base_lr, emulation, group)
    # where training comes first, row t has seen the steps of the epochs before t; else that of epoch t, too
    row = emulation.last_epoch + (saved == "after_step") - loop.scheduler_first
    # (below 0: before the first step of a loop that steps first, only the constructor has run)
    loop.skip(row + 1, ("lr", "momentum") if schedule.moves_momentum else ("lr",))
    initial_lr = base_lr if loop.group.initial_lr is None else loop.group.initial_lr
    return ParamGroup(loop.lr, initial_lr, dict(loop.group.arguments), loop.group.momentum)
