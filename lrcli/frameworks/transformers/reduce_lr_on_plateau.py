"""PyTorch's ReduceLROnPlateau, with its keyword arguments passed through."""

from __future__ import annotations

from collections.abc import Iterator

from lrcli.frameworks.metered import TorchPlateau
from lrcli.schedules import dataclass, number


@dataclass(frozen=True, kw_only=True)
class TransformersReduceLROnPlateau(TorchPlateau):
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

    min_lr: float = number(0, doc="the smallest learning rate", per_group=True)

    def walk(self, base_lr: float) -> Iterator[float]:
        yield from self.follow(base_lr, self.min_lr)
