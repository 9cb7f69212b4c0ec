"""Schedules that follow a metric: metric[t] acts after row t, so row t + 1 is the first that it can change."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from lrcli.frameworks.walk import Walked
from lrcli.schedules.params import metric
from lrcli.schedules.plateau import Plateau


@dataclass(frozen=True, kw_only=True)
class Metered(Walked):
    """A schedule that yields the learning rate before the first metric, and one after each."""

    metric: tuple[float, ...] = metric(
        doc="the metric of each row: a list, or {file: val.csv, column: val_loss}",
        example="[0.9, 0.7, 0.6, 0.6, 0.6, 0.6, 0.5, 0.45, 0.45, 0.45, 0.45, 0.44, 0.44, 0.44]",
    )

    def trace(self, base_lr: float, start: int, stop: int) -> dict[str, list[Any]]:
        values = self.metric[start:stop]
        return {"metric": [*values, *[None] * (stop - start - len(values))]}

    def event_at(self, t: int) -> str:
        """What the metric did: the learning rate before, and after."""
        if not 0 < t <= len(self.metric):
            return ""
        before, after = self.lrs(self.event_lr(), t - 1, t + 1)
        if before == after:
            return ""
        return f"{'reduced' if abs(after) < abs(before) else 'raised'} x{after / before:.6g}" if before else "raised"

    def event_lr(self) -> float:
        """The base learning rate that events are told for."""
        setting = getattr(self, "setting", None)
        return setting.lr if setting is not None and setting.lr is not None else 1.0


def follow_plateau(
    plateau: Plateau, lr: float, metrics: Sequence[float], is_on: Callable[[int], bool] = lambda t: True
) -> Iterator[float]:
    """The learning rates after each metric that PyTorch's plateau sees: those of the rows t for which `is_on(t)`."""
    state = plateau.start(lr)
    for t, value in enumerate(metrics):
        if is_on(t):
            state = plateau.after(state, float(value))
        yield state.lr
