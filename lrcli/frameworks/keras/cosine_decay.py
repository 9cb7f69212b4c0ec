"""Half a cosine, with or without a linear warmup before it."""

from __future__ import annotations

from collections.abc import Sequence

from lrcli.frameworks.keras._schedule import KerasSchedule
from lrcli.frameworks.schedule import above
from lrcli.schedules import CurveMarks, dataclass, length, number


@dataclass(frozen=True, kw_only=True)
class KerasCosineDecay(KerasSchedule):
    """Warm up linearly to warmup_target where that is given, then follow half a cosine over decay_steps, and stay.

    lr(t) = (warmup_target - initial_learning_rate) * (t / warmup_steps) + initial_learning_rate    for t < warmup_steps
            top * ((1 - alpha) * 0.5 * (1 + cos(pi * min(s, decay_steps) / decay_steps)) + alpha)
                with top = warmup_target and s = t - warmup_steps

    Without warmup_target warmup_steps does nothing: top is initial_learning_rate and s is t. The warmup comes before
    decay_steps, and alpha is a share of top.

    >>> decay = KerasCosineDecay(initial_learning_rate=0.0, decay_steps=4, warmup_target=0.1, warmup_steps=2)
    >>> [decay.lr_at(t, 0.0) for t in (0, 1, 2, 4, 6)]
    [0.0, 0.05000000074505806, 0.10000000149011612, 0.04999999701976776, 0.0]

    Source: keras.optimizers.schedules.CosineDecay (run in 3.15.1, eagerly, with jax).
    """

    name = "keras.CosineDecay"

    decay_steps: float = length(
        doc="steps of the cosine, after the warmup", any_number=True, fills="run", demands=(above(0),)
    )
    alpha: float = number(0.0, doc="the last learning rate as a share of the top")
    warmup_target: float | None = number(None, doc="the learning rate after the warmup", optional=True)
    warmup_steps: float = length(0, doc="steps of the warmup; without warmup_target nothing", any_number=True)

    def stretch(self, steps: Sequence[int], base_lr: float) -> list[float]:
        to, nearest, cos = self.width.to, self.width.nearest, self.width.cos
        lr, size, pi = self.initial(base_lr), self.cast(self.decay_steps), self.pi
        counts, head = to(list(steps)), []
        if self.warmup_target is not None:
            top, warmup = self.cast(self.warmup_target), self.cast(self.warmup_steps)
            climbing = sum(c < warmup for c in counts)
            if climbing:
                gain = nearest(top - lr)
                # jax compiles both branches, and fuses a product with the sum after it: it is rounded once
                head = to([gain * share + lr for share in to([c / warmup for c in counts[:climbing]])])
            last = nearest(size + warmup)
            counts = to([min(c, last) - warmup for c in counts[climbing:]])
            lr = top
        else:
            counts = [min(c, size) for c in counts]
        alpha, rest = nearest(self.alpha), nearest(1 - self.alpha)
        waves = to([cos(angle) for angle in to([pi * share for share in to([c / size for c in counts])])])
        halves = [0.5 * up for up in to([1.0 + wave for wave in waves])]
        parts = [rest * half for half in halves]
        shares = to([part + alpha for part in (to(parts) if self.warmup_target is None else parts)])
        return [*head, *to([lr * share for share in shares])]

    def ignores(self, lr: float) -> bool:
        return lr != self.warmup_target and super().ignores(lr)

    def marks(self) -> CurveMarks:
        warmup = 0.0
        if self.warmup_target is not None:
            warmup = self.warmup_steps
            yield warmup, "warmup ends"
        yield warmup + self.decay_steps, "cosine ends"
