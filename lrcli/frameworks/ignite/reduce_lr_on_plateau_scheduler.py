"""PyTorch's plateau as ignite calls it."""

from __future__ import annotations

from collections.abc import Iterator

from lrcli.errors import Problem
from lrcli.frameworks.ignite._scheduler import IgniteOfGroup
from lrcli.frameworks.metered import TorchPlateau
from lrcli.schedules import dataclass, number, text


@dataclass(frozen=True, kw_only=True)
class IgniteReduceLROnPlateauScheduler(IgniteOfGroup, TorchPlateau):
    """Multiply the learning rate by factor when the metric has not got better for more than patience events.

    lr(t) = the learning rate of PyTorch's ReduceLROnPlateau after t metrics: see the type `plateau`

    min_lr counts only with param_group_index: 0, without it ignite drops it.

    >>> plateau = IgniteReduceLROnPlateauScheduler(patience=1, factor=0.5, metric=(1.0, 0.8, 0.8, 0.8))
    >>> [plateau.lr_at(t, base_lr=0.1) for t in range(5)]
    [0.1, 0.1, 0.1, 0.1, 0.05]

    Source: ignite.handlers.ReduceLROnPlateauScheduler (run in 0.5.5, with torch 2.13.0).
    """

    name = "ignite.ReduceLROnPlateauScheduler"

    metric_name: str | None = text(None, doc="the metric's name in the engine's state", optional=True)
    min_lr: float | None = number(None, doc="the smallest learning rate", optional=True)

    def __post_init__(self) -> None:  # ignite asks this before PyTorch asks the rest
        is_read = self.min_lr is not None and self.param_group_index is not None
        reason = "min_lr should be a float where param_group_index is given"
        self.require(not is_read or isinstance(self.min_lr, float), reason, "min_lr", "TypeError")
        super().__post_init__()

    @property
    def _counts_min(self) -> bool:
        # it keeps a list with min_lr at the place of the group, and reads the list's first place
        return self.param_group_index == 0

    def walk(self, base_lr: float) -> Iterator[float]:
        if self.is_idle:
            while True:
                yield base_lr
        yield from self.follow(base_lr, self.min_lr if self.min_lr is not None and self._counts_min else 0)

    def notes(self) -> Iterator[Problem]:
        if self.min_lr and not self._counts_min:
            yield Problem("min-lr", f"{self.name} drops min_lr: it counts only with param_group_index: 0")
