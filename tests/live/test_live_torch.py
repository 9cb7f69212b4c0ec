"""The replay of the installed PyTorch against that PyTorch itself, compared with `==`.

`python -m pytest tests/live` in an environment that has torch: any release that lrcli knows, old ones too.
"""

from __future__ import annotations

import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import lrcli
from lrcli.curve import evaluate
from lrcli.errors import LrcliError, Refused, SpecError
from lrcli.frameworks.torch.releases import find_release
from lrcli.reader import parse_text, read_spec
from lrcli.schedules import Schedule
from lrcli.spec import READINGS, Emulation, Spec
from tests.golden_cases import same

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # torch has something to say about a missing numpy
    torch = pytest.importorskip("torch", reason="the live comparison needs torch")

pytestmark = pytest.mark.filterwarnings("ignore")

RELEASE, _ = find_release(torch.__version__.split("+")[0])
SAMPLES = [
    path
    for path in sorted((Path(__file__).parents[2] / "schedules").glob("*.yaml"))
    if not any("." in group.schedule.name for group in read_spec(str(path)).groups)  # another framework's
]

MOMENTUM = 0.9
"""The optimizer's own."""
COLUMNS = (*READINGS, "momentum")

ONE_SCHEDULER_CANNOT = {"groups": "two groups with a schedule each are more than one PyTorch scheduler holds"}
"""Samples that `to_torch` has to refuse."""


class Run(NamedTuple):
    """What a training loop sees: rows of {reading: one value per group}, and how it ended."""

    rows: list[dict[str, list[float | None]]]
    exception: str | None = None
    t: int | None = None


def run_torch(spec: Spec) -> Run:
    """Train for `spec.length` rows with the real scheduler, reading everything in every row."""
    assert spec.emulation is not None
    groups = [
        {"params": [torch.nn.Parameter(torch.zeros(1))], "lr": g.lr if g.lr is not None else 0.1} for g in spec.groups
    ]
    optimizer = torch.optim.SGD(groups, lr=0.1, momentum=MOMENTUM)
    run = Run([])
    try:
        made = lrcli.to_torch(spec, optimizer)
    except LrcliError:
        raise
    except Exception as error:  # whatever PyTorch raises is what is compared
        return run._replace(exception=type(error).__name__)
    schedulers = made if isinstance(made, list) else [made]
    for t in range(spec.length):
        first = spec.emulation.step_order == "scheduler_first"
        if first and (failure := _step(spec, schedulers, t)):
            return run._replace(exception=failure, t=t)
        run.rows.append(
            {
                "lr": [group["lr"] for group in optimizer.param_groups],
                "get_lr": _read(schedulers[-1], "get_lr", len(groups)),
                "get_last_lr": _read(schedulers[-1], "get_last_lr", len(groups)),
                "momentum": [group["momentum"] for group in optimizer.param_groups],
            }
        )
        optimizer.step()
        if not first and t + 1 < spec.length and (failure := _step(spec, schedulers, t)):
            return run._replace(exception=failure, t=t)
    return run


def _step(spec: Spec, schedulers: list[Any], t: int) -> str | None:
    metric = getattr(spec.groups[0].schedule, "metric", None)
    try:
        for scheduler in schedulers:
            scheduler.step(*([] if metric is None else [metric[t]]))
    except Exception as error:  # whatever PyTorch raises is what is compared
        return type(error).__name__
    return None


def _read(scheduler: Any, name: str, groups: int) -> list[float | None]:
    try:
        return list(getattr(scheduler, name)())
    except Exception:  # a call that raises reads as null
        return [None] * groups


def run_lrcli(spec: Spec) -> Run:
    """The same loop, replayed."""
    try:
        curve = evaluate(spec, COLUMNS)
    except Refused as refused:
        if refused.t is None:
            return Run([], refused.exception)
        assert spec.emulation is not None
        trained = refused.t if spec.emulation.step_order == "scheduler_first" else refused.t + 1
        rows = run_lrcli(replace(spec, length=trained)).rows if trained else []
        return Run(rows, refused.exception, refused.t)
    columns = {
        reading: [getattr(group, reading) or [None] * len(group.lr) for group in curve.groups] for reading in COLUMNS
    }
    return Run([{r: [column[t] for column in columns[r]] for r in COLUMNS} for t in range(len(curve.groups[0].lr))])


def assert_same(spec: Spec, step_order: str = "optimizer_first") -> None:
    """PyTorch and its replay agree to the last bit, also in what they refuse, and when."""
    spec = replace(spec, emulation=Emulation(RELEASE, step_order=step_order, momentum=MOMENTUM))
    expected, actual = run_torch(spec), run_lrcli(spec)
    assert (actual.exception, actual.t, len(actual.rows)) == (expected.exception, expected.t, len(expected.rows))
    for t, (want, got) in enumerate(zip(expected.rows, actual.rows, strict=True)):
        for reading in COLUMNS:
            assert all(map(same, want[reading], got[reading])), (t, reading, want[reading], got[reading])


@pytest.mark.parametrize("step_order", ["optimizer_first", "scheduler_first"])
@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_sample(path: Path, step_order: str) -> None:
    """Every sample spec trains in PyTorch as lrcli says."""
    spec = read_spec(str(path))
    spec = replace(spec, length=min(spec.length, 2000))
    if path.stem in ONE_SCHEDULER_CANNOT:
        spec = replace(spec, emulation=Emulation(RELEASE))
        with pytest.raises(LrcliError, match="group"):
            run_torch(spec)
    else:
        assert_same(spec, step_order)


# ---------------------------------------------------------------------------------------------------- random specs

small = st.integers(1, 12)
factor = st.floats(0.05, 1.0) | st.sampled_from([0.1, 0.5, 0.9])
lr = st.floats(1e-6, 1.0) | st.sampled_from([0.1, 1e-3, 3e-4])
low = st.just(0.0) | st.floats(0.0, 0.01)
momentum = st.booleans()


def schedule(name: str, **arguments: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """A PyTorch class with some of its keyword arguments."""
    return st.fixed_dictionaries({"type": st.just(name), **arguments})


LAMBDAS = st.sampled_from(
    [
        "0.95 ** epoch",
        "1 / (1 + 0.1 * epoch)",
        "min(1, (epoch + 1) / 5)",
        "0.5 * (1 + cos(pi * epoch / 20))",
        "1",
        "epoch // 3",
    ]
)
FACTORS = st.sampled_from(["0.95", "1 - 0.2 / (1 + epoch)", "0.5 if epoch % 4 == 0 else 1", "exp(-0.01 * epoch)"])

PLAIN = {
    "step": schedule("StepLR", step_size=small, gamma=factor),
    "multistep": schedule("MultiStepLR", milestones=st.lists(st.integers(0, 25), max_size=4).map(sorted), gamma=factor),
    "exponential": schedule("ExponentialLR", gamma=factor),
    "constant": schedule("ConstantLR", factor=factor, total_iters=st.integers(0, 12)),
    "linear": schedule("LinearLR", start_factor=factor, end_factor=factor, total_iters=small),
    "polynomial": schedule("PolynomialLR", total_iters=small, power=st.sampled_from([0.5, 0.9, 1.0, 2.0])),
    "cosine": schedule("CosineAnnealingLR", T_max=small, eta_min=low),
    "restarts": schedule("CosineAnnealingWarmRestarts", T_0=small, T_mult=st.integers(1, 3), eta_min=low),
    "lambda": schedule("LambdaLR", lr_lambda=LAMBDAS),
    "multiplicative": schedule("MultiplicativeLR", lr_lambda=FACTORS),
    "cyclic": schedule(
        "CyclicLR",
        base_lr=st.floats(1e-5, 1e-2),
        max_lr=st.floats(0.05, 1.0),
        step_size_up=small,
        step_size_down=small,
        mode=st.sampled_from(["triangular", "triangular2", "exp_range"]),
        gamma=st.floats(0.9, 1.0),
        cycle_momentum=momentum,
    ),
    "one_cycle": schedule(
        "OneCycleLR",
        max_lr=lr,
        total_steps=st.integers(1, 40),
        pct_start=st.floats(0.0, 1.0),
        anneal_strategy=st.sampled_from(["cos", "linear"]),
        div_factor=st.floats(1.5, 50),
        final_div_factor=st.floats(1.5, 1e4),
        three_phase=st.booleans(),
        cycle_momentum=momentum,
    ),
    "swa": schedule(
        "SWALR", swa_lr=lr, anneal_epochs=st.integers(0, 12), anneal_strategy=st.sampled_from(["cos", "linear"])
    ),
}

PLATEAU = st.fixed_dictionaries(
    {
        "type": st.just("ReduceLROnPlateau"),
        "mode": st.sampled_from(["min", "max"]),
        "factor": st.floats(0.05, 0.95),
        "patience": st.integers(0, 4),
        "threshold": st.sampled_from([0.0, 1e-4, 0.05, 1.0]),
        "threshold_mode": st.sampled_from(["rel", "abs"]),
        "cooldown": st.integers(0, 3),
        "min_lr": st.sampled_from([0.0, 1e-3]),
        "eps": st.sampled_from([0.0, 1e-8, 1e-3]),
        "metric": st.lists(
            st.floats(-2, 2) | st.sampled_from([float("nan"), float("inf"), 1.0]), min_size=30, max_size=30
        ),
    }
)

child = st.one_of(list(PLAIN.values()))
chainable = child  # also OneCycleLR and SWALR, which share what they write into the group


@st.composite
def sequences(draw: st.DrawFn) -> dict[str, Any]:
    """A SequentialLR of two to four children."""
    children = draw(st.lists(child, min_size=2, max_size=4))
    n = len(children) - 1
    milestones = draw(st.lists(st.integers(0, 20), min_size=n, max_size=n, unique=True).map(sorted))
    return {"type": "SequentialLR", "schedulers": children, "milestones": milestones}


COMPOSITE = {
    "sequential": sequences(),
    "chained": st.lists(child, min_size=1, max_size=3).map(lambda c: {"type": "ChainedScheduler", "schedulers": c}),
    "manual": st.lists(chainable, min_size=2, max_size=3).map(lambda c: {"type": "manual", "schedules": c}),
    "nested": st.tuples(st.lists(chainable, min_size=1, max_size=2), chainable, st.integers(1, 9)).map(
        lambda parts: {
            "type": "SequentialLR",
            "schedulers": [{"type": "ChainedScheduler", "schedulers": parts[0]}, parts[1]],
            "milestones": [parts[2]],
        }
    ),
}

FAMILIES = PLAIN | {"plateau": PLATEAU} | COMPOSITE


@pytest.mark.parametrize("family", FAMILIES)
def test_random(family: str) -> None:
    """Random specs of a family train in PyTorch as lrcli says, in both step orders."""

    @settings(max_examples=40, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(
        FAMILIES[family], st.lists(lr, min_size=1, max_size=2), st.sampled_from(["optimizer_first", "scheduler_first"])
    )
    def check(mapping: dict[str, Any], lrs: list[float], step_order: str) -> None:
        text = {
            "epochs": 30,
            "schedule": mapping,
            "groups": [{"lr": value} for value in lrs],
            "emulate": f"torch-{RELEASE}",
        }
        try:
            spec = parse_text(yaml.safe_dump(text))
        except SpecError as error:
            pytest.fail(f"a spec that PyTorch can build was not read: {error}")
        assert_same(spec, step_order)

    check()


def test_examples_are_what_they_seem() -> None:
    """The random specs are read as the schedules that they name."""
    spec = parse_text("{lr: 0.1, epochs: 30, schedule: {type: StepLR, step_size: 3}}")
    assert isinstance(spec.groups[0].schedule, Schedule)
    assert type(spec.groups[0].schedule).torch == "StepLR"


RESUMABLE = ["step", "multistep", "exponential", "constant", "linear", "polynomial", "cosine", "restarts", "cyclic"]


@pytest.mark.parametrize("family", [*RESUMABLE, "one_cycle", "swa"])
def test_resume_with_the_saved_groups(family: str) -> None:
    """A scheduler that is built with last_epoch on the optimizer's own saved groups goes on as lrcli says."""

    @settings(max_examples=30, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(FAMILIES[family], lr, st.integers(0, 9))
    def check(mapping: dict[str, Any], base: float, last_epoch: int) -> None:
        arguments = {name: value for name, value in mapping.items() if name != "type"}
        cls = getattr(torch.optim.lr_scheduler, mapping["type"], None) or torch.optim.swa_utils.SWALR
        optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=base, momentum=MOMENTUM)
        (group,) = optimizer.param_groups
        emulate = {"torch": RELEASE, "last_epoch": last_epoch, "momentum": MOMENTUM, "read": "lr"}
        spec = parse_text(yaml.safe_dump({"lr": base, "epochs": 20, "schedule": mapping, "emulate": emulate}))
        expected: list[tuple[float, float]] = []
        exception = None
        try:
            scheduler = cls(optimizer, **arguments)
            for _ in range(last_epoch + 1):
                scheduler.step()
            resumed = cls(optimizer, **arguments, last_epoch=last_epoch)
            for t in range(last_epoch + 1, 20):
                expected.append((group["lr"], group["momentum"]))
                if t + 1 < 20:
                    resumed.step()
        except Exception as error:  # whatever PyTorch raises is what is compared
            exception = type(error).__name__
        try:
            curve = evaluate(spec, ("lr", "momentum"))
        except Refused as refused:
            assert refused.exception == exception
        else:
            assert exception is None
            assert list(zip(curve.groups[0].lr, curve.groups[0].momentum, strict=True)) == expected

    check()
