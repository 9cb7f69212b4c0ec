"""Properties that every schedule has, whatever its formula; the formulas themselves are doctests."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, fields
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrcli.catalog.registry import find_type, type_names
from lrcli.catalog.registry import general_types as all_types
from lrcli.curve import evaluate
from lrcli.errors import InvalidValue, Refused
from lrcli.expression import Expression
from lrcli.frameworks.torch import replay
from lrcli.schedules.base import Schedule
from lrcli.schedules.constant import Constant
from lrcli.schedules.constant_lr import ConstantLR
from lrcli.schedules.cosine import Cosine, CosineRestarts, WarmupCosine
from lrcli.schedules.cyclic import Cyclic, OneCycle
from lrcli.schedules.lambda_ import Lambda, Multiplicative
from lrcli.schedules.linear import Linear, Polynomial
from lrcli.schedules.params import param_of
from lrcli.schedules.plateau import Plateau
from lrcli.schedules.range_test import RangeTest
from lrcli.schedules.sequential import Chained, Manual, Sequential
from lrcli.schedules.step import Exponential, MultiStep, Step
from lrcli.schedules.swalr import SWALR
from lrcli.spec import Emulation, Group, Spec

ROWS = 60
factors = st.floats(0.05, 1.0)
lengths = st.integers(1, 40)
rates = st.floats(1e-6, 1.0)

SIMPLE: dict[type[Schedule], st.SearchStrategy[Schedule]] = {
    Constant: st.builds(Constant),
    Step: st.builds(Step, step_size=lengths, gamma=factors),
    MultiStep: st.builds(MultiStep, milestones=st.lists(st.integers(0, 60), max_size=5).map(tuple), gamma=factors),
    Exponential: st.builds(Exponential, gamma=factors),
    Linear: st.builds(Linear, start_factor=factors, end_factor=factors, total_iters=lengths),
    ConstantLR: st.builds(ConstantLR, factor=factors, total_iters=lengths),
    Polynomial: st.builds(Polynomial, total_iters=lengths, power=st.floats(0.0, 3.0)),
    Cosine: st.builds(Cosine, T_max=st.integers(2, 40), eta_min=st.floats(0, 0.01)),
    CosineRestarts: st.builds(CosineRestarts, T_0=lengths, T_mult=st.integers(1, 3), eta_min=st.floats(0, 0.01)),
    WarmupCosine: st.builds(WarmupCosine, warmup=st.integers(0, 20), T_max=lengths, eta_min=st.floats(0, 0.01)),
    Lambda: st.builds(Lambda, lr_lambda=st.sampled_from(["0.9 ** epoch", "1 / (1 + epoch)"]).map(Expression)),
    Multiplicative: st.builds(Multiplicative, lr_lambda=st.sampled_from(["0.9", "1 - epoch / 100"]).map(Expression)),
    Cyclic: st.builds(
        Cyclic,
        base_lr=rates,
        max_lr=rates,
        step_size_up=lengths,
        step_size_down=st.none() | lengths,
        mode=st.sampled_from(["triangular", "triangular2", "exp_range"]),
        gamma=factors,
    ),
    OneCycle: st.builds(
        OneCycle,
        max_lr=rates,
        total_steps=st.integers(ROWS, 200),
        pct_start=st.floats(0.2, 0.45),
        three_phase=st.booleans(),
        anneal_strategy=st.sampled_from(["cos", "linear"]),
    ),
    SWALR: st.builds(
        SWALR, swa_lr=rates, anneal_epochs=st.integers(0, 40), anneal_strategy=st.sampled_from(["cos", "linear"])
    ),
    RangeTest: st.builds(RangeTest, num_iter=lengths, start=rates, end=rates),
    Plateau: st.builds(
        Plateau,
        patience=st.integers(0, 5),
        factor=st.floats(0.1, 0.9),
        cooldown=st.integers(0, 3),
        metric=st.lists(st.floats(0, 2), min_size=ROWS, max_size=ROWS).map(tuple),
    ),
}
MULTIPLYING = (Step, MultiStep, Exponential, Linear, ConstantLR, Polynomial)
multiplying = st.one_of(*(SIMPLE[cls] for cls in MULTIPLYING))
COMPOSITE: dict[type[Schedule], st.SearchStrategy[Schedule]] = {
    Sequential: st.builds(
        lambda a, b, m: Sequential((a, b), (m,)), multiplying | SIMPLE[CosineRestarts], multiplying, st.integers(1, 50)
    ),
    Chained: st.builds(lambda a, b: Chained((a, b)), multiplying, multiplying),
    Manual: st.builds(lambda a, b: Manual((a, b)), multiplying, multiplying),
}
STRATEGIES = {**SIMPLE, **COMPOSITE}
any_schedule = st.one_of(*STRATEGIES.values())


def test_every_type_is_tried() -> None:
    """The properties below are tried on every type of the registry."""
    assert set(all_types()) == set(STRATEGIES)


@given(any_schedule, rates)
def test_any_order(schedule: Schedule, base_lr: float) -> None:
    """lr_at is pure: the rows in order, backwards and one by one are the same numbers."""
    forwards = schedule.lrs(base_lr, 0, ROWS)
    assert forwards == [schedule.lr_at(t, base_lr) for t in range(ROWS)]
    assert forwards[::-1] == [schedule.lr_at(t, base_lr) for t in reversed(range(ROWS))]
    assert forwards[20:40] == schedule.lrs(base_lr, 20, 40)


@given(any_schedule)
def test_values(schedule: Schedule) -> None:
    """A schedule is a frozen value: equal to its copy, hashable, and its repr is the call that makes it."""
    names = {cls.__name__: cls for cls in all_types()} | {"Expression": Expression}
    copy: Any = eval(repr(schedule), names)
    assert schedule == copy
    assert hash(schedule) == hash(copy)
    for f in fields(schedule):
        with pytest.raises(FrozenInstanceError):
            setattr(schedule, f.name, None)


@given(any_schedule, st.integers(0, ROWS))
def test_next_break(schedule: Schedule, t: int) -> None:
    """The next break lies at or after t, never at 0, and none is passed over on the way to it."""
    found = schedule.next_break(t)
    if found is not None:
        assert found >= max(t, 1)
        assert found == schedule.next_break(found)
        assert all(schedule.next_break(between) == found for between in range(t, min(found, t + 50) + 1))


@given(st.one_of(*(STRATEGIES[cls] for cls in (Step, MultiStep, ConstantLR, CosineRestarts, Sequential))), rates)
def test_jumps_are_breaks(schedule: Schedule, base_lr: float) -> None:
    """Where a piecewise constant schedule or a phase jumps, next_break says so."""
    lrs = schedule.lrs(base_lr, 0, ROWS)
    for t in range(1, ROWS):
        if abs(lrs[t] - lrs[t - 1]) > 0.5 * max(lrs[t], lrs[t - 1]) and schedule.event_at(t):
            assert t == schedule.next_break(t)


@given(any_schedule, st.floats(1e-3, 1.0), st.sampled_from(["1.3", "1.9", "1.13", "2.7", "2.13"]))
def test_formula_and_replay_agree_but_for_rounding(schedule: Schedule, base_lr: float, release: str) -> None:
    """A plain run of a release that has the class is the formula, within rounding."""
    emulation = Emulation(release, read="lr")
    spec = Spec("s", (Group(None, base_lr, schedule),), ROWS, emulation=emulation)
    if isinstance(schedule, Manual) and release == "1.3":
        return  # the last scheduler wins there: that is what `manual` is for
    try:
        found = evaluate(spec, ("lr",)).groups[0].lr
    except Refused as refusal:
        assert "first appears" in str(refusal) or "increasing" in str(refusal) or "three_phase" in str(refusal)
        return
    expected = schedule.lrs(base_lr, 0, ROWS)
    scale = max(map(abs, expected))
    assert expected == pytest.approx(list(found), rel=1e-9, abs=1e-11 * scale)


@pytest.mark.parametrize("cls", all_types(), ids=lambda cls: cls.name)
def test_types_are_documented(cls: type[Schedule]) -> None:
    """Each type says in its docstring what it does, the formula and the source, and each field what it means."""
    doc = cls.__doc__ or ""
    assert doc.split("\n")[0].endswith((".", "`."))
    assert "lr(t)" in doc or "lr = " in doc
    assert "Source:" in doc or "PyTorch has no class" in doc
    assert ">>> " in doc
    for f in fields(cls):
        assert param_of(f).doc


@pytest.mark.parametrize("cls", all_types(), ids=lambda cls: cls.name)
def test_names_lead_to_the_type(cls: type[Schedule]) -> None:
    """A type is found by its name, its aliases and PyTorch's class name."""
    for name in filter(None, (cls.name, cls.torch, *cls.aliases)):
        assert cls is find_type(name)
        assert name in type_names()
    assert find_type("no such type") is None


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Step(step_size=0), "step_size must be a number above 0. Received: 0"),
        (lambda: Step(step_size=2, gamma=float("nan")), "gamma must be a number. Received: nan"),
        (lambda: Step(step_size=2, gamma=10**400), "gamma must be a number"),
        (lambda: MultiStep(milestones=[3]), "milestones must be a list of numbers"),  # type: ignore[arg-type]
        (lambda: Cosine(T_max=0), "T_max must be a number above 0"),
        (lambda: Plateau(mode="median"), "mode must be 'min' or 'max'"),
        (lambda: OneCycle(max_lr=0.1), "total_steps must be given"),
        (lambda: OneCycle(max_lr=0.1, total_steps=5, div_factor=0), "div_factor must be a number other than 0"),
        (lambda: Sequential((Constant(), Constant()), ()), "milestones must have one entry less"),
        (lambda: RangeTest(num_iter=5, start=0.0), "start must be a number above 0"),
        (lambda: Lambda(lr_lambda="epoch"), "lr_lambda must be an arithmetic expression"),  # type: ignore[arg-type]
        (lambda: Cyclic(base_lr=[1, 2], max_lr=1).for_group(0, 3), "must have one value per parameter group"),  # type: ignore[arg-type]
    ],
)
def test_constructors_validate(make: Any, message: str) -> None:
    """A constructor names the argument, the rule and what it received."""
    with pytest.raises(InvalidValue) as caught:
        make()
    assert message in str(caught.value)


def test_per_group_values() -> None:
    """A list gives each parameter group its own value."""
    cyclic = Cyclic(base_lr=(0.1, 0.2), max_lr=1.0)  # type: ignore[arg-type]
    assert Cyclic(base_lr=0.2, max_lr=1.0) == cyclic.for_group(1, 2)
    nested = Sequential((SWALR(swa_lr=(0.1, 0.2)), Constant()), (3,))  # type: ignore[arg-type]
    assert Sequential((SWALR(swa_lr=0.1), Constant()), (3,)) == nested.for_group(0, 2)


@pytest.mark.parametrize(
    ("schedule", "fields_"),
    [
        (Step(step_size=2.5), []),
        (CosineRestarts(T_0=2.5), ["T_0"]),
        (Linear(total_iters=0), ["total_iters"]),
        (ConstantLR(total_iters=0), []),
        (Sequential((CosineRestarts(T_0=2.5), Constant()), (3,)), ["T_0"]),
        (Sequential((Constant(), Constant(), Constant()), (5, 3)), ["milestones"]),
        (Chained(()), ["schedules"]),
        (Sequential((), ()), ["schedules"]),
    ],
)
def test_what_only_a_replay_can_run(schedule: Schedule, fields_: list[str]) -> None:
    """Some values have no meaning as a formula, but a release runs them (or refuses them in its own way)."""
    assert fields_ == [problem.field for problem in schedule.formula_problems()]


def test_a_multiplicative_schedule_can_be_asked_backwards() -> None:
    """The running product begins again when an earlier step is asked for."""
    schedule = Multiplicative(lr_lambda=Expression("0.5"))
    assert [0.125, 1.0, 0.25] == [schedule.lr_at(t, 1.0) for t in (3, 0, 2)]


def test_a_plateau_past_its_metric() -> None:
    """Past the end of its metric a plateau has no learning rate, and says how long the metric is."""
    plateau = Plateau(metric=(1.0, 1.0))
    assert 0.1 == plateau.lr_at(2, 0.1)
    with pytest.raises(ValueError, match="2 values"):
        plateau.lr_at(3, 0.1)


def test_replays_keep_their_own_children() -> None:
    """Two replays of one schedule share no state."""
    schedule = Chained((Exponential(gamma=0.5), Step(step_size=1)))
    first, second = replay(schedule, (2, 4)), replay(schedule, (2, 4))
    assert first is not second


@pytest.mark.parametrize("schedule", [Exponential(gamma=3), Step(step_size=2, gamma=9)])
def test_a_whole_number_grows_too_large_at_once(schedule: Schedule) -> None:
    """No number of billions of bits is computed to see that it is no float."""
    assert 0.1 * 9 == schedule.lr_at(2, 0.1)
    with pytest.raises(OverflowError):
        schedule.lr_at(10**15, 0.1)
