"""Schedules that act on one learning rate together."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from typing import Any, ClassVar

from lrcli.errors import InvalidValue
from lrcli.schedules import Schedule, dataclass, schedules


@dataclass(frozen=True)
class Chained(Schedule):
    """Apply all the schedules at every step, one to the result of the other.

    lr(t) = fold of schedule.lr_at(t, lr so far) over the schedules, from base_lr

    For schedules that multiply, this is the product of their factors. One that sets the learning rate from the base LR
    (lambda, cyclic, one_cycle) overwrites what came before it, as it does in PyTorch.

    >>> from lrcli.schedules.constant_lr import ConstantLR
    >>> from lrcli.schedules.step import Exponential
    >>> chained = Chained((ConstantLR(factor=0.5, total_iters=2), Exponential(gamma=0.5)))
    >>> [chained.lr_at(t, base_lr=1.0) for t in (0, 1, 2)]
    [0.5, 0.25, 0.25]

    Source: torch.optim.lr_scheduler.ChainedScheduler.
    """

    name = "chained"
    torch: ClassVar[str | None] = "ChainedScheduler"
    irregular = True  # of a product of curves that rise and fall nothing is known

    schedules: tuple[Schedule, ...] = schedules(
        doc="the schedules, in the order in which they are applied",
        formula_rule="must hold at least one schedule",
        formula_test=bool,
        example="{type: linear, start_factor: 0.1, total_iters: 10}\n{type: multistep, milestones: [30, 60]}",
    )

    def formula_problems(self) -> Iterator[InvalidValue]:
        yield from super().formula_problems()
        for child in self.schedules:
            yield from child.formula_problems()

    def lr_at(self, t: int, base_lr: float) -> float:
        lr = base_lr
        for child in self.schedules:
            lr = child.lr_at(t, base_lr if child.overwrites else lr)
        return lr

    def trace(self, base_lr: float, start: int, stop: int) -> dict[str, list[Any]]:
        columns: dict[str, list[Any]] = {}
        for child in self.schedules:
            columns.update(child.trace(base_lr, start, stop))
        return columns

    def momentum_key(self) -> Hashable | None:
        return next((key for child in reversed(self.schedules) if (key := child.momentum_key()) is not None), None)

    def momenta(self, start: int, stop: int) -> Sequence[float | None]:
        """The last schedule that moves it overwrites what the others did."""
        moving = [child for child in self.schedules if child.moves_momentum]
        return moving[-1].momenta(start, stop) if moving else super().momenta(start, stop)

    def next_break(self, t: int) -> int | None:
        return min((b for child in self.schedules if (b := child.next_break(t)) is not None), default=None)

    def event_at(self, t: int) -> str:
        return "; ".join(filter(None, (child.event_at(t) for child in self.schedules)))


@dataclass(frozen=True)
class Manual(Chained):
    """Several schedulers on one optimizer, stepped by hand one after the other: `a.step(); b.step()`.

    lr(t) is that of chained. What a release of PyTorch makes of it is another matter: where its rules are the closed
    form (1.0, 1.2, 1.3) the last scheduler wins.

    >>> from lrcli.schedules.step import Exponential
    >>> Manual((Exponential(gamma=0.5), Exponential(gamma=0.1))).lr_at(1, base_lr=1.0)
    0.05

    Source: the "chaining" of schedulers in PyTorch's documentation of torch.optim from 1.4 on.
    """

    name = "manual"
    torch = None
