"""Causes in public reports: the spec that was meant, the numbers that were logged, and the cause that makes them so.

tests/infer/test_causes.py asks for the cause by its name, tests/explain_matrix.py for its family at every precision.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from lrcli.reader import read_declared

WARM = "{lr: 0.1, steps: 100, warmup: {for: 10, start_factor: 0.1}, schedule: {type: cosine}}"
CLOCK = "{lr: 0.1, steps: 100, warmup: {for: 10, start_factor: 0.001}, schedule: {type: cosine, T_max: 100}}"
STEP5 = "{lr: 5.0, steps: 21, warmup: {for: 5, start_factor: 0.001}, schedule: {type: multistep, milestones: [5]}}"
GRADUAL = "{lr: 0.001, epochs: 20, warmup: {for: 5, start_factor: 0.1}, schedule: {type: step, step_size: 10}}"
YOLO = (
    "{lr: 1.0e-4, epochs: 60, warmup: {for: 5, start_factor: 0},"
    " schedule: {type: linear, start_factor: 1, end_factor: 0.1, total_iters: 60}}"
)
NOAM = '{lr: 0.006325, steps: 20001, schedule: {type: lambda, lr_lambda: "min(t/4000, sqrt(4000/max(t, 1)))"}}'
FLAT = str([1.0] * 12)
KERAS = f"{{lr: 0.001, schedule: {{type: plateau, patience: 4, counting: keras, metric: {FLAT}}}}}"
MLX = (
    "{lr: 1.0e-5, steps: 5145, warmup: {for: 60, start_factor: 0.01},"
    " schedule: {type: cosine, T_max: 1000, eta_min: 1.0e-7}}"
)
D2 = "{lr: 0.1, steps: 100, schedule: {type: detectron2.WarmupCosineLR, warmup_iters: 10}}"
PREFIX = (
    "{lr: 0.1, steps: 100, schedule: {type: timm.CosineLRScheduler, t_initial: 90, warmup_t: 10, warmup_prefix: true}}"
)
TIMM = (
    "{lr: 0.1, steps: 100, schedule: {type: timm.CosineLRScheduler, t_initial: 70, warmup_t: 10,"
    " warmup_lr_init: 0.001}}"
)
NANO = "{lr: 0.1, steps: 100, schedule: {type: nanogpt.get_lr, warmup_iters: 10, lr_decay_iters: 100, min_lr: 0.01}}"
HF = "{lr: 0.1, steps: 100, schedule: {type: transformers.cosine, num_warmup_steps: 10}}"
DECAY = "{lr: 0.1, steps: 100, schedule: {type: exponential, gamma: 0.97}}"


def s(text: str) -> Callable[[int], float]:
    group = read_declared(text).spec.groups[0]
    assert group.lr is not None
    lr = group.lr
    return lambda t: group.schedule.lr_at(t, lr)


def cosine(t: float, n: int = 100) -> float:
    return 0.05 * (1 + math.cos(math.pi * t / n))


CASES: dict[str, tuple[str, Callable[[int], float], range, str]] = {
    "one step short (libai #37)": (STEP5, lambda t: s(STEP5)(t) * (0.8002 if t >= 5 else 1), range(21), "one-short"),
    "one wrong row at the hand-over": (GRADUAL, lambda t: 1e-4 if t == 6 else s(GRADUAL)(t), range(1, 20), "glitch"),
    "two wrong rows": (WARM, lambda t: 0.05 if t in (33, 71) else s(WARM)(t), range(100), "glitch"),
    "hand-over a step late": (WARM, lambda t: s(WARM)(t if t <= 10 else t - 1), range(100), "handover"),
    "Ultralytics' last batch": (
        YOLO,
        lambda t: 1e-4 * ((1 - t / 60) * 0.9 + 0.1) * min(1, (5 * (t + 1) - 1) / 100),
        range(60),
        "last-batch",
    ),
    "warmup to the decay's own value": (
        CLOCK,
        lambda t: 1e-4 + (cosine(10) - 1e-4) * t / 10 if t < 10 else cosine(t),
        range(100),
        "warmup-end",
    ),
    "a decay over the whole run, its clock running in the warmup": (
        WARM,
        lambda t: s(WARM)(t) if t < 10 else cosine(t),
        range(100),
        "decay-clock",
    ),
    "warmup times decay": (
        CLOCK,
        lambda t: cosine(t) * (min(1, 0.001 + 0.999 * t / 10)),
        range(100),
        "warmup-end",
    ),
    "DeepSpeed's warmup and no decay": (
        WARM,
        lambda t: 0.1 * min(1, math.log(t + 1) / math.log(20)),
        range(100),
        "other-scheduler",
    ),
    "the base was logged": (WARM, lambda t: 0.1, range(100), "base-logged"),
    "scaled by the first factor": (WARM, lambda t: 0.1 * s(WARM)(t), range(100), "amplitude"),
    "Noam's peak": (NOAM, lambda t: s(NOAM)(t) / math.sqrt(4000), range(0, 20001, 1000), "amplitude"),
    "a rate for a factor": (DECAY, lambda t: 0.1 * s(DECAY)(t), range(100), "amplitude"),
    "Keras 1 resets no counter": (KERAS, lambda t: 0.001 * 0.1 ** max(0, t - 5), range(12), "plateau"),
    "detectron2 climbs to the decay's own value from another factor": (
        D2,
        lambda t: 0.03 + (cosine(10) - 0.03) * t / 10 if t < 10 else cosine(t),
        range(100),
        "warmup-end",
    ),
    "timm climbs to the value of a decay over the whole run": (
        PREFIX,
        lambda t: cosine(10) * t / 10 if t < 10 else cosine(t),
        range(100),
        "warmup-end",
    ),
    "a line for nanoGPT's cosine": (
        NANO,
        lambda t: s(NANO)(t) if t < 10 else 0.1 - 0.09 * (t - 10) / 90,
        range(100),
        "decay",
    ),
    "a line for timm's cosine": (
        PREFIX,
        lambda t: s(PREFIX)(t) if t < 10 else 0.1 * (100 - t) / 90,
        range(100),
        "decay",
    ),
    "no decay after the warmup": (HF, lambda t: 0.1 * min(1, t / 10), range(100), "decay"),
    "a whole period of nanoGPT's cosine": (
        NANO,
        lambda t: s(NANO)(t) if t < 10 else 0.055 + 0.045 * math.cos(2 * math.pi * (t - 10) / 90),
        range(100),
        "cycles",
    ),
    "timm climbs again": (TIMM, lambda t: s(TIMM)(70 - abs(t - 70)), range(100), "mirrored"),
    "a floor cut into nanoGPT's cosine": (
        NANO,
        lambda t: max(s(NANO.replace("min_lr: 0.01", "min_lr: 0"))(t), 0.01),
        range(10, 100),
        "floor",
    ),
    "a warmup by the square of the step": (HF, lambda t: 0.001 * t * t if t < 10 else s(HF)(t), range(100), "warmup"),
    "mlx holds its end": (
        MLX,
        lambda t: s(MLX)(min(t, 1060)),
        range(9, 5000, 10),
        "held-end",
    ),
    "stuck at the first factor": (WARM, lambda t: 0.01, range(100), "held"),
    "the optimizer was not loaded": (
        DECAY,
        lambda t: s(DECAY)(t) if t < 40 else 0.1 * 0.97 ** (t - 40),
        range(100),
        "restart",
    ),
}
