"""Curves in axolotl's words: a warmup by the square of the step, and restarts of any schedule."""

from __future__ import annotations

from collections.abc import Iterator

from lrcli.frameworks.fitting import Shape, Words, spellings

RANK = 5


def spell(shape: Shape) -> Iterator[Words]:
    """Its cosine under that warmup, and its restarts of another schedule, which count from the step after it."""
    if shape.decay == "dips":
        every, climb = shape.scale, shape.warmup
        keys = {"jagged_restart_steps": every, "jagged_restart_warmup_steps": climb, "min_lr_scale": shape.start_factor}
        (decay,) = shape.parts
        inner = (words for words in spellings(decay) if not words.ahead and words.lr is None)
        for schedule in (*inner, decay):
            yield Words("axolotl.JaggedLRRestartScheduler", {"inner_schedule": schedule, **keys}, ahead=-1)
        return
    squared = shape.ramp == "power" and shape.climb == 2 and not shape.start and shape.begin == shape.warmup
    if squared and shape.decay == "cosine" and not shape.floor and not shape.epochs:
        keys = {"num_warmup_steps": shape.warmup, "num_training_steps": shape.end}
        yield Words("axolotl.lr_quadratic_warmup", keys)
