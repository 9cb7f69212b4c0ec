"""`solve`: what comes out is what was asked for."""

from __future__ import annotations

import math

import pytest

from lrcli.curve import evaluate
from lrcli.errors import LrcliError
from lrcli.frameworks._float32 import singles
from lrcli.infer.solve import solve
from lrcli.reader import read_declared

CASES = [
    ("{lr: 1e-4, epochs: 200, schedule: {type: exponential, gamma: 0.9}}", "gamma", 100, 1e-6),
    ("{lr: 1e-4, epochs: 200, schedule: {type: exponential, gamma: 0.9}}", "lr", 100, 1e-6),
    ("{lr: 0.1, epochs: 90, schedule: {type: cosine}}", "eta_min", 45, 0.06),
    ("{lr: 0.1, epochs: 90, schedule: {type: polynomial, total_iters: 90}}", "power", 45, 0.01),
    ("{epochs: 90, schedule: {type: one_cycle, max_lr: 0.1}}", "pct_start", 60, 0.05),
    ("{epochs: 90, schedule: {type: one_cycle, max_lr: 0.1}}", "div_factor", 0, 0.002),
    ("{lr: 0.1, epochs: 90, warmup: {for: 10, start_factor: 0}, schedule: {type: constant}}", "warmup.for", 5, 0.025),
    ("{lr: 0.1, epochs: 90, schedule: {type: step, step_size: 30}, emulate: torch-2.4}", "gamma", 70, 0.009),
    ("{lr: 0.1, epochs: 90, schedule: {type: lambda, lr_lambda: 0.9 ** epoch}}", "lr_lambda", 9, 0.05),
    ("{lr: 0.1, steps: 90, warmup: {for: 10%, start_factor: 0}, schedule: {type: constant}}", "warmup", 9, 0.05),
]


@pytest.mark.parametrize(("text", "key", "row", "lr"), CASES)
def test_what_comes_out(text: str, key: str, row: int, lr: float) -> None:
    """With the value that is found the learning rate at the step is the wanted one, to twelve digits."""
    solved = solve(read_declared(text), key, row, lr)
    assert solved.changes
    for change, _ in solved.changes:
        assert evaluate(read_declared(text, sets=[change.setting]).spec).shown()[row] == pytest.approx(lr, rel=1e-10)


COSINE = "{lr: 0.1, epochs: 90, schedule: {type: cosine}}"
WARM = "{lr: 0.1, epochs: 90, warmup: {for: 10, start_factor: 0.1}, schedule: {type: cosine, eta_min: 0.001}}"
ONE_CYCLE = "{epochs: 90, schedule: {type: one_cycle, max_lr: 0.1}}"
HF = "{lr: 2e-5, steps: 1000, schedule: {type: transformers.cosine_with_min_lr, num_warmup_steps: 100, min_lr: 2e-6}}"
TIMM = (
    "{lr: 0.1, epochs: 90, schedule: {type: timm.CosineLRScheduler, t_initial: 90, warmup_t: 5, warmup_lr_init: 1e-4}}"
)
OPTAX = "{steps: 100, schedule: {type: optax.cosine_decay_schedule, init_value: 0.1, decay_steps: 100}}"

TO_THE_BIT = [
    (CASES[0][0], "lr", 100, 1e-6, "0.03764861949599017"),
    (COSINE, "lr", 45, 0.03, "0.06"),
    (COSINE, "lr", 77, 3e-4, "0.005928504974851709"),
    (COSINE, "eta_min", 45, 0.06, "0.02"),
    (COSINE, "eta_min", 80, 0.02, "0.017512703669938928"),
    (WARM, "eta_min", 50, 0.05, "0"),
    (WARM, "start_factor", 5, 0.03, "-0.4000000000000001"),
    (WARM, "lr", 70, 0.001, "0.001"),
    (CASES[3][0], "power", 30, 0.05, "1.7095112913514552"),
    (ONE_CYCLE, "max_lr", 60, 0.07, "0.15987926051131732"),
    (ONE_CYCLE, "final_div_factor", 89, 1e-7, "40000"),
    (CASES[7][0], "gamma", 70, 0.009, "0.3"),
    (CASES[7][0], "lr", 70, 0.009, "0.8999999999999998"),
    (HF, "min_lr", 700, 1e-5, "6.666666666666666e-06"),
    (HF, "lr", 700, 1e-5, "3.3999999999999986e-05"),
    (TIMM, "lr_min", 60, 0.03, "0.00666666666666665"),
    (TIMM, "warmup_lr_init", 2, 0.05, "0.01666666666666666"),
    (
        "{lr: 0.01, epochs: 9, schedule: {type: cyclic, base_lr: 0.01, max_lr: 1, step_size_up: 10}}",
        "max_lr",
        7,
        0.07,
        "0.0957142857142857",
    ),
    ("{lr: 1e-4, epochs: 99, schedule: {type: exponential, gamma: 0.9}}", "gamma", 1, 5e-5, "0.5"),
    (OPTAX, "init_value", 50, 0.02, "0.040000004"),
]


@pytest.mark.parametrize(("text", "key", "row", "lr", "value"), TO_THE_BIT)
def test_to_the_bit(text: str, key: str, row: int, lr: float, value: str) -> None:
    """The first value gives the learning rate to the bit, in few digits; a rounder one that misses it follows."""
    (change, _), *others = solve(read_declared(text), key, row, lr).changes
    assert value == change.value
    wanted = singles([lr])[0] if "optax" in text else lr
    assert wanted == evaluate(read_declared(text, sets=[change.setting]).spec).shown()[row]
    assert all(len(other.value) < len(value) and lr_there != lr for other, lr_there in others)


def test_no_number_gives_it_to_the_bit() -> None:
    """Where a number's next neighbour moves the learning rate by more than its last digit, the nearest one is told."""
    ((change, lr_there),) = solve(read_declared(CASES[0][0]), "gamma", 100, 1e-6).changes
    assert ("0.954992586021436", 1.0000000000000048e-06) == (change.value, lr_there)
    for number in (math.nextafter(change.number, 0), math.nextafter(change.number, 1)):
        spec = read_declared(CASES[0][0], sets=[f"schedule.gamma={number!r}"]).spec
        assert abs((evaluate(spec).shown()[100] or 0) - 1e-6) > abs(lr_there - 1e-6)


def test_no_value() -> None:
    """Where nothing gives the learning rate there is nothing, and what is there is told."""
    solved = solve(read_declared(CASES[0][0]), "gamma", 0, 1e-6)
    assert ((), (1e-4, 1e-4)) == (solved.changes, solved.seen)


def test_between_two_whole_numbers() -> None:
    """A length that would have to lie between two whole numbers is none: both are told."""
    solved = solve(read_declared("{lr: 1e-4, epochs: 100, schedule: {type: cosine}}"), "T_max", 50, 2e-5)
    assert ((), ["70", "71"]) == (solved.changes, [change.value for change, _ in solved.beside])


def test_a_choice() -> None:
    """Of a choice the word is found, by the digits that were asked for; where none is right each one tells its rate."""
    declared = read_declared("{epochs: 90, schedule: {type: one_cycle, max_lr: 0.1}}")
    assert ["linear"] == [change.value for change, _ in solve(declared, "anneal_strategy", 50, 0.0619).changes]
    assert ["cos", "linear"] == [change.value for change, _ in solve(declared, "anneal_strategy", 50, 0.01).beside]


def test_a_choice_that_is_left_out() -> None:
    """What is left out is null, as `--set` takes it."""
    declared = read_declared("{lr: 0.1, epochs: 90, schedule: {type: mmcv.lr_config, policy: step, step: 30}}")
    solved = solve(declared, "by_epoch", 40, 0.01)
    assert "by_epoch=null" in [change.setting.rpartition(".")[2] for change, _ in solved.changes]


def test_single_precision_of_a_power() -> None:
    """What a power makes of one rounded number has no more digits than are needed."""
    schedule = "{type: keras.ExponentialDecay, initial_learning_rate: 0.1, decay_steps: 100, decay_rate: 0.96}"
    assert ["schedule.decay_rate=0.7943282"] == settings(
        f"{{steps: 1001, schedule: {schedule}}}", "decay_rate", 1000, 0.01
    )


def test_single_precision() -> None:
    """A framework that rounds to single precision has the wanted learning rate, but for that rounding."""
    schedule = "{type: keras.CosineDecay, initial_learning_rate: 0.4, decay_steps: 90, alpha: 0.5}"
    solved = solve(read_declared(f"{{lr: 0.4, steps: 100, schedule: {schedule}}}"), "alpha", 95, 0.1)
    assert float(solved.changes[0][0].value) == pytest.approx(0.25, rel=1e-7)


def settings(text: str, key: str, row: int, lr: float) -> list[str]:
    """What is solved, as `--set` takes it."""
    return [change.setting for change, _ in solve(read_declared(text), key, row, lr).changes]


def test_a_list() -> None:
    """Of a list of positions each one is solved for."""
    multistep = "{lr: 1, epochs: 90, schedule: {type: multistep, milestones: [30, 60], gamma: 0.1}}"
    assert ["schedule.milestones=[30, 50]"] == settings(multistep, "milestones", 50, 0.01)
    assert ["schedule.milestones=[50, 60]"] == settings(multistep, "milestones", 30, 1)


def test_a_group() -> None:
    """A key of a parameter group is solved for with the learning rate of that group."""
    text = "{lr: 1, epochs: 9, groups: [{name: a, lr: 0.1}, {name: b, lr: 0.2}], schedule: {type: constant}}"
    assert ["groups.0.lr=0.4"] == settings(text, "lr", 3, 0.4)
    assert ["groups.1.lr=0.4"] == settings(text, "groups.1.lr", 3, 0.4) == settings(text, "groups.b.lr", 3, 0.4)
    assert ["groups.1.lr=0.4"] == settings(text.replace("name: b", "name: b.c"), "groups.b.c.lr", 3, 0.4)


def test_at_the_peak() -> None:
    """A learning rate that only one value reaches, and none passes, is found: the peak at a step."""
    (change, _), *_ = solve(
        read_declared("{epochs: 90, schedule: {type: one_cycle, max_lr: 0.1}}"), "pct_start", 20, 0.1
    ).changes
    assert change.number == pytest.approx(21 / 90, rel=1e-6)


@pytest.mark.parametrize(
    ("key", "row", "lr", "wanted"),
    [("gamma", 45, 0.0, "schedule.gamma=0"), ("step_size", 50, 0.1, "schedule.step_size=100")],
)
def test_no_odd_number(key: str, row: int, lr: float, wanted: str) -> None:
    """A learning rate of 0 takes a 0, and a length that is never reached is no billion."""
    assert [wanted] == settings("{lr: 0.1, epochs: 90, schedule: {type: step, step_size: 30}}", key, row, lr)


def test_the_run_goes_on() -> None:
    """A run that is over before the step comes last."""
    text = "{lr: 0.1, epochs: 20, schedule: {type: cosine}}"
    assert ["epochs=90", "epochs=18"] == settings(text, "epochs", 45, 0.05)[:2]


@pytest.mark.parametrize("name", ["gama", "type", ""])
def test_no_such_key(name: str) -> None:
    """A key that is none, or no number, is refused with those that there are."""
    with pytest.raises(LrcliError, match="no value"):
        solve(read_declared(CASES[0][0]), name, 50, 1e-5)


@pytest.mark.parametrize("name", ["foo", "batch_size", "steps", "warmup_epochs", "lr_max"])
def test_a_name_that_is_near_to_none(name: str) -> None:
    """Only a near spelling is suggested: for another name the keys are listed."""
    declared = read_declared("{lr: 0.1, epochs: 90, warmup: {for: 5}, schedule: {type: step, step_size: 30}}")
    with pytest.raises(LrcliError, match=r"it has lr, epochs, warmup\.for"):
        solve(declared, name, 20, 0.01)


@pytest.mark.parametrize(("name", "near"), [("gama", "gamma"), ("stepsize", "step_size"), ("epoch", "epochs")])
def test_a_name_that_is_misspelt(name: str, near: str) -> None:
    """A near spelling, or the beginning of one name alone, is suggested."""
    declared = read_declared("{lr: 0.1, epochs: 90, warmup: {for: 5}, schedule: {type: step, step_size: 30}}")
    with pytest.raises(LrcliError, match=f"did you mean '{near}'"):
        solve(declared, name, 20, 0.01)
