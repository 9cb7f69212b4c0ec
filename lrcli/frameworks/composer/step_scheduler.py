"""A step each step_size."""

from __future__ import annotations

from collections.abc import Sequence

from lrcli.frameworks.composer._scheduler import ComposerScheduler
from lrcli.schedules.params import number, text
from lrcli.values import dataclass


@dataclass(frozen=True, kw_only=True)
class ComposerStepScheduler(ComposerScheduler):
    """Multiply the learning rate by gamma each step_size.

    lr(t) = base_lr * gamma**int(t / step_size)

    >>> [ComposerStepScheduler(step_size="2ba", gamma=0.5).lr_at(t, base_lr=0.1) for t in (0, 1, 2, 4)]
    [0.1, 0.1, 0.05, 0.025]

    Source: composer.optim.StepScheduler (run in 0.32.1).
    """

    name = "composer.StepScheduler"

    step_size: str = text(doc="time between two steps, as a time string", example="2000ba")
    gamma: float = number(0.1, doc="factor of each step")

    def factors(self, times: Sequence[int]) -> list[float]:
        size, gamma = self.time("step_size").value, self.gamma
        return [gamma ** int(t / size) for t in times]

    def unit(self) -> str:
        return self.time("step_size").unit

    def _row(self, k: int) -> int:
        size = self.time("step_size")
        return self.clock.row_of(size._replace(value=k * size.value))

    def _steps_before(self, t: int) -> int:
        """How many steps there have been one row before t."""
        size = self.time("step_size")
        return int(self.clock.times((t - 1,), size.unit)[0] / size.value)

    def next_break(self, t: int) -> int | None:
        t = max(t, 1)
        if self.gamma == 1 or self.time("step_size").value < 0:
            return None
        k = self._steps_before(t) + 1
        while self._row(k) < t:
            k += 1
        return self._row(k)

    def event_at(self, t: int) -> str:
        if t < 1 or self.next_break(t) != t:
            return ""
        return f"step x{self.gamma:g}"
