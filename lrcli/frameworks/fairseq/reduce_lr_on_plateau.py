"""PyTorch's plateau over the epochs, after a linear warmup."""

from __future__ import annotations

from collections.abc import Iterator

from lrcli.errors import InvalidValue
from lrcli.frameworks.base import require_epochs
from lrcli.frameworks.fairseq._scheduler import ONE_RATE
from lrcli.frameworks.metered import Metered, follow_plateau
from lrcli.frameworks.schedule import below
from lrcli.schedules import Setting, dataclass, flag, length, number
from lrcli.schedules.plateau import Plateau


@dataclass(frozen=True, kw_only=True)
class FairseqReduceLROnPlateau(Metered):
    """Warm up linearly, then multiply the learning rate by lr_shrink at the end of an epoch without a better metric.

    lr(t) = first + u * ((base_lr - first) / warmup_updates)    for u <= warmup_updates, with u = t * steps_per_epoch
            the learning rate of PyTorch's ReduceLROnPlateau after the metrics of the epochs whose end lies behind it

    A row is an epoch: metric[t] acts after epoch t. first is warmup_init_lr, 0 where that is left out. lr_patience is 0
    unless it is given: one epoch without a better metric is enough.

    >>> plateau = FairseqReduceLROnPlateau(lr_shrink=0.5, metric=(1.0, 0.8, 0.8, 0.9))
    >>> [plateau.lr_at(t, base_lr=0.1) for t in range(5)]
    [0.1, 0.1, 0.1, 0.05, 0.025]

    Source: fairseq/optim/lr_scheduler/reduce_lr_on_plateau.py (run in 0.12.2, with torch 2.13.0).
    """

    name = "fairseq.reduce_lr_on_plateau"
    aliases = ("ReduceLROnPlateauLRSchedule",)
    one_rate = ONE_RATE

    lr_shrink: float = number(0.1, doc="factor of each reduction", demands=(below(1.0),))
    lr_threshold: float = number(1e-4, doc="how much better counts as better, as a share of the best")
    lr_patience: float = number(0, doc="epochs without a better metric that are tolerated")
    warmup_updates: float = length(0, doc="updates of the linear warmup", any_number=True)
    warmup_init_lr: float = number(-1, doc="the learning rate at the start of the warmup; below 0: 0")
    maximize_best_checkpoint_metric: bool = flag(False, doc="whether a larger metric is better")

    def check_run(self, setting: Setting) -> None:
        if setting.interval == "step":
            raise InvalidValue("type", "looks at its metric at the end of each epoch: give epochs: for a run", None)
        require_epochs(setting, "warmup_updates", self.warmup_updates > 0, "counts updates beside epochs")

    def walk(self, base_lr: float) -> Iterator[float]:
        warmup, lr, skipped = self.warmup_updates, base_lr, 0
        if warmup > 0:
            per_epoch = self.setting.steps_per_row if self.setting else 1
            first = max(self.warmup_init_lr, 0)
            climb, skipped = (base_lr - first) / warmup, int(warmup // per_epoch)
            yield from (first + t * per_epoch * climb for t in range(skipped + 1))
            lr = first + int(warmup) * climb
        else:
            yield base_lr
        plateau = Plateau(
            mode="max" if self.maximize_best_checkpoint_metric else "min",
            factor=self.lr_shrink,
            patience=self.lr_patience,
            threshold=self.lr_threshold,
        )
        yield from follow_plateau(plateau, lr, self.metric[skipped:])
