"""Log files of all tools -> Log."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lrcli.errors import LrcliError
from lrcli.inputs import Inputs
from lrcli.logs import Log, LogRequest, Run
from lrcli.logs.formats import delimited as delimited_module
from lrcli.logs.read import read_log

FORMATS = Path(__file__).parents[1] / "log_formats"
REAL = Path(__file__).parent
BESIDE = "without a learning rate: their numbers go with the row of their step, or the one before"


def _read(text: str | bytes, column: str | None = None) -> Log:
    data = text.encode() if isinstance(text, str) else text
    return read_log("-", inputs=Inputs.of(data), request=LogRequest(column))


@pytest.mark.parametrize(
    ("file", "unit", "positions", "epochs", "lrs"),
    [
        ("trainer_state.json", "step", [2, 4, 6, 8], [0.5, 1, 1.5, 2], {"learning_rate": [2e-5, 1.5e-5, 1e-5, 5e-6]}),
        ("trainer_stdout.txt", "epoch", [0.5, 1, 1.5], None, {"learning_rate": [2e-5, 1.5e-5, 1e-5]}),
        ("trainer_captured.txt", "step", [5, 10, 15], [0.625, 1.25, 1.875],
         {"learning_rate": [8e-5, 1.8e-4, 1.927e-4]}),
        ("keras.csv", "epoch", [0, 1, 2], None,
         {"learning_rate": [0.0010000000474974513, 0.0010000000474974513, 0.0005000000237487257]}),
        ("keras.tsv", "epoch", [0, 1, 2], None,
         {"learning_rate": [0.0010000000474974513, 0.0010000000474974513, 0.0005000000237487257]}),
        ("lightning_metrics.csv", "step", [0, 10, 20], [0, 1, 2],
         {"lr-Adam/pg1": [0.1, 0.05, 0.025], "lr-Adam/pg2": [0.01, 0.005, 0.0025]}),
        ("ultralytics_results.csv", "epoch", [0, 1, 2, 3], None,
         {"lr/pg0": [0.0701141, 0.0400482, 0.00991632, 0.009703],
          "lr/pg1": [0.00332066, 0.00658812, 0.00978932, 0.009703],
          "lr/pg2": [0.00332066, 0.00658812, 0.00978932, 0.009703]}),
        ("timm_summary.csv", "epoch", [0, 1, 2], None, {"lr": [1e-5, 0.00020800000000000001, 0.00040600000000000006]}),
        ("detectron2_metrics.json", "step", [19, 39, 59], None, {"lr": [1.9981e-05, 3.9961e-05, 5.9941e-05]}),
        ("mmengine_scalars.json", "step", [50, 100, 150, 200], [1, 1, 2, 2], {"lr": [0.02, 0.02, 0.002, 0.002]}),
        ("mmcv.log.json", "row", [0, 1, 2, 3], [1, 1, 2, 2], {"lr": [0.00199, 0.00399, 0.00599, 0.00799]}),
        ("mae_log.txt", "epoch", [0, 1, 2], None, {"train_lr": [1.953125e-06, 5.859375e-06, 9.765625e-06]}),
        ("history.json", "epoch", [0, 1, 2], None, {"lr": [0.1, 0.1, 0.01]}),
    ],
)  # fmt: skip
def test_formats(
    file: str, unit: str, positions: list[float], epochs: list[float] | None, lrs: dict[str, list[float]]
) -> None:
    """Every tool's log is known by what is in it, and gives its positions and learning rates."""
    log = read_log(str(FORMATS / file))
    assert (unit, positions, epochs, lrs) == (
        log.unit,
        list(log.positions),
        None if log.epochs is None else list(log.epochs),
        {name: list(values) for name, values in log.lrs.items()},
    )


def test_every_format_has_a_test() -> None:
    """No file of a tool lies in the folder unread."""
    table = next(mark for mark in test_formats.pytestmark if mark.name == "parametrize")  # type: ignore[attr-defined]
    assert sorted(path.name for path in FORMATS.iterdir()) == sorted(case[0] for case in table.args[1])


@pytest.mark.parametrize("entry", json.loads((REAL / "index.json").read_text("utf-8")), ids=lambda entry: entry["file"])
def test_real_logs(entry: dict[str, Any]) -> None:
    """A log of a real run gives each of its learning rates, in order; what it says twice, once."""
    log = read_log(str(REAL / entry["file"]))
    with (REAL / entry["file"]).open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    first = next(iter(log.lrs))
    places = [float(row.get("step") or row["epoch"]) for row in rows]
    rates = [float(row[first]) for row in rows]
    kept = [i for i in range(len(rows)) if i + 1 == len(rows) or (places[i], rates[i]) != (places[i + 1], rates[i + 1])]
    assert ([places[i] for i in kept], [rates[i] for i in kept]) == (list(log.positions), list(log.lrs[first]))


@pytest.mark.parametrize(
    ("file", "runs"),
    [
        ("45-keras-apnea-plateau-f05-p7-tworuns.csv", [50, 50]),
        ("55-convnext-cosine-11appendedruns.csv", [6, 6, 9, 9, 9, 9, 6, 6, 6, 6, 6]),
        ("60-deit-timm-cosine-offbyone-restart.csv", [2, 35]),
        ("03-hf-whisper-tiny-constwarm-resumed.csv", [45]),
    ],
)
def test_appended_runs(file: str, runs: list[int]) -> None:
    """Where the position goes back another run begins; an epoch that goes back beside a step that does not is none."""
    log = read_log(str(REAL / file))
    assert runs == [run.stop - run.start for run in log.runs]


def test_others_stand_beside_their_step() -> None:
    """What was logged without a learning rate goes to the row of its step, or to the row before it."""
    log = read_log(str(FORMATS / "trainer_state.json"))
    assert [None, 2.125, None, 1.5] == list(log.others["eval_loss"])
    assert [1.5, 1.25, 1.0] == list(read_log(str(FORMATS / "mmengine_scalars.json")).others["loss"])[1:]


def test_early_metrics_of_a_step_wait_for_it() -> None:
    """A row without a learning rate that comes before the one of its step belongs to that."""
    log = _read('{"step": 1, "lr": 0.1}\n{"step": 2, "loss": 5}\n{"step": 2, "lr": 0.2}\n{"step": 3, "loss": 7}\n')
    assert ([0.1, 0.2], [None, 7.0]) == (list(log.lrs["lr"]), list(log.others["loss"]))


def test_without_others() -> None:
    """Only the positions and the learning rates are kept where nothing else is asked for."""
    assert {} == read_log(str(FORMATS / "keras.csv"), others=False).others


@pytest.mark.parametrize(
    ("text", "positions", "lrs", "remark"),
    [
        ("\ufeffepoch,lr\r\n0,0.1\r\n1,0.2\r\n", [0, 1], [0.1, 0.2], None),
        ("epoch;lr\n0;0,1\n1;0,25\n", [0, 1], [0.1, 0.25], None),
        ("epoch lr\n0   0.1\n10  0.2\n", [0, 10], [0.1, 0.2], None),
        ("# a comment\n\nepoch,lr\n0,0.1\n\n1,0.2\n", [0, 1], [0.1, 0.2], None),
        ("step,lr,loss\n0,0.1,1\n1,0.2,2\n2,0.", [0, 1], [0.1, 0.2],
         "line 4, the last one, is cut off and was left out"),
        ("step,lr\n0,0.1\n1,0.2", [0, 1], [0.1, 0.2],
         "the last line has no line end: its learning rate may be cut off"),
        ('{"step":0,"lr":0.1}\n{"step":1,"lr":0.2}\n{"ste', [0, 1], [0.1, 0.2],
         "line 3, the last one, is cut off and was left out"),
        ('{"step":0,"lr":0.1}\n{"st{"step":1,"lr":0.2}\n{"step":2,"lr":0.3}\n', [0, 2], [0.1, 0.3],
         "line 2 is no JSON object and was left out"),
        ('{"log_history": [{"step":0,"lr":0.1},{"step":1,"lr":0.2},{"st', [0, 1], [0.1, 0.2],
         "the file is cut off or damaged after entry 2; what follows was left out"),
        ("step,lr\n0,0.1\n0,0.1\n1,0.2\n", [0, 1], [0.1, 0.2],
         "1 row that the next row repeats (column 'step': 0) left out"),
        ("step,lr\n0,0.1\n,0.2\n2,0.3\n", [0, 2], [0.1, 0.3], "1 row without a number in column 'step' left out"),
        ("step,lr\n0,0.1\n1,nan\n2,0.3\n", [0, 1, 2], [0.1, math.nan, 0.3], "1 learning rate is NaN"),
        ("step,lr\n0,0.1\n1,\n2,0.3\n", [0, 2], [0.1, 0.3], f"1 row {BESIDE}"),
        ("step,lr\n0,0.1,9\n1,0.2\n", [0, 1], [0.1, 0.2], "1 row has more cells than the header; those were left out"),
        ("step,lr\n0,0.1\n1,0.2\nstep,lr\n0,0.3\n", [0, 1, 0], [0.1, 0.2, 0.3], "the header line comes again once"),
        ("lr\n0.1\n0.2\n", [0, 1], [0.1, 0.2], "there is no column with a step or an epoch"),
        ("epoch,batch,lr\n0,0,1\n0,1,2\n1,0,3\n1,1,4\n2,0,5\n", [0, 1, 2, 3, 4], [1, 2, 3, 4, 5],
         "column 'batch' starts again in every epoch, of 2 steps: they were added up"),
        ("epoch,lr\n0,1\n0,2\n0,3\n1,4\n1,5\n1,6\n", [0, 1, 2, 3, 4, 5], [1, 2, 3, 4, 5, 6],
         "the learning rate changes within an epoch (column 'epoch'): rows are counted instead"),
        ("step,lr\n0,1\n1,2\n0,1\n", [0, 1, 0], [1, 2, 1], "the step goes back once: 2 runs, of steps 0-1, 0-0"),
    ],
)  # fmt: skip
def test_flaws(text: str, positions: list[float], lrs: list[float], remark: str | None) -> None:
    """What is cut off, missing, repeated or strange is dealt with, and said."""
    log = _read(text)
    values = next(iter(log.lrs.values()))
    assert (positions, repr([float(lr) for lr in lrs]), True) == (
        list(log.positions),
        repr(list(values)),
        remark is None or remark in log.remarks,
    )


UNUSUAL = "<stdin>: this is not a log, or its learning rate has an unusual name (LOG:COLUMN)"


def test_utf_16() -> None:
    """What PowerShell writes is read, too."""
    assert [0.1, 0.2] == list(_read("epoch,lr\n0,0.1\n1,0.2\n".encode("utf-16")).lrs["lr"])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "<stdin>: the file is empty"),
        ("\n \n", "<stdin>: the file is empty"),
        (b"\x00\x01\x02" * 100, "<stdin>: this is a binary file, not a log"),
        (b"\x1f\x8b\x08\x00", "<stdin>: this is not a log but a gzip file: unpack it first"),
        ("epoch,loss\n0,1\n1,2\n", f"{UNUSUAL}: its columns are epoch, loss"),
        ("Dear all,\nthis is prose\n", "<stdin>: no line of this text has a learning rate that is known as one"),
        ('{"a": 1}\n', f"{UNUSUAL}: its columns are a"),
        ("{\n  'a'\n", "<stdin>: this is not JSON, and not a log"),
        ("[1, 2]\n", "<stdin>: entry 1 is not an object with a step and a learning rate"),
        ("epoch,lr\n0,0.1\n1,low\n", "<stdin>: line 3, column 'lr': 'low' is not a number"),
        ("epoch,lr\n0,0.1\n", "<stdin>: only one row has a learning rate: that is not a log of a run"),
        ("epoch,lr\n0,nan\n1,nan\n", "<stdin>: every learning rate is NaN (column 'lr')"),
        ("epoch,lr\n", "<stdin>: no row has a learning rate (column 'lr' is empty)"),
        ("0,0.1\n1,0.1\n", "<stdin>: the first line is 0, 0.1: a log needs a header line, e.g. epoch,lr"),
        ("epoch,lr,learning_rate\n0,1,2\n1,1,2\n",
         "<stdin>: which column is the learning rate? The candidates are lr, learning_rate; name it, e.g. -:lr"),
    ],
)  # fmt: skip
def test_no_log(text: str | bytes, message: str) -> None:
    """What is no log is told in one message."""
    with pytest.raises(LrcliError) as caught:
        _read(text)
    assert message == str(caught.value)


@pytest.mark.parametrize(
    ("columns", "chosen"),
    [
        ("lr_pg0,lr_pg1", ["lr_pg0", "lr_pg1"]),
        ("base_lr,lr", ["lr", "base_lr"]),
        ("train/learning_rate,lr-Adam", ["train/learning_rate", "lr-Adam"]),
        ("lr_mult,current_lr", ["current_lr"]),
        ("lr/backbone,lr/head", ["lr/backbone", "lr/head"]),
        ("lr-AdamW/backbone,lr-AdamW/head", ["lr-AdamW/backbone", "lr-AdamW/head"]),
        ("get_lr/a,lr/a,get_lr/b,lr/b", ["lr/a", "lr/b", "get_lr/a", "get_lr/b"]),
        ("LR", ["LR"]),
    ],
)
def test_choice_of_the_column(columns: str, chosen: list[str]) -> None:
    """A whole name beats a part of one, parameter groups are one family, and all candidates are kept."""
    assert chosen == list(_read(f"epoch,{columns}\n0,1,2,1,2\n1,1,2,1,2\n").lrs)


def test_named_column() -> None:
    """A named column is the learning rate, whatever it is called."""
    log = _read("epoch,lr,alpha\n0,1,2\n1,1,3\n", "alpha")
    assert ({"alpha": [2, 3], "lr": [1, 1]}, ("epoch",)) == (
        {name: list(values) for name, values in log.lrs.items()},
        (log.unit,),
    )
    with pytest.raises(LrcliError, match="there is no column 'beta': its columns are epoch, lr"):
        _read("epoch,lr\n0,1\n1,1\n", "beta")


def test_column_after_a_colon(tmp_path: Path) -> None:
    """PATH:COLUMN names a column, and an existing path wins."""
    path = tmp_path / "run.csv"
    path.write_text("epoch,lr,alpha\n0,1,2\n1,1,3\n", "utf-8")
    assert [2, 3] == list(read_log(f"{path}:alpha").lrs["alpha"])
    (tmp_path / "run.csv:alpha").write_text("epoch,lr\n0,5\n1,6\n", "utf-8")
    assert [5, 6] == list(read_log(f"{path}:alpha").lrs["lr"])


@pytest.mark.parametrize("make", [Path.mkdir, lambda path: None])
def test_unreadable(tmp_path: Path, make: Callable[[Path], None]) -> None:
    """A directory and a missing file are told as such."""
    make(tmp_path / "run")
    with pytest.raises(LrcliError, match=r"run: (this is a directory, not a file|no such file)$"):
        read_log(str(tmp_path / "run"))


def test_blocks_and_rows_give_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows that are read together give what they give one by one."""
    lines = [f"{i % 700},{1 / (1 + i)!r},{'' if i % 97 == 0 else i},{i % 5}" for i in range(2000)]
    text = "\n".join(["step,lr,loss,lr_b", *lines]) + "\n"
    text = text.replace("\n301,", "\nstep,lr,loss,lr_b\n301,")
    together = _read(text)
    monkeypatch.setattr(delimited_module, "BLOCK", 1)
    one_by_one = _read(text)
    assert [list(values) for values in together.lrs.values()] == [list(values) for values in one_by_one.lrs.values()]
    assert list(together.others["loss"]) == list(one_by_one.others["loss"])
    assert (list(together.positions), together.runs, together.rounding, together.remarks) == (
        list(one_by_one.positions),
        one_by_one.runs,
        one_by_one.rounding,
        one_by_one.remarks,
    )
    assert Run(0, 700) == together.runs[0]


def test_event_file_without_tensorboard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An event file says how it can be read where TensorBoard is not installed."""
    path = tmp_path / "events.out.tfevents.1"
    path.write_bytes(b"\x18" + bytes(11) + b"\t\x00\x00\x00\x00\x00\x00\xd8A\x1a\rbrain.Event:2" + bytes(4))
    monkeypatch.setitem(__import__("sys").modules, "tensorboard", None)
    with pytest.raises(LrcliError, match=r"this is a TensorBoard event file: pip install 'lrcli\[tensorboard\]'"):
        read_log(str(path))
