"""A spec's formula as a PyTorch scheduler, for what PyTorch's own class does not train."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cache, partial
from itertools import repeat
from typing import Any

from lrcli.errors import EvaluationError, Refused
from lrcli.frameworks.torch.loop import TrainingLoop, all_or_first, first_apart
from lrcli.schedules.base import Schedule, parameters
from lrcli.schedules.params import param_of
from lrcli.schedules.plateau import Plateau
from lrcli.schedules.sequential import Chained, Sequential
from lrcli.spec import Emulation, Group, Spec

LOOKED_AT = 1_000_000
"""How many rows of a long run are compared; a training loop needs longer for them than the comparison."""

ATOL = 1e-12
"""LRs that are closer than this, relative to the largest one, differ by rounding only."""

_STRIDE = 8192

CurveFunction = Callable[[int], float]
"""The LR of a group as a function of last_epoch."""


def deviation(spec: Spec, release: str, initial_lrs: Sequence[float | None]) -> str:
    """Where PyTorch's own classes do not train what the formula says, in words; "" where they do.

    `initial_lrs` are what an earlier scheduler left in the optimizer's groups.

    >>> from lrcli.schedules.linear import Linear
    >>> deviation(Spec("a", (Group(None, 0.1, Linear(start_factor=0.0)),), 9), "2.13", [None])
    'torch 2.13 raises ValueError: start_factor must be above 0 and at most 1, not 0.0'
    """
    emulation = Emulation(release, step_order="optimizer_first")
    try:
        loops = all_or_first(
            partial(TrainingLoop, group.schedule, group.base_lr, replace(emulation, initial_lr=initial_lr))
            for group, initial_lr in zip(spec.groups, initial_lrs, strict=True)
        )
        for start in range(0, min(spec.length, LOOKED_AT), _STRIDE):
            stop = min(start + _STRIDE, spec.length)
            for loop, group in zip(loops, spec.groups, strict=True):
                if difference := _apart(loop, group, start, stop):
                    return f"torch {release} trains {difference}"
    except Refused as refused:
        return str(refused)
    except EvaluationError:
        pass  # the metric ends here, or the formula: there is nothing further to be trained
    return ""


def _apart(loop: TrainingLoop, group: Group, start: int, stop: int) -> str:
    """The first of these rows in which the loop's LR is not the formula's, "" where there is none."""
    try:
        expected = group.schedule.lrs(group.base_lr, start, stop)
    except (ArithmeticError, ValueError) as exc:
        raise EvaluationError(start, str(exc)) from exc
    if apart := first_apart(loop.take(stop - start)["lr"], expected, ATOL * max(map(abs, expected))):
        i, lr, wanted = apart
        return f"{lr!r} instead of {wanted!r} at epoch {start + i}"
    return ""


def formula_scheduler(spec: Spec, optimizer: Any) -> Any:
    """A scheduler with exactly the formula's learning rates.

    A LambdaLR where the LRs are the base LRs times a factor to the last bit, else an LRScheduler of its own. One that
    reads a metric takes it from the loop: `scheduler.step(metric)`.
    """
    schedules = [group.schedule for group in spec.groups]
    bases = [group.base_lr for group in spec.groups]

    def momenta(epoch: int) -> list[float | None]:
        return [schedule.momenta(epoch, epoch + 1)[0] for schedule in schedules]

    if any(reads_metric(schedule) for schedule in schedules):

        def live(metrics: Sequence[float]) -> list[CurveFunction]:
            known = [with_metrics(schedule, tuple(metrics)) for schedule in schedules]
            return list(map(curve_of, known, bases))

        return _formula_class()(optimizer, live, momenta, True)
    moving = any(schedule.moves_momentum for schedule in schedules)
    if not moving and all(
        group.get("initial_lr", group["lr"]) == base for group, base in zip(optimizer.param_groups, bases, strict=True)
    ):
        pairs = zip(schedules, bases, strict=True)
        if all(_scales(schedule, base, min(spec.length, LOOKED_AT)) for schedule, base in pairs):
            return lambda_lr([curve_of(schedule, 1.0) for schedule in schedules], optimizer)
    curves = list(map(curve_of, schedules, bases))
    return _formula_class()(optimizer, lambda metrics: curves, momenta, False)


def lambda_lr(functions: Sequence[CurveFunction], optimizer: Any) -> Any:
    """PyTorch's own LambdaLR, with one function per parameter group."""
    from torch.optim.lr_scheduler import LambdaLR

    return LambdaLR(optimizer, lr_lambda=list(functions))


def curve_of(schedule: Schedule, base_lr: float) -> CurveFunction:
    return lambda epoch: schedule.lr_at(epoch, base_lr)


def _scales(schedule: Schedule, base: float, n: int) -> bool:
    """Whether the LRs are the base LR times those of the base LR 1."""
    try:
        return all(
            [base * factor for factor in schedule.lrs(1.0, start, min(start + _STRIDE, n))]
            == schedule.lrs(base, start, min(start + _STRIDE, n))
            for start in range(0, n, _STRIDE)
        )
    except (ArithmeticError, ValueError):
        return False


def reads_metric(schedule: Schedule) -> bool:
    return any(True for _ in metered_parts(schedule))


def metered_parts(schedule: Schedule, begin: int = 0) -> Iterator[tuple[Schedule, int]]:
    """The parts that read a metric, each with the step from which it counts: one in a phase counts from its begin."""
    if metric_fields(schedule):
        yield schedule, begin
    if isinstance(schedule, (Sequential, Chained)):
        for part, start in zip(schedule.schedules, _begins(schedule), strict=False):
            yield from metered_parts(part, begin + start)


def _begins(schedule: Sequential | Chained) -> Iterable[int]:
    """The step at which each part begins."""
    return (0, *map(int, schedule.milestones)) if isinstance(schedule, Sequential) else repeat(0)


def metric_fields(schedule: Schedule) -> list[str]:
    """The fields that hold a series that the loop knows; a type that may do without one leaves it empty."""
    names = [f.name for f in parameters(schedule) if param_of(f).kind == "metric"]
    return names if isinstance(schedule, Plateau) else [name for name in names if getattr(schedule, name)]


def with_metrics(schedule: Schedule, metrics: tuple[float, ...]) -> Schedule:
    """The schedule with this series as the metric of its plateaus: one in a phase counts from the phase's begin."""
    if isinstance(schedule, (Sequential, Chained)):
        parts = zip(schedule.schedules, _begins(schedule), strict=False)
        return replace(schedule, schedules=tuple(with_metrics(part, metrics[begin:]) for part, begin in parts))
    return replace(schedule, **dict.fromkeys(metric_fields(schedule), metrics))


@cache
def _formula_class() -> Any:
    """FormulaLR, which exists where PyTorch does."""
    from torch.optim import lr_scheduler

    base: Any = getattr(lr_scheduler, "LRScheduler", None) or lr_scheduler._LRScheduler

    class FormulaLR(base):  # type: ignore[misc]
        """The LR of every group as a function of last_epoch, and of the metrics that step() was given.

        The momentum (or beta1) of the groups whose schedule moves it is set, too, as OneCycleLR and CyclicLR do.
        """

        def __init__(
            self,
            optimizer: Any,
            curves: Callable[[Sequence[float]], Sequence[CurveFunction]],
            momenta: Callable[[int], Sequence[float | None]],
            takes_metric: bool,
        ) -> None:
            self._curves, self._momenta = curves, momenta
            self._takes_metric = takes_metric
            self.metrics: list[float] = []
            self._is_built = False
            super().__init__(optimizer)
            self._is_built = True

        def get_lr(self) -> list[float]:
            for group, momentum in zip(self.optimizer.param_groups, self._momenta(self.last_epoch), strict=True):
                if momentum is not None and "betas" in group:
                    group["betas"] = (momentum, *group["betas"][1:])
                elif momentum is not None:
                    group["momentum"] = momentum
            return [curve(self.last_epoch) for curve in self._curves(self.metrics)]

        def step(self, metrics: Any = None, epoch: Any = None) -> None:
            if not self._takes_metric:
                super().step(metrics if epoch is None else epoch)
                return
            if self._is_built:
                if metrics is None:
                    raise TypeError("step() needs the metric")
                self.metrics.append(float(metrics))
            super().step()

        def state_dict(self) -> dict[str, Any]:
            state: dict[str, Any] = super().state_dict()
            for name in ("_curves", "_momenta"):  # functions: the spec has them
                state.pop(name)
            return state

    return FormulaLR
