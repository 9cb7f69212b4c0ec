"""`fit` answers with the frameworks' own schedules and keywords."""

from __future__ import annotations

from math import cos, pi

import pytest

from lrcli.infer.fit import Fitted, fit_run
from lrcli.infer.fit.spec import spec_mapping
from lrcli.logs import Log, Rounding
from lrcli.logs.rounding import quantise, shortest32
from lrcli.reader import parse_text

FULL, FIVE = Rounding(), Rounding("significant", 5)


def fitted(text: str, places: range, rounding: Rounding = FULL, unit: str = "step", first: int = 0) -> Fitted:
    """What is found behind the log of a spec."""
    spec = parse_text(text)
    group = spec.groups[0]
    base = 0.0 if group.lr is None else group.lr
    rows = [quantise(group.schedule.lr_at(p - first, base), rounding) for p in places]
    return fit_run(Log("run", unit, list(places), {"lr": rows}, rounding=rounding))


STEPS = "lr: 0.003, steps: 2000, schedule: "
MMCV = "{type: mmcv.lr_config, by_epoch: false, "
EPOCHS = "lr: 0.0005, epochs: 100, schedule: "
CASES: dict[str, tuple[str, range, str]] = {
    "hf cosine": (
        STEPS + "{type: transformers.cosine, num_warmup_steps: 100}",
        range(0, 2000, 20),
        "transformers.cosine",
    ),
    "hf linear": (
        STEPS + "{type: transformers.linear, num_warmup_steps: 60}",
        range(0, 2000, 20),
        "transformers.linear",
    ),
    "hf min_lr": (
        STEPS + "{type: transformers.cosine_with_min_lr, num_warmup_steps: 100, min_lr: 0.0001}",
        range(0, 2000, 20),
        "transformers.cosine_with_min_lr",
    ),
    "hf inverse_sqrt": (
        STEPS + "{type: transformers.inverse_sqrt, num_warmup_steps: 100}",
        range(0, 2000, 20),
        "transformers.inverse_sqrt",
    ),
    "hf polynomial": (
        STEPS + "{type: transformers.polynomial, num_warmup_steps: 100, power: 2.0, lr_end: 1.0e-05}",
        range(0, 2000, 20),
        "transformers.polynomial",
    ),
    "timm cosine": (
        EPOCHS + "{type: timm.CosineLRScheduler, warmup_t: 5, warmup_lr_init: 1.0e-06, lr_min: 1.0e-05}",
        range(100),
        "timm.CosineLRScheduler",
    ),
    "detectron2 cosine": (
        STEPS + "{type: detectron2.WarmupCosineLR, warmup_iters: 200}",
        range(0, 2000, 20),
        "detectron2.WarmupCosineLR",
    ),
    "deepspeed log": (
        STEPS + "{type: deepspeed.WarmupLR, warmup_num_steps: 200}",
        range(1, 600, 10),
        "deepspeed.WarmupLR",
    ),
    "deepspeed log decay": (
        STEPS + "{type: deepspeed.WarmupDecayLR, warmup_num_steps: 200, warmup_max_lr: 0.003}",
        range(1, 2000, 10),
        "deepspeed.WarmupDecayLR",
    ),
    "nanogpt": (
        STEPS + "{type: nanogpt.get_lr, warmup_iters: 100, lr_decay_iters: 2000, min_lr: 0.0003}",
        range(0, 2000, 20),
        "nanogpt.get_lr",
    ),
    "torchtitan": (
        STEPS + "{type: torchtitan.lr_scheduler, warmup_steps: 100, decay_type: cosine, min_lr_factor: 0.1}",
        range(0, 2000, 10),
        "torchtitan.lr_scheduler",
    ),
    "nemo": (
        STEPS + "{type: nemo.CosineAnnealing, warmup_steps: 100, max_steps: 2000, min_lr: 1.0e-05}",
        range(0, 2000, 20),
        "nemo.CosineAnnealing nanogpt.get_lr",  # the same curve to 5 digits
    ),
    "mmcv inverse": (
        STEPS + "{type: mmcv.lr_config, policy: Inv, gamma: 0.001, power: 0.75, by_epoch: false}",
        range(0, 2000, 20),
        "mmcv.lr_config",
    ),
    "hf restarts": (
        STEPS + "{type: transformers.cosine_with_restarts, num_warmup_steps: 100, num_cycles: 4}",
        range(0, 2000, 10),
        "transformers.cosine_with_restarts",
    ),
    "fairseq fixed": (
        STEPS + "{type: fairseq.fixed, warmup_updates: 100}",
        range(0, 2000, 10),
        "fairseq.fixed",
    ),
    "keras inverse": (
        STEPS + "{type: keras.InverseTimeDecay, decay_steps: 500, decay_rate: 1.0, dtype: float64}",
        range(0, 2000, 20),
        "keras.InverseTimeDecay",
    ),
    "wsd cosine": (
        STEPS + "{type: transformers.warmup_stable_decay, num_warmup_steps: 100, num_decay_steps: 500}",
        range(0, 2000, 10),
        "transformers.warmup_stable_decay",
    ),
    "1 - sqrt": (
        STEPS
        + "{type: transformers.warmup_stable_decay, num_warmup_steps: 100, num_decay_steps: 1900, decay_type: 1-sqrt}",
        range(0, 2000, 20),
        "transformers.warmup_stable_decay",
    ),
    "detectron2 solver": (
        "steps: 2000, schedule: {type: detectron2.build_lr_scheduler, LR_SCHEDULER_NAME: WarmupCosineLR, "
        "MAX_ITER: 2000, BASE_LR: 0.02, WARMUP_ITERS: 300, BASE_LR_END: 0.0002}",
        range(19, 2000, 20),
        "detectron2.build_lr_scheduler",
    ),
    "detectron2 step in the warmup": (
        STEPS + "{type: detectron2.WarmupMultiStepLR, milestones: [300, 1400], warmup_iters: 500}",
        range(19, 2000, 20),
        "detectron2.WarmupMultiStepLR",
    ),
    "deepspeed from row 0": (
        STEPS + "{type: deepspeed.WarmupLR, warmup_num_steps: 100}",
        range(0, 2000, 1),
        "deepspeed.WarmupLR",
    ),
    "deepspeed decay from row 0": (
        STEPS + "{type: deepspeed.WarmupDecayLR, total_num_steps: 2000, warmup_max_lr: 0.003, warmup_num_steps: 100}",
        range(0, 2000, 1),
        "deepspeed.WarmupDecayLR",
    ),
    "deepspeed cosine from row 0": (
        STEPS + "{type: deepspeed.WarmupCosineLR, total_num_steps: 2000, warmup_num_steps: 100}",
        range(0, 2000, 1),
        "deepspeed.WarmupCosineLR",
    ),
    "timm jump": (
        STEPS + "{type: timm.CosineLRScheduler, warmup_t: 300, warmup_lr_init: 1.0e-06, t_in_epochs: false}",
        range(19, 2000, 20),
        "timm.CosineLRScheduler",
    ),
    "noam": (
        "lr: 1, steps: 9000, schedule: {type: nemo.NoamAnnealing, d_model: 512, warmup_steps: 4000}",
        range(50, 9000, 50),
        "nemo.NoamAnnealing",
    ),
    "noam of twice the rate": (
        "lr: 2, steps: 9000, schedule: {type: nemo.NoamAnnealing, d_model: 256, warmup_steps: 1000}",
        range(50, 9000, 50),
        "nemo.NoamAnnealing",
    ),
    "one over the root": (
        "lr: 1, steps: 3000, schedule: {type: nemo.NoamAnnealing, d_model: 1, warmup_steps: 600}",
        range(50, 3000, 50),
        "nemo.NoamAnnealing",
    ),
    "restarts that do not divide the run": (
        STEPS + "{type: transformers.cosine_with_restarts, num_warmup_steps: 100, num_cycles: 3}",
        range(0, 2000, 10),
        "transformers.cosine_with_restarts",
    ),
    "restarts of an odd run": (
        "lr: 0.003, steps: 1003, schedule: "
        "{type: transformers.cosine_with_restarts, num_warmup_steps: 0, num_cycles: 4}",
        range(0, 1003, 10),
        "transformers.cosine_with_restarts",
    ),
    "wsd in a line to a floor": (
        STEPS + "{type: transformers.warmup_stable_decay, num_warmup_steps: 100, num_decay_steps: 400, "
        "decay_type: linear, min_lr_ratio: 0.1}",
        range(0, 2000, 20),
        "transformers.warmup_stable_decay",
    ),
    "wsd behind a warmup along a cosine": (
        STEPS + "{type: transformers.warmup_stable_decay, num_warmup_steps: 200, num_decay_steps: 500, "
        "warmup_type: cosine}",
        range(0, 2000, 10),
        "transformers.warmup_stable_decay",
    ),
    "wsd that rests": (
        STEPS + "{type: transformers.warmup_stable_decay, num_warmup_steps: 100, num_stable_steps: 900, "
        "num_decay_steps: 600, min_lr_ratio: 0.1}",
        range(0, 2000, 20),
        "transformers.warmup_stable_decay",
    ),
    "1 - sqrt to a floor": (
        EPOCHS + "{type: timm.WSDLRScheduler, t_initial: 300, decay_t: 60, lr_min: 1e-5, warmup_t: 5}",
        range(300),
        "timm.WSDLRScheduler",
    ),
    "1 - sqrt behind a stable phase": (
        STEPS + "{type: transformers.warmup_stable_decay, num_warmup_steps: 100, num_decay_steps: 400, "
        "decay_type: 1-sqrt, min_lr_ratio: 0.1}",
        range(0, 2000, 20),
        "transformers.warmup_stable_decay",
    ),
    "1 - sqrt that begins between two rows": (
        STEPS + "{type: transformers.warmup_stable_decay, num_warmup_steps: 100, num_decay_steps: 434, "
        "decay_type: 1-sqrt, min_lr_ratio: 0.1}",
        range(0, 2000, 20),
        "transformers.warmup_stable_decay",
    ),
    "torchtitan sqrt": (
        STEPS + "{type: torchtitan.lr_scheduler, warmup_steps: 100, decay_ratio: 0.3, decay_type: sqrt, "
        "min_lr_factor: 0.1}",
        range(0, 2000, 10),
        "torchtitan.lr_scheduler",
    ),
    "nemo hold": (
        STEPS + "{type: nemo.WarmupHoldAnnealOneMinusSquareRoot, warmup_steps: 100, hold_steps: 500, min_lr: 1e-5}",
        range(0, 2000, 20),
        "nemo.WarmupHoldAnnealOneMinusSquareRoot",
    ),
    "torchtitan to a floor": (
        STEPS + "{type: torchtitan.lr_scheduler, warmup_steps: 100, decay_ratio: 0.2, min_lr_factor: 0.1}",
        range(0, 2000, 10),
        "torchtitan.lr_scheduler",
    ),
    "timm tanh": (
        EPOCHS + "{type: timm.TanhLRScheduler, t_initial: 100, lr_min: 1e-5, warmup_t: 5, warmup_lr_init: 1e-6}",
        range(100),
        "timm.TanhLRScheduler",
    ),
    "timm tanh after the warmup": (
        STEPS + "{type: timm.TanhLRScheduler, t_initial: 1900, warmup_t: 100, warmup_prefix: true, t_in_epochs: false, "
        "lr_min: 1e-5}",
        range(0, 2000, 20),
        "timm.TanhLRScheduler",
    ),
    "exponential warmup": (
        STEPS + "{type: pytorch_warmup.ExponentialWarmup, warmup_period: 150}",
        range(0, 2000, 20),
        "pytorch_warmup.ExponentialWarmup",
    ),
    "exponential warmup of a cosine": (
        STEPS + "{type: pytorch_warmup.UntunedExponentialWarmup, lr_scheduler: {type: cosine, T_max: 2000}}",
        range(0, 2000, 20),
        "pytorch_warmup.UntunedExponentialWarmup",
    ),
    "radam": (
        STEPS + "{type: pytorch_warmup.RAdamWarmup, lr_scheduler: {type: cosine, T_max: 2000}}",
        range(0, 2000, 20),
        "pytorch_warmup.RAdamWarmup",
    ),
    "linear warmup of a cosine": (
        STEPS + "{type: pytorch_warmup.LinearWarmup, warmup_period: 300, lr_scheduler: {type: cosine, T_max: 2000}}",
        range(0, 2000, 20),
        "pytorch_warmup.LinearWarmup",
    ),
    "linear warmup of steps": (
        STEPS + "{type: pytorch_warmup.LinearWarmup, warmup_period: 300, "
        "lr_scheduler: {type: multistep, milestones: [1000, 1500]}}",
        range(0, 2000, 20),
        "pytorch_warmup.LinearWarmup",
    ),
    "steps of any size by factors": (
        STEPS + "{type: diffusers.piecewise_constant, step_rules: '1:500,0.5:1000,0.05'}",
        range(0, 2000, 20),
        "diffusers.piecewise_constant",
    ),
    "steps of any size by rates": (
        STEPS + "{type: keras.PiecewiseConstantDecay, boundaries: [499, 999], values: [0.003, 0.0015, 0.00015], "
        "dtype: float64}",
        range(0, 2000, 20),
        "keras.PiecewiseConstantDecay diffusers.piecewise_constant",
    ),
    "lines": (
        STEPS + "{type: ignite.PiecewiseLinear, milestones_values: [[0, 1e-4], [500, 1e-3], [1200, 5e-4], [2000, 0]]}",
        range(0, 2000, 20),
        "ignite.PiecewiseLinear phases",  # of as many numbers
    ),
    "darknet": (
        STEPS + "{type: darknet.get_current_rate, burn_in: 200, power: 4}",
        range(9, 600, 10),
        "darknet.get_current_rate",
    ),
    "axolotl's quadratic warmup": (
        STEPS + "{type: axolotl.lr_quadratic_warmup, num_warmup_steps: 100}",
        range(0, 2000, 10),
        "axolotl.lr_quadratic_warmup",
    ),
    **{
        f"axolotl's restarts of a {decay}, rows from {places.start} on": (
            STEPS + f"{{type: axolotl.JaggedLRRestartScheduler, inner_schedule: {{type: transformers.{decay}, "
            "num_warmup_steps: 100, num_training_steps: 2000}, jagged_restart_steps: 500, "
            f"jagged_restart_warmup_steps: {climb}}}",
            places,
            "axolotl.JaggedLRRestartScheduler",
        )
        for decay, climb, places in (
            ("cosine", 50, range(0, 2000, 10)),
            ("cosine", 50, range(9, 2000, 10)),
            ("linear", 120, range(0, 2000, 30)),
        )
    },
    "mmdet's quadratic warmup": (
        STEPS + "{type: mmengine.param_scheduler, schedulers: [{type: QuadraticWarmupLR, by_epoch: false, end: 200}, "
        "{type: CosineAnnealingLR, T_max: 1800, eta_min: 0.0001, by_epoch: false, begin: 200, end: 2000}]}",
        range(0, 2000, 20),
        "mmengine.param_scheduler",
    ),
    "a wave and a half, every step": (
        STEPS + "{type: transformers.cosine, num_warmup_steps: 50, num_cycles: 1.5}",
        range(2000),
        "transformers.cosine",
    ),
    "a wave and a half": (
        STEPS + "{type: transformers.cosine, num_warmup_steps: 100, num_cycles: 1.5}",
        range(0, 2000, 20),
        "transformers.cosine",
    ),
    "waves from the first row on": (
        STEPS + "{type: transformers.cosine, num_warmup_steps: 0, num_cycles: 2.5}",
        range(0, 2000, 10),
        "cosine",
    ),
    **{
        f"timm {sched} with a cooldown": (
            "lr: 0.0005, epochs: 110, schedule: {type: timm.create_scheduler_v2, sched: "
            + sched
            + ", num_epochs: 100, min_lr: 1e-5, warmup_lr: 1e-6, warmup_epochs: 5, cooldown_epochs: 10, "
            "decay_rate: 0.9}",
            range(110),
            f"timm.{kind}LRScheduler",
        )
        for sched, kind in {"cosine": "Cosine", "poly": "Poly", "tanh": "Tanh"}.items()
    },
    "mmcv min_lr_ratio under a warmup": (
        STEPS + MMCV + "policy: CosineAnnealing, min_lr_ratio: 0.01, warmup: linear, warmup_iters: 300}",
        range(0, 2000, 20),
        "mmcv.lr_config",
    ),
    "mmcv exponential warmup of a constant": (
        STEPS + MMCV + "policy: fixed, warmup: exp, warmup_iters: 300}",
        range(0, 2000, 20),
        "mmcv.lr_config",
    ),
    **{
        f"mmcv {warmup} warmup of {policy}": (
            STEPS + MMCV + f"policy: {policy}, {keys}, warmup: {warmup}, warmup_iters: 300, warmup_ratio: 0.05}}",
            range(0, 2000, 20),
            "mmcv.lr_config",
        )
        for warmup in ("constant", "exp")
        for policy, keys in {
            "CosineAnnealing": "min_lr: 0.0001",
            "Poly": "power: 0.9, min_lr: 0.00001",
            "Exp": "gamma: 0.999",
            "Step": "step: [1200, 1600]",
        }.items()
    },
}


RESTARTS = {
    "timm: shrinking": (
        "timm.CosineLRScheduler",
        EPOCHS,
        "lr_min: 1e-5, t_initial: 30, cycle_limit: 3, cycle_decay: 0.5",
    ),
    "timm: under a warmup": (
        "timm.CosineLRScheduler",
        EPOCHS,
        "lr_min: 1e-5, t_initial: 30, cycle_limit: 3, cycle_decay: 0.5, warmup_t: 5",
    ),
    "timm: longer, at rest": (
        "timm.CosineLRScheduler",
        EPOCHS,
        "lr_min: 1e-5, t_initial: 12, cycle_limit: 3, cycle_mul: 2, warmup_t: 5, warmup_prefix: true",
    ),
    "timm: longer by a half": (
        "timm.CosineLRScheduler",
        EPOCHS,
        "lr_min: 1e-5, t_initial: 20, cycle_limit: 3, cycle_mul: 1.5",
    ),
    "fairseq: with its floor": (
        "fairseq.cosine",
        STEPS,
        "warmup_updates: 200, lr_period_updates: 600, lr_shrink: 0.5, min_lr: 1e-5",
    ),
    "fairseq: longer": (
        "fairseq.cosine timm.CosineLRScheduler",
        STEPS,
        "warmup_updates: 200, lr_period_updates: 400, lr_shrink: 0.5, t_mult: 2",
    ),
    "ignite": (
        "ignite.CosineAnnealingScheduler timm.CosineLRScheduler",
        STEPS,
        "start_value: 0.003, end_value: 1e-5, cycle_size: 500, start_value_mult: 0.8, cycle_mult: 1.25",
    ),
    "keras: shrinking above a floor": (
        "keras.CosineDecayRestarts",
        STEPS,
        "first_decay_steps: 500, t_mul: 1.0, m_mul: 0.8, alpha: 0.01, dtype: float64",
    ),
    "keras: longer by a half": (
        "keras.CosineDecayRestarts timm.CosineLRScheduler fairseq.cosine",
        STEPS,
        "first_decay_steps: 400, t_mul: 1.5, m_mul: 0.9, dtype: float64",
    ),
    "mmcv": (
        "mmcv.lr_config",
        STEPS,
        "policy: CosineRestart, periods: [500, 700, 800], restart_weights: [1, 0.7, 0.4], by_epoch: false, "
        "min_lr: 1e-5",
    ),
    "mmcv: under a warmup": (
        "mmcv.lr_config",
        STEPS,
        "policy: CosineRestart, periods: [500, 500, 1000], restart_weights: [1, 1, 0.5], min_lr: 0, by_epoch: false, "
        "warmup: linear, warmup_iters: 200",
    ),
    "mmengine": (
        "mmengine.param_scheduler",
        STEPS,
        "schedulers: [{type: LinearLR, start_factor: 0.01, by_epoch: false, end: 200}, {type: CosineRestartLR, "
        "periods: [600, 800, 600], restart_weights: [1, 0.5, 0.5], eta_min: 1e-5, by_epoch: false, begin: 200}]",
    ),
    "optax": (
        "mmcv.lr_config",
        STEPS,
        "cosine_kwargs: [{init_value: 0.003, peak_value: 0.003, warmup_steps: 0, decay_steps: 800}, "
        "{init_value: 0.001, peak_value: 0.001, warmup_steps: 0, decay_steps: 700}, "
        "{init_value: 0.0004, peak_value: 0.0004, warmup_steps: 0, decay_steps: 500}], dtype: float64",
    ),
}


@pytest.mark.parametrize("rounding", [FULL, FIVE], ids=["full", "5 digits"])
@pytest.mark.parametrize("name", RESTARTS)
def test_restarts_are_named(name: str, rounding: Rounding) -> None:
    """Cycles of other lengths and heights are said by a framework that has such."""
    kinds, run, keys = RESTARTS[name]
    kind = "optax.sgdr_schedule" if name == "optax" else kinds.split()[0]
    in_epochs = run is EPOCHS
    found = fitted(
        f"{{{run}{{type: {kind}, {keys}}}}}",
        range(100) if in_epochs else range(0, 2000, 10),
        rounding,
        "epoch" if in_epochs else "step",
    )
    assert found.kind in kinds.split()
    assert found.rows == found.explained


TRAINERS = {
    "sgd": ("{epochs: 40, lr0: 0.01, optimizer: SGD}", 40, 120),
    "cosine": ("{epochs: 40, lr0: 0.02, lrf: 0.1, cos_lr: true, optimizer: SGD}", 40, 120),
    "auto": ("{epochs: 40, nc: 3}", 40, 60),
    "few batches": ("{epochs: 30, lr0: 0.01, optimizer: SGD}", 30, 10),
    "warming to the end": ("{epochs: 30, lr0: 0.01, optimizer: SGD}", 30, 3),
}


@pytest.mark.parametrize("digits", [17, 5])
@pytest.mark.parametrize("name", TRAINERS)
def test_trainer_comes_back(name: str, digits: int) -> None:
    """Ultralytics' log of the last batch of each epoch gives the trainer, the batches of an epoch and the groups."""
    keys, epochs, batches = TRAINERS[name]
    text = f"schedule: {{type: ultralytics.trainer, {keys[1:]}, emulate: ultralytics-8.3.228"
    spec = parse_text(f"{{epochs: {epochs}, steps_per_epoch: {batches}, interval: step, {text}}}")
    columns = {
        str(group.name): [
            float(f"{group.schedule.lr_at(e * batches + batches - 1, 0.0):.{digits}g}") for e in range(epochs)
        ]
        for group in spec.groups
    }
    rounding = FULL if digits == 17 else FIVE
    found = fit_run(Log("results", "epoch", list(range(1, epochs + 1)), columns, rounding=rounding))
    assert ("ultralytics.trainer", epochs, ()) == (found.kind, found.explained, found.groups)
    assert batches == spec_mapping(found)["steps_per_epoch"]


@pytest.mark.parametrize("rounding", [FULL, FIVE], ids=["full", "5 digits"])
@pytest.mark.parametrize("name", CASES)
def test_framework_is_named(name: str, rounding: Rounding) -> None:
    """The log of a framework's schedule comes back in the framework's words, which give the same rows."""
    text, places, kind = CASES[name]
    found = fitted(f"{{{text}}}", places, rounding, "epoch" if "epochs" in text else "step")
    assert found.kind in kind.split()
    assert len(places) == found.explained
    assert "lambda" not in str(spec_mapping(found))


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([(p, 0.001 * (1000 / p) ** 0.5) for p in (1000, 2000, 4000)], "transformers.inverse_sqrt"),
        ([(p, 0.002 * min(1, p / 300) ** 2) for p in range(10, 900, 10)], "axolotl.lr_quadratic_warmup"),
        (
            [(p, 1e-3 * p / 100 if p < 100 else 1e-3 * (1 - max(0, p - 800) / 200)) for p in range(0, 1000, 10)],
            "transformers.warmup_stable_decay",
        ),
        (
            [(p, 0.1 * p / 100 if p < 100 else 0.025 * (1 + cos(pi * (p - 100) / 900))) for p in range(0, 1000, 10)],
            "phases",
        ),
        ([(p, 1e-5 + 0.00999 * (1 - p / 1000) ** 1.3) for p in range(0, 1000, 10)], "timm.PolyLRScheduler"),
    ],
    ids=["three rows of an inverse root", "quadratic warmup", "wsd", "another base", "another power"],
)
def test_curve_is_found(values: list[tuple[int, float]], kind: str) -> None:
    """A curve of few rows, or with a warmup that no class has, is found."""
    places, rates = zip(*values, strict=True)
    found = fit_run(Log("run", "step", list(places), {"lr": list(rates)}))
    assert (kind, len(places)) == (found.kind, found.explained)


SINGLES = (
    "lr: 0.001, steps: 3000, schedule: {type: keras.CosineDecay, decay_steps: 3000, alpha: 0.1}",
    "lr: 0.001, steps: 3000, schedule: {type: keras.CosineDecay, initial_learning_rate: 0.0, decay_steps: 2700, "
    "warmup_target: 0.001, warmup_steps: 300}",
    "lr: 0.1, steps: 5941, schedule: {type: keras.ExponentialDecay, decay_steps: 1000, decay_rate: 0.96}",
    "lr: 0.001, steps: 3961, schedule: {type: optax.polynomial_schedule, end_value: 1e-05, transition_steps: 3000, "
    "transition_begin: 500, power: 2}",
    "lr: 0.001, steps: 4000, schedule: {type: optax.warmup_cosine_decay_schedule, init_value: 0.0, "
    "warmup_steps: 200, decay_steps: 4000}",
    "lr: 0.001, steps: 3000, schedule: {type: optax.warmup_constant_schedule, init_value: 0.0, warmup_steps: 300}",
    "lr: 0.001, steps: 3000, schedule: {type: optax.linear_onecycle_schedule, transition_steps: 3000}",
    "lr: 0.001, steps: 3000, schedule: {type: optax.piecewise_constant_schedule, "
    "boundaries_and_scales: {1200: 0.5, 2400: 0.1}}",
    "lr: 0.001, steps: 3000, schedule: {type: optax.piecewise_interpolate_schedule, "
    "interpolate_type: linear, boundaries_and_scales: {1200: 0.5, 3000: 0.1}}",
    "lr: 0.001, steps: 3000, schedule: {type: keras.CosineDecayRestarts, first_decay_steps: 400}",
    "lr: 0.001, steps: 3000, schedule: {type: keras.CosineDecayRestarts, first_decay_steps: 400, t_mul: 1.0}",
    "lr: 0.001, steps: 3000, schedule: {type: keras.CosineDecayRestarts, first_decay_steps: 500, "
    "t_mul: 1.5, m_mul: 0.9, alpha: 0.05}",
    "steps: 3000, schedule: {type: optax.sgdr_schedule, cosine_kwargs: ["
    "{init_value: 0.001, peak_value: 0.001, warmup_steps: 0, decay_steps: 1000}, "
    "{init_value: 0.0005, peak_value: 0.0005, warmup_steps: 0, decay_steps: 2000}]}",
    "steps: 3000, schedule: {type: optax.join_schedules, boundaries: [300, 2400], schedules: ["
    "{type: optax.linear_schedule, init_value: 0.0, end_value: 0.001, transition_steps: 300}, "
    "{type: optax.constant_schedule, value: 0.001}, "
    "{type: optax.linear_schedule, init_value: 0.001, end_value: 0.0001, transition_steps: 600}]}",
)
"""Schedules in single precision, whose last rows are further from the formula than one place of their own."""


@pytest.mark.parametrize("text", SINGLES, ids=lambda text: text.partition("type: ")[2].partition(",")[0])
def test_schedule_in_single_precision_is_named(text: str) -> None:
    fit = fitted(f"{{name: run, {text}}}", range(0, 3000, 30), Rounding("float32"))
    assert text.partition("type: ")[2].startswith(fit.kind)
    assert fit.residual == 0


@pytest.mark.parametrize("text", SINGLES[:3], ids=lambda text: text.partition("type: ")[2].partition(",")[0])
def test_schedule_in_shortest_singles_is_named(text: str) -> None:
    """A log may write its singles with as few digits as tell them apart: 0.001 for 0.0010000000474974513."""
    group = parse_text(f"{{name: run, {text}}}").groups[0]
    places = range(0, 3000, 30)
    rates = [shortest32(group.schedule.lr_at(p, group.lr or 0.0)) for p in places]
    found = fit_run(Log("run", "step", list(places), {"lr": rates}, rounding=Rounding("float32")))
    assert text.partition("type: ")[2].startswith(found.kind)
    assert [shortest32(found.candidate.at(p)) for p in places if found.candidate] == rates


@pytest.mark.parametrize("text", SINGLES, ids=lambda text: text.partition("type: ")[2].partition(",")[0])
def test_schedule_in_single_precision_of_few_digits(text: str) -> None:
    """A log of five digits may show what single precision leaves of a difference near a floor."""
    found = fitted(f"{{name: run, {text}}}", range(0, 3000, 30), FIVE)
    assert found.rows == found.explained


def test_restarts_behind_the_highest_row() -> None:
    """The first cycle may begin between the highest row and the one after it."""
    text = STEPS + "{type: transformers.cosine_with_restarts, num_warmup_steps: 200, num_cycles: 4}"
    found = fitted(f"{{{text}}}", range(50, 2000, 50), first=1)
    words = {"num_warmup_steps": 200, "num_training_steps": 2000, "num_cycles": 4}
    assert {"type": "transformers.cosine_with_restarts", **words} == spec_mapping(found)["schedule"]


def test_phase_that_grows_in_single_precision() -> None:
    """An exponential that rises has no rate of decay, however long it is."""
    rows = [shortest32(y) for y in (*(1e-5 * 1.3**t for t in range(18)), *[1e-3] * 40)]
    found = fit_run(Log("run", "step", [50 * i for i in range(58)], {"lr": rows}, rounding=Rounding("float32")))
    assert len(rows) in (found.explained, found.rows)


def test_skipped_steps_in_single_precision() -> None:
    """A floor that the scheduler reaches late is as round as that of a run without skipped steps."""
    text = "lr: 0.0003, steps: 1300, schedule: {type: optax.cosine_decay_schedule, alpha: 0.13, decay_steps: 1000}"
    (group,) = parse_text(f"{{{text}}}").groups
    places = range(10, 1300, 10)
    rows = [group.schedule.lr_at(p - (p >= 205) - (p >= 551), 0.0003) for p in places]
    found = fit_run(Log("run", "step", list(places), {"lr": rows}, rounding=Rounding("float32")))
    schedule = {"type": "optax.cosine_decay_schedule", "decay_steps": 1000, "alpha": 0.13}
    assert schedule == spec_mapping(found)["schedule"]
