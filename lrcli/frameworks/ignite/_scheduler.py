"""What ignite's schedulers have in common: each event sets the learning rate, before the update of its iteration."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from itertools import count

from lrcli.errors import Refuses
from lrcli.frameworks.schedule import STRETCH, FrameworkSchedule
from lrcli.schedules import Setting, dataclass, flag, untried
from lrcli.schedules import count as whole_number

refuses = partial(Refuses, "ignite")
"""What ignite raises: the exception, its reason, the field and its value."""


@dataclass(frozen=True, kw_only=True)
class IgniteScheduler(FrameworkSchedule):
    """A scheduler, event by event."""

    save_history: bool = flag(
        False, doc="whether the engine's state keeps the values; it changes nothing here", tried=untried
    )

    def lr_at(self, t: int, base_lr: float) -> float:
        return self.lrs(base_lr, t, t + 1)[0]

    def events(self, base_lr: float, lr: float) -> Iterator[float]:
        """The values of the events, for an optimizer that now has this learning rate."""
        for start in count(0, STRETCH):
            rows: Iterable[float]
            try:
                rows = self.lrs(base_lr, start, start + STRETCH)
            except (ArithmeticError, ValueError):  # one by one, up to the event that has no value
                rows = (self.lr_at(t, base_lr) for t in range(start, start + STRETCH))
            yield from rows

    def constructed(self, base_lr: float, lr: float) -> float:
        """The optimizer's learning rate after the scheduler has been built: PyTorch's constructors change it."""
        return lr


@dataclass(frozen=True, kw_only=True)
class IgniteOfGroup(IgniteScheduler):
    """A scheduler that may be for one parameter group alone."""

    param_group_index: float | None = whole_number(
        None, doc="the one parameter group that it moves", optional=True, tried=untried
    )

    @property
    def is_idle(self) -> bool:
        """Whether it is for another group."""
        index = self.param_group_index
        return index is not None and self.setting.group != index

    def check_run(self, setting: Setting) -> None:
        index, groups = self.param_group_index, max(1, len(setting.lrs))
        exists = index is None or 0 <= index < groups
        self.require(exists, "there is no such parameter group", "param_group_index", "IndexError")
