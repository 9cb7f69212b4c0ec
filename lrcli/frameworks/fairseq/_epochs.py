"""Two schedulers of fairseq take a learning rate for each epoch."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lrcli.frameworks.base import require_epochs
from lrcli.frameworks.fairseq._scheduler import FairseqWarmed
from lrcli.schedules import Setting, are_numbers, count, data, dataclass


@dataclass(frozen=True, kw_only=True)
class FairseqByEpoch(FairseqWarmed):
    """A scheduler whose learning rate may change from epoch to epoch."""

    lr: Any = data(
        None,
        doc="the learning rate of each epoch; left out: the group's",
        takes="a list of numbers",
        test=lambda value: are_numbers(value, alone=True),
        optional=True,
    )
    force_anneal: float | None = count(None, doc="the epoch, from 1 on, at which the annealing begins", optional=True)

    def check_run(self, setting: Setting) -> None:
        needed = self.warmup_updates > 0 if setting.interval == "epoch" else self.counts_epochs
        field = "warmup_updates" if self.force_anneal is None else "force_anneal"
        require_epochs(setting, field, needed, "counts epochs beside updates")
        super().check_run(setting)

    @property
    def counts_epochs(self) -> bool:
        """Whether epochs matter."""
        return self.force_anneal is not None or len(self.lrs_of(0.0)) > 1

    def lrs_of(self, base_lr: float) -> tuple[float, ...]:
        """The learning rate of each epoch; the last one stays."""
        lrs = base_lr if self.lr is None else self.lr
        return lrs if isinstance(lrs, tuple) else (lrs,)

    def repeats(self) -> Iterator[tuple[float, float, str]]:
        if self.counts_epochs:  # each epoch may bring a step
            per_row, per_epoch = self.clock
            size = max(1, per_epoch // per_row)
            yield size, size, ""
