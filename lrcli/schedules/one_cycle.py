"""The one-cycle policy."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Sequence

from lrcli.errors import InvalidValue
from lrcli.schedules import CurveMarks, LrRule, Schedule, choice, count, dataclass, flag, length, number


@dataclass(frozen=True)
class OneCycle(Schedule):
    """Rise from max_lr / div_factor to max_lr, then fall to max_lr / div_factor / final_div_factor.

    lr(t) = anneal(start, end, (t - begin) / (finish - begin)) in the phase that holds t

    Phases end at pct_start * total_steps - 1 and total_steps - 1; with three_phase at pct_start * total_steps - 1
    (max_lr), 2 * pct_start * total_steps - 2 (back at the initial LR) and total_steps - 1. From total_steps on, the
    learning rate stays the final one (PyTorch raises one step later). The group's own LR is not used.

    anneal is end + (start - end) / 2 * (cos(pi * part) + 1), or (end - start) * part + start with "linear".

    >>> one_cycle = OneCycle(max_lr=0.1, total_steps=10, anneal_strategy="linear")
    >>> [round(one_cycle.lr_at(t, base_lr=9.9), 6) for t in (0, 1, 2, 9)]
    [0.004, 0.052, 0.1, 0.0]

    Source: Smith and Topin (arXiv:1708.07120); torch.optim.lr_scheduler.OneCycleLR.
    """

    name = "one_cycle"
    torch = "OneCycleLR"
    horizon = ("total_steps", "epochs", "steps_per_epoch")
    sets_lr = True
    overwrites = True

    max_lr: float = number(doc="the learning rate at the peak", per_group=True, example="0.1")
    total_steps: float | None = length(
        None, doc="steps of the cycle", fills="run", unless=("epochs", "steps_per_epoch"), optional=True, whole=True
    )
    epochs: float | None = count(None, doc="epochs of the cycle, with steps_per_epoch", at_least=1, optional=True)
    steps_per_epoch: float | None = count(None, doc="steps in an epoch, with epochs", at_least=1, optional=True)
    pct_start: float = number(0.3, doc="share of the cycle that rises, from 0 to 1", at_least=0)
    anneal_strategy: str = choice("cos", "cos", "linear", doc="shape of the annealing")
    cycle_momentum: bool = flag(True, doc="whether the momentum cycles too", momentum=True)
    base_momentum: float = number(0.85, doc="momentum at the peak", per_group=True, momentum=True)
    max_momentum: float = number(0.95, doc="momentum at the start", per_group=True, momentum=True)
    div_factor: float = number(25.0, doc="max_lr / div_factor is the initial learning rate")
    final_div_factor: float = number(1e4, doc="the initial learning rate / final_div_factor is the final one")
    three_phase: bool | None = flag(
        None, doc="whether a third phase does the last annealing (default: false)", optional=True
    )

    def check_values(self) -> None:
        if self.total_steps is None and (self.epochs is None or self.steps_per_epoch is None):
            raise InvalidValue("total_steps", "must be given, or epochs and steps_per_epoch", None)
        for name in ("div_factor", "final_div_factor"):
            if getattr(self, name) == 0:
                raise InvalidValue(name, "must be a number other than 0", 0)

    @property
    def total(self) -> float:
        """Steps of the cycle, however they were given."""
        if self.total_steps is not None:
            return self.total_steps
        assert self.epochs is not None
        assert self.steps_per_epoch is not None
        return self.epochs * self.steps_per_epoch

    @property
    def initial_lr(self) -> float:
        """The learning rate of step 0, but for rounding."""
        return self.max_lr / self.div_factor

    @property
    def final_lr(self) -> float:
        """The learning rate of the last step."""
        return self.initial_lr / self.final_div_factor

    def ends(self) -> tuple[float, ...]:
        """The last step of each phase."""
        up, end = float(self.pct_start * self.total) - 1, self.total - 1
        return (up, float(2 * self.pct_start * self.total) - 2, end) if self.three_phase else (up, end)

    def rule(self, base_lr: float) -> LrRule:
        return self._held(self.initial_lr, self.max_lr, self.final_lr)

    def _held(self, initial: float, peak: float, final: float) -> LrRule:
        """`curve_from` that stays at its end, with the peak at step 0 where PyTorch divides by zero.

        PyTorch does so after a rise of no steps: pct_start is one step then.
        """
        curve, total, no_rise = self.curve_from(initial, peak, final), self.total, self.ends()[0] == 0
        return lambda t: final if t >= total else peak if no_rise and not t else curve(t)

    def curve_from(self, initial: float, peak: float, final: float) -> Callable[[float], float]:
        """The curve as a function of t, without the stop at total_steps: the cosine would turn round there.

        The three LRs stand apart because PyTorch keeps them in the optimizer, where others may overwrite them.
        """
        *before, end = self.ends()
        rising, begin, start = [], 0.0, initial
        for finish, lr in zip(before, (peak, initial), strict=False):
            rising.append((finish, begin, start, lr))
            begin, start = finish, lr
        end_start, end_lr = start, final
        cos, pi = math.cos, math.pi

        def along_cosine(t: float) -> float:
            for finish, since, start_lr, finish_lr in rising:
                if t <= finish:
                    return finish_lr + (start_lr - finish_lr) / 2.0 * (cos(pi * ((t - since) / (finish - since))) + 1)
            return end_lr + (end_start - end_lr) / 2.0 * (cos(pi * ((t - begin) / (end - begin))) + 1)

        def along_line(t: float) -> float:
            for finish, since, start_lr, finish_lr in rising:
                if t <= finish:
                    return (finish_lr - start_lr) * ((t - since) / (finish - since)) + start_lr
            return (end_lr - end_start) * ((t - begin) / (end - begin)) + end_start

        return along_cosine if self.anneal_strategy == "cos" else along_line

    def momentum_key(self) -> Hashable | None:
        if not self.cycle_momentum:
            return None
        shape = (self.total, self.pct_start, self.anneal_strategy, bool(self.three_phase))
        return ("one_cycle", *shape, self.base_momentum, self.max_momentum)

    def momenta(self, start: int, stop: int) -> Sequence[float | None]:
        """From max_momentum to base_momentum while the learning rate rises, and back; in a third phase it stays."""
        if not self.cycle_momentum:
            return super().momenta(start, stop)
        return list(map(self._held(self.max_momentum, self.base_momentum, self.max_momentum), range(start, stop)))

    def marks(self) -> CurveMarks:
        return ((end, "") for end in self.ends())

    def event_at(self, t: int) -> str:
        names = ("peak", "back at the initial LR", "cycle ends") if self.three_phase else ("peak", "cycle ends")
        for finish, name in zip(self.ends(), names, strict=True):
            if t > 0 and t == math.floor(finish):
                return name
        return ""
