"""The warmup that detectron2's older classes multiply their curve with."""

from __future__ import annotations

from collections.abc import Callable

from lrcli.frameworks.schedule import FrameworkSchedule
from lrcli.schedules import CurveMarks


def require_method(schedule: FrameworkSchedule, field: str) -> None:
    """Raise what detectron2 raises for a method of warmup that it does not know."""
    method = getattr(schedule, field)
    schedule.require(method in ("linear", "constant"), f"Unknown warmup method: {method}", field)


def warmup_factor(method: str, iters: float, factor: float) -> Callable[[int], float]:
    """What iteration t is multiplied with: on a line from the factor to 1 or, constant, the factor; then 1."""
    if method == "constant":
        return lambda t: 1.0 if t >= iters else factor

    def linear(t: int) -> float:
        if t >= iters:
            return 1.0
        alpha = t / iters
        return factor * (1 - alpha) + alpha

    return linear


class Warmed(FrameworkSchedule):
    """A curve under a warmup; the fields stand in the classes, in detectron2's order."""

    warmup_factor: float
    warmup_iters: float
    warmup_method: str

    def check_values(self) -> None:
        require_method(self, "warmup_method")

    def warm(self) -> Callable[[int], float]:
        """What each iteration is multiplied with."""
        return warmup_factor(self.warmup_method, self.warmup_iters, self.warmup_factor)

    def marks(self) -> CurveMarks:
        yield self.warmup_iters, "warmup ends"

    def monotone_until(self, t: int) -> int | None:
        return t + 1 if t < self.warmup_iters else super().monotone_until(t)  # a product may turn in the warmup
