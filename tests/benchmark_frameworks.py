"""The bare loops of other frameworks' schedules: one plain function of the step with the framework's arithmetic.

Singles are rounded operation by operation, as they have to be without numpy; cos32 and pow32 are lrcli's own.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable
from typing import NamedTuple

from lrcli.frameworks._float32 import cos32, f32, pow32

STEPS = 1_000_000


class FrameworkLoop(NamedTuple):
    """A spec's schedule as YAML, for lr 0.1 and STEPS steps, and the function from the step to the learning rate."""

    yaml: str
    rule: Callable[[int], float]


def run(loop: FrameworkLoop, steps: int) -> list[float]:
    """The bare loop: call the rule, store the result."""
    rule, stored = loop.rule, []
    for t in range(steps):
        stored.append(rule(t))
    return stored


def _hf_cosine(t: int) -> float:
    if t < 10_000:
        return 0.1 * (float(t) / float(max(1, 10_000)))
    progress = float(t - 10_000) / float(max(1, STEPS - 10_000))
    return 0.1 * max(0.0, 0.5 * (1.0 + math.cos(math.pi * 0.5 * 2.0 * progress)))


def _timm_cosine(t: int) -> float:
    if t == 0:
        return 0.0
    if t < 10_000:
        return 0.0 + t * (0.1 / 10_000)
    i = t // STEPS
    t = t - STEPS * i
    top = 0.1 * 1.0**i
    return 0.0 + 0.5 * (top - 0.0) * (1 + math.cos(math.pi * t**1.0 / STEPS**1.0)) if i < 1 else 0.0


def _deepspeed_decay(t: int) -> float:
    j = t - 1
    if t == 0:
        return 0.0
    if j < 10_000:
        return 0.0 + (0.1 * (j / 10_000))
    return 0.0 + (0.1 * max(0.0, float(STEPS - j) / float(max(1.0, STEPS - 10_000))))


def _composer_cosine(t: int) -> float:
    if t < 10_000:
        return 0.1 * (0.0 + t / 10_000 * 1.0)
    share = min(1.0, (t - 10_000) / (STEPS - 10_000))
    return 0.1 * (0.0 + (1.0 - 0.0) * ((1 + math.cos(math.pi * share)) / 2))


def _fairseq_triangular(t: int) -> float:
    cycle = math.floor(t / (2 * 1000))
    top = 1.0 * 0.9**cycle
    x = abs(t / 1000 - 2 * (cycle + 1) + 1)
    return 0.1 + (top - 0.1) * max(0, (1 - x))


def _fairseq_cosine(t: int) -> float:
    if t < 10_000:
        return 0.0 + t * (0.1 / 10_000)
    at = t - 10_000
    i = math.floor(at / 20_000)
    at = at - 20_000 * i
    shrink = 0.5**i
    low, high = 0.0 * shrink, 0.1 * shrink
    return low + 0.5 * (high - low) * (1 + math.cos(math.pi * at / 20_000))


LAST = 0.1 - (0.1 - 0.0) / 999


def _ignite_warmup(t: int) -> float:
    if t < 998:  # the last point of the warmup is that of the cosine
        return 0.0 + (LAST - 0.0) * (t - 0) / (998 - 0)
    if t < 999:
        return LAST
    share = (t - 999) % 999_000 / 999_000  # a cycle begins anew at its end
    return 0.1 + ((0.0 - 0.1) / 2) * (1 - math.cos(math.pi * share))


def _mmcv_step(t: int) -> float:
    lr: float = 0.1 * 0.1 ** bisect_right((600_000, 800_000), t)
    if t >= 500:
        return lr
    k = (1 - t / 500) * (1 - 0.001)
    return lr * (1 - k)


def _mmengine_cosine() -> Callable[[int], float]:
    lr = 0.1

    def rule(t: int) -> float:
        nonlocal lr
        if t and t < STEPS:
            now, before = 1 + math.cos(math.pi * t / STEPS), 1 + math.cos(math.pi * (t - 1) / STEPS)
            lr = now / before * (lr - 0.0) + 0.0
        return lr

    return rule


def _warmup_over_step(t: int) -> float:
    factor = min(1.0, (t + 1) / 2000)
    return 0.1 * 0.5 ** (t // 100_000) * factor


def _megatron_cosine(t: int) -> float:
    if t <= 10_000:
        return 0.0 + ((0.1 - 0.0) * float(t) / float(10_000))
    if t > STEPS:
        return 0.0
    ratio = float(t - 10_000) / float(STEPS - 10_000)
    return 0.0 + 0.5 * (math.cos(math.pi * ratio) + 1.0) * (0.1 - 0.0)


def _nemo_noam(t: int) -> float:
    step = max(1, t)
    lr: float = 0.1 * (512 ** (-0.5) * min(step ** (-0.5), step * 10_000 ** (-1.5)))
    return max(lr, 0.0) if step > 10_000 else lr


def _titan(t: int) -> float:
    if t < 200:
        return 0.1 * float((t + 1) / 200)
    if t < 201:
        return 0.1
    share = float(t + 1 - 201) / (STEPS - 200)
    return 0.1 * (0.0 + (1 - 0.0) * (1 - share))


def _nanogpt(t: int) -> float:
    if t < 2000:
        return 0.1 * (t + 1) / (2000 + 1)
    if t > STEPS:
        return 0.001
    ratio = (t - 2000) / (STEPS - 2000)
    return 0.001 + 0.5 * (1.0 + math.cos(math.pi * ratio)) * (0.1 - 0.001)


def _bolts() -> Callable[[int], float]:
    lr = 0.0

    def rule(t: int) -> float:
        nonlocal lr
        if t == 0:
            return lr
        if t < 1000:
            lr = lr + (0.1 - 0.0) / (1000 - 1)
        elif t == 1000:
            lr = 0.1
        else:
            now = 1 + math.cos(math.pi * (t - 1000) / (STEPS - 1000))
            before = 1 + math.cos(math.pi * (t - 1000 - 1) / (STEPS - 1000))
            lr = now / before * (lr - 0.0) + 0.0
        return lr

    return rule


def _keras_cosine(t: int) -> float:
    share = f32(f32(min(t, STEPS)) / f32(STEPS))
    wave = f32(0.5 * f32(1.0 + f32(cos32(f32(f32(math.pi) * share)))))
    return f32(f32(0.1) * f32(f32(1.0 * wave) + 0.0))


def _keras_exponential(t: int) -> float:
    return f32(f32(0.1) * f32(pow32(f32(0.96), f32(f32(t) / f32(1000)))))


def _keras_restarts(t: int) -> float:
    done = f32(f32(t) / f32(1000))
    i = float(math.floor(done))
    share = f32(done - i)
    height = f32(0.5 * f32(pow32(f32(0.9), i)))
    wave = f32(1.0 + f32(cos32(f32(f32(math.pi) * share))))
    return f32(f32(0.1) * f32(f32(1.0 * f32(height * wave)) + 0.0))


def _optax_cosine(t: int) -> float:
    angle = f32(f32(f32(math.pi) * f32(min(t, STEPS))) / f32(STEPS))
    wave = 0.5 * f32(1 + f32(cos32(angle)))
    return f32(f32(0.1) * f32(f32(1.0 * f32(pow32(wave, 1.0))) + 0.0))


def _optax_line(t: int) -> float:
    rest = f32(1 - f32(min(max(t, 0), STEPS) / f32(STEPS)))
    return f32(f32(f32(0.1 - 0.0) * rest) + 0.0)


def _optax_exponential(t: int) -> float:
    share = f32(t / 1000)
    return f32(f32(0.1) * f32(pow32(f32(0.96), share))) if t > 0 else f32(0.1)


def loops() -> dict[str, FrameworkLoop]:
    """Name -> loop; fresh ones, for some keep a state."""
    wrapped = "lr_scheduler: {type: ignite.CosineAnnealingScheduler, end_value: 0.0, cycle_size: 999000}"
    return {
        "transformers.cosine": FrameworkLoop("{type: transformers.cosine, num_warmup_steps: 10000}", _hf_cosine),
        "timm.CosineLRScheduler": FrameworkLoop(
            "{type: timm.CosineLRScheduler, warmup_t: 10000, t_in_epochs: false}", _timm_cosine
        ),
        "keras.CosineDecay": FrameworkLoop("{type: keras.CosineDecay, decay_steps: 1000000}", _keras_cosine),
        "keras.ExponentialDecay": FrameworkLoop(
            "{type: keras.ExponentialDecay, decay_steps: 1000, decay_rate: 0.96}", _keras_exponential
        ),
        "keras.CosineDecayRestarts": FrameworkLoop(
            "{type: keras.CosineDecayRestarts, first_decay_steps: 1000, t_mul: 1.0, m_mul: 0.9}", _keras_restarts
        ),
        "optax.cosine_decay_schedule": FrameworkLoop("{type: optax.cosine_decay_schedule}", _optax_cosine),
        "optax.linear_schedule": FrameworkLoop("{type: optax.linear_schedule, end_value: 0.0}", _optax_line),
        "optax.exponential_decay": FrameworkLoop(
            "{type: optax.exponential_decay, transition_steps: 1000, decay_rate: 0.96}", _optax_exponential
        ),
        "deepspeed.WarmupDecayLR": FrameworkLoop(
            "{type: deepspeed.WarmupDecayLR, warmup_max_lr: 0.1, warmup_num_steps: 10000, warmup_type: linear}",
            _deepspeed_decay,
        ),
        "composer.CosineAnnealingWithWarmupScheduler": FrameworkLoop(
            "{type: composer.CosineAnnealingWithWarmupScheduler, t_warmup: 10000ba}", _composer_cosine
        ),
        "fairseq.triangular": FrameworkLoop(
            "{type: fairseq.triangular, max_lr: 1.0, lr_period_updates: 2000, lr_shrink: 0.9}", _fairseq_triangular
        ),
        "fairseq.cosine": FrameworkLoop(
            "{type: fairseq.cosine, warmup_updates: 10000, lr_period_updates: 20000, lr_shrink: 0.5}", _fairseq_cosine
        ),
        "ignite.create_lr_scheduler_with_warmup": FrameworkLoop(
            "{type: ignite.create_lr_scheduler_with_warmup, warmup_start_value: 0.0, warmup_duration: 1000, "
            + wrapped
            + "}",
            _ignite_warmup,
        ),
        "mmcv.lr_config": FrameworkLoop(
            "{type: mmcv.lr_config, policy: step, by_epoch: false, step: [600000, 800000], warmup: linear, "
            "warmup_iters: 500, warmup_ratio: 0.001}",
            _mmcv_step,
        ),
        "mmengine.param_scheduler": FrameworkLoop(
            "{type: mmengine.param_scheduler, schedulers: [{type: CosineAnnealingLR, T_max: 1000000, by_epoch: false,"
            " end: 1000000}]}",
            _mmengine_cosine(),
        ),
        "pytorch_warmup.LinearWarmup": FrameworkLoop(
            "{type: pytorch_warmup.LinearWarmup, warmup_period: 2000, lr_scheduler: {type: lambda, "
            'lr_lambda: "0.5 ** (epoch // 100000)"}}',
            _warmup_over_step,
        ),
        "megatron.OptimizerParamScheduler": FrameworkLoop(
            "{type: megatron.OptimizerParamScheduler, lr_warmup_steps: 10000, lr_decay_style: cosine, increment: 1}",
            _megatron_cosine,
        ),
        "nemo.NoamAnnealing": FrameworkLoop(
            "{type: nemo.NoamAnnealing, d_model: 512, warmup_steps: 10000}", _nemo_noam
        ),
        "torchtitan.lr_scheduler": FrameworkLoop("{type: torchtitan.lr_scheduler}", _titan),
        "nanogpt.get_lr": FrameworkLoop(
            "{type: nanogpt.get_lr, warmup_iters: 2000, lr_decay_iters: 1000000, min_lr: 0.001}", _nanogpt
        ),
        "lightning_bolts.LinearWarmupCosineAnnealingLR": FrameworkLoop(
            "{type: lightning_bolts.LinearWarmupCosineAnnealingLR, warmup_epochs: 1000}", _bolts()
        ),
    }
