"""`to_torch` of specs in lrcli's own words: what the installed PyTorch trains is what `evaluate` says, with `==`."""

from __future__ import annotations

import warnings
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

import lrcli
from lrcli.catalog.describe import describe, find, starter
from lrcli.catalog.registry import all_types
from lrcli.errors import LrcliError, SpecError
from lrcli.frameworks.torch.releases import find_release
from lrcli.reader import parse_text
from lrcli.spec import Spec
from tests.golden_cases import same

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # torch has something to say about a missing numpy
    torch = pytest.importorskip("torch", reason="the live comparison needs torch")

pytestmark = pytest.mark.filterwarnings("ignore")

RELEASE, _ = find_release(torch.__version__.split("+")[0])
EPOCHS = 20
METRIC = [1.0, 0.8, 0.8, 0.7, 0.7, 0.7, 0.7, 0.6, 0.65, 0.6, 0.6, 0.6, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.4, 0.4]


def built(spec: Spec) -> tuple[list[list[float]], list[str]]:
    """The LRs of all groups, row by row, of the scheduler that to_torch builds, and what it says of it."""
    groups = [
        {"params": [torch.nn.Parameter(torch.zeros(1))], "lr": 0.1 if group.lr is None else group.lr}
        for group in spec.groups
    ]
    optimizer = torch.optim.SGD(groups, lr=0.1, momentum=0.9)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        made = lrcli.to_torch(spec, optimizer)
    notes = [str(warning.message) for warning in caught if "formula" in str(warning.message)]
    schedulers = made if isinstance(made, list) else [made]
    metric = getattr(spec.groups[0].schedule, "metric", METRIC)
    rows = []
    for t in range(spec.length):
        rows.append([group["lr"] for group in optimizer.param_groups])
        optimizer.step()
        for scheduler in schedulers if t + 1 < spec.length else ():
            takes_metric = isinstance(scheduler, torch.optim.lr_scheduler.ReduceLROnPlateau) or getattr(
                scheduler, "_takes_metric", False
            )
            scheduler.step(*([metric[t]] if takes_metric else []))
    return rows, notes


def assert_trains(spec: Spec) -> None:
    """The formula exactly where a warning says so, else PyTorch's own rounding of it."""
    formula = lrcli.evaluate(spec)
    rows, notes = built(spec)
    expected = formula if notes else lrcli.emulate(spec, f"torch-{RELEASE}:lr")
    for i in range(len(spec.groups)):
        lrs = [row[i] for row in rows]
        assert all(map(same, expected.shown(i), lrs)), (notes, expected.shown(i), lrs)
        peak = max(map(abs, lrs))
        for t, (lr, want) in enumerate(zip(lrs, formula.shown(i), strict=True)):
            assert want is not None
            assert abs(lr - want) <= max(1e-9 * abs(want), 1e-12 * peak), (t, lr, want)


def test_warmup_cosine_after_a_warmup() -> None:
    """The cosine starts from the base LR, though the warmup before it has changed the group."""
    spec = lrcli.load(
        "{lr: 0.1, epochs: 8, warmup: {for: 2, start_factor: 0.1},"
        " schedule: {type: warmup_cosine, warmup: 0, eta_min: 0.001}}"
    )
    assert 0.007631742512670284 == built(spec)[0][7][0]
    assert_trains(spec)


def test_a_warmup_from_zero_is_a_lambda() -> None:
    """LinearLR refuses start_factor 0: a LambdaLR gives exactly the formula, and a warning says so."""
    spec = lrcli.load("{lr: 0.1, epochs: 9, schedule: {type: linear, start_factor: 0, total_iters: 7}}")
    rows, (note,) = built(spec)
    assert list(lrcli.evaluate(spec).shown()) == [row[0] for row in rows]
    assert "start_factor must be above 0" in note
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.1)
    assert isinstance(lrcli.to_torch(spec, optimizer), torch.optim.lr_scheduler.LambdaLR)


def test_the_formula_moves_the_momentum() -> None:
    """A OneCycleLR that PyTorch would end with an exception goes on, and its momentum with it; so does beta1."""
    spec = lrcli.load("{epochs: 12, schedule: {type: one_cycle, max_lr: 0.1, total_steps: 8}}")
    momenta = spec.groups[0].schedule.momenta(0, 12)
    for adam in (False, True):
        parameters = [torch.nn.Parameter(torch.zeros(1))]
        optimizer = torch.optim.Adam(parameters, lr=0.1) if adam else torch.optim.SGD(parameters, lr=0.1, momentum=0.5)
        scheduler = lrcli.to_torch(spec, optimizer)
        seen = []
        for _ in range(12):
            (group,) = optimizer.param_groups
            seen.append(group["betas"][0] if adam else group["momentum"])
            optimizer.step()
            scheduler.step()
        assert list(momenta) == seen


def test_state_goes_on() -> None:
    """The state of a formula scheduler is plain data, and a new one goes on from it."""
    text = "{lr: 0.1, epochs: 20, groups: [{schedule: {type: cosine}}, {schedule: {type: step, step_size: 3}}]}"
    spec = lrcli.load(text)
    optimizers = [
        torch.optim.SGD([{"params": [torch.nn.Parameter(torch.zeros(1))]} for _ in "ab"], lr=0.1) for _ in "ab"
    ]
    first, second = (lrcli.to_torch(spec, optimizer) for optimizer in optimizers)
    for _ in range(7):
        first.step()
    assert "_curves" not in first.state_dict()
    second.load_state_dict(first.state_dict())
    first.step()
    second.step()
    curve = lrcli.evaluate(spec)
    assert first.get_last_lr() == second.get_last_lr() == [curve.shown(i)[8] for i in (0, 1)]


@pytest.mark.parametrize("name", [cls.name for cls in all_types() if "." in cls.name])
def test_types_of_other_frameworks(name: str) -> None:
    """What another framework's schedule evaluates to can be trained with PyTorch."""
    spec = parse_text(starter(describe(find(name))))
    rows, notes = built(spec)
    assert notes
    for i in range(len(spec.groups)):
        assert all(map(same, lrcli.evaluate(spec).shown(i), [row[i] for row in rows]))


# ---------------------------------------------------------------------------------------------------- random specs

small = st.integers(1, 12)
share = st.floats(0.05, 1.0) | st.sampled_from([0.0, 0.1, 0.5, 1.0, 1.5])
rate = st.floats(1e-6, 1.0) | st.sampled_from([0.1, 1e-3, 3e-4])
low = st.just(0.0) | st.floats(0.0, 0.01)
words = st.sampled_from(["0.95 ** epoch", "1 / (1 + 0.1 * epoch)", "min(1, (epoch + 1) / 5)", "1", "0.5 * (epoch % 3)"])


def type_(name: str, **arguments: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """A type with some of its keys."""
    return st.fixed_dictionaries({"type": st.just(name)}, optional=arguments)


def must(name: str, optional: dict[str, st.SearchStrategy[Any]], **keys: st.SearchStrategy[Any]) -> Any:
    return st.fixed_dictionaries({"type": st.just(name), **keys}, optional=optional)


SINGLE = {
    "constant": type_("constant"),
    "step": must("step", {"gamma": share}, step_size=small | st.sampled_from([2.4, 1.5])),
    "multistep": must("multistep", {"gamma": share}, milestones=st.lists(st.integers(0, 25), max_size=4)),
    "exponential": must("exponential", {}, gamma=share),
    "ConstantLR": type_("ConstantLR", factor=share, total_iters=st.integers(0, 12)),
    "linear": type_("linear", start_factor=share, end_factor=share, total_iters=small),
    "polynomial": type_("polynomial", total_iters=small, power=st.sampled_from([0.5, 0.9, 1.0, 2.0])),
    "cosine": type_("cosine", T_max=small | st.just(7.5), eta_min=low),
    "cosine_restarts": must("cosine_restarts", {"T_mult": st.integers(1, 3), "eta_min": low}, T_0=small),
    "warmup_cosine": must("warmup_cosine", {"eta_min": low, "start_factor": share}, warmup=st.integers(0, 8)),
    "lambda": must("lambda", {}, lr_lambda=words),
    "multiplicative": must("multiplicative", {}, lr_lambda=words),
    "SWALR": must("SWALR", {"anneal_epochs": st.integers(0, 12)}, swa_lr=rate),
    "cyclic": must(
        "cyclic",
        {"step_size_down": small, "mode": st.sampled_from(["triangular", "triangular2", "exp_range"])},
        base_lr=st.floats(1e-5, 1e-2),
        max_lr=st.floats(0.05, 1.0),
        step_size_up=small,
    ),
    "one_cycle": must("one_cycle", {"total_steps": st.integers(4, 30), "three_phase": st.booleans()}, max_lr=rate),
    "range_test": type_("range_test", num_iter=small, end=st.floats(0.1, 10)),
    "plateau": must(
        "plateau",
        {
            "counting": st.sampled_from(["torch", "keras"]),
            "cooldown": st.integers(0, 3),
            "factor": st.floats(0.05, 0.95),
        },
        patience=st.integers(1, 4),
        metric=st.just(METRIC),
    ),
}
any_type = st.one_of(list(SINGLE.values()))


@st.composite
def phases(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Two to four phases, the last one until the end."""
    children = draw(st.lists(any_type, min_size=2, max_size=4))
    return [{**child, "for": draw(st.integers(1, 7))} for child in children[:-1]] + [children[-1]]


FAMILIES = SINGLE | {
    "phases": phases(),
    "chained": st.lists(any_type, min_size=1, max_size=3).map(lambda c: {"type": "chained", "schedules": c}),
    "manual": st.lists(any_type, min_size=1, max_size=3).map(lambda c: {"type": "manual", "schedules": c}),
    "nested": st.tuples(any_type, any_type, any_type, st.integers(1, 12)).map(
        lambda parts: {
            "type": "sequential",
            "milestones": [parts[3]],
            "schedules": [parts[0], {"type": "chained", "schedules": [parts[1], parts[2]]}],
        }
    ),
}


@pytest.mark.parametrize("family", FAMILIES)
def test_random(family: str) -> None:
    """Random specs train as they are evaluated, whatever PyTorch's classes say to them."""
    own = st.fixed_dictionaries({"lr": rate}, optional={"schedule": any_type})

    @settings(max_examples=40, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(
        FAMILIES[family],
        st.lists(st.fixed_dictionaries({"lr": rate}), min_size=1, max_size=2) | st.lists(own, min_size=2, max_size=2),
        st.none() | st.fixed_dictionaries({"for": st.integers(1, 5)}, optional={"start_factor": share}),
    )
    def check(schedule: Any, groups: list[dict[str, Any]], warmup: Any) -> None:
        text = {"epochs": EPOCHS, "schedule": schedule, "groups": groups}
        if warmup:
            text["warmup"] = warmup
        try:
            spec = parse_text(yaml.safe_dump(text))
            lrcli.evaluate(spec)
        except SpecError:
            assume(False)  # what has no meaning as a formula
        except LrcliError:
            assume(False)  # what has no value in some row
        assert_trains(spec)

    check()
