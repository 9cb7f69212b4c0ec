"""The momentum that one_cycle and cyclic move: where it is shown, and what it is in compositions."""

from __future__ import annotations

import json

import pytest

import lrcli
from lrcli.errors import LrcliError
from tests.cli_world import run_cli

ONE_CYCLE = "{epochs: 10, schedule: {type: one_cycle, max_lr: 0.1}}"
CYCLIC = "{epochs: 9, schedule: {type: cyclic, base_lr: 0.01, max_lr: 0.1, step_size_up: 4}}"
STEP = "{lr: 0.1, epochs: 10, schedule: {type: step, step_size: 3}}"


def momenta(schedule: str, epochs: int = 8, lr: str = "lr: 0.1, ") -> list[float | None]:
    spec = lrcli.load(f"{{{lr}epochs: {epochs}, schedule: {schedule}}}")
    return list(spec.groups[0].schedule.momenta(0, epochs))


def test_one_cycle_falls_and_comes_back() -> None:
    """From max_momentum to base_momentum at the peak, and back; after the cycle it stays."""
    linear = "{type: one_cycle, max_lr: 0.1, total_steps: 5, pct_start: 0.6, anneal_strategy: linear%s}"
    assert [0.95, 0.8999999999999999, 0.85, 0.8999999999999999, 0.95, 0.95] == momenta(linear % "", 6)
    three = linear % ", three_phase: true, base_momentum: 0.5, max_momentum: 1.0"
    assert [1.0, 0.75, 0.5, 0.75, 1.0] == momenta(three, 5)


def test_cyclic_falls_while_the_lr_rises() -> None:
    """CyclicLR's momentum, with the scale of its mode."""
    cyclic = "{type: cyclic, base_lr: 0.01, max_lr: 0.1, step_size_up: 2, mode: %s}"
    assert [0.9, 0.8500000000000001, 0.8, 0.8500000000000001, 0.9] == momenta(cyclic % "triangular", 5)
    assert [0.9, 0.875, 0.8500000000000001] == momenta(cyclic % "triangular2", 7)[4:]


def test_a_composition_has_that_of_the_active_schedule() -> None:
    """A phase that does not move it leaves what was there; the last of several that share the group overwrites it."""
    short = "{type: one_cycle, max_lr: 0.1, total_steps: 3, anneal_strategy: linear, pct_start: 0.5, for: 3}"
    assert [None, None, 0.9, 0.8] == momenta(
        "[{type: linear, for: 2}, {type: cyclic, base_lr: 1, max_lr: 2, step_size_up: 1}]", 4
    )
    moved = momenta(f"[{short}, {{type: constant}}]", 5)
    assert moved[2:] == [moved[2]] * 3
    assert moved[2] is not None
    both = f"{{type: chained, schedules: [{CYCLIC[22:-1]}, {{type: constant}}]}}"
    assert momenta(CYCLIC[22:-1]) == momenta(both)


def test_people_see_a_column_and_programs_ask_for_it() -> None:
    """The column stands in plain, table and markdown by itself, in the machine formats with --momentum."""
    plain = run_cli("table", ONE_CYCLE).stdout
    assert ["epoch", "lr", "momentum", "event"] == plain.splitlines()[0].split()
    assert "momentum" not in run_cli("table", ONE_CYCLE, "--no-momentum").stdout
    assert "epoch,lr" == run_cli("table", ONE_CYCLE, "-f", "csv").stdout.splitlines()[0]
    rows = json.loads(run_cli("table", ONE_CYCLE, "-f", "json", "--momentum").stdout)
    spec = lrcli.load(ONE_CYCLE)
    assert list(spec.groups[0].schedule.momenta(0, 10)) == [row["momentum"] for row in rows]
    assert "momentum" not in run_cli("table", STEP).stdout
    asked = run_cli("table", STEP, "--momentum")
    assert ("note: nothing here moves the momentum\n", 0) == (asked.stderr, asked.status)


def test_each_group_has_its_own() -> None:
    """Groups whose schedule moves it have a column each."""
    one_cycle = "{name: a, schedule: {type: one_cycle, max_lr: 0.1}}"
    spec = f"{{epochs: 4, lr: 0.1, groups: [{one_cycle}, {{name: b, schedule: {{type: constant}}}}]}}"
    header = run_cli("table", spec, "-f", "csv", "--momentum").stdout.splitlines()[0]
    assert "epoch,lr/a,lr/b,momentum/a" == header


def test_a_reading() -> None:
    """`@torch-2.13:momentum` shows it as the curve, in at, table, plot and the library."""
    at = run_cli("at", f"{CYCLIC}@torch-2.13:momentum", "0", "1", "4")
    assert ("0.9\n0.875\n0.8\n", "") == (at.stdout, at.stderr)
    curve = lrcli.emulate(lrcli.load(CYCLIC), "torch-1.4:momentum")
    assert ("momentum", 0.875) == (curve.reading, curve.shown()[1])
    assert "momentum in torch-2.13:momentum" in run_cli("plot", f"{CYCLIC}@torch-2.13:momentum").stdout
    assert 0.875 == lrcli.evaluate(lrcli.load(CYCLIC)).groups[0].momentum[1]
    nothing = run_cli("at", f"{STEP}@torch-2.13:momentum", "1")
    assert ("null\n", "note: step does not move the momentum\n") == (nothing.stdout, nothing.stderr)


def test_a_plot_has_a_panel() -> None:
    """The momentum stands in a panel of its own under the learning rate, in text and in pictures."""
    text = run_cli("plot", CYCLIC).stdout
    assert any(line.lstrip().startswith("momentum├") for line in text.splitlines())
    assert ">momentum<" in run_cli("plot", CYCLIC, "--format", "svg").stdout
    assert "momentum" not in run_cli("plot", STEP).stdout


def test_diff_compares_the_lr_unless_asked() -> None:
    """Two runs that differ in their momentum alone are the same to diff; with --momentum they are not."""
    other = CYCLIC.replace("step_size_up: 4", "step_size_up: 4, base_momentum: 0.7")
    assert 0 == run_cli("diff", CYCLIC, other).status
    found = run_cli("diff", CYCLIC, other, "--momentum")
    assert (1, True) == (found.status, "momentum" in found.stdout.splitlines()[0])
    assert "LRs" not in found.stdout
    assert 0 == run_cli("diff", CYCLIC, f"{CYCLIC}@torch-2.13:lr", "--momentum").status


def test_a_log_has_none(tmp_path: object) -> None:
    """What has no momentum says so."""
    found = run_cli("diff", STEP, "-", "--momentum", stdin=b"epoch,lr\n0,0.1\n1,0.1\n")
    assert 2 == found.status
    assert "neither run has such a schedule" in found.stderr
    found = run_cli("diff", ONE_CYCLE, "-", "--momentum", stdin=b"epoch,lr\n0,0.1\n1,0.1\n")
    assert 2 == found.status
    assert "has no momentum" in found.stderr


def test_no_value() -> None:
    """Where the learning rate has no value the momentum has none, and the row is named."""
    broken = CYCLIC.replace("step_size_up: 4", "step_size_up: 4, scale_fn: '1 / (epoch - 3)', scale_mode: iterations")
    found = run_cli("diff", CYCLIC, broken, "--momentum")
    assert (2, "") == (found.status, found.stdout)
    assert "the schedule has no value at epoch 3" in found.stderr


def test_a_rise_of_no_steps_begins_at_the_peak() -> None:
    """With a pct_start of one step PyTorch divides by zero; the formula begins where the rise would end."""
    assert 0.85 == momenta("{type: one_cycle, max_lr: 0.1, total_steps: 100, pct_start: 0.01}")[0]


@pytest.mark.parametrize(
    ("release", "expected"),
    [
        ("2.2", [0.9, 0.9, 0.9]),  # base_momentum is what the group has
        ("2.3", [0.8200000000000001, 0.8, 0.8200000000000001]),
    ],
)
def test_cyclic_resumed_without_the_saved_groups(release: str, expected: list[float]) -> None:
    """`momentum:` says what the optimizer's own is: until 2.2 a resumed CyclicLR takes it for its base_momentum."""
    emulate = f"{{torch: '{release}', last_epoch: 3, saved: 0.06, momentum: 0.9, read: momentum}}"
    schedule = "{type: CyclicLR, base_lr: 0.001, max_lr: 0.1, step_size_up: 5}"
    curve = lrcli.evaluate(lrcli.load(f"{{lr: 0.1, epochs: 7, schedule: {schedule}, emulate: {emulate}}}"))
    assert expected == curve.shown()


def test_a_bad_momentum_is_told() -> None:
    """It is a number, or one per group."""
    with pytest.raises(LrcliError, match="momentum must have one number per group"):
        lrcli.load("{lr: 1, epochs: 2, schedule: {type: constant}, emulate: {torch: '2.4', momentum: [0.1, 0.2]}}")
