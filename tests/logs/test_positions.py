"""Which column of a log counts, and which only looks like it."""

from __future__ import annotations

from pathlib import Path

import pytest

from lrcli.errors import LrcliError
from lrcli.logs import Log, LogRequest
from lrcli.logs.axis import counted, in_steps
from lrcli.logs.read import read_log

SCALAR = "Wall time,Step,Value\n1.6e9,0,0.1\n1.6e9,10,0.05\n"
METRIC = "1617181920123 0.1 0\n1617181920124 0.05 10\n"


@pytest.mark.parametrize(
    ("name", "text", "positions", "remark"),
    [
        ("progress.csv", "time/iterations,time/total_timesteps,train/learning_rate\n1,2048,0.1\n2,4096,0.05\n",
         [2048, 4096], "the step is column 'time/total_timesteps'"),
        ("log.csv", "num_env_steps,lr\n100,0.1\n200,0.05\n", [100, 200], "the step is column 'num_env_steps'"),
        ("log.jsonl", '{"total_steps": 90, "current_steps": 10, "lr": 0.1}\n'
         '{"total_steps": 90, "current_steps": 20, "lr": 0.05}\n', [10, 20],
         "column 'total_steps' stands still: it is no position"),
        ("log.csv", "total_steps,lr\n5,0.1\n5,0.05\n", [0, 1], "column 'total_steps' stands still: it is no position"),
        ("wandb.jsonl", '{"_step": 1, "train/global_step": 10, "train/lr": 0.1}\n'
         '{"_step": 3, "train/global_step": 20, "train/lr": 0.05}\n', [10, 20],
         "the step is column 'train/global_step'"),
        ("run-x-tag-train_lr.csv", SCALAR, [0, 10], "the learning rate is column 'Value'"),
        ("lr", METRIC, [0, 10], "the learning rate is column 'lr'"),
        ("wandb.csv", '"Step","a-loss-run - train/learning_rate","a-loss-run - train/learning_rate__MIN","a-loss-run -'
         ' train/learning_rate__MAX"\n"1","0.1","0.1","0.1"\n"2","0.05","0.05","0.05"\n', [1, 2],
         "the learning rate is column 'a-loss-run - train/learning_rate'"),
    ],
)  # fmt: skip
def test_positions(tmp_path: Path, name: str, text: str, positions: list[float], remark: str) -> None:
    """The column that goes on is taken, by the surest name, and the band of a chart is not a learning rate."""
    path = tmp_path / name
    path.write_text(text, "utf-8")
    log = read_log(str(path))
    assert (positions, [0.1, 0.05], 1) == (list(log.positions), list(next(iter(log.lrs.values()))), len(log.lrs))
    assert any(remark in said for said in log.remarks)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("loss.csv", SCALAR, "this is one scalar of TensorBoard, 'loss': is that the learning rate?"
         " Then say so: FILE:Value"),
        ("loss", METRIC, "this is the file of a metric of MLflow, called 'loss': is that the learning rate?"
         " Then say so: FILE:value"),
        ("back.csv", "step,lr,n\n5,0.1,1\n4,0.05,2\n3,0.01,3\n", "the step never goes forward (column 'step');"
         " --step-column step sorts the rows by it, --step-column n counts them by another column"),
        ("back.csv", "epoch,lr\n5,0.1\n4,0.05\n3,0.01\n", "the epoch never goes forward (column 'epoch');"
         " --step-column epoch sorts the rows by it"),
    ],
)  # fmt: skip
def test_no_position(tmp_path: Path, name: str, text: str, message: str) -> None:
    """What may be another metric is not taken for the learning rate, and rows that only go back are no log."""
    path = tmp_path / name
    path.write_text(text, "utf-8")
    with pytest.raises(LrcliError) as caught:
        read_log(str(path))
    assert f"{path}: {message.replace('FILE', str(path))}" == str(caught.value)


def test_a_named_value_is_taken(tmp_path: Path) -> None:
    """What a refusal proposes is what reads the file."""
    for name, text, column in (("loss.csv", SCALAR, "Value"), ("loss", METRIC, "value")):
        path = tmp_path / name
        path.write_text(text, "utf-8")
        assert [0.1, 0.05] == list(read_log(f"{path}:{column}").lrs[column])


def test_step_column(tmp_path: Path) -> None:
    """A column that a user names is the position, whatever it is called, and no other is."""
    path = tmp_path / "a.csv"
    path.write_text("epoch,step,seen,lr\n0,0,64,0.1\n0,1,128,0.05\n", "utf-8")
    log = read_log(str(path), request=LogRequest(step_column="seen"))
    assert ("step", [64, 128], None) == (log.unit, list(log.positions), log.epochs)


@pytest.mark.parametrize(
    ("epochs", "rows"),
    [
        ([0.5, 1.0, 1.5], [1, 2, 3]),
        ([0.33, 0.67, 1.0, 1.67], [1, 2, 3, 5]),
        ([0.02, 0.04, 0.06, 0.1], [1, 2, 3, 5]),
        ([0.1, 0.2, 0.3, 0.5], [1, 2, 3, 5]),
        ([1.1, 1.2, 1.3], [11, 12, 13]),
        ([0.0, 0.3333, 0.6667, 1.3333], [0, 1, 2, 4]),
        ([0.09009, 0.1802, 0.2703, 2.883, 2.973], [1, 2, 3, 32, 33]),
        ([0.01, 0.02, 0.04], [1, 2, 4]),
        ([0.01, 0.02, 0.04, 0.045], [0, 1, 2, 3]),
        ([0.5, 0.7, 1.9], [0, 1, 2]),
    ],
)
def test_fractions_of_epochs_are_counted(tmp_path: Path, epochs: list[float], rows: list[float]) -> None:
    """Rows are told apart by the spacing of their epochs; where that is not even they are counted from 0."""
    path = tmp_path / "a.csv"
    path.write_text("epoch,lr\n" + "".join(f"{epoch},{1 / (1 + epoch)}\n" for epoch in epochs), "utf-8")
    log = counted(read_log(str(path)))
    assert ("row", rows, epochs) == (log.unit, list(log.positions), None if log.epochs is None else list(log.epochs))


@pytest.mark.parametrize(
    ("steps", "request_", "runs", "remark"),
    [
        ([10, 30, 20, 40], LogRequest(), 1, "the rows stood in another order (column 'step'): they are sorted by it"),
        ([0, 1, 10, 11, 2, 3, 4, 5, 6, 7, 8, 9], LogRequest(), 1, "the rows stood in another order (column 'step')"),
        ([30, 20, 10], LogRequest(step_column="step"), 1, "the rows stood in another order (column 'step')"),
        ([0, 1, 2, 3, 2, 3, 4], LogRequest(), 2, "the step goes back once"),
        ([0, 10, 20, 5, 17, 30], LogRequest(), 2, "the step goes back once"),
    ],
)
def test_rows_in_another_order(tmp_path: Path, steps: list[int], request_: LogRequest, runs: int, remark: str) -> None:
    """Rows that give even positions once they are sorted are one run; others that go back are several."""
    path = tmp_path / "a.csv"
    path.write_text("step,loss,lr\n" + "".join(f"{step},{step + 0.5},{1 / (1 + step)}\n" for step in steps), "utf-8")
    log = read_log(str(path), request=request_)
    expected = sorted(steps) if runs == 1 else steps
    assert (expected, runs) == (list(log.positions), len(log.runs))
    assert [1 / (1 + step) for step in expected] == list(log.lrs["lr"])
    assert [step + 0.5 for step in expected] == list(log.others["loss"])
    assert any(remark in said for said in log.remarks)


FRACTIONS = [0.32, 0.63, 0.95, 1.27, 1.59, 1.9, 2.22, 2.54]
"""Every 20 steps of epochs of 63, as a Trainer rounds them."""


def test_fractions_of_epochs_of_so_many_steps() -> None:
    """Fractions of an epoch are steps where it is said how many an epoch has, if all of them are at one."""
    log = Log("run", "epoch", FRACTIONS, {"lr": [0.1] * 8})
    assert ("step", [20.0 * k for k in range(1, 9)]) == ((steps := in_steps(log, 63)).unit, [*steps.positions])
    for per in (62, 64, 1000):
        with pytest.raises(LrcliError, match=f"with {per} steps to an epoch the fractions of an epoch are not all at"):
            in_steps(log, per)
    with pytest.raises(LrcliError, match="with 1000000000000000000 steps to an epoch the run is too long"):
        in_steps(log, 10**18)
    for unit, positions in (("step", [10.0, 20.0]), ("epoch", [1.0, 2.0])):
        with pytest.raises(LrcliError, match=f"counts {unit}s: --steps-per-epoch is for"):
            in_steps(Log("run", unit, positions, {"lr": [0.1, 0.2]}), 63)
