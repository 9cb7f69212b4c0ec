from __future__ import annotations

import pytest

from lrcli.cli.sweep import sweep_name, sweep_settings
from lrcli.errors import LrcliError


@pytest.mark.parametrize(
    ("sweeps", "settings"),
    [
        ([], [()]),
        (["lr=0.1"], [("lr=0.1",)]),
        (["lr=0.1, 0.2"], [("lr=0.1",), ("lr=0.2",)]),
        (["a=1,2", "b=x,y"], [("a=1", "b=x"), ("a=1", "b=y"), ("a=2", "b=x"), ("a=2", "b=y")]),
        (["milestones=[30, 60],[40]"], [("milestones=[30, 60]",), ("milestones=[40]",)]),
        (["for='5ep, x',10%"], [("for='5ep, x'",), ("for=10%",)]),
        (["schedule.lr_lambda=max(0, epoch),1"], [("schedule.lr_lambda=max(0, epoch)",), ("schedule.lr_lambda=1",)]),
        (["lr=0.1:0.3:3"], [("lr=0.1",), ("lr=0.2",), ("lr=0.3",)]),
        (["lr=0.3:0.1:2:lin"], [("lr=0.3",), ("lr=0.1",)]),
        (["lr=1e-4:1e-2:3:log"], [("lr=0.0001",), ("lr=0.001",), ("lr=0.01",)]),
        (["T_0=2:8:3"], [("T_0=2",), ("T_0=5",), ("T_0=8",)]),
        (["a=-1:1:4"], [("a=-1",), ("a=-0.333333333333",), ("a=0.333333333333",), ("a=1",)]),
        (["a=1:100:3:log"], [("a=1",), ("a=10",), ("a=100",)]),
        (["a=2.0:8:3"], [("a=2.0",), ("a=5.0",), ("a=8.0",)]),
        (["a=1:2"], [("a=1:2",)]),
        (["a=x:2:3"], [("a=x:2:3",)]),
    ],
)
def test_settings(sweeps: list[str], settings: list[tuple[str, ...]]) -> None:
    """A sweep is a list or a ramp of values; several sweeps combine."""
    assert settings == list(sweep_settings(sweeps))


@pytest.mark.parametrize(
    ("sweep", "message"),
    [
        ("gamma", "wants KEY=V1,V2"),
        ("=1,2", "wants KEY=V1,V2"),
        ("gamma=", "wants KEY=V1,V2"),
        ("gamma=1,,2", "empty value"),
        ("lr=0:1:1", "N from 2"),
        ("lr=0:1:101", "N from 2"),
        ("lr=0:1:5:log", "above 0"),
        ("lr=nan:1:5", "finite"),
        ("lr=0:inf:5", "finite"),
    ],
)
def test_bad_sweeps(sweep: str, message: str) -> None:
    """What is no sweep is an error that shows the form."""
    with pytest.raises(LrcliError, match=message):
        sweep_settings([sweep])


def test_too_many_curves() -> None:
    """A product of sweeps has an end."""
    with pytest.raises(LrcliError, match="400 curves, 100 is the most"):
        sweep_settings(["a=0:1:20", "b=0:1:20"])


def test_names() -> None:
    """A curve is named by the last part of its keys."""
    assert sweep_name(["schedule.gamma=0.5", "schedule.1.T_max=10"]) == "gamma=0.5 T_max=10"
    assert sweep_name(["lr=0.1", "warmup.for=5"]) == "lr=0.1 warmup.for=5"
