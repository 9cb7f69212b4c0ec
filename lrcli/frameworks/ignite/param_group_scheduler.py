"""A scheduler for each parameter group."""

from __future__ import annotations

from lrcli.errors import InvalidValue
from lrcli.frameworks.ignite._scheduler import IgniteOfGroup, IgniteScheduler
from lrcli.frameworks.schedule import Forwarding
from lrcli.schedules import Schedule, data, dataclass, schedules
from lrcli.schedules.constant import Constant


@dataclass(frozen=True, kw_only=True)
class IgniteParamGroupScheduler(IgniteScheduler, Forwarding):
    """Let each of ignite's schedulers act on its parameter group, at each event one after the other.

    lr(t) = that of the last scheduler whose param_group_index is the group's, or that has none
            base_lr    for a group that no scheduler is for

    >>> from lrcli.frameworks.ignite.piecewise_linear import IgnitePiecewiseLinear
    >>> rise = IgnitePiecewiseLinear(milestones_values=((0, 0.0), (4, 0.4)), param_group_index=0)
    >>> [round(IgniteParamGroupScheduler(schedulers=(rise,)).lr_at(t, 0.1), 4) for t in (0, 2, 4)]
    [0.0, 0.2, 0.4]

    Source: ignite.handlers.ParamGroupScheduler (run in 0.5.5).
    """

    name = "ignite.ParamGroupScheduler"
    sets_lr = True

    schedulers: tuple[Schedule, ...] = schedules(
        doc="ignite's schedulers, each with its param_group_index",
        example="{type: ignite.PiecewiseLinear, param_group_index: 0, milestones_values: [[0, 0.0], [500, 0.1]]}",
    )
    names: object = data(None, doc="the schedulers' names; they change nothing", takes="a list", optional=True)

    def check_values(self) -> None:
        for part in self.schedulers:
            reason = f"schedulers should be parameter schedulers of ignite, and not {part.name}"
            self.require(isinstance(part, IgniteScheduler), reason, "schedulers")
        if not all(isinstance(part, IgniteOfGroup) for part in self.schedulers) and len(self.schedulers) > 1:
            rule = "hold a scheduler without param_group_index beside others: not computed, give groups of their own"
            raise InvalidValue("schedulers", rule, None)
        are_named = not isinstance(self.names, tuple) or len(self.names) == len(self.schedulers)
        self.require(are_named, f"{len(self.schedulers)} schedulers should have as many names", "names")

    @property
    def acting(self) -> tuple[Schedule, ...]:
        """The schedulers that set the learning rate of the group."""
        return tuple(part for part in self.schedulers if not getattr(part, "is_idle", False))

    @property
    def inner(self) -> Schedule:
        """The last of those, whose learning rate stays."""
        return self.acting[-1] if self.acting else Constant()

    def lrs(self, base_lr: float, start: int, stop: int) -> list[float]:
        rows = [base_lr] * (stop - start)
        for part in self.acting:
            rows = part.lrs(base_lr, start, stop)  # of each: one that raises ends the run, though another sets the rate
        return rows
