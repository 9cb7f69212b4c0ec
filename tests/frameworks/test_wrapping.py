"""Schedulers that wrap others or stand beside them: Axolotl's, llm-foundry's and accelerate's, as they ran.

axolotl 0.19.0 and accelerate 1.15.0 over torch 2.13.0 and transformers 5.24.0, llm-foundry 0.22.0 over Composer 0.32.1.
"""

from __future__ import annotations

import pytest

from lrcli.curve import evaluate
from lrcli.reader import parse_text
from tests.frameworks.specs import events, lrs, refusal

RESTARTS = "type: axolotl.JaggedLRRestartScheduler, jagged_restart_steps: 5, jagged_restart_warmup_steps: 3"
COSINE = "{type: transformers.cosine, num_warmup_steps: 2, num_training_steps: 12}"
CASES = [
    (
        "{type: axolotl.cosine_min_lr_ratio, num_warmup_steps: 3, num_training_steps: 12, min_lr_ratio: 0.1}",
        [
            0.0,
            0.03333333333333333,
            0.06666666666666667,
            0.1,
            0.09728616793536587,
            0.08947199994035401,
            0.07750000000000001,
            0.06281416799501187,
            0.04718583200498814,
            0.032500000000000015,
            0.020528000059645998,
            0.012713832064634126,
            0.010000000000000002,
            0.01271383206463412,
        ],
    ),
    (
        "{type: axolotl.lr_quadratic_warmup, num_warmup_steps: 3, num_training_steps: 12}",
        [
            0.0,
            0.011111111111111112,
            0.044444444444444446,
            0.1,
            0.09698463103929543,
            0.0883022221559489,
            0.07500000000000001,
            0.058682408883346526,
            0.041317591116653486,
            0.025000000000000012,
            0.011697777844051106,
            0.0030153689607045845,
            0.0,
            0.003015368960704579,
        ],
    ),
    (
        "{type: axolotl.cosine_constant_lr_ratio, num_warmup_steps: 3, num_training_steps: 12, "
        "constant_lr_ratio: 0.7, min_lr_ratio: 0.3}",
        [
            0.0,
            0.03333333333333333,
            0.06666666666666667,
            0.1,
            0.09331559480312315,
            0.07581559480312317,
            0.05418440519687684,
            0.036684405196876844,
            0.03,
            0.03,
            0.03,
            0.03,
            0.03,
            0.03,
        ],
    ),
    (
        "{type: axolotl.RexLR, total_steps: 12, num_warmup_steps: 3, min_lr: 0.01}",
        [
            0.03333333333333333,
            0.06666666666666667,
            0.10000000000000002,
            0.0988888888888889,
            0.0975,
            0.09571428571428572,
            0.09333333333333335,
            0.09,
            0.085,
            0.07666666666666666,
            0.06,
            0.01,
            0.01,
            0.01,
        ],
    ),
    (
        "{type: axolotl.JaggedLRRestartScheduler, inner_schedule: {type: transformers.cosine, "
        "num_warmup_steps: 2, num_training_steps: 12}, jagged_restart_steps: 5, "
        "jagged_restart_warmup_steps: 3, jagged_restart_anneal_steps: 2}",
        [
            0.05,
            0.1,
            0.09755282581475769,
            0.045270650284233056,
            7.938926261462366e-05,
            0.02186058380606162,
            0.03335,
            0.03454915028125263,
            0.010315674061380863,
            9.549150281252633e-06,
            0.000817356177870936,
            0.0,
            0.0024471741852423235,
            0.0047793497157669375,
        ],
    ),
    (
        "{type: axolotl.JaggedLRRestartScheduler, inner_schedule: {type: axolotl.RexLR, total_steps: 12}, "
        "jagged_restart_steps: 5, jagged_restart_warmup_steps: 3, min_lr_scale: 0.2}",
        [
            0.09803921568627452,
            0.0967741935483871,
            0.09523809523809525,
            0.018666666666666668,
            0.04242424242424243,
            0.06432748538011697,
            0.08333333333333333,
            0.07692307692307693,
            0.013333333333333334,
            0.022222222222222223,
            0.0,
            0.0,
            0.0,
            0.0,
        ],
    ),
    (
        "{type: llmfoundry.InverseSquareRootWithWarmupScheduler, t_warmup: 3ba, t_scale: 4ba, "
        "t_cooldown: 5ba, alpha_f_decay: 0.1, alpha_f_cooldown: 0.05}",
        [
            0.0,
            0.03333333333333333,
            0.06666666666666667,
            0.1,
            0.09049844718999243,
            0.08348469228349537,
            0.07803360514166091,
            0.07363961030678927,
            0.06999999999999999,
            0.06692099788303084,
            0.05453679830642466,
            0.042152598729818504,
            0.02976839915321234,
            0.01738419957660617,
        ],
    ),
    (
        "{type: llmfoundry.InverseSquareRootWithWarmupScheduler, t_warmup: 0ba, t_scale: 2ba, t_cooldown: 0ba}",
        [
            0.1,
            0.08164965809277262,
            0.07071067811865475,
            0.0632455532033676,
            0.05773502691896259,
            0.053452248382484885,
            0.05,
            0.047140452079103175,
            0.044721359549995794,
            0.04264014327112209,
            0.04082482904638631,
            0.03922322702763681,
            0.03779644730092272,
            0.03651483716701107,
        ],
    ),
    (
        "{type: accelerate.AcceleratedScheduler, num_processes: 3, "
        "scheduler: {type: transformers.cosine_with_restarts, num_warmup_steps: 4, "
        "num_training_steps: 42, num_cycles: 3}}",
        [
            0.0,
            0.07500000000000001,
            0.09397368756032445,
            0.06623497346023419,
            0.02991522876735154,
            0.004211333667247125,
            0.09729086208503174,
            0.07379736965185368,
            0.03772572564296005,
            0.008141676086873573,
            0.09931806517013612,
            0.08071063563448337,
            0.04587103272638341,
            0.013213804466343432,
        ],
    ),
]


@pytest.mark.parametrize(("schedule", "expected"), CASES)
def test_values(schedule: str, expected: list[float]) -> None:
    """Each row is the rate that the scheduler itself gave, to the bit."""
    assert lrs(schedule, 14) == expected


def test_restarts_are_events() -> None:
    assert events(f"{{{RESTARTS}, inner_schedule: {COSINE}}}", 12) == {4: "restart", 9: "restart"}


@pytest.mark.parametrize(
    ("schedule", "reason"),
    [
        ("{type: axolotl.RexLR, min_lr: 0.2, total_steps: 10}", "min_lr should be less than max_lr"),
        ("{type: axolotl.RexLR, total_steps: 10, num_warmup_steps: 11}", "must be less than or equal to total_steps"),
        (f"{{{RESTARTS}, inner_schedule: {{type: one_cycle, max_lr: 0.1}}}}", "must be a function of the step alone"),
        (
            "{type: llmfoundry.InverseSquareRootWithWarmupScheduler, t_warmup: 1ba, t_scale: 0.1dur, t_cooldown: 1ba}",
            't_scale cannot be in units of "dur"',
        ),
        (
            "{type: llmfoundry.InverseSquareRootWithWarmupScheduler, t_warmup: 1ba, t_scale: 1ba, t_cooldown: 1ba,"
            " alpha_f_cooldown: 0.1}",
            "Required: alpha_f_decay >= alpha_f_cooldown",
        ),
    ],
)
def test_refusals(schedule: str, reason: str) -> None:
    assert reason in refusal(schedule)


def test_llmfoundry_counts_batches_in_epochs() -> None:
    """A row that is an epoch has the learning rate of its first batch."""
    schedule = (
        "{type: llmfoundry.InverseSquareRootWithWarmupScheduler, max_duration: 50ba, t_warmup: 5ba, t_scale: 5ba, "
        "t_cooldown: 10ba}"
    )
    run = f"{{lr: 0.1, epochs: 10, steps_per_epoch: 5, schedule: {schedule}}}"
    assert list(evaluate(parse_text(run)).groups[0].lr) == lrs(schedule, 50)[::5]
