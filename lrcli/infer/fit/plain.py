"""The general schedule of a shape: PyTorch's class for its decay, after a warmup where it has one."""

from __future__ import annotations

from lrcli.expression import Expression
from lrcli.frameworks.fitting import Shape
from lrcli.schedules.base import Schedule
from lrcli.schedules.constant import Constant
from lrcli.schedules.cosine import Cosine, CosineRestarts, WarmupCosine
from lrcli.schedules.lambda_ import Lambda
from lrcli.schedules.linear import Linear, Polynomial
from lrcli.schedules.sequential import Chained, Sequential
from lrcli.schedules.step import Exponential, MultiStep, Step


def plain_schedule(shape: Shape) -> Schedule | None:
    """The schedule for a base learning rate of shape.lr; None for a curve that PyTorch has no class for."""
    decay = _decay(shape)
    if decay is None or (shape.warmup > shape.begin and not shape.product):
        return None
    if shape.product:
        return Chained((Linear(start_factor=shape.start_factor, total_iters=shape.warmup), decay))
    if shape.ramp == "line" and shape.rests and isinstance(decay, Cosine) and not shape.held:
        start = shape.start_factor if shape.begin else 0.0
        return WarmupCosine(warmup=shape.begin, T_max=shape.end, eta_min=decay.eta_min, start_factor=start)
    if not shape.begin:
        return decay
    climb = plain_climb(shape)
    return None if climb is None else after(climb, shape.begin, decay)


def after(first: Schedule, begin: int, rest: Schedule) -> Schedule:
    """A schedule that begins at a step, and another one before it."""
    if isinstance(rest, Sequential):
        return Sequential((first, *rest.schedules), (begin, *(begin + m for m in rest.milestones)))
    return Sequential((first, rest), (begin,))


def plain_climb(shape: Shape) -> Schedule | None:
    """The schedule of a warmup; None for one by the logarithm of the step."""
    if not shape.warmup:
        return Constant()
    if shape.ramp == "line":
        return Linear(start_factor=shape.start_factor, total_iters=shape.warmup)
    if shape.ramp == "power":
        return Lambda(lr_lambda=Expression(f"(epoch / {shape.warmup}) ** {shape.climb:g}"))
    return None


def _decay(shape: Shape) -> Schedule | None:
    """The schedule of what comes after the warmup."""
    size = shape.end - shape.begin
    if shape.decay == "constant":
        return Constant()
    if shape.decay == "line":
        return Linear(start_factor=1.0, end_factor=float(f"{shape.floor / shape.lr:.12g}"), total_iters=size)
    if shape.decay == "cosine":
        return Cosine(T_max=size, eta_min=shape.floor)
    if shape.decay == "power" and not shape.floor:
        return Polynomial(total_iters=size, power=shape.power)
    if shape.decay == "exponential":
        return Exponential(gamma=shape.power)
    if shape.decay == "steps" and shape.scale:
        return Step(step_size=int(shape.scale), gamma=shape.power)
    if shape.decay == "steps":
        return MultiStep(tuple(m - shape.begin for m in shape.milestones), shape.power)
    if shape.decay == "restarts":
        factor, count = int(shape.scale) or 1, int(shape.power)
        parts = sum(factor**k for k in range(count))
        return None if size % parts else CosineRestarts(T_0=size // parts, T_mult=factor, eta_min=shape.floor)
    return None
