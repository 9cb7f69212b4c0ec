"""`fit` finds the registered class with its own keys, also where its curve has no law of its own."""

from __future__ import annotations

import pytest

from lrcli.infer.fit import fit_run
from lrcli.logs import Log, Rounding
from lrcli.reader import parse_text
from lrcli.schedules.base import parameters
from tests.infer.test_fit_frameworks import FIVE, FULL, fitted

KINDS = {
    "the rational exponential": (
        "lr: 0.0003, steps: 2000",
        10,
        "{type: axolotl.RexLR, max_lr: 0.0003, min_lr: 0.00003}",
    ),
    "rex after a warmup": ("lr: 0.0003, steps: 2000", 10, "{type: axolotl.RexLR, num_warmup_steps: 100}"),
    "the step's logarithm": (
        "lr: 0.0003, steps: 2000",
        10,
        "{type: deepspeed.WarmupLR, warmup_num_steps: 300}",
    ),
    "the logarithm before a line": (
        "lr: 0.0003, steps: 2000",
        10,
        "{type: deepspeed.WarmupDecayLR, total_num_steps: 2000, warmup_num_steps: 100, warmup_max_lr: 0.0003}",
    ),
    "ever shorter cycles": (
        "lr: 0.1, steps: 3000",
        15,
        "{type: ignite.CosineAnnealingScheduler, end_value: 0.001, cycle_size: 1000, start_value_mult: 0.5}",
    ),
    "longer and lower cycles": (
        "lr: 0.001, steps: 5000",
        25,
        "{type: keras.CosineDecayRestarts, first_decay_steps: 500, t_mul: 1.5, m_mul: 0.9}",
    ),
    "lower cycles down to a floor": (
        "lr: 0.001, steps: 5000",
        25,
        "{type: keras.CosineDecayRestarts, first_decay_steps: 1000, t_mul: 1.0, m_mul: 0.8, alpha: 0.01}",
    ),
    "a root with a cooldown": (
        "lr: 0.001, steps: 5000",
        25,
        "{type: llmfoundry.InverseSquareRootWithWarmupScheduler, t_warmup: 500ba, t_scale: 500ba, t_cooldown: 1000ba}",
    ),
    "the square of what is left": ("lr: 0.001, steps: 5000", 25, "{type: nemo.SquareAnnealing, warmup_steps: 500}"),
    "one cycle of two cosines": (
        "lr: 0.001, steps: 5000",
        25,
        "{type: optax.cosine_onecycle_schedule, transition_steps: 5000}",
    ),
    "steps and their factors under a warmup by a power": (
        "lr: 0.001, steps: 8000",
        40,
        "{type: darknet.get_current_rate, policy: steps, steps: [6000, 7000], scales: [0.1, 0.1], burn_in: 1000}",
    ),
    "three stages": (
        "lr: 0.0001, steps: 5000",
        25,
        "{type: fairseq.tri_stage, warmup_steps: 500, hold_steps: 2000, decay_steps: 2500}",
    ),
    "an exponential at the end": (
        "lr: 0.0003, steps: 5000",
        25,
        "{type: megatron.OptimizerParamScheduler, min_lr: 0.00003, lr_warmup_steps: 500, lr_decay_style: WSD, "
        "wsd_decay_steps: 1000}",
    ),
    "saw teeth": (
        "lr: 0.001, steps: 3000",
        15,
        "{type: ignite.LinearCyclicalScheduler, end_value: 0.1, cycle_size: 1000, monotonic: true}",
    ),
    "a power after a rest": (
        "lr: 0.001, steps: 5000",
        25,
        "{type: nemo.PolynomialHoldDecayAnnealing, warmup_steps: 500, hold_steps: 1000, power: 2.0, min_lr: 0.00001}",
    ),
    "another part of the tanh": (
        "lr: 0.0005, epochs: 200",
        1,
        "{type: timm.TanhLRScheduler, t_initial: 200, warmup_t: 5, warmup_lr_init: 1.0e-6, warmup_prefix: true, "
        "lb: -6, ub: 4}",
    ),
    "a bent cosine": ("lr: 0.0005, epochs: 300", 1, "{type: timm.CosineLRScheduler, t_initial: 300, k_decay: 0.5}"),
}


@pytest.mark.parametrize("rounding", [FULL, FIVE], ids=["full", "five digits"])
@pytest.mark.parametrize("run, every, schedule", KINDS.values(), ids=list(KINDS))
def test_the_class_that_wrote_the_log_is_found(run: str, every: int, schedule: str, rounding: Rounding) -> None:
    """The answer has the type of the schedule behind the log, and the values of its keys."""
    text = f"{{{run}, schedule: {schedule}}}"
    unit, last = "epoch" if "epochs" in run else "step", int(run.rpartition(" ")[2])
    result = fitted(text, range(0, last, every), rounding, unit)
    assert result.candidate is not None
    found = result.candidate.schedule
    wanted = parse_text(text).groups[0].schedule
    assert found.name == wanted.name
    for f in parameters(wanted):
        if f.name not in ("setting", wanted.own_rate, "dtype"):
            assert getattr(found, f.name) in (getattr(wanted, f.name), f.default), f.name
    answers = [each.said for each in (result.candidate, *result.others)]
    assert len(answers) == len(set(answers))


def test_few_rows_do_not_tell_a_class() -> None:
    """Six rows that are 0 or the peak are given by some hyperbolic tangent, which they do not prove."""
    rows = [1e-3, 1e-3, 0.0, 0.0, 1e-3, 1e-3]
    assert fit_run(Log("run", "step", [*range(7, 43, 7)], {"lr": rows}, rounding=FULL)).candidate is None
