"""The warmup that detectron2's older classes multiply their curve with."""

from __future__ import annotations

from collections.abc import Callable

from lrcli.frameworks.base import Refuses


def refuses(exception: str, reason: str, field: str = "", received: object = None) -> Refuses:
    """What detectron2, or fvcore below it, raises."""
    return Refuses("detectron2", exception, reason, field, received)


def check_method(field: str, method: str) -> None:
    """detectron2 knows two methods."""
    if method not in ("linear", "constant"):
        raise refuses("ValueError", f"Unknown warmup method: {method}", field, method)


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
