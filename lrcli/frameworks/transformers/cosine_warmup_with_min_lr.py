"""A linear warmup from above 0, then a cosine to a smallest learning rate, one step earlier."""

from __future__ import annotations

from lrcli.frameworks.transformers._lambda import Floored, refuse_before
from lrcli.schedules import CurveMarks, LrRule, Setting, dataclass, number


@dataclass(frozen=True, kw_only=True)
class TransformersCosineWarmupWithMinLR(Floored):
    """Warm up linearly from above 0 to the base LR, then follow a cosine to min_lr; all of it one step earlier.

    lr(t) = base_lr * ((t + 1) / max(1, num_warmup_steps))    for t < num_warmup_steps; with a warmup_lr_rate
            base_lr * (warmup_lr_rate + (1 - warmup_lr_rate) * t / max(1, num_warmup_steps - 1))
            base_lr * max(0, 0.5 * (1 + cos(pi * num_cycles * 2 * progress)) * (1 - rate) + rate)    from there on
                with progress = (t - num_warmup_steps + 1) / max(1, num_training_steps - num_warmup_steps)

    rate is min_lr_rate, or min_lr / the optimizer's default LR. The smallest learning rate is that of step
    num_training_steps - 1; after it the cosine climbs again.

    >>> cosine = TransformersCosineWarmupWithMinLR(num_warmup_steps=2, num_training_steps=10, min_lr_rate=0.1)
    >>> [cosine.lr_at(t, base_lr=0.1) for t in (0, 1, 5, 9)]
    [0.05, 0.1, 0.05500000000000001, 0.010000000000000002]

    Source: transformers.get_cosine_with_min_lr_schedule_with_warmup_lr_rate (run in 5.24.0).
    """

    name = "transformers.cosine_warmup_with_min_lr"
    aliases = ("get_cosine_with_min_lr_schedule_with_warmup_lr_rate",)
    lead = 1

    warmup_lr_rate: float | None = number(
        None, doc="the first learning rate as a share of the base LR; null is 1 / num_warmup_steps", optional=True
    )

    def check_run(self, setting: Setting) -> None:
        refuse_before(self.name, setting.release)

    def rule(self, base_lr: float) -> LrRule:
        warmup, low, start = float(self.num_warmup_steps), self.floor(base_lr), self.warmup_lr_rate
        climb, climb_from, high, wave = max(1.0, warmup), max(1, warmup - 1), 1 - low, self.wave()
        gain = 0.0 if start is None else 1.0 - float(start)

        def lr_at(t: int) -> float:
            if t >= warmup:
                return base_lr * max(0, wave(t - warmup + 1.0) * high + low)
            return base_lr * ((t + 1.0) / climb if start is None else start + gain * t / climb_from)

        return lr_at

    def marks(self) -> CurveMarks:
        yield self.num_warmup_steps - 1, "warmup ends"
        yield self.num_warmup_steps, ""
        yield self.num_training_steps - 1, "decay ends"
