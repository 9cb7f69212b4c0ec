"""A linear warmup, then a polynomial to lr_end."""

from __future__ import annotations

from lrcli.frameworks.transformers._lambda import Timed
from lrcli.schedules import LrRule, Setting, dataclass, number


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
