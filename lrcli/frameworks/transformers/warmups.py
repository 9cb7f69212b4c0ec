"""The schedules of transformers are LambdaLRs over optimizer steps, with a warmup; its cosines stand apart."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

from lrcli.errors import Problem, Refuses
from lrcli.frameworks.base import before
from lrcli.frameworks.schedule import FrameworkSchedule, Pieced, Pieces
from lrcli.schedules import CurveMarks, LrRule, Setting, choice, dataclass, length, number, untried
from lrcli.schedules.turns import next_turn


@dataclass(frozen=True, kw_only=True)
class Warmed(Pieced):
    """A warmup from 0 to the base LR over num_warmup_steps, then a factor of the base LR."""

    num_warmup_steps: float = length(doc="optimizer steps of the warmup", any_number=True, rounds="up", example="500")

    def factor(self, base_lr: float) -> LrRule:
        """The factor after the warmup, as a function of the step."""
        raise NotImplementedError

    def pieces(self, base_lr: float) -> Pieces:
        climb, factor = float(max(1, self.num_warmup_steps)), self.factor(base_lr)
        return (
            (self.num_warmup_steps, lambda t: base_lr * (t / climb)),
            (math.inf, lambda t: base_lr * factor(t)),
        )

    def marks(self) -> CurveMarks:
        yield self.num_warmup_steps, "warmup ends"

    def default_lr(self, base_lr: float) -> float:
        """`optimizer.defaults["lr"]`, which some schedules use for every parameter group."""
        return base_lr if self.setting.default_lr is None else self.setting.default_lr


@dataclass(frozen=True, kw_only=True)
class Timed(Warmed):
    """A schedule that knows the length of the run."""

    num_training_steps: float = length(
        doc="optimizer steps of the run, the warmup included", any_number=True, fills="run"
    )

    @property
    def end(self) -> float:
        """The step at which the decay ends."""
        return self.num_training_steps

    @property
    def rest(self) -> float:
        """The steps from the warmup to the end, 1 at least."""
        return max(1, self.end - self.num_warmup_steps)

    def marks(self) -> CurveMarks:
        yield from super().marks()
        yield self.end, "decay ends"


def refuse_before(name: str, release: str) -> None:
    """Raise what a release says that does not have the schedule yet: it is in none of those before 5."""
    if before(release, "5"):
        scheduler_type = name.partition(".")[2]
        raise Refuses("transformers", "ValueError", f"{scheduler_type} is no SchedulerType in {release}", "type")


@dataclass(frozen=True, kw_only=True)
class TransformersConstant(FrameworkSchedule):
    """Keep the base LR.

    lr(t) = base_lr

    >>> TransformersConstant().lr_at(7, base_lr=0.1)
    0.1

    Source: transformers.get_constant_schedule (run in 5.24.0).
    """

    name = "transformers.constant"
    aliases = ("get_constant_schedule",)

    def rule(self, base_lr: float) -> LrRule:
        return lambda t: base_lr


@dataclass(frozen=True, kw_only=True)
class TransformersConstantWithWarmup(Warmed):
    """Warm up linearly from 0 to the base LR, and keep it.

    lr(t) = base_lr * (t / max(1, num_warmup_steps))    for t < num_warmup_steps
            base_lr                                     from there on

    >>> [TransformersConstantWithWarmup(num_warmup_steps=4).lr_at(t, base_lr=0.1) for t in (0, 1, 4, 9)]
    [0.0, 0.025, 0.1, 0.1]

    Source: transformers.get_constant_schedule_with_warmup (run in 5.24.0).
    """

    name = "transformers.constant_with_warmup"
    aliases = ("get_constant_schedule_with_warmup",)

    def factor(self, base_lr: float) -> LrRule:
        return lambda t: 1.0


@dataclass(frozen=True, kw_only=True)
class TransformersLinear(Timed):
    """Warm up linearly from 0 to the base LR, then fall linearly to 0 and stay there.

    lr(t) = base_lr * (t / max(1, num_warmup_steps))    for t < num_warmup_steps
            base_lr * max(0, (num_training_steps - t) / max(1, num_training_steps - num_warmup_steps))

    >>> linear = TransformersLinear(num_warmup_steps=2, num_training_steps=10)
    >>> [linear.lr_at(t, base_lr=0.1) for t in (0, 1, 2, 6, 10, 11)]
    [0.0, 0.05, 0.1, 0.05, 0.0, 0.0]

    Source: transformers.get_linear_schedule_with_warmup (run in 5.24.0).
    """

    name = "transformers.linear"
    aliases = ("get_linear_schedule_with_warmup",)

    def factor(self, base_lr: float) -> LrRule:
        total, rest = self.num_training_steps, float(self.rest)
        return lambda t: max(0.0, (total - t) / rest)


@dataclass(frozen=True, kw_only=True)
class TransformersPolynomial(Timed):
    """Warm up linearly from 0 to the base LR, then fall along a polynomial to lr_end and stay there.

    lr(t) = base_lr * (t / max(1, num_warmup_steps))    for t < num_warmup_steps
            base_lr * (((lr0 - lr_end) * (1 - progress)**power + lr_end) / lr0)    for t <= num_training_steps
                with progress = (t - num_warmup_steps) / (num_training_steps - num_warmup_steps)
            base_lr * (lr_end / lr0)    from there on

    lr0 is the optimizer's default LR: a group with another base LR ends at lr_end * base_lr / lr0.

    >>> polynomial = TransformersPolynomial(num_warmup_steps=2, num_training_steps=10, lr_end=0.001, power=2.0)
    >>> [polynomial.lr_at(t, base_lr=0.1) for t in (0, 2, 6, 10, 11)]
    [0.0, 0.1, 0.025750000000000002, 0.001, 0.001]

    Source: transformers.get_polynomial_decay_schedule_with_warmup (run in 5.24.0).
    """

    name = "transformers.polynomial"
    aliases = ("get_polynomial_decay_schedule_with_warmup",)

    lr_end: float = number(1e-7, doc="the learning rate at the end")
    power: float = number(1.0, doc="the exponent; 1 is a line")

    def check_run(self, setting: Setting) -> None:
        lr = setting.default_lr
        self.require(lr is None or lr > self.lr_end, f"lr_end must be below lr ({lr})", "lr_end")

    def factor(self, base_lr: float) -> LrRule:
        warmup, total, end, power = self.num_warmup_steps, self.num_training_steps, self.lr_end, self.power
        start, steps = self.default_lr(base_lr), total - warmup
        drop = start - end

        def factor(t: int) -> float:
            if t > total:
                return end / start
            if not steps:
                raise ZeroDivisionError("num_training_steps - num_warmup_steps is 0")
            decay: float = drop * (1 - (t - warmup) / steps) ** power + end
            return decay / start

        return factor


@dataclass(frozen=True, kw_only=True)
class TransformersInverseSqrt(Warmed):
    """Warm up linearly from 0 to the base LR, then fall as the inverse square root of the step.

    lr(t) = base_lr * (t / max(1, num_warmup_steps))    for t < num_warmup_steps
            base_lr * (1 / sqrt((t + timescale - num_warmup_steps) / timescale))    from there on

    >>> inverse = TransformersInverseSqrt(num_warmup_steps=4)
    >>> [inverse.lr_at(t, base_lr=0.1) for t in (0, 1, 4, 16)]
    [0.0, 0.025, 0.1, 0.05]

    Source: transformers.get_inverse_sqrt_schedule (run in 5.24.0).
    """

    name = "transformers.inverse_sqrt"
    aliases = ("get_inverse_sqrt_schedule",)

    timescale: float | None = length(
        None, doc="the time scale; null is num_warmup_steps, 10000 without warmup", any_number=True, optional=True
    )

    def factor(self, base_lr: float) -> LrRule:
        warmup, sqrt = self.num_warmup_steps, math.sqrt
        scale = (warmup or 10_000) if self.timescale is None else self.timescale
        shift = scale - warmup
        return lambda t: 1.0 / sqrt((t + shift) / scale)


_SHAPES = ("linear", "cosine", "1-sqrt")


@dataclass(frozen=True, kw_only=True)
class TransformersWarmupStableDecay(Warmed):
    """Warm up to the base LR, keep it, and fall over the last num_decay_steps to min_lr_ratio of it.

    lr(t) = base_lr * (up(t / max(1, W)) * (1 - min_lr_ratio) + min_lr_ratio)      for t < W = num_warmup_steps
            base_lr                                                               for t < W + S
            base_lr * (down((t - W - S) / max(1, D)) * (1 - min_lr_ratio) + min_lr_ratio)    for t < W + S + D
            base_lr * min_lr_ratio                                                from there on

    up(p) is p, 0.5 * (1 - cos(pi * p)) or 1 - sqrt(1 - p); down(p) is 1 - p, 0.5 * (1 + cos(pi * num_cycles * 2 * p))
    or 1 - sqrt(p). D is num_decay_steps, S num_stable_steps; left out, S = num_training_steps - W - D, also where that
    is below 0: then the decay begins part-way.

    >>> wsd = TransformersWarmupStableDecay(num_warmup_steps=2, num_decay_steps=4, num_training_steps=10)
    >>> [wsd.lr_at(t, base_lr=0.1) for t in (0, 2, 5, 6, 8, 10)]
    [0.0, 0.1, 0.1, 0.1, 0.05, 0.0]

    Source: transformers.get_wsd_schedule (run in 5.24.0).
    """

    name = "transformers.warmup_stable_decay"
    aliases = ("get_wsd_schedule",)
    value_raises = "ValueError"

    num_decay_steps: float = length(doc="optimizer steps of the decay", any_number=True, rounds="up", example="2000")
    num_training_steps: float | None = length(
        None,
        doc="optimizer steps of the run; not looked at with num_stable_steps",
        any_number=True,
        optional=True,
        fills="run",
        unless=("num_stable_steps",),
    )
    num_stable_steps: float | None = length(
        None,
        doc="optimizer steps at the base LR; null is what is left of the run",
        any_number=True,
        optional=True,
        tried=untried,
    )
    warmup_type: str = choice("linear", *_SHAPES, doc="the shape of the warmup")
    decay_type: str = choice("cosine", *_SHAPES, doc="the shape of the decay")
    min_lr_ratio: float = number(0, doc="the first and the last learning rate as a share of the base LR")
    num_cycles: float = number(0.5, doc="waves of the cosine decay; 0.5 only falls")

    def check_values(self) -> None:
        is_known = self.num_training_steps is not None or self.num_stable_steps is not None
        self.require(is_known, "num_training_steps or num_stable_steps must be given", "num_training_steps")

    def stable_steps(self) -> float:
        """Steps at the base LR; below 0 where warmup and decay are longer than the run."""
        if self.num_stable_steps is not None:
            return self.num_stable_steps
        assert self.num_training_steps is not None
        return self.num_training_steps - self.num_warmup_steps - self.num_decay_steps

    def pieces(self, base_lr: float) -> Pieces:
        warmup, stable, low = self.num_warmup_steps, self.stable_steps(), self.min_lr_ratio
        decay_at = warmup + stable
        climb, fall, high = float(max(1, warmup)), float(max(1, self.num_decay_steps)), 1.0 - low
        up, down = _UP[self.warmup_type], _down(self.decay_type, self.num_cycles)
        return (
            (warmup, lambda t: base_lr * max(0.0, up(t / climb) * high + low)),
            (decay_at, lambda t: base_lr),
            (
                decay_at + self.num_decay_steps,
                lambda t: base_lr * max(0.0, down((t - warmup - stable) / fall) * high + low),
            ),
            (math.inf, lambda t: base_lr * low),
        )

    def marks(self) -> CurveMarks:
        yield from super().marks()
        decay_at = self.num_warmup_steps + self.stable_steps()
        yield max(decay_at, self.num_warmup_steps), "decay begins"
        yield decay_at + self.num_decay_steps, "decay ends"

    def turns(self, t: int) -> CurveMarks:
        if self.decay_type == "cosine" and self.num_cycles not in (0, 0.5):
            begin = self.num_warmup_steps + self.stable_steps()
            turn = next_turn(t, begin, max(1, self.num_decay_steps) / abs(2 * self.num_cycles))
            if turn <= begin + self.num_decay_steps:
                yield turn, ""

    def notes(self) -> Iterator[Problem]:
        if self.num_stable_steps is None and self.stable_steps() < 0:
            what = f"{self.name}: warmup and decay are longer than the run: the decay begins part-way, with a jump"
            yield Problem("part-way", what)


_UP: dict[str, Callable[[float], float]] = {
    "linear": lambda progress: progress,
    "cosine": lambda progress: 0.5 * (1.0 - math.cos(math.pi * progress)),
    "1-sqrt": lambda progress: 1.0 - math.sqrt(1.0 - progress),
}
"""The shapes of the warmup, from 0 to 1."""


def _down(shape: str, cycles: float) -> Callable[[float], float]:
    """Return the shape of the decay, from 1 to 0."""
    waves = math.pi * float(cycles) * 2.0
    shapes: dict[str, Callable[[float], float]] = {
        "linear": lambda progress: 1.0 - progress,
        "cosine": lambda progress: 0.5 * (1.0 + math.cos(waves * progress)),
        "1-sqrt": lambda progress: 1.0 - math.sqrt(progress),
    }
    return shapes[shape]
