"""Schedules that follow a metric: metric[t] acts after row t, so row t + 1 is the first that it can change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from lrcli.frameworks.schedule import FrameworkSchedule, Walked, below
from lrcli.schedules import choice, count, dataclass, metric, number
from lrcli.schedules.plateau import Plateau


@dataclass(frozen=True, kw_only=True)
class Metered(FrameworkSchedule, Walked):
    """A schedule that yields the learning rate before the first metric, and one after each."""

    counts = "epoch"

    metric: tuple[float, ...] = metric(
        doc="the metric of each row: a list, or {file: val.csv, column: val_loss}",
        example="[0.9, 0.7, 0.6, 0.6, 0.6, 0.6, 0.5, 0.45, 0.45, 0.45, 0.45, 0.44, 0.44, 0.44]",
    )

    def trace(self, base_lr: float, start: int, stop: int) -> dict[str, list[Any]]:
        values = self.metric[start:stop]
        return {"metric": [*values, *[None] * (stop - start - len(values))]}

    def event_at(self, t: int) -> str:
        """What the metric did to the learning rate of the group, or to 1 where the group has none."""
        if not 0 < t <= len(self.metric):
            return ""
        lr = self.setting.lr
        before, after = self.lrs(1.0 if lr is None else lr, t - 1, t + 1)
        if before == after:
            return ""
        return f"{'reduced' if abs(after) < abs(before) else 'raised'} x{after / before:.6g}" if before else "raised"


@dataclass(frozen=True, kw_only=True)
class TorchPlateau(Metered):
    """PyTorch's ReduceLROnPlateau behind another framework's class, with PyTorch's arguments but for min_lr."""

    value_raises = "ValueError"

    mode: str = choice("min", "min", "max", doc="whether a smaller or a larger metric is better")
    factor: float = number(0.1, doc="factor of each reduction", demands=(below(1),))
    patience: float = count(10, doc="metrics in a row without a better one that are tolerated", example="2")
    threshold: float = number(1e-4, doc="how much better counts as better")
    threshold_mode: str = choice("rel", "rel", "abs", doc="whether the threshold is a share of the best, or absolute")
    cooldown: float = count(0, doc="metrics after a reduction in which none is counted")
    eps: float = number(1e-8, doc="a smaller change of the learning rate is not made")

    def follow(self, base_lr: float, min_lr: float) -> Iterator[float]:
        """The learning rate before the first metric, and after each."""
        plateau = Plateau(
            mode=self.mode,
            factor=self.factor,
            patience=self.patience,
            threshold=self.threshold,
            threshold_mode=self.threshold_mode,
            cooldown=self.cooldown,
            min_lr=min_lr,
            eps=self.eps,
        )
        yield base_lr
        yield from follow_plateau(plateau, base_lr, self.metric)


def follow_plateau(plateau: Plateau, lr: float, metrics: Sequence[float]) -> Iterator[float]:
    """The learning rates after each metric that PyTorch's plateau sees."""
    state = plateau.start(lr)
    for value in metrics:
        state = plateau.after(state, float(value))
        yield state.lr
