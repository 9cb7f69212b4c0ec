"""`fit`: the schedule behind a log comes back, with its round numbers."""

from __future__ import annotations

import csv
import io
import math
import random
from collections.abc import Sequence
from pathlib import Path

import pytest

from lrcli.errors import LrcliError
from lrcli.infer.fit import Fitted, fit_run
from lrcli.infer.numbers import simplest, simplest_whole
from lrcli.logs import Log, Rounding, Run
from lrcli.logs.rounding import quantise
from lrcli.reader import parse_text
from lrcli.render.fit import write_fit
from lrcli.schedules.base import Schedule
from lrcli.schedules.constant import Constant
from lrcli.schedules.cosine import Cosine, CosineRestarts, WarmupCosine
from lrcli.schedules.cyclic import OneCycle
from lrcli.schedules.linear import Linear, Polynomial
from lrcli.schedules.plateau import Plateau
from lrcli.schedules.sequential import Sequential
from lrcli.schedules.step import Exponential, MultiStep, Step
from tests.cli_world import run_cli, run_line
from tests.fit_holdout import cases, same

SAMPLE_LOGS = Path(__file__).parents[1] / "logs"


def log_of(schedule: Schedule, lr: float, places: range, first_step: int = 0, rounding: Rounding | None = None) -> Log:
    """The log of a run of the schedule, numbered from first_step."""
    rounding = rounding or Rounding()
    rows = [quantise(schedule.lr_at(p - first_step, lr), rounding) for p in places]
    return Log("run", "step", list(places), {"lr": rows}, rounding=rounding)


def warm(steps: int, start_factor: float, schedule: Schedule) -> Schedule:
    """The schedule after a linear warmup."""
    return Sequential((Linear(start_factor=start_factor, total_iters=steps), schedule), (steps,))


LINE = Linear(start_factor=1.0, end_factor=0.0, total_iters=6682)

EXACT = {
    "constant": (Constant(), 1e-4, range(20), 0),
    "constant after warmup": (warm(1000, 0.1, Constant()), 3e-6, range(50, 3000, 50), 0),
    "step": (Step(step_size=30, gamma=0.1), 0.1, range(90), 0),
    "step from 1": (Step(step_size=30, gamma=0.5), 0.1, range(1, 91), 1),
    "multistep": (MultiStep((30, 80), 0.1), 0.02, range(90), 0),
    "multistep after warmup": (warm(100, 0.001, MultiStep((300, 400), 0.1)), 0.02, range(600), 0),
    "exponential": (Exponential(gamma=0.95), 0.1, range(50), 0),
    "exponential after warmup": (warm(5, 0.1, Exponential(gamma=0.95)), 0.1, range(50), 0),
    "linear": (Linear(start_factor=1.0, end_factor=0.0, total_iters=2500), 5e-5, range(500, 2501, 500), 1),
    "linear after warmup": (warm(5, 0.0, LINE), 2e-4, range(1, 400), 1),
    "linear to a floor": (Linear(start_factor=1.0, end_factor=0.01, total_iters=100), 0.01, range(100), 0),
    "polynomial": (Polynomial(total_iters=100, power=0.9), 0.01, range(100), 0),
    "cosine": (Cosine(T_max=90), 0.1, range(90), 0),
    "cosine with a floor": (warm(2, 0.0, Cosine(T_max=19, eta_min=1e-5)), 1e-4, range(1, 22), 1),
    "cosine past its end": (Cosine(T_max=20), 0.1, range(50), 0),
    "cosine, then flat": (WarmupCosine(warmup=10, T_max=60, eta_min=1e-5), 1e-3, range(90), 0),
    "cosine stopped early": (Cosine(T_max=10), 3e-4, range(1, 7), 0),
    "restarts": (CosineRestarts(T_0=10), 0.1, range(45), 0),
    "longer restarts": (CosineRestarts(T_0=10, T_mult=2, eta_min=1e-4), 0.1, range(70), 0),
    "one cycle": (OneCycle(max_lr=0.1, total_steps=1000), 0.1, range(0, 1000, 10), 0),
    "one cycle of lines": (
        OneCycle(max_lr=0.03, total_steps=6790, pct_start=0.1, anneal_strategy="linear", three_phase=True),
        0.03,
        range(49, 5400, 50),
        0,
    ),
    "phases": (
        Sequential((Linear(start_factor=0.1, total_iters=20), Constant(), LINE), (20, 60)),
        1e-3,
        range(0, 3000, 10),
        0,
    ),
}


@pytest.mark.parametrize("name", EXACT)
def test_schedule_comes_back(name: str) -> None:
    """The schedule that a log was made of comes back, with its numbers and its numbering."""
    schedule, lr, places, first_step = EXACT[name]
    found = fit_run(log_of(schedule, lr, places, first_step)).candidate
    assert found is not None
    assert (lr, schedule, first_step) == (found.lr, found.schedule, found.first_step)


@pytest.mark.parametrize("rounding", [Rounding("float32"), Rounding("significant", 4), Rounding("significant", 6)])
@pytest.mark.parametrize("name", ["step", "linear after warmup", "cosine", "exponential", "one cycle", "polynomial"])
def test_rounding_does_not_hide_round_numbers(name: str, rounding: Rounding) -> None:
    """A log of few digits still gives the same learning rates, and the round base LR."""
    schedule, lr, places, first_step = EXACT[name]
    fitted = fit_run(log_of(schedule, lr, places, first_step, rounding))
    assert fitted.candidate is not None
    assert (fitted.rows, lr) == (fitted.explained, fitted.candidate.lr)


def test_rounding_does_not_hide_a_phase_that_ends_at_zero() -> None:
    """The last phase of a log of few digits ends at 0, where that costs less to say than an end near it."""
    line = Linear(start_factor=1.0, end_factor=0.0, total_iters=15)
    schedule = Sequential((Linear(start_factor=0.1, total_iters=6), Constant(), line), (6, 15))
    found = fit_run(log_of(schedule, 0.01, range(30), 0, Rounding("significant", 4))).candidate
    assert found is not None
    assert schedule == found.schedule


def test_part_of_a_wave() -> None:
    """A log that is a single stretch, of which no class is the curve, is an expression."""
    rows = [0.05 + 0.04 * math.cos(math.pi * (t + 30) / 50) for t in range(60)]
    candidate = fit_run(Log("run", "step", list(range(60)), {"lr": rows})).candidate
    assert candidate is not None
    assert (True, "phases") == (candidate.is_code, candidate.kind)
    assert rows == pytest.approx([candidate.at(p) for p in range(60)], rel=1e-9)


def test_holdout() -> None:
    """Logs of every kind, rounded, cut, sampled and appended to, are all reproduced."""
    lost = [case.name for case in cases(55, 1) if fit_run(case.log).candidate is None]
    assert lost == []


def test_holdout_knows_a_wrong_schedule() -> None:
    """The measure of the hold-out tells a schedule from another one."""
    first, second = (case for case in cases(5, 1) if case.kind in ("linear", "constant"))
    assert (True, False) == (same(first, fit_run(first.log)), same(second, fit_run(first.log)))


def test_skipped_steps() -> None:
    """A scheduler that falls behind is recognised: the schedule is the underlying one, the steps are named."""
    schedule = warm(100, 0.0, Linear(start_factor=1.0, end_factor=0.0, total_iters=200))
    skipped = (30, 40, 50)
    places = range(10, 201, 10)
    rows = [schedule.lr_at(p - sum(s <= p for s in skipped), 3e-4) for p in places]
    found = fit_run(Log("run", "step", list(places), {"lr": rows})).candidate
    assert found is not None
    assert (schedule, 3e-4, 0, skipped) == (found.schedule, found.lr, found.first_step, found.skipped)


METRIC = (1.0, 0.8, 0.7, 0.71, 0.72, 0.69, 0.7, 0.7, 0.7, 0.68, 0.69, 0.69, 0.69, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5)


@pytest.mark.parametrize(
    "plateau",
    [
        Plateau(factor=0.5, patience=2, metric=METRIC),
        Plateau(factor=0.1, patience=1, cooldown=2, metric=METRIC),
        Plateau(factor=0.5, patience=3, threshold_mode="abs", counting="keras", metric=METRIC),
        Plateau(factor=0.5, patience=1, min_lr=3e-4, metric=METRIC),
    ],
    ids=["torch", "cooldown", "keras", "min_lr"],
)
def test_plateau(plateau: Plateau) -> None:
    """The reductions of a plateau schedule are replayed from the metric column."""
    places = range(len(METRIC))
    rounding = Rounding("float32" if plateau.counting == "keras" else "full")
    rows = [quantise(plateau.lr_at(p, 1e-3), rounding) for p in places]
    others = {"loss": [1.0 - 0.01 * p for p in places], "val_loss": list(METRIC)}
    fitted = fit_run(Log("run", "epoch", list(places), {"lr": rows}, None, others, rounding=rounding))
    assert fitted.candidate is not None
    assert ("plateau", 1e-3) == (fitted.kind, fitted.candidate.lr)
    assert rows == [quantise(fitted.candidate.at(p), rounding) for p in places]


def test_groups() -> None:
    """Learning-rate columns that differ become parameter groups; one of another kind, such as get_lr, is none."""
    places = range(60)
    slow, fast = Cosine(T_max=60), Step(step_size=20)
    columns = {name: [s.lr_at(p, lr) for p in places] for name, lr, s in (("lr/a", 0.1, slow), ("lr/b", 0.01, fast))}
    columns["get_lr/a"] = columns["lr/b"]
    fitted = fit_run(Log("run", "epoch", list(places), columns))
    assert (("a", 0.1, slow), ("b", 0.01, fast)) == fitted.groups


@pytest.mark.parametrize("steps", [5, 8])
def test_groups_keep_their_warmups(steps: int) -> None:
    """The spec of columns that warm up gives them back, whether they do so alike or not."""
    places = range(60)
    schedules = (warm(5, 0.1, Cosine(T_max=55)), warm(steps, 0.1, Constant()))
    columns = {name: [s.lr_at(p, 0.1) for p in places] for name, s in zip(("lr/a", "lr/b"), schedules, strict=True)}
    spec = parse_text(_text(fit_run(Log("run", "epoch", list(places), columns))))
    rows = {f"lr/{group.name}": [group.schedule.lr_at(p, group.lr or 0.0) for p in places] for group in spec.groups}
    assert columns == rows


def test_runs_are_fitted_one_by_one() -> None:
    """Each of the runs in one log has its own schedule; the longest is the default."""
    rows = [Constant().lr_at(p, 0.1) for p in range(5)] + [Cosine(T_max=9).lr_at(p, 0.1) for p in range(9)]
    log = Log("run", "epoch", [*range(5), *range(9)], {"lr": rows}, runs=(Run(0, 5), Run(5, 14)))
    assert ["constant", "cosine"] == [fitted.kind for fitted in (fit_run(log, 1), fit_run(log, 2))]
    assert Run(5, 14) == fit_run(log).run


def test_whole_epochs_are_round() -> None:
    """A milestone that lies between two rows is put at whole epochs, where the log counts them."""
    places = [69 * (epoch + 1) for epoch in range(59)]
    rows = [0.02 if p <= 2070 else 0.002 for p in places]
    fitted = fit_run(Log("run", "step", places, {"lr": rows}, list(range(1, 60))))
    assert fitted.candidate is not None
    assert (Step(step_size=30 * 69), 69) == (fitted.candidate.schedule, fitted.steps_per_epoch)


def test_no_such_run() -> None:
    """A run that the log does not have is an error that says how many there are."""
    with pytest.raises(LrcliError, match="run has 1 run, there is no run 3"):
        fit_run(log_of(Constant(), 0.1, range(5)), 3)


def test_noise_is_unknown() -> None:
    """What follows no schedule is said to follow none."""
    rows = [0.1 * abs(math.sin(p * p + 1)) for p in range(60)]
    assert ("unknown", 0) == (lambda fitted: (fitted.kind, fitted.explained))(
        fit_run(Log("run", "step", list(range(60)), {"lr": rows}))
    )


def _text(fitted: Fitted) -> str:
    return "".join(write_fit(fitted, "yaml"))


@pytest.mark.parametrize("name", EXACT)
def test_yaml_is_the_schedule(name: str) -> None:
    """The printed spec reads back as the schedule that was found."""
    schedule, lr, places, first_step = EXACT[name]
    spec = parse_text(_text(fit_run(log_of(schedule, lr, places, first_step))))
    group = spec.groups[0]
    assert first_step == spec.first_step
    base = schedule.lr_at(0, 0.0) if group.lr is None else group.lr
    assert [schedule.lr_at(t, lr) for t in range(60)] == [group.schedule.lr_at(t, base) for t in range(60)]


LOGS = ["linear after warmup", "cosine with a floor", "one cycle of lines", "phases", "multistep", "polynomial"]


@pytest.mark.parametrize("name", LOGS)
def test_fit_and_diff_agree(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`lrcli fit run.csv | lrcli diff - run.csv` finds no difference."""
    monkeypatch.chdir(tmp_path)
    schedule, lr, places, first_step = EXACT[name]
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow(("step", "lr"))
    table.writerows((p, repr(schedule.lr_at(p - first_step, lr))) for p in places)
    Path("run.csv").write_text(out.getvalue(), "utf-8")
    fitted = run_line("lrcli fit run.csv", b"")
    assert 0 == fitted.status
    assert 0 == run_line("lrcli diff - run.csv", fitted.stdout.encode()).status


@pytest.mark.parametrize("keys", ["", ", mode: triangular2", ", step_size_down: 60", ", mode: exp_range, gamma: 0.999"])
@pytest.mark.parametrize("every", [1, 5])
def test_cyclic(keys: str, every: int) -> None:
    """Triangles are CyclicLR, not phases; cycles that shrink at each step are told from a log of every step."""
    spec = parse_text(
        f"{{steps: 600, schedule: {{type: cyclic, base_lr: 0.001, max_lr: 0.01, step_size_up: 50{keys}}}}}"
    )
    if every == 1 or "gamma" not in keys:
        fitted = fit_run(log_of(spec.groups[0].schedule, 0.0, range(0, 600, every)))
        assert fitted.candidate is not None
        assert spec.groups[0].schedule == fitted.candidate.schedule


@pytest.mark.parametrize("path", sorted(SAMPLE_LOGS.glob("*.csv")), ids=lambda path: path.stem[:20])
def test_the_spec_of_a_log_has_its_rows(path: Path, tmp_path: Path) -> None:
    """What fit writes for a log of a real run says how the log counts, too: `lrcli diff` finds no difference."""
    spec = str(tmp_path / "spec.yaml")
    assert 0 == run_cli("fit", str(path), "-o", spec).status
    outcome = run_cli("diff", spec, str(path))
    assert 0 == outcome.status, outcome.stdout


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [(1.9999e-4, 2.00004e-4, 2e-4), (0.0, 0.1, 0.0), (-3.0, -2.0, -2.0), (0.33333, 0.33334, 0.33334), (5.0, 5.0, 5.0)],
)
def test_simplest_number(low: float, high: float, expected: float) -> None:
    """The number of the fewest digits in an interval is found."""
    assert expected == simplest(low, high)


@pytest.mark.parametrize(("low", "high", "expected"), [(970, 1030, 1000), (31, 33.5, 32), (0.2, 0.8, None), (0, 0, 0)])
def test_simplest_whole_number(low: float, high: float, expected: int | None) -> None:
    """The roundest whole number in an interval is found, or that there is none."""
    assert expected == simplest_whole(low, high)


@pytest.mark.parametrize("unit", ["step", "epoch"])
def test_zeros_follow_no_schedule(unit: str) -> None:
    """A log of zeros has no schedule, and no error either."""
    fitted = fit_run(Log("log", unit, list(map(float, range(8))), {"lr": [0.0] * 8}))
    assert fitted.candidate is None


@pytest.mark.parametrize("rows", [6, 9, 20])
def test_as_many_numbers_as_rows_prove_nothing(rows: int) -> None:
    """Phases of one epoch give any rows: that is no schedule, and it is said how many numbers it would take."""
    chance = random.Random(rows)
    values = [round(chance.random(), 3) for _ in range(rows)]
    fitted = fit_run(Log("log", "epoch", list(map(float, range(rows))), {"lr": values}))
    assert fitted.candidate is None
    assert any(f"{rows} rows prove nothing about" in remark for remark in fitted.remarks)


def test_warmup_from_above_is_said() -> None:
    """A start_factor above 1 comes with the words for it."""
    values = [0.5 - 0.04 * t if t < 10 else 0.1 for t in range(60)]
    fitted = fit_run(Log("log", "epoch", list(map(float, range(60))), {"lr": values}))
    found = fitted.candidate
    assert found is not None
    assert "start_factor=5" not in str(found.schedule) or "from above" in " ".join(found.evidence)


def test_the_peak_of_a_warmup_whose_only_row_is_at_0() -> None:
    """Where just the first row of a warmup was logged, and it is 0, its length is open and the peak is a round one."""
    schedule = warm(20, 0.0, Linear(start_factor=1.0, end_factor=0.0, total_iters=480))
    places = [0, *range(24, 500, 25)]
    fitted = fit_run(Log("run", "step", places, {"lr": [schedule.lr_at(p, 5e-5) for p in places]}))
    assert fitted.candidate is not None
    assert (5e-5, ("the warmup: of its rows only that at 0 is in the log",)) == (
        fitted.candidate.lr,
        fitted.candidate.free,
    )


def test_no_line_from_below_0() -> None:
    """A warmup that is 0 between two rows is no phase from a negative factor."""
    at = [10 * k - 1 for k in range(1, 31)]
    rows = [5e-5 * min(s / 20, (300 - s) / 280) for s in at]
    fitted = fit_run(Log("run", "row", list(range(1, 31)), {"lr": rows}))
    assert fitted.candidate is not None
    assert fitted.candidate.schedule.lr_at(0, fitted.candidate.lr) >= 0


def test_phases_of_numbers_that_nobody_wrote() -> None:
    """A kink between two rows says that phases are not the schedule; single rows of a curve are no phases at all."""
    schedule = Sequential((Linear(start_factor=0.01, total_iters=37), Linear(1.0, 0.0, 1196)), (37,))
    rates = [schedule.lr_at(t, 2e-5) for t in range(10, 1231, 10)]
    fitted = fit_run(Log("run", "row", list(range(len(rates))), {"lr": rates}))
    assert fitted.candidate is not None
    assert ("the schedule behind these phases: nobody wrote such numbers",) == fitted.candidate.free
    climb = [1e-3 * math.log10(t + 1) / 2 for t in range(0, 100, 10)]
    values = [float(f"{rate:.4e}") for rate in [*climb, *(1e-3 - 1e-6 * t for t in range(100, 700, 10))]]
    log = Log("run", "step", list(range(0, 700, 10)), {"lr": values}, rounding=Rounding("significant", 5))
    assert fit_run(log).candidate is None


@pytest.mark.parametrize(
    "values",
    [
        (0.043, 0.172, 0.752, 0.823, 0.092, 0.692),
        (0.001, 0.001, 0.0, 0.0, 0.001, 0.001),
        (
            0.04273355121828182,
            0.17167584382517076,
            0.7516648622077229,
            0.8227962439278365,
            0.09199613152780706,
            0.6918591981,
        ),
    ],
)
def test_a_few_odd_rows_are_no_schedule(values: Sequence[float]) -> None:
    """Cycles that go on behind the last jump, end before it, or have no height, are tried; none is an answer."""
    assert fit_run(Log("run", "step", [*range(0, 42, 7)], {"lr": [*values]})).candidate is None


@pytest.mark.parametrize(("first", "every", "sign"), [(0, 1, -1), (10**12, 10**9, 1)])
def test_what_no_spec_says_is_not_found(first: int, every: int, sign: int) -> None:
    """A base learning rate below 0, or a run of more than 1e12 steps: the reader would refuse them."""
    values = [sign * 1e-3 * (1 - i / 100) for i in range(100)]
    assert fit_run(Log("run", "step", [first + every * i for i in range(100)], {"lr": values})).candidate is None


def test_cycles_of_no_height_are_no_schedule() -> None:
    """A height that is lost in the rounding of the rates is none."""
    values = [0.043, 0.172, 0.752, 0.823, 0.092, 0.692]
    assert fit_run(Log("run", "step", [*range(7, 49, 7)], {"lr": values})).candidate is None
