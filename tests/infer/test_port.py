"""`convert --to FRAMEWORK`: the schedule that is found has the curve, and its text is a spec of it."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from lrcli.curve import evaluate
from lrcli.errors import LrcliError
from lrcli.frameworks.composer._scheduler import ComposerScheduler
from lrcli.infer.limits import DOUBLE, SINGLE
from lrcli.infer.port import confirmed, port, target_framework
from lrcli.infer.port.search import Ported
from lrcli.infer.written import spec_lines
from lrcli.reader import parse_text
from lrcli.spec import Spec

WARM_COSINE = "{lr: 0.1, steps: 100, schedule: {type: transformers.cosine, num_warmup_steps: 10}}"
WARM_LINEAR = "{lr: 0.1, steps: 100, schedule: {type: transformers.linear, num_warmup_steps: 10}}"
WARM_CONSTANT = "{lr: 0.1, steps: 100, schedule: {type: transformers.constant_with_warmup, num_warmup_steps: 10}}"
STABLE = (
    "{lr: 0.1, steps: 100, schedule: {type: transformers.warmup_stable_decay, num_warmup_steps: 10, "
    "num_decay_steps: 20, decay_type: linear}}"
)
OURS = "{lr: 0.1, epochs: 100, warmup: {for: 10, start_factor: 0}, schedule: {type: cosine}}"
STEP = "{lr: 0.1, steps: 90, schedule: {type: step, step_size: 30}}"
MULTISTEP = "{lr: 0.1, steps: 100, schedule: {type: multistep, milestones: [30, 80]}}"
POLYNOMIAL = "{lr: 0.1, steps: 100, schedule: {type: polynomial, total_iters: 100, power: 2.0}}"
EXPONENTIAL = "{lr: 0.1, steps: 100, schedule: {type: exponential, gamma: 0.95}}"
INVERSE_SQRT = "{lr: 0.1, steps: 100, schedule: {type: transformers.inverse_sqrt, num_warmup_steps: 10}}"

WARM_MULTISTEP = (
    "{lr: 0.1, steps: 90, warmup: {for: 9, start_factor: 0.1}, schedule: {type: multistep, milestones: [40, 70]}}"
)
HELD = (
    "{lr: 0.1, steps: 100, schedule: [{type: linear, for: 10, start_factor: 0.01}, {type: constant, for: 40}, "
    "{type: cosine}]}"
)

LAMBDA = '{lr: 0.1, epochs: 20, schedule: {type: lambda, lr_lambda: "1 / (1 + epoch) ** 1.5"}}'

FLOOR = "{lr: 0.1, epochs: 90, schedule: {type: cosine, T_max: 100, eta_min: 0.001}}"
WARM_FLOOR = "{lr: 0.1, steps: 100, schedule: {type: warmup_cosine, warmup: 10, start_factor: 0.01, eta_min: 0.001}}"
RESTARTS = "{lr: 0.1, epochs: 60, schedule: {type: cosine_restarts, T_0: 20}}"
DOUBLING = "{lr: 0.1, epochs: 70, schedule: {type: cosine_restarts, T_0: 10, T_mult: 2}}"
WARM_DOUBLING = (
    "{lr: 0.1, epochs: 60, warmup: {for: 5, start_factor: 0.01}, "
    "schedule: {type: cosine_restarts, T_0: 10, T_mult: 2, eta_min: 0.001}}"
)
HF_RESTARTS = (
    "{lr: 1e-4, steps: 900, schedule: {type: transformers.cosine_with_restarts, num_warmup_steps: 90, num_cycles: 3}}"
)
BURNT_IN = "{steps: 10000, schedule: {type: detectron2.build_lr_scheduler}}"
ONE_CYCLE = "{epochs: 50, schedule: {type: one_cycle, max_lr: 0.4}}"
NANOGPT = "{lr: 6e-4, steps: 90, schedule: {type: nanogpt.get_lr, warmup_iters: 20, lr_decay_iters: 90, min_lr: 6e-5}}"
SINGLES = (
    "{steps: 100, schedule: {type: optax.warmup_cosine_decay_schedule, init_value: 0, peak_value: 0.1, "
    "warmup_steps: 10, decay_steps: 100, end_value: 0.001}}"
)
TRIANGLE = "{lr: 0.01, epochs: 30, schedule: {type: cyclic, base_lr: 0.01, max_lr: 0.1, step_size_up: 10}}"

SAME = [
    (FLOOR, "keras", "keras.CosineDecay"),
    (WARM_FLOOR, "mmengine", "mmengine.param_scheduler"),
    (RESTARTS, "transformers", "transformers.cosine_with_restarts"),
    (RESTARTS, "diffusers", "diffusers.cosine_with_restarts"),
    (RESTARTS, "keras", "keras.CosineDecayRestarts"),
    (RESTARTS, "mmengine", "mmengine.param_scheduler"),
    (DOUBLING, "timm", "timm.CosineLRScheduler"),
    (DOUBLING, "mmengine", "mmengine.param_scheduler"),
    (DOUBLING, "fairseq", "fairseq.cosine"),
    (WARM_DOUBLING, "timm", "timm.CosineLRScheduler"),
    (WARM_DOUBLING, "mmengine", "mmengine.param_scheduler"),
    (HF_RESTARTS, "diffusers", "diffusers.cosine_with_restarts"),
    (HF_RESTARTS, "optax", "optax.join_schedules"),
    (BURNT_IN, "keras", "keras.CosineDecay"),
    (ONE_CYCLE, "mmengine", "mmengine.param_scheduler"),
    (NANOGPT, "transformers", "transformers.cosine_warmup_with_min_lr"),
    (SINGLES, "transformers", "transformers.cosine_with_min_lr"),
    (TRIANGLE, "optax", "optax.piecewise_interpolate_schedule"),
    (LAMBDA, "accelerate", "accelerate.AcceleratedScheduler"),
    (LAMBDA, "ignite", "ignite.LRScheduler"),
    (WARM_MULTISTEP, "optax", "optax.join_schedules"),
    (WARM_MULTISTEP, "ignite", "ignite.create_lr_scheduler_with_warmup"),
    (WARM_MULTISTEP, "mmengine", "mmengine.param_scheduler"),
    (WARM_MULTISTEP, "mmcv", "mmcv.lr_config"),
    (WARM_MULTISTEP, "detectron2", "detectron2.WarmupMultiStepLR"),
    (WARM_MULTISTEP, "accelerate", "accelerate.AcceleratedScheduler"),
    (HELD, "optax", "optax.join_schedules"),
    (HELD, "ignite", "ignite.ConcatScheduler"),
    (HELD, "mmengine", "mmengine.param_scheduler"),
    (WARM_COSINE, "transformers", "transformers.cosine"),
    (WARM_COSINE, "timm", "timm.CosineLRScheduler"),
    (WARM_COSINE, "keras", "keras.CosineDecay"),
    (WARM_COSINE, "optax", "optax.warmup_cosine_decay_schedule"),
    (WARM_COSINE, "composer", "composer.CosineAnnealingWithWarmupScheduler"),
    (WARM_COSINE, "fairseq", "fairseq.cosine"),
    (WARM_COSINE, "megatron", "megatron.OptimizerParamScheduler"),
    (WARM_COSINE, "diffusers", "diffusers.cosine"),
    (WARM_COSINE, "torchtune", "torchtune.get_cosine_schedule_with_warmup"),
    (WARM_LINEAR, "transformers", "transformers.linear"),
    (WARM_LINEAR, "timm", "timm.WSDLRScheduler"),
    (WARM_LINEAR, "deepspeed", "deepspeed.OneCycle"),
    (WARM_LINEAR, "composer", "composer.LinearWithWarmupScheduler"),
    (WARM_LINEAR, "fairseq", "fairseq.polynomial_decay"),
    (WARM_LINEAR, "megatron", "megatron.OptimizerParamScheduler"),
    (WARM_CONSTANT, "transformers", "transformers.constant_with_warmup"),
    (WARM_CONSTANT, "timm", "timm.StepLRScheduler"),
    (WARM_CONSTANT, "keras", "keras.CosineDecay"),
    (WARM_CONSTANT, "optax", "optax.warmup_constant_schedule"),
    (WARM_CONSTANT, "composer", "composer.ConstantWithWarmupScheduler"),
    (WARM_CONSTANT, "fairseq", "fairseq.polynomial_decay"),
    (WARM_CONSTANT, "megatron", "megatron.OptimizerParamScheduler"),
    (WARM_CONSTANT, "deepspeed", "deepspeed.WarmupCosineLR"),
    (STABLE, "transformers", "transformers.warmup_stable_decay"),
    (STABLE, "timm", "timm.WSDLRScheduler"),
    (STABLE, "megatron", "megatron.OptimizerParamScheduler"),
    (OURS, "transformers", "transformers.cosine"),
    (OURS, "timm", "timm.CosineLRScheduler"),
    (MULTISTEP, "mmcv", "mmcv.lr_config"),
    (STEP, "timm", "timm.create_scheduler_v2"),
    (STEP, "keras", "keras.ExponentialDecay"),
    (STEP, "optax", "optax.exponential_decay"),
    (STEP, "mmengine", "mmengine.param_scheduler"),
    (STEP, "composer", "composer.StepScheduler"),
    (STEP, "fairseq", "fairseq.step"),
    (MULTISTEP, "timm", "timm.create_scheduler_v2"),
    (MULTISTEP, "keras", "keras.PiecewiseConstantDecay"),
    (MULTISTEP, "optax", "optax.piecewise_constant_schedule"),
    (MULTISTEP, "mmengine", "mmengine.param_scheduler"),
    (MULTISTEP, "composer", "composer.MultiStepScheduler"),
    (MULTISTEP, "detectron2", "detectron2.WarmupMultiStepLR"),
    (POLYNOMIAL, "transformers", "transformers.polynomial"),
    (POLYNOMIAL, "timm", "timm.PolyLRScheduler"),
    (POLYNOMIAL, "keras", "keras.PolynomialDecay"),
    (POLYNOMIAL, "optax", "optax.polynomial_schedule"),
    (POLYNOMIAL, "mmengine", "mmengine.param_scheduler"),
    (POLYNOMIAL, "composer", "composer.PolynomialScheduler"),
    (POLYNOMIAL, "fairseq", "fairseq.polynomial_decay"),
    (POLYNOMIAL, "nemo", "nemo.PolynomialDecayAnnealing"),
    (EXPONENTIAL, "timm", "timm.StepLRScheduler"),
    (EXPONENTIAL, "keras", "keras.ExponentialDecay"),
    (EXPONENTIAL, "optax", "optax.exponential_decay"),
    (EXPONENTIAL, "mmengine", "mmengine.param_scheduler"),
    (EXPONENTIAL, "composer", "composer.ExponentialScheduler"),
    (EXPONENTIAL, "fairseq", "fairseq.step"),
    (INVERSE_SQRT, "transformers", "transformers.inverse_sqrt"),
    (INVERSE_SQRT, "fairseq", "fairseq.inverse_sqrt"),
    (INVERSE_SQRT, "megatron", "megatron.OptimizerParamScheduler"),
]


def _gaps(spec: Spec, ported: Ported) -> list[float]:
    """The gaps between a spec and the text of what was found, row by row."""
    other = parse_text("".join(spec_lines(spec, ported.schedule, ported.lr)))
    return [
        abs(a - b)
        for a, b in zip(evaluate(spec).shown(), evaluate(other).shown(), strict=True)
        if a is not None and b is not None
    ]


@pytest.mark.parametrize(("text", "framework", "name"), SAME)
def test_same_curve(text: str, framework: str, name: str) -> None:
    """The class that has the curve is found; its text gives the learning rates, but for the rounding that it tells."""
    spec = parse_text(text)
    ported = port(spec, framework)
    assert ported.schedule.name == name
    assert ported.same
    gaps = _gaps(spec, ported)
    assert (ported.gap, ported.row) == (max(gaps), gaps.index(max(gaps)))
    assert ported.gap <= (SINGLE if text == SINGLES or hasattr(ported.schedule, "dtype") else DOUBLE) * 0.1


@pytest.mark.parametrize(
    ("text", "framework"),
    [(WARM_COSINE, "nanogpt"), (EXPONENTIAL, "transformers"), (STEP, "transformers")],
)
def test_nearest_curve(text: str, framework: str) -> None:
    """Where a framework has no such curve, the gap of the nearest one is that of its text."""
    spec = parse_text(text)
    ported = port(spec, framework)
    assert not ported.same
    assert ported.gap == max(_gaps(spec, ported))
    assert confirmed(spec, ported) == ported


def test_replay() -> None:
    """The numbers of a replay are what is ported, where the spec asks for them."""
    text = "{lr: 0.1, epochs: 9, schedule: {type: step, step_size: 3}, emulate: torch-2.4}"
    assert port(parse_text(text), "timm").same


def test_unknown_framework() -> None:
    """An unknown framework is answered with those that there are, a near one first."""
    with pytest.raises(LrcliError, match=r"did you mean 'timm'\? There are spec, torch, .*composer, .*, ultralytics"):
        target_framework("tim")
    assert target_framework("hf") == "transformers"


def test_several_groups() -> None:
    """A spec with several groups has several curves."""
    text = "{epochs: 9, schedule: {type: cosine}, groups: [{lr: 0.1}, {lr: 0.2}]}"
    with pytest.raises(LrcliError, match="2 parameter groups"):
        port(parse_text(text), "timm")


def test_too_long() -> None:
    """Every row is compared, so a run may not have too many."""
    with pytest.raises(LrcliError, match="200,000 rows"):
        port(parse_text("{lr: 0.1, steps: 200000, schedule: {type: cosine}}"), "timm")


def test_nothing_that_runs() -> None:
    """Where no schedule of a framework can run, the reason is that of the framework."""
    with pytest.raises(LrcliError, match=r"composer has no schedule that can run this curve .*batches"):
        port(parse_text(OURS), "composer")


def test_keys_that_make_it_no_nearer_are_left_out() -> None:
    spec = parse_text("{lr: 0.1, epochs: 30, warmup: {for: 2}, schedule: {type: multistep, milestones: [10, 20]}}")
    ported = port(spec, "timm")
    text = "\n".join(spec_lines(spec, ported.schedule, ported.lr))
    assert "decay_milestones: [13, 23]" in text
    for key in ("k_decay", "min_lr", "num_epochs"):
        assert key not in text


@pytest.mark.parametrize(
    ("text", "framework", "lines"),
    [
        (RESTARTS, "timm", ["  cycle_limit: 3"]),
        (DOUBLING, "timm", ["  t_initial: 10", "  cycle_mul: 2.0", "  cycle_limit: 3"]),
        (STEP, "darknet", ["  policy: steps", "  steps: [31, 61]"]),
        (TRIANGLE, "optax", ["  interpolate_type: linear"]),
        (ONE_CYCLE, "mmengine", ["  schedulers: [{type: OneCycleLR, eta_max: 0.4, total_steps: 50}]"]),
    ],
)
def test_keys(text: str, framework: str, lines: list[str]) -> None:
    """Cycles are counted, and a key that the framework wants is written."""
    spec = parse_text(text)
    ported = port(spec, framework)
    assert {*lines} <= {*"".join(spec_lines(spec, ported.schedule, ported.lr)).splitlines()}


def test_rows_are_computed_together(monkeypatch: pytest.MonkeyPatch) -> None:
    """A class that computes rows together is asked for several at once: seconds less where nothing is the curve."""
    calls = 0
    lrs_at = ComposerScheduler.lrs_at

    def counted(schedule: ComposerScheduler, base_lr: float, steps: Sequence[int]) -> list[float]:
        nonlocal calls
        calls += 1
        return lrs_at(schedule, base_lr, steps)

    monkeypatch.setattr(ComposerScheduler, "lrs_at", counted)
    text = "{steps: 200, schedule: {type: cyclic, base_lr: 0.001, max_lr: 0.01, step_size_up: 20}}"
    assert not port(parse_text(text), "composer").same
    assert calls < 60_000


def test_the_same_framework() -> None:
    """A schedule that the framework has already is printed as it is."""
    spec = parse_text(
        "{steps: 99, schedule: {type: keras.CosineDecayRestarts, initial_learning_rate: 0.1, "
        "first_decay_steps: 10, m_mul: 0.9, alpha: 0.01}}"
    )
    ported = port(spec, "keras")
    assert (0.1, 0.0) == (ported.lr, ported.gap)
    assert "  m_mul: 0.9\n" in [*spec_lines(spec, ported.schedule, ported.lr)]


def test_below_0() -> None:
    """A curve that begins below 0 is no reason for a base learning rate that no spec may have."""
    spec = parse_text("{lr: 0.1, epochs: 9, schedule: {type: lambda, lr_lambda: epoch / 4 - 1}}")
    assert confirmed(spec, port(spec, "mmengine")).lr > 0
