"""A linear warmup, then a cosine to 0: transformers' own."""

from __future__ import annotations

from collections.abc import Iterator

from lrcli.errors import Problem
from lrcli.frameworks.transformers.cosine import TransformersCosine
from lrcli.schedules import dataclass


@dataclass(frozen=True, kw_only=True)
class TorchtuneCosine(TransformersCosine):
    """Warm up linearly from 0 to the base LR, then follow num_cycles waves of a cosine; half a wave ends at 0.

    lr(t) = base_lr * (t / max(1, num_warmup_steps))    for t < num_warmup_steps
            base_lr * max(0, 0.5 * (1 + cos(pi * num_cycles * 2 * progress)))
                with progress = (t - num_warmup_steps) / max(1, num_training_steps - num_warmup_steps)

    Nothing stops the cosine: after num_training_steps it climbs again. The recipes log one learning rate, and fail
    where the groups have different ones.

    >>> cosine = TorchtuneCosine(num_warmup_steps=2, num_training_steps=10)
    >>> [cosine.lr_at(t, base_lr=0.1) for t in (0, 1, 2, 6, 10, 14)]
    [0.0, 0.05, 0.1, 0.05, 0.0, 0.04999999999999999]

    Source: torchtune.training.lr_schedulers.get_cosine_schedule_with_warmup (run in 0.6.1).
    """

    name = "torchtune.get_cosine_schedule_with_warmup"

    def notes(self) -> Iterator[Problem]:
        yield from super().notes()
        if len(set(self.setting.lrs)) > 1:
            what = f"{self.name}: get_lr() of torchtune's recipes raises RuntimeError where the groups' rates differ"
            yield Problem("groups-differ", what)
