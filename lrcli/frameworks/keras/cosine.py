"""Keras' half cosines, which may begin with a warmup or start again."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from lrcli.errors import NoValue
from lrcli.frameworks.keras.decays import KerasSchedule
from lrcli.frameworks.schedule import above
from lrcli.schedules import CurveMarks, dataclass, length, number
from lrcli.schedules.turns import next_turn


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

    def lrs_at(self, base_lr: float, steps: Sequence[int]) -> list[float]:
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


@dataclass(frozen=True, kw_only=True)
class KerasCosineDecayRestarts(KerasSchedule):
    """Follow half a cosine in each cycle, t_mul times as long and m_mul times as high as the one before.

    lr(t) = initial_learning_rate * ((1 - alpha) * 0.5 * m_mul ** i * (1 + cos(pi * share)) + alpha)

    share is what is done of cycle i. With t_mul 1, i and share are the whole and the rest of t / first_decay_steps;
    else i = floor(log(1 - q * (1 - t_mul)) / log(t_mul)) with q = t / first_decay_steps. m_mul does not scale alpha.

    >>> decay = KerasCosineDecayRestarts(initial_learning_rate=0.1, first_decay_steps=2)
    >>> [decay.lr_at(t, 0.0) for t in (0, 1, 2, 4, 6)]
    [0.10000000149011612, 0.04999999701976776, 0.10000000149011612, 0.04999999701976776, 0.10000000149011612]

    Source: keras.optimizers.schedules.CosineDecayRestarts (run in 3.15.1, eagerly, with jax).
    """

    name = "keras.CosineDecayRestarts"

    first_decay_steps: float = length(
        doc="steps of the first cycle", any_number=True, example="1000", demands=(above(0),)
    )
    t_mul: float = number(2.0, doc="factor from one cycle's length to the next")
    m_mul: float = number(1.0, doc="factor from one cycle's height to the next")
    alpha: float = number(0.0, doc="the smallest learning rate as a share of the first")

    def lrs_at(self, base_lr: float, steps: Sequence[int]) -> list[float]:
        to, nearest, cos, power, *_ = self.width
        lr, size, alpha = self.initial(base_lr), self.cast(self.first_decay_steps), self.cast(self.alpha)
        factor, height, pi = self.cast(self.t_mul), self.cast(self.m_mul), self.pi
        done = to([c / size for c in to(list(steps))])
        if factor == 1.0:
            cycles: list[float] = [float(math.floor(q)) for q in done]
            shares = to([q - i for q, i in zip(done, cycles, strict=True)])
        else:
            cycles = self._cycles(done, factor)
            lengths = to([power(factor, i) for i in cycles])
            apart = nearest(1.0 - factor)
            begins = to([less / apart for less in to([1.0 - n for n in lengths])])
            rests = to([q - b for q, b in zip(done, begins, strict=True)])
            if self.dtype == "float32":  # jax compiles this part, and multiplies by the inverse
                shares = to([rest * n for rest, n in zip(rests, to([1.0 / n for n in lengths]), strict=True)])
            else:
                shares = [rest / n for rest, n in zip(rests, lengths, strict=True)]
        heights = to([0.5 * m for m in to([power(height, i) for i in cycles])])
        waves = to([1.0 + wave for wave in to([cos(angle) for angle in to([pi * share for share in shares])])])
        low = nearest(1 - alpha)
        parts = to([low * part for part in to([h * wave for h, wave in zip(heights, waves, strict=True)])])
        return to([lr * part for part in to([part + alpha for part in parts])])

    def _cycles(self, done: list[float], factor: float) -> list[float]:
        """The number of each cycle, from logarithms in the type of the schedule."""
        to, nearest, log = self.width.to, self.width.nearest, self.width.log
        growth = nearest(1.0 - factor)
        totals = to([1.0 - q * growth for q in done])
        if self.is_whole:
            totals = [float(int(total)) for total in totals]
        if min(totals) <= 0:
            raise NoValue("Keras computes NaN: with t_mul below 1 the cycles end there")
        base = nearest(log(factor))
        return [float(math.floor(share)) for share in to([nearest(log(total)) / base for total in totals])]

    def _restarts(self, t: int) -> Iterator[int]:
        """The steps at which a cycle should begin, from about t on."""
        if self.t_mul == 1:
            start = next_turn(max(t - 1, 0), self.first_decay_steps, self.first_decay_steps)
            yield from (start, next_turn(start + 1, self.first_decay_steps, self.first_decay_steps))
            return
        at, size = 0.0, self.first_decay_steps * 1.0
        while at < t + 2 and size > 1e-9:
            at += size
            size *= self.t_mul
            yield math.ceil(at)
        yield math.ceil(at + size)

    def turns(self, t: int) -> CurveMarks:
        for at in dict.fromkeys(self._restarts(t)):
            yield from ((at, "restart"), (at + 1, ""))  # rounding may make a cycle begin one step late
