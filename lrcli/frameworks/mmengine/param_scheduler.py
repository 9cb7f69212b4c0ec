"""A list of mmengine's schedulers, which go on from each other's rates."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cached_property, partial
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from lrcli.errors import InvalidValue, Problem
from lrcli.frameworks.base import require_epochs
from lrcli.frameworks.mmengine import _updates as updates
from lrcli.frameworks.mmengine._entries import INF, Entry, for_group, is_other, read_entries, refuses
from lrcli.frameworks.schedule import FrameworkSchedule, Walked
from lrcli.schedules import CurveMarks, Setting, data, dataclass, metric
from lrcli.schedules.params import Record

if TYPE_CHECKING:
    from lrcli.frameworks.porting import WantedCurve

_Plateau = Callable[[int, float, float], float]
"""The rate after the metric of an epoch: (epoch, metric, rate before) -> rate."""


class _Scheduler(NamedTuple):
    """A scheduler at work: the steps begin <= t < end of its clock at which it acts, and what it then does."""

    begin: int
    end: float
    by_iter: bool
    update: updates.Update | None

    def step(self, t: int, lr: float) -> float:
        """The rate after the step t of the clock."""
        acts = self.update is not None and self.begin <= t < self.end
        return self.update(lr, t - self.begin) if acts and self.update else lr


def _entry_lists(curve: WantedCurve) -> Iterator[tuple[Record, ...]]:
    """The lists that may make a curve."""
    from lrcli.frameworks.mmengine.fitting import entry_lists

    return entry_lists(curve)


@dataclass(frozen=True)
class ParamScheduler(Walked, FrameworkSchedule):
    """Step each scheduler of the list in turn: each acts on the rate that the others have left.

    An entry acts at the steps begin <= t < end (end 1e9 unless it is given), k = t - begin counting its own steps. From
    the current rate v, with base the optimizer's lr and N = end - begin - 1, it makes:

    StepLR             v * gamma at each step_size of its steps
    MultiStepLR        v * gamma for each milestone k
    ConstantLR         v * factor at k = 0, v * (1 / factor) at k = N
    ExponentialLR      v * gamma for k > 0
    LinearLR           v * start_factor at k = 0, then v * (1 + d / (N * start_factor + (k - 1) * d))
                           with d = end_factor - start_factor
    CosineAnnealingLR  (1 + cos(pi * k / T)) / (1 + cos(pi * (k - 1) / T)) * (v - m) + m for k > 0
                           with T = T_max or end - begin, m = eta_min or eta_min_ratio * base
    PolyLR             (v - m) * (1 - 1 / (N - k + 1)) ** power + m for k > 0
    OneCycleLR         the curve of torch's, from eta_max / div_factor; past total_steps it has no value
    CosineRestartLR    base * weight where a period begins, then as CosineAnnealingLR
    QuadraticWarmupLR  base * (2k + 1) / (end - begin) ** 2 more than before; from that at k = 0 (mmdet, mmpose, mmyolo)
    ReduceOnPlateauLR  v * factor, not below min_value, after more than patience metrics that were not better

    Entries count epochs, iterations with by_epoch: false; convert_to_iter_based: true takes their lengths times the
    batches of an epoch. Rows are epochs or, in a run of steps, iterations.

    >>> warm = {"type": "LinearLR", "start_factor": 0.5, "end": 3}
    >>> cosine = {"type": "CosineAnnealingLR", "T_max": 4, "begin": 3}
    >>> [round(ParamScheduler((warm, cosine)).lr_at(t, 0.1), 4) for t in range(7)]
    [0.05, 0.075, 0.1, 0.1, 0.0854, 0.05, 0.0146]

    Source: mmengine/optim/scheduler/param_scheduler.py, 0.10.7 (run); mmdet 3.3 quadratic_warmup.py (run).
    """

    name = "mmengine.param_scheduler"
    counts = "epoch"

    schedulers: Any = data(
        doc="the schedulers, as a config has them",
        takes="a list of mappings, each with a type",
        example="[{type: LinearLR, start_factor: 0.001, end: 5}, {type: CosineAnnealingLR, T_max: 85, begin: 5}]",
        tried=_entry_lists,
    )
    metric: tuple[float, ...] = metric(doc="the metric of each epoch, for ReduceOnPlateauLR", optional=True)

    def check_values(self) -> None:
        assert isinstance(self._entries, tuple)  # whatever mmengine refuses is an error here

    def check_run(self, setting: Setting) -> None:
        by_epoch = setting.interval == "epoch"
        require_epochs(setting, "schedulers", by_epoch and self._mixed, "count epochs and iterations")
        needed = not by_epoch and any(not entry.by_iter for entry in self._entries)
        require_epochs(setting, "schedulers", needed, "count epochs in a run of steps")
        if any(entry.kind == "ReduceOnPlateauLR" for entry in self._entries):
            if not by_epoch:
                raise InvalidValue("schedulers", "ReduceOnPlateauLR is stepped by epoch: give epochs", None)
            if len(self.metric) < setting.length - 1:
                raise InvalidValue("metric", f"must have at least {setting.length - 1} values", len(self.metric))
        try:
            self._start(1.0)  # what depends on the run, and on the group
        except InvalidValue:
            raise
        except (ArithmeticError, ValueError) as error:
            raise refuses(type(error).__name__, f"the list has no first rate: {error}") from error

    @cached_property
    def _entries(self) -> tuple[Entry, ...]:
        return read_entries(self.schedulers)

    @property
    def _mixed(self) -> bool:
        """Whether some entries count iterations, others epochs."""
        converted = any(entry["convert_to_iter_based"] for entry in self._entries)
        return converted or len({entry.by_iter for entry in self._entries}) > 1

    @cached_property
    def _clocked(self) -> tuple[Entry, ...]:
        """The entries, in iterations where they are converted."""
        per_epoch = self.setting.steps_per_epoch or 0
        return tuple(
            entry.in_iterations(per_epoch) if per_epoch and entry["convert_to_iter_based"] else entry
            for entry in self._entries
        )

    def _start(self, base_lr: float) -> tuple[float, list[_Scheduler]]:
        """The schedulers, each of which makes its step 0, and the rate that they leave."""
        lr, rates = base_lr, [base_lr, 0.0, 0.0]  # initial_lr, max_lr and min_lr of the optimizer's group
        schedulers = []
        for entry in self._clocked:
            if entry.kind == "OneCycleLR":
                top = for_group(entry["eta_max"], self.setting.group)
                initial = top / entry["div_factor"]
                rates[:] = initial, top, initial / entry["final_div_factor"]
            make = _UPDATES.get(entry.kind)  # none of a plateau, which waits for its metrics
            begin = max(0, math.ceil(entry.begin))
            scheduler = _Scheduler(begin, entry.end, entry.by_iter, make and make(entry, rates))
            lr = scheduler.step(0, lr)
            schedulers.append(scheduler)
        return lr, schedulers

    def walk(self, base_lr: float) -> Iterator[float]:
        lr, schedulers = self._start(base_lr)
        plateaus = [
            _plateau_of(entry, self.setting.group) for entry in self._clocked if entry.kind == "ReduceOnPlateauLR"
        ]
        per_epoch, by_step = self.setting.steps_per_epoch, self.setting.interval == "step"
        of_epochs = [scheduler for scheduler in schedulers if not scheduler.by_iter]
        if not per_epoch or (not by_step and len(of_epochs) == len(schedulers)):
            return _rates(lr, schedulers, partial(self._after_row, plateaus) if plateaus else None)

        def after_iteration(t: int, lr: float) -> float:
            """The schedulers of epochs are stepped after those of an epoch's last iteration."""
            for scheduler in of_epochs if not t % per_epoch else ():
                lr = scheduler.step(t // per_epoch, lr)
            return lr

        of_iterations = [scheduler for scheduler in schedulers if scheduler.by_iter]
        iterations = _rates(lr, of_iterations, after_iteration if of_epochs else None)
        return iterations if by_step else islice(iterations, 0, None, per_epoch)

    def _after_row(self, plateaus: list[_Plateau], t: int, lr: float) -> float:
        """A plateau sees its metric after the other schedulers."""
        for plateau in plateaus if t <= len(self.metric) else ():
            lr = plateau(t - 1, self.metric[t - 1], lr)
        return lr

    def marks(self) -> CurveMarks:
        per_epoch = self.setting.steps_per_epoch or 1
        for entry in self._clocked:
            steps = 1 if entry.by_iter else per_epoch
            for at, event in updates.events_of(entry):
                yield at * steps / (1 if self.setting.interval == "step" else per_epoch), event

    def unwarmed(self) -> ParamScheduler | None:
        """Leave out the first scheduler; those that begin at its end begin at 0, and are as much longer."""
        first, *others = self._entries
        if not others or first.end >= INF:
            return None
        records = []
        for entry in others:
            keys = {"type": entry.kind, **{key: entry[key] for key in entry.given}}
            if entry.begin == first.end and entry.by_iter == first.by_iter:
                keys |= {"begin": 0, **({"T_max": entry["T_max"] + first.end} if keys.get("T_max") else {})}
            records.append(Record(keys))
        return replace(self, schedulers=tuple(records))

    def notes(self) -> Iterator[Problem]:
        entries = self.schedulers if isinstance(self.schedulers, tuple) else (self.schedulers,)
        if any(map(is_other, entries)):
            yield Problem("momentum", "schedulers of the momentum (or the weight decay) are left out: it is not shown")
        for entry in self._entries:
            yield from updates.notes_of(entry)
        by_iteration = all(entry.by_iter for entry in self._entries)
        if self.setting.interval == "epoch" and not self.setting.steps_per_epoch and by_iteration:
            why = "nothing says how many iterations an epoch has"
            yield Problem("by-epoch", "by_epoch: false counts rows here", why)


def _rates(lr: float, schedulers: list[_Scheduler], then: Callable[[int, float], float] | None) -> Iterator[float]:
    """The rates where every scheduler is stepped after each row, and `then` acts on what they leave."""
    yield lr
    for rows, active in _segments(schedulers):
        if then is None and len(active) == 1:
            begin, update = active[0]
            for t in range(rows.start - begin, rows.stop - begin):
                lr = update(lr, t)
                yield lr
            continue
        for t in rows:
            for begin, update in active:
                lr = update(lr, t - begin)
            lr = lr if then is None else then(t, lr)
            yield lr


def _segments(schedulers: list[_Scheduler]) -> Iterator[tuple[range, list[tuple[int, updates.Update]]]]:
    """Steps from 1 on, stretch by stretch, with (begin, update) of the schedulers that act there."""
    edges = {math.ceil(edge) for scheduler in schedulers for edge in (scheduler.begin, scheduler.end)}
    start = 1
    for edge in (*sorted(edge for edge in edges if edge > 1), sys.maxsize):
        active = [(begin, update) for begin, end, _, update in schedulers if update and begin <= start < end]
        yield range(start, edge), active
        start = edge


def _last_step(entry: Entry) -> float:
    return entry.end - entry.begin - 1


def _eta_min(entry: Entry, base: float) -> float:
    if entry["eta_min_ratio"] is not None:
        return float(base * entry["eta_min_ratio"])
    return entry["eta_min"] or 0.0


def _one_cycle_of(entry: Entry, rates: list[float]) -> updates.Update:
    total = entry.end - entry.begin if entry["total_steps"] is None else entry["total_steps"]
    part = entry["pct_start"]
    up = float(part * total) - 1
    phases = [(up, 0, 1), (total - 1, 1, 2)]
    if entry["three_phase"]:
        phases = [(up, 0, 1), (float(2 * part * total) - 2, 1, 0), (total - 1, 0, 2)]
    return updates.one_cycle(phases, rates, total, entry["anneal_strategy"] == "cos")


_UPDATES: dict[str, Callable[[Entry, list[float]], updates.Update]] = {
    "StepLR": lambda of, rates: updates.step(of["step_size"], of["gamma"]),
    "MultiStepLR": lambda of, rates: updates.multi_step(of["milestones"], of["gamma"]),
    "ConstantLR": lambda of, rates: updates.constant(of["factor"], _last_step(of)),
    "ExponentialLR": lambda of, rates: updates.exponential(of["gamma"]),
    "LinearLR": lambda of, rates: updates.linear(of["start_factor"], of["end_factor"], _last_step(of)),
    "QuadraticWarmupLR": lambda of, rates: updates.quadratic(_last_step(of) + 1, rates[0]),
    "PolyLR": lambda of, rates: updates.polynomial(of["eta_min"], of["power"], _last_step(of)),
    "OneCycleLR": _one_cycle_of,
    "CosineAnnealingLR": lambda of, rates: updates.cosine(
        of["T_max"] or of.end - of.begin, _eta_min(of, rates[0]), rates[0]
    ),
    "CosineRestartLR": lambda of, rates: updates.cosine_restart(
        of["periods"], of["restart_weights"], _eta_min(of, rates[0]), rates[0]
    ),
}


def _plateau_of(entry: Entry, group: int) -> _Plateau:
    """ReduceOnPlateauLR is PyTorch's plateau, but its best is 1e9 (or -1e9) at first, and not infinity."""
    from lrcli.schedules.plateau import Plateau

    less = entry["rule"] == "less"
    plateau = Plateau(
        mode="min" if less else "max",
        factor=float(entry["factor"]),
        patience=entry["patience"],
        threshold=entry["threshold"],
        threshold_mode=entry["threshold_rule"],
        cooldown=math.ceil(entry["cooldown"]),  # a part of an epoch is one more in which none is counted
        min_lr=for_group(entry["min_value"], group),
        eps=entry["eps"],
    )
    state = plateau.start(0.0)._replace(best=float(INF if less else -INF))

    def after(epoch: int, value: float, lr: float) -> float:
        nonlocal state
        if not entry.begin <= epoch < entry.end:
            return lr
        state = plateau.after(state._replace(lr=lr), value)
        return state.lr

    return after
