"""A log where a spec can stand: aligned with a spec, compared at its own precision, tabulated, drawn."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from lrcli.comparison.difference import Difference, compare
from lrcli.curve import evaluate
from lrcli.errors import LrcliError
from lrcli.logs import Log, Rounding, Run
from lrcli.logs.read import read_log
from lrcli.logs.series import longest, series_of_log
from lrcli.reader import parse_text
from lrcli.series import series_of
from lrcli.spec import Spec
from lrcli.table.rows import tabulate

FULL = Rounding()
REAL = Path(__file__).parents[1] / "logs"


def _log(
    positions: Sequence[float],
    lrs: Sequence[float | None],
    *,
    unit: str = "step",
    epochs: Sequence[float] | None = None,
    rounding: Rounding = FULL,
    runs: tuple[Run, ...] = (),
) -> Log:
    return Log("run", unit, positions, {"lr": lrs}, epochs, runs=runs or (Run(0, len(lrs)),), rounding=rounding)


def _spec(text: str) -> Spec:
    return parse_text(text)


STEPS = "{lr: 1, steps: 10, schedule: {type: exponential, gamma: 0.5}}"
EPOCHS = "{lr: 1, epochs: 4, schedule: {type: exponential, gamma: 0.5}}"


@pytest.mark.parametrize(
    ("spec", "log", "compared"),
    [
        (STEPS, _log([0, 3, 9], [1, 0.125, 0.5**9]), 3),
        ("{lr: 1, steps: 10, first_step: 1, schedule: {type: exponential, gamma: 0.5}}",
         _log([1, 4], [1, 0.125]), 2),
        ("{lr: 1, steps: 10, first_step: -1, schedule: {type: exponential, gamma: 0.5}}",
         _log([0, 3], [0.5, 0.0625]), 2),
        # epochs of the log -> steps of the spec, steps of the log -> epochs of the spec
        ("{lr: 1, steps: 10, steps_per_epoch: 4, schedule: {type: exponential, gamma: 0.5}}",
         _log([0, 0.5, 1, 2], [1, 0.25, 0.0625, 0.5**8], unit="epoch"), 4),
        # first_step counts steps where the log has fractions of an epoch, and epochs where it has none
        ("{lr: 1, steps: 10, steps_per_epoch: 4, first_step: 1, schedule: {type: exponential, gamma: 0.5}}",
         _log([0.25, 0.5, 1.25], [1, 0.5, 0.0625], unit="epoch"), 3),
        ("{lr: 1, steps: 10, steps_per_epoch: 4, first_step: 1, schedule: {type: exponential, gamma: 0.5}}",
         _log([1, 2], [1, 0.0625], unit="epoch"), 2),
        ("{lr: 1, epochs: 4, steps_per_epoch: 5, schedule: {type: exponential, gamma: 0.5}}",
         _log([0, 4, 5, 19], [1, 1, 0.5, 0.125]), 4),
        ("{lr: 1, epochs: 4, steps_per_epoch: 5, first_step: 1, schedule: {type: exponential, gamma: 0.5}}",
         _log([1, 5, 6, 20], [1, 1, 0.5, 0.125]), 4),
        # an epoch column beside the steps
        (EPOCHS, _log([100, 200, 300], [1, 0.5, 0.25], epochs=[0, 1, 2]), 3),
        (EPOCHS, _log([100, 200, 300], [1, 0.5, 0.5], epochs=[0.9, 1.0, 1.99]), 3),
        # a row past the end: the schedule goes on
        (EPOCHS, _log([3, 4], [0.125, 0.0625], unit="epoch"), 2),
        # rows of no unit are counted
        (EPOCHS, _log([0, 1], [1, 0.5], unit="row"), 2),
    ],
)  # fmt: skip
def test_alignment(spec: str, log: Log, compared: int) -> None:
    """Rows of a log meet the rows of the spec that they are about."""
    difference = compare(_spec(spec), series_of_log(log))
    assert (True, compared) == (difference.same, difference.pairs[0].compared)


def test_epochs_against_steps_need_steps_per_epoch() -> None:
    """Where nothing says how epochs and steps meet, that is an error."""
    with pytest.raises(
        LrcliError,
        match="the spec 'inline' counts epochs and the log 'run' counts steps: give the spec steps_per_epoch",
    ):
        compare(_spec(EPOCHS), series_of_log(_log([0, 10], [1, 1])))


def _first(difference: Difference) -> tuple[bool, int | None, str]:
    return difference.same, difference.pairs[0].first, difference.precision


@pytest.mark.parametrize(
    ("lrs", "rounding", "expected"),
    [
        ([1 / 3, 1 / 6], Rounding(), (True, None, "")),
        ([1 / 3, 0.1667], Rounding(), (False, 7, "")),
        ([0.3333, 0.1667], Rounding("significant", 4), (True, None, "4 significant digits, as run has them")),
        ([0.3333, 0.1666], Rounding("significant", 4), (False, 7, "4 significant digits, as run has them")),
        ([0.33, 0.17], Rounding("decimals", 2), (True, None, "2 decimals, as run has them")),
        ([0.3333333432674408, 0.1666666716337204], Rounding("float32"),
         (True, None, "float32 numbers, as run has them")),
        ([0.3333334, 0.1666666716337204], Rounding("float32"), (False, 6, "float32 numbers, as run has them")),
    ],
)  # fmt: skip
def test_precision(lrs: Sequence[float], rounding: Rounding, expected: tuple[bool, int | None, str]) -> None:
    """Equal is what is equal at the precision of the log."""
    spec = _spec("{lr: 0.3333333333333333, steps: 9, schedule: {type: step, step_size: 7, gamma: 0.5}}")
    assert expected == _first(compare(spec, series_of_log(_log([6, 7], lrs, rounding=rounding))))


def test_tolerance_of_the_user() -> None:
    """A tolerance that is asked for replaces the precision of the log."""
    spec = _spec("{lr: 0.3333333333333333, steps: 9, schedule: {type: constant}}")
    log = series_of_log(_log([0, 1], [0.3333, 0.3333], rounding=Rounding("significant", 4)))
    assert [True, False, False, True] == [
        compare(spec, log, **options).same for options in ({}, {"exact": True}, {"rtol": 1e-6}, {"rtol": 1e-3})
    ]


def test_log_first() -> None:
    """A log may be A as well as B."""
    log = series_of_log(_log([0, 3, 9], [1, 0.125, 0.25]))
    difference = compare(log, _spec(STEPS))
    assert ("log", 9, 0.25, 0.5**9) == (
        difference.a.arithmetic,
        difference.pairs[0].first,
        difference.pairs[0].rows[0].a,
        difference.pairs[0].rows[0].b,
    )


def test_two_logs() -> None:
    """Two logs are compared where both have a row; the rest is told."""
    a = series_of_log(_log([0, 2, 4, 6], [1, 0.5, 0.25, 0.125]))
    b = series_of_log(_log([2, 3, 4], [0.5, 9, 0.25]))
    difference = compare(a, b)
    assert (True, 2) == (difference.same, difference.pairs[0].compared)
    assert ("2 rows of run not in run: not compared", "1 row of run not in run: not compared") == difference.remarks


def test_what_is_not_compared() -> None:
    """Rows before the spec's first and past a replay's last are told, with their positions."""
    spec = _spec("{lr: 1, epochs: 3, first_step: 2, schedule: {type: exponential, gamma: 0.5}, emulate: torch-2.4}")
    difference = compare(spec, series_of_log(_log([0, 1, 2, 3, 4, 5], [7, 7, 1, 0.5, 0.25, 7], unit="epoch")))
    assert difference.same
    assert (
        "compared 3 of 6 rows of run (epochs 2 to 4)",
        "not compared: 2 rows before the first row of inline (epochs 0 to 1): "
        "its first_step is 2; --set first_step=0 for a log that counts from 0",
        "not compared: 1 row past the end of inline (epoch 5)",
    ) == difference.remarks


def test_no_row_in_common() -> None:
    """A comparison of nothing is an error, not an agreement."""
    with pytest.raises(LrcliError, match="no row of 'run' can be compared with 'inline'"):
        compare(
            _spec("{lr: 1, steps: 3, first_step: 9, schedule: {type: constant}}"), series_of_log(_log([0, 1], [1, 1]))
        )


def test_longest_run() -> None:
    """Of several runs the longest stands for the log, or the one that is asked for."""
    log = _log([0, 1, 0, 1, 2], [1, 2, 3, 4, 5], runs=(Run(0, 2), Run(2, 5)))
    assert 2 == longest(log)
    assert [[3, 4, 5], [1, 2]] == [evaluate(series_of_log(log, run=run)).shown() for run in (None, 1)]
    with pytest.raises(LrcliError, match="'run' has 2 runs, there is no run 3"):
        series_of_log(log, run=3)


def test_skipped_cells() -> None:
    """A parameter group that was not logged in some row is not compared there."""
    log = Log("run", "step", [0, 1], {"lr_0": [1, 0.5], "lr_1": [1, None]}, runs=(Run(0, 2),))
    spec = _spec("{lr: 1, steps: 2, schedule: {type: exponential, gamma: 0.5}, groups: [{name: a}, {name: b}]}")
    assert compare(spec, series_of_log(log)).same


def test_group_without_a_partner() -> None:
    """A learning rate that only one of the two has is told, and is no difference."""
    log = Log("run", "step", [0, 1], {"lr_0": [1, 0.5], "lr_1": [7, 7]}, runs=(Run(0, 2),))
    difference = compare(_spec(STEPS), series_of_log(log))
    assert (True, "the group 1 of B has none beside it in A and was not compared") == (
        difference.same,
        difference.remarks[-1],
    )


def test_table_has_the_logged_rows() -> None:
    """A table with a log has the rows that were logged, and no others."""
    log = series_of_log(_log([0, 3, 9], [1, 0.125, 7]))
    (chunk,) = tabulate([_spec(STEPS), log]).chunks()
    assert ([0, 3, 9], [1, 0.125, 0.5**9], [1, 0.125, 7]) == tuple(map(list, chunk))
    assert [[3], [0.125]] == [list(column) for chunk in tabulate([log], start=1, stop=9).chunks() for column in chunk]
    assert [[0, 9], [1, 7]] == [list(column) for chunk in tabulate([log], every=2).chunks() for column in chunk]


def test_table_of_two_logs() -> None:
    """Two logs side by side have the rows of both; what one has not is absent."""
    a, b = series_of_log(_log([0, 2], [1, 2])), series_of_log(_log([2, 3], [3, 4]))
    (chunk,) = tabulate([a, b]).chunks()
    assert [[0, 2, 3], [1, 2, None], [None, 3, 4]] == [list(column) for column in chunk]


def test_plot_joins_the_logged_rows() -> None:
    """There is no gap where nothing was logged, and a long log keeps its extremes."""
    (line,) = series_of_log(_log([0, 100, 200], [1, 3, 2])).sampled(80, 0, 201)
    assert ((0, 100, 200), (1, 3, 2), 100) == (line.xs, line.ys, line.facts and line.facts.peak_at)
    (line,) = series_of_log(_log(list(range(0, 50_000, 5)), [1.0] * 7_777 + [5.0] + [1.0] * 2_222)).sampled(
        80, 0, 50_000
    )
    assert (True, 38_885) == (len(line.xs) < 400, line.facts and line.facts.peak_at)


def test_first_row_is_the_first_logged() -> None:
    """The tail of a log begins where it begins."""
    assert 850 == series_of_log(read_log(str(REAL / "26-hf-smolvlm-cosine-tail.csv"))).start


@pytest.mark.parametrize(
    "text", [STEPS, "{lr: 1, steps: 10, schedule: {type: exponential, gamma: 0.5}, emulate: torch-2.4}"]
)
@pytest.mark.parametrize("windows", [[range(10)], [[0, 1], [5]], [[3, 9]], [[0, 0, 1, 3], [3, 4]], []])
def test_single_rows(text: str, windows: list[Sequence[int]]) -> None:
    """Some rows of a formula and of a replay are those rows of the whole."""
    spec = _spec(text)
    whole = evaluate(spec).groups[0].lr
    assert [({"lr": [whole[t] for t in rows]},) for rows in windows] == list(series_of(spec).at(windows, ("lr",)))
