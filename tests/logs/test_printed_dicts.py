"""Dicts that the Trainer prints without a bar: their steps from the runtime and the speed of the last one."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from lrcli.inputs import Inputs
from lrcli.logs import Log
from lrcli.logs.read import read_log

Printed = Callable[[float], str]


def _two(x: float) -> str:
    """Releases up to 4.36 round the epoch."""
    return repr(round(x, 2))


def _four(x: float) -> str:
    """Releases from 5 print all numbers as text of four digits."""
    return f"'{x:.4g}'"


def _rows(at: list[int], per: int, epoch: Printed) -> str:
    return "".join(f"{{'loss': 2.5, 'learning_rate': {1 / step!r}, 'epoch': {epoch(step / per)}}}\n" for step in at)


def _end(runtime: str, speed: str, epoch: str) -> str:
    return f"{{'train_runtime': {runtime}, 'train_steps_per_second': {speed}, 'train_loss': 1.9, 'epoch': {epoch}}}\n"


def _read(text: str) -> Log:
    return read_log("-", inputs=Inputs.of(text.encode()))


@pytest.mark.parametrize(
    ("at", "per", "epoch", "end", "said"),
    [
        (list(range(10, 501, 10)), 250, _two, _end("123.4", "4.05", "2.0"), "500, a row every 10"),
        (list(range(10, 501, 10)), 250, repr, _end("123.4567", "4.05", "2.0"), "500, a row every 10"),
        (list(range(25, 501, 25)), 167, _two, _end("123.4567", "4.058", "3.0"), "501, a row every 25"),
        ([1, *range(50, 751, 50)], 250, _two, _end("123.4567", "6.075", "3.0"), "750, a row every 50"),
        (list(range(20, 1233, 20)), 411, _four, _end("'123.5'", "'9.987'", "'3'"), "1233, a row every 20"),
        (list(range(10, 1001, 10)), 777, _two, _end("3600.1", "0.278", "1.29"), "1000 to 1002, a row every 10"),
    ],
)
def test_steps_of_the_end(at: list[int], per: int, epoch: Printed, end: str, said: str) -> None:
    """A row stands at each multiple of the logging steps, and perhaps at the first step."""
    log = _read(_rows(at, per, epoch) + end)
    assert (log.unit, list(log.positions)) == ("step", at)
    told = f"the steps are counted from train_runtime x train_steps_per_second: {said} (if the run was not stopped"
    assert any(remark.startswith(told) for remark in log.remarks)


TEN = list(range(10, 501, 10))
END = _end("123.4", "4.05", "2.0")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(_rows(list(range(500, 10001, 500)), 5000, _two) + _end("80000.1", "0.125", "2.0"), id="vague"),
        pytest.param(_rows(TEN[:20] + TEN[21:], 250, _two) + END, id="a row is missing"),
        pytest.param(_rows(TEN[20:], 250, _two) + END, id="resumed"),
        pytest.param(_rows(TEN, 250, _two) + _end("123.4", "13.5", "2.0"), id="stopped, of 1666 steps"),
        pytest.param(_rows(TEN, 250, _two) + _end("123.4", "4.05", "1.0"), id="ends before its rows"),
        pytest.param(_rows(TEN, 250, _two) + END + END, id="two ends"),
        pytest.param(_rows(TEN, 250, _two) + _end("'inf'", "'nan'", "2.0"), id="no numbers"),
        pytest.param(_rows(TEN, 250, _two) + _end("1e300", "1e300", "2.0"), id="too many"),
        pytest.param(_rows(TEN, 250, _two) + "{'train_runtime': 123.4, 'epoch': 2.0}\n", id="no speed"),
        pytest.param(_rows([250, 500], 250, _two) + END, id="whole epochs"),
    ],
)
def test_no_guess(text: str) -> None:
    """Where several numbers of steps would do, or none, the epochs stay what counts."""
    log = _read(text)
    assert log.unit == "epoch"
    assert not any("train_runtime" in remark for remark in log.remarks)


def test_cut_off() -> None:
    """A last dict that is cut off is told."""
    log = _read(_rows(TEN, 250, _two) + "{'loss': 2.5, 'learning_rate': 0.0")
    assert "1 line with a dict that cannot be read left out" in log.remarks
