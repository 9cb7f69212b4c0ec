"""The schedulers of fairseq that take a learning rate for each epoch."""

from __future__ import annotations

from typing import Any

from lrcli.errors import InvalidValue
from lrcli.frameworks.fairseq._scheduler import FairseqWarmed
from lrcli.schedules.base import Setting
from lrcli.schedules.params import count, data
from lrcli.values import dataclass


@dataclass(frozen=True, kw_only=True)
class FairseqByEpoch(FairseqWarmed):
    """A scheduler whose learning rate may change from epoch to epoch."""

    lr: Any = data(
        None, doc="the learning rate of each epoch; left out: the group's", takes="a list of numbers", optional=True
    )
    force_anneal: float | None = count(None, doc="the epoch, from 1 on, at which the annealing begins", optional=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        lrs = self.lr
        if lrs is None:
            return
        if isinstance(lrs, (int, float)) and not isinstance(lrs, bool):
            lrs = (lrs,)
        if not (
            isinstance(lrs, (tuple, list))
            and lrs
            and all(isinstance(lr, (int, float)) and not isinstance(lr, bool) for lr in lrs)
        ):
            raise InvalidValue("lr", "must be a list of numbers", lrs)
        object.__setattr__(self, "lr", tuple(lrs))

    def bind(self, setting: Setting) -> Any:
        bound = super().bind(setting)
        by_epoch = setting.interval == "epoch"
        if setting.steps_per_epoch is None and (
            (by_epoch and self.warmup_updates) or (not by_epoch and self.counts_epochs)
        ):
            rule = "counts epochs beside updates: give steps_per_epoch (or data) at the top level"
            raise InvalidValue("force_anneal" if self.force_anneal is not None else "warmup_updates", rule, None)
        return bound

    @property
    def counts_epochs(self) -> bool:
        """Whether epochs matter."""
        return self.force_anneal is not None or (self.lr is not None and len(self.lr) > 1)

    def lrs_of(self, base_lr: float) -> tuple[float, ...]:
        """The learning rate of each epoch; the last one stays."""
        return (base_lr,) if self.lr is None else self.lr

    @property
    def updates_per_row(self) -> int:
        """Updates of a row."""
        setting = self.setting
        return (setting.steps_per_epoch or 1) if setting and setting.interval == "epoch" else 1

    @property
    def updates_per_epoch(self) -> int:
        """Updates of an epoch; where nothing says so and epochs do not matter, more than there are."""
        setting = self.setting
        if setting is None:
            return 1 << 62
        return setting.steps_per_epoch or (1 if setting.interval == "epoch" else 1 << 62)

    def next_break(self, t: int) -> int | None:
        if self.counts_epochs:  # each epoch may bring a step
            size = max(1, self.updates_per_epoch // self.updates_per_row)
            turn = -(-max(t, 1) // size) * size
            found = super().next_break(t)
            return turn if found is None else min(turn, found)
        return super().next_break(t)
