"""The library's public face. (That `to_torch` builds the right scheduler is for tests/live to show.)"""

from __future__ import annotations

import sys
from dataclasses import FrozenInstanceError
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

import lrcli
from lrcli.errors import LrcliError, SpecError
from lrcli.frameworks.torch.build import note
from lrcli.frameworks.torch.formula import with_metrics
from tests.cli_world import printed_by

STEP4 = "{name: step4, lr: 0.001, epochs: 10, schedule: {type: step, step_size: 4}}"


def test_load_a_file(tmp_path: Path) -> None:
    """A spec is loaded from a path, with overrides and an emulation."""
    path = tmp_path / "a.yaml"
    path.write_text("lr: 0.1\nepochs: 4\nschedule: {type: exponential, gamma: 0.5}\n", encoding="utf-8")
    assert [0.1, 0.05, 0.025, 0.0125] == lrcli.evaluate(lrcli.load(path)).shown()
    assert [0.2, 0.05] == lrcli.evaluate(lrcli.load(path, sets=["lr=0.2", "schedule.gamma=0.25"])).shown()[:2]
    emulated = lrcli.load(str(path), emulate="torch-1.1:get_lr")
    assert emulated == lrcli.load(f"{path}@torch-1.1:get_lr")
    assert [0.1, 0.025] == lrcli.evaluate(emulated).shown()[:2]


def test_emulate() -> None:
    """emulate replays a release; without one, the newest."""
    spec = lrcli.load(STEP4)
    assert [0.0001, 1e-05] == [lrcli.emulate(spec, f"torch-1.1:{reading}").shown()[4] for reading in ("lr", "get_lr")]
    newest = lrcli.emulate(spec)
    assert ("get_last_lr", ("lr", "get_lr", "get_last_lr")) == (newest.reading, newest.columns)


def test_compare() -> None:
    """compare tells the rows that differ, exactly or within a tolerance."""
    spec = lrcli.load(STEP4)
    found = lrcli.compare(spec, lrcli.load(f"{STEP4}@torch-1.1"))
    assert (False, [4, 8]) == (found.same, [row.t for row in found.pairs[0].rows])
    near = lrcli.load(f"{STEP4}@torch-2.4")
    assert (True, False) == (lrcli.compare(spec, near).same, lrcli.compare(spec, near, exact=True).same)


def test_results_are_frozen() -> None:
    """What the library returns cannot be changed."""
    curve = lrcli.evaluate(lrcli.load(STEP4))
    with pytest.raises(FrozenInstanceError):
        curve.name = "other"  # type: ignore[misc]


def test_errors() -> None:
    """A bad spec raises SpecError with every problem, as values."""
    with pytest.raises(SpecError) as caught:
        lrcli.load("{lr: fast, epochs: 10, schedule: {type: step, stepsize: 2}}")
    assert [(1, 6, "wrong-type"), (1, 47, "unknown-key")] == [
        (problem.line, problem.column, problem.code) for problem in caught.value.problems
    ]
    with pytest.raises(LrcliError, match="no such file"):
        lrcli.load("nowhere.yaml")


def optimizer(*lrs: float) -> SimpleNamespace:
    return SimpleNamespace(param_groups=[{"lr": lr} for lr in lrs])


@pytest.mark.parametrize(
    ("spec", "lrs", "message"),
    [
        (STEP4, (0.001, 0.1), "the optimizer has 2 parameter groups, the spec 1"),
        (STEP4, (0.1,), "has lr 0.1, the spec 0.001"),
        (
            "{lr: 0.1, epochs: 5, groups: [{schedule: {type: constant}}, {schedule: {type: linear}}]}",
            (0.1, 0.1),
            "schedules of different types",
        ),
        (
            "{lr: 0.1, epochs: 5, groups: [{schedule: {type: step, step_size: 2}},"
            " {schedule: {type: step, step_size: 3}}]}",
            (0.1, 0.1),
            "different step_size",
        ),
        (
            "{lr: 0.1, epochs: 5, schedule: {type: chained, schedules: [{type: manual, schedules: [{type: linear}]}]}}",
            (0.1,),
            "PyTorch has no scheduler that holds manual inside another",
        ),
    ],
)
def test_what_to_torch_refuses(
    spec: str, lrs: tuple[float, ...], message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """to_torch says what one PyTorch scheduler cannot hold where a replay is asked for."""
    monkeypatch.setitem(sys.modules, "torch", ModuleType("torch"))
    with pytest.raises(LrcliError, match=message):
        lrcli.to_torch(lrcli.load(spec, emulate="torch-2.13"), optimizer(*lrs))


@pytest.mark.parametrize(
    ("spec", "why"),
    [
        (STEP4, ""),
        ("{lr: 0.1, epochs: 9, schedule: {type: linear, start_factor: 0}}", "raises ValueError: start_factor"),
        ("{lr: 0.1, epochs: 9, schedule: {type: warmup_cosine, warmup: 2, eta_min: 0.001}}", ""),
        ("{lr: 0.1, epochs: 9, schedule: {type: one_cycle, max_lr: 0.1, total_steps: 5}}", "step 6 is past the end"),
        ("{lr: 0.1, epochs: 9, warmup: {for: 3}, schedule: {type: multiplicative, lr_lambda: '0.9'}}", "at epoch 3"),
        ("{lr: 0.1, epochs: 3, schedule: {type: plateau, metric: [1, 1, 1]}}", ""),
        ("{lr: 0.1, epochs: 9, schedule: {type: transformers.cosine, num_warmup_steps: 2}}", "transformers.cosine"),
        (
            "{lr: 0.1, epochs: 3, schedule: {type: plateau, counting: keras, metric: [1, 1, 1]}}",
            "not what PyTorch",
        ),
        (
            "{lr: 0.1, epochs: 5, groups: [{schedule: {type: constant}}, {schedule: {type: linear}}]}",
            "schedules of different types",
        ),
    ],
)
def test_what_is_built_as_its_formula(spec: str, why: str) -> None:
    """Where PyTorch's own class refuses a spec, or trains something else, a note says why it is not used."""
    found = note(lrcli.load(spec), "2.13.0+cpu")
    assert (found is None) == (why == "")
    if found:
        assert why in found.why


def test_a_left_over_initial_lr_is_no_base() -> None:
    """LambdaLR would scale what an earlier scheduler left in the optimizer."""
    spec = lrcli.load("{lr: 0.1, epochs: 9, schedule: {type: lambda, lr_lambda: '0.9 ** epoch'}}")
    assert [None, True] == [note(spec, "2.13.0", [left]) and True for left in (0.1, 0.5)]


def test_metrics_of_a_phase_count_from_its_begin() -> None:
    """A plateau in the second phase is given the metrics from the epoch on in which it begins."""
    spec = lrcli.load(
        "{lr: 1, epochs: 6, schedule: [{type: linear, for: 2}, {type: plateau, metric: [0, 0, 0, 0, 0]}]}"
    )
    (_, plateau) = with_metrics(spec.groups[0].schedule, (1.0, 2.0, 3.0, 4.0)).schedules  # type: ignore[attr-defined]
    assert (3.0, 4.0) == plateau.metric


def test_to_torch_without_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without PyTorch to_torch says that it needs it."""
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(LrcliError, match="PyTorch is not installed"):
        lrcli.to_torch(lrcli.load(STEP4), optimizer(0.001))


def test_import_is_light() -> None:
    """Importing the package imports neither yaml nor typer nor any schedule."""
    code = "import sys, lrcli; print([m for m in sys.modules if m in ('yaml', 'typer', 'rich') or 'schedules' in m])"
    assert "[]\n" == printed_by(code)


def test_a_curve_is_a_sequence() -> None:
    """What is shown can be iterated and indexed, one number a row; several groups give one number each."""
    curve = lrcli.evaluate(lrcli.load("{lr: 1, epochs: 3, schedule: {type: exponential, gamma: 0.5}}"))
    assert ([1, 0.5, 0.25], 3, 0.25, [0.5, 0.25]) == (list(curve), len(curve), curve[-1], curve[1:])
    text = "{epochs: 2, schedule: {type: exponential, gamma: 0.5}, groups: [{lr: 1}, {lr: 8}]}"
    assert [(1, 8), (0.5, 4)] == list(lrcli.evaluate(lrcli.load(text)))


def test_a_curve_is_an_array() -> None:
    """numpy makes an array of it; a call that raises is NaN."""
    numpy = pytest.importorskip("numpy")
    curve = lrcli.evaluate(lrcli.load("{epochs: 2, schedule: {type: constant}, groups: [{lr: 1}, {lr: 8}]}"))
    assert [[1, 8], [1, 8]] == numpy.asarray(curve).tolist()
    assert "float32" == str(numpy.asarray(curve, dtype="float32").dtype)
