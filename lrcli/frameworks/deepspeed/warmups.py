"""DeepSpeed's warmups with what follows them, and what its schedules have in common."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

from lrcli.errors import InvalidValue, Problem
from lrcli.frameworks.schedule import Pieced, Pieces
from lrcli.schedules import CurveMarks, count, dataclass, length, number, text, untried


@dataclass(frozen=True, kw_only=True)
class DeepSpeedScheduler(Pieced):
    """A schedule of a run from its beginning."""

    value_raises = "ValueError"

    last_batch_iteration: float = count(-1, doc="-1: the run begins here", at_least=-1, tried=untried)

    def check_values(self) -> None:
        if self.last_batch_iteration != -1:
            rule = "must be -1, a run from its beginning"
            raise InvalidValue("last_batch_iteration", rule, self.last_batch_iteration)

    def require_integer(self, field: str) -> None:
        """DeepSpeed takes a positive int and no float, not even 10.0."""
        value = getattr(self, field)
        positive = isinstance(value, int) and value > 0
        self.require(positive, f"{field} must be a positive integer, not {value!r}", field)


@dataclass(frozen=True, kw_only=True)
class DeepSpeedWarmed(DeepSpeedScheduler):
    """A schedule with a warmup by logarithm or by line, of at least 2 batches."""

    warmup_num_steps: float = length(1000, doc="batches of the warmup", any_number=True)
    warmup_type: str = text("log", doc="log or linear", choices=("log", "linear"))

    def check_values(self) -> None:
        super().check_values()
        self.require_integer("warmup_num_steps")

    @property
    def warmup(self) -> int:
        """The batches of the warmup."""
        return max(2, int(self.warmup_num_steps))

    @property
    def end(self) -> float | None:
        """The update at which the decay ends."""
        return None

    @property
    def start(self) -> float:
        """The learning rate of the first two updates."""
        return 0.0

    def share(self) -> Callable[[int], float]:
        """The share of the warmup that is done at batch j: log(j + 1) / log(W), or j / W where it is linear."""
        steps = self.warmup
        if self.warmup_type == "linear":
            return lambda j: j / steps
        inverse, log = 1.0 / math.log(steps), math.log
        return lambda j: inverse * log(j + 1)

    def marks(self) -> CurveMarks:
        """Update t trains with the learning rate of batch t - 1."""
        yield from ((1, ""), (self.warmup, ""), (self.warmup + 1, "warmup ends"))
        if self.end is not None:
            yield from ((self.warmup + 2, ""), (self.end - 1, ""), (self.end, "decay ends"))

    def notes(self) -> Iterator[Problem]:
        """What DeepSpeed does without a word."""
        if self.warmup_type not in ("log", "linear"):
            what = f"{self.name} does not know the warmup_type {self.warmup_type!r} and warms up by log"
            yield Problem("warmup-type", what)
        yield self.first_updates()
        total = getattr(self, "total_num_steps", None)
        if total is not None and total < self.warmup:
            what = f"total_num_steps {total:g} of {self.name} is less than its warmup of {self.warmup} steps"
            yield Problem("horizon", what, "the learning rate drops right after the warmup")

    def first_updates(self) -> Problem:
        """What the first two updates train with."""
        why = "the scheduler is stepped after each update, and its first step gives batch 0"
        return Problem("first-updates", f"{self.name} trains the updates 0 and 1 both at {self.start!r}", why)


@dataclass(frozen=True, kw_only=True)
class DeepSpeedWarmupLR(DeepSpeedWarmed):
    """Warm up from warmup_min_lr to warmup_max_lr over warmup_num_steps batches, and stay there.

    lr(t) = warmup_min_lr + (warmup_max_lr - warmup_min_lr) * g       with j = t - 1, W = max(2, warmup_num_steps)
            g = log(j + 1) / log(W), or j / W where warmup_type is linear     for j < W
            g = 1                                                              for j >= W

    Update 0 is at warmup_min_lr, too. The logarithm is at the top at t = W already. A warmup_type that DeepSpeed does
    not know is log.

    >>> schedule = DeepSpeedWarmupLR(warmup_max_lr=0.5, warmup_num_steps=4, warmup_type="linear")
    >>> [schedule.lr_at(t, 0.0) for t in range(7)]
    [0.0, 0.0, 0.125, 0.25, 0.375, 0.5, 0.5]

    Source: deepspeed/runtime/lr_schedules.py, WarmupLR, 0.19.8 (run).
    """

    name = "deepspeed.WarmupLR"
    own_rate = "warmup_max_lr"

    warmup_min_lr: float = number(0.0, doc="the learning rate at the start", per_group=True)
    warmup_max_lr: float | None = number(None, doc="the learning rate after the warmup", per_group=True, optional=True)

    @property
    def start(self) -> float:
        return self.warmup_min_lr

    def pieces(self, base_lr: float) -> Pieces:
        least, share = float(self.warmup_min_lr), self.share()
        delta = (base_lr if self.warmup_max_lr is None else self.warmup_max_lr) - least
        return (
            (1, lambda t: least),
            (self.warmup + 1, lambda t: least + (delta * share(t - 1))),
            (math.inf, lambda t: least + (delta * 1.0)),
        )


@dataclass(frozen=True, kw_only=True)
class DeepSpeedWarmupDecayLR(DeepSpeedWarmed):
    """Warm up from warmup_min_lr to warmup_max_lr, then come back in a straight line until total_num_steps.

    lr(t) = warmup_min_lr + (warmup_max_lr - warmup_min_lr) * g       with j = t - 1, W = max(2, warmup_num_steps)
            g = log(j + 1) / log(W), or j / W where warmup_type is linear            for j < W
            g = max(0, (total_num_steps - j) / max(1, total_num_steps - W))          for j >= W

    Update 0 is at warmup_min_lr, too. The learning rate of the optimizer is not used.

    >>> decay = DeepSpeedWarmupDecayLR(total_num_steps=8, warmup_max_lr=0.5, warmup_num_steps=4, warmup_type="linear")
    >>> [decay.lr_at(t, 0.0) for t in range(11)]
    [0.0, 0.0, 0.125, 0.25, 0.375, 0.5, 0.375, 0.25, 0.125, 0.0, 0.0]

    Source: deepspeed/runtime/lr_schedules.py, WarmupDecayLR, 0.19.8 (run).
    """

    name = "deepspeed.WarmupDecayLR"
    sets_lr = True
    own_rate = "warmup_max_lr"

    total_num_steps: float = length(doc="batches of the run", any_number=True, fills="run")
    warmup_min_lr: float = number(0.0, doc="the learning rate at the start", per_group=True)
    warmup_max_lr: float = number(0.001, doc="the learning rate after the warmup", per_group=True)

    @property
    def start(self) -> float:
        return self.warmup_min_lr

    @property
    def end(self) -> float:
        return self.total_num_steps + 1

    def pieces(self, base_lr: float) -> Pieces:
        least, share = float(self.warmup_min_lr), self.share()
        delta, total = self.warmup_max_lr - least, self.total_num_steps
        decay = float(max(1.0, total - self.warmup))
        return (
            (1, lambda t: least),
            (self.warmup + 1, lambda t: least + (delta * share(t - 1))),
            (math.inf, lambda t: least + (delta * (left if (left := float(total - (t - 1)) / decay) > 0.0 else 0.0))),
        )


@dataclass(frozen=True, kw_only=True)
class DeepSpeedWarmupCosineLR(DeepSpeedWarmed):
    """Warm up from warmup_min_ratio to the learning rate, then follow half a cosine down to cos_min_ratio.

    lr(t) = base_lr * ratio                                           with j = t - 1, W = max(2, warmup_num_steps)
            warmup_min_ratio + g * (1 - warmup_min_ratio)                                     for j < W
                with g = log(j + 1) / log(W), or j / W where warmup_type is linear
            max(0, cos_min_ratio + (1 - cos_min_ratio) * (1 + cos(pi * q)) / 2)                for j >= W
                with q = min(1, (j - W + 1) / max(1, total_num_steps - W))

    Update 0 is at 0 whatever warmup_min_ratio says.

    >>> schedule = DeepSpeedWarmupCosineLR(total_num_steps=8, warmup_num_steps=4, warmup_type="linear", cos_min_ratio=0)
    >>> [round(schedule.lr_at(t, 0.5), 4) for t in range(10)]
    [0.0, 0.0, 0.125, 0.25, 0.375, 0.4268, 0.25, 0.0732, 0.0, 0.0]

    Source: deepspeed/runtime/lr_schedules.py, WarmupCosineLR, 0.19.8 (run).
    """

    name = "deepspeed.WarmupCosineLR"

    total_num_steps: float = length(doc="batches of the run", any_number=True, fills="run")
    warmup_min_ratio: float = number(0.0, doc="the share of the learning rate at the start")
    cos_min_ratio: float = number(0.0001, doc="the share of the learning rate at the end")

    @property
    def end(self) -> float:
        return self.total_num_steps

    def first_updates(self) -> Problem:
        if not self.warmup_min_ratio:
            return super().first_updates()
        why = "what it gives before its first step is 0"
        return Problem("first-updates", f"{self.name} trains update 0 at 0, not at warmup_min_ratio", why)

    def pieces(self, base_lr: float) -> Pieces:
        steps, total, share = self.warmup, self.total_num_steps, self.share()
        start, end = self.warmup_min_ratio, self.cos_min_ratio
        to_top, to_end = 1.0 - start, 1.0 - end
        decay, cos, pi = max(1, total - steps), math.cos, math.pi

        def fall(t: int) -> float:
            progress = (t - steps) / decay
            ratio = end + to_end * ((1 + cos(pi * (progress if progress < 1.0 else 1.0))) / 2)
            return base_lr * (ratio if ratio > 0.0 else 0.0)

        return (
            (1, lambda t: 0.0),
            (steps + 1, lambda t: base_lr * (start + share(t - 1) * to_top)),
            (math.inf, fall),
        )
