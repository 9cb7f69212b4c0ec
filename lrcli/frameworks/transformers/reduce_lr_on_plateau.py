"""PyTorch's ReduceLROnPlateau, with its keyword arguments passed through."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lrcli.frameworks.base import Refuses
from lrcli.frameworks.metered import Metered, follow_plateau
from lrcli.schedules.base import Setting, setting
from lrcli.schedules.params import choice, count, number
from lrcli.schedules.plateau import Plateau


@dataclass(frozen=True, kw_only=True)
class TransformersReduceLROnPlateau(Metered):
    """Multiply the learning rate by factor when the metric has not got better for more than patience evaluations.

    lr(t) = the learning rate of PyTorch's ReduceLROnPlateau after t metrics: see the type `plateau`

    The Trainer steps it at each evaluation, so a row is an evaluation here.

    >>> plateau = TransformersReduceLROnPlateau(patience=1, factor=0.5, metric=(1.0, 0.8, 0.8, 0.8))
    >>> [plateau.lr_at(t, base_lr=0.1) for t in range(5)]
    [0.1, 0.1, 0.1, 0.1, 0.05]

    Source: transformers.get_reduce_on_plateau_schedule (run in 5.24.0, with torch 2.13.0).
    """

    name = "transformers.reduce_lr_on_plateau"
    aliases = ("get_reduce_on_plateau_schedule",)
    value_raises = "ValueError"

    mode: str = choice("min", "min", "max", doc="whether a smaller or a larger metric is better")
    factor: float = number(0.1, doc="factor of each reduction")
    patience: float = count(10, doc="evaluations without a better metric that are tolerated", example="2")
    threshold: float = number(1e-4, doc="how much better counts as better")
    threshold_mode: str = choice("rel", "rel", "abs", doc="whether the threshold is a share of the best, or absolute")
    cooldown: float = count(0, doc="evaluations after a reduction in which none is counted")
    min_lr: float = number(0, doc="the smallest learning rate", per_group=True)
    eps: float = number(1e-8, doc="a smaller change of the learning rate is not made")
    setting: Setting | None = setting()

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.factor >= 1.0:
            raise Refuses("transformers", "ValueError", "factor must be below 1", "factor", self.factor)

    def walk(self, base_lr: float) -> Iterator[float]:
        plateau = Plateau(
            mode=self.mode,
            factor=self.factor,
            patience=self.patience,
            threshold=self.threshold,
            threshold_mode=self.threshold_mode,
            cooldown=self.cooldown,
            min_lr=self.min_lr,
            eps=self.eps,
        )
        yield base_lr
        yield from follow_plateau(plateau, base_lr, self.metric)
