"""Logs that are free text -> Log."""

from __future__ import annotations

from pathlib import Path

import pytest

from lrcli.errors import LrcliError
from lrcli.inputs import Inputs
from lrcli.logs import Log, LogRequest
from lrcli.logs.formats import text as text_module
from lrcli.logs.read import read_log

FORMATS = Path(__file__).with_name("text_formats")

Rows = list[tuple[float, float]]

# the file of text_formats/, what its positions count, and (position, learning rate) of each row as a person reads it
SAMPLES: list[tuple[str, str, Rows]] = [
    ("megatron", "step", [(10, 1.5e-06), (20, 3e-06)]),
    ("megatron-old", "step", [(100, 4.687e-06), (200, 9.375e-06)]),
    ("deepspeed", "step", [(10, 9.65e-06), (20, 9.3e-06)]),
    ("gpt-neox", "step", [(10, 1.2e-06), (20, 2.4e-06)]),
    ("fairseq-text", "step", [(100, 1.25e-05), (200, 2.5e-05)]),
    ("fairseq-pipes", "step", [(1102, 0.00013775), (2204, 0.0002755)]),
    ("fairseq-json", "step", [(100, 1.25e-05), (200, 2.5e-05)]),
    ("opennmt", "step", [(50, 1e-05), (100, 2e-05)]),
    ("opennmt-3", "step", [(100, 6e-05), (200, 0.00012)]),
    ("torchtune", "step", [(1, 2e-07), (2, 4e-07)]),
    ("nemo", "step", [(120, 3e-05), (121, 2.9e-05)]),
    ("nemo-bar", "step", [(49, 1e-05), (59, 2e-05)]),
    ("llm.c", "step", [(1, 8.57e-07), (2, 1.71e-06)]),
    ("build-nanogpt", "step", [(0, 8.3916e-07), (1, 1.6783e-06)]),
    ("flair", "step", [(9, 1e-05), (18, 2e-05), (107, 4.9e-05)]),
    ("mmdet", "step", [(50, 0.001978), (1799, 0.02)]),
    ("mmseg", "step", [(50, 0.009997), (100, 0.009994)]),
    ("mmengine-iter", "step", [(50, 0.00099779), (100, 0.00099556)]),
    ("mmengine-epochs", "step", [(50, 0.01), (9050, 0.001), (10000, 0.001)]),
    ("detectron2", "step", [(19, 1.9981e-05), (39, 3.9961e-05)]),
    ("detectron2-coloured", "step", [(19, 1.9981e-05), (39, 3.9961e-05)]),
    ("maskrcnn-benchmark", "step", [(20, 0.000833), (40, 0.000867)]),
    ("yolox", "step", [(10, 4.527e-07), (57, 1.471e-05)]),
    ("paddleocr-old", "step", [(20, 0.001), (40, 0.000999)]),
    ("paddleclas", "step", [(1170, 0.1), (1177, 0.0999)]),
    ("paddledetection", "step", [(0, 0.000333), (1020, 0.000467)]),
    ("paddleseg", "step", [(10, 0.009999), (370, 0.009958), (380, 0.009957)]),
    ("caffe", "step", [(0, 0.01), (100, 0.001)]),
    ("hrnet", "step", [(0, 0.01), (10, 0.009999498), (371, 0.00998)]),
    ("swin", "step", [(0, 1e-06), (1261, 5.1e-05)]),
    ("openpcdet", "step", [(0, 0.0001), (372, 0.0001351)]),
    ("timm", "step", [(0, 1e-06), (50, 1e-06), (1251, 0.0002)]),
    ("nnunet-2", "epoch", [(0, 0.01), (1, 0.00999)]),
    ("nnunet-1", "epoch", [(50, 0.009548), (51, 0.009539)]),
    ("basicsr", "step", [(900, 0.0001), (1000, 5e-05)]),
    ("darknet", "step", [(1, 0.0), (2, 1e-06)]),
    ("icefall", "step", [(0, 0.003), (50, 0.00298)]),
    ("wenet", "step", [(203700, 0.00032621), (203800, 0.00032619)]),
    ("espnet", "step", [(375, 9.975e-06), (750, 1.975e-05)]),
    ("keras-2", "epoch", [(1, 0.01), (2, 0.0005)]),
    ("keras-2-live", "epoch", [(1, 0.01), (2, 0.005)]),
    ("keras-3", "epoch", [(1, 0.001), (2, 0.0005)]),
    ("keras-scheduler-messages", "epoch", [(1, 0.001), (2, 0.0005)]),
    ("torch-plateau", "epoch", [(20, 0.0005), (25, 0.00025)]),
    ("torch-adjusting", "row", [(0, 0.1), (1, 0.09), (2, 0.081)]),
    ("stable-baselines3", "step", [(4096, 0.0003), (6144, 0.000298)]),
    ("epoch-pipes", "epoch", [(1, 0.1), (2, 0.095)]),
    ("config-first", "row", [(0, 0.0998), (1, 0.099)]),
    ("number-in-quotes", "step", [(10, 0.1), (20, 0.05)]),
    ("adam-in-brackets", "epoch", [(1, 0.001), (2, 0.0005)]),
    ("is-sentence", "epoch", [(0, 0.1), (1, 0.05)]),
    ("tqdm-bar-below-a-heading", "step", [(50, 0.001), (550, 0.0009)]),
    ("transformers-totals", "step", [(10, 4.9912e-05), (20, 4.9649e-05), (30, 4.9213e-05)]),
    ("transformers-bars", "step", [(10, 4.9912e-05), (20, 4.9649e-05), (30, 4.9213e-05)]),
    ("transformers-old", "step", [(500, 4.5e-05), (1000, 4e-05)]),
    ("run-glue-old", "step", [(50, 4.5e-05), (100, 4e-05)]),
    ("paddleseg-later", "step", [(760, 0.009915), (770, 0.009914)]),
    ("funasr", "step", [(4050, 7.484e-06), (4100, 7.567e-06)]),
    ("kohya", "step", [(1, 0.0001), (2, 9e-5), (801, 5e-5), (802, 4e-5)]),
    ("epoch-batch", "step", [(0, 1e-4), (100, 9e-5), (300, 8e-5)]),
    ("epoch-step", "step", [(500, 1e-4), (1000, 9e-5), (1500, 8e-5)]),
    ("last-lr-list", "epoch", [(1, 0.001), (2, 0.0009), (4, 0.0008)]),
    ("fasttext", "row", [(0, 0.09), (1, 0.08)]),
]  # fmt: skip


def _rows(log: Log) -> Rows:
    first = next(iter(log.lrs.values()))
    return [(position, lr) for position, lr in zip(log.positions, first, strict=True) if lr is not None]


@pytest.mark.parametrize(("name", "unit", "rows"), SAMPLES, ids=[sample[0] for sample in SAMPLES])
def test_samples(name: str, unit: str, rows: Rows) -> None:
    """What a tool prints is read as a person reads it."""
    log = read_log(str(FORMATS / f"{name}.log"))
    assert (unit, rows) == (log.unit, _rows(log))


def test_every_sample_has_its_rows() -> None:
    """No file lies in the folder unread."""
    assert sorted(path.stem for path in FORMATS.iterdir()) == sorted(sample[0] for sample in SAMPLES)


TWO = "[Epoch 0] lr_backbone: 1e-05 lr_head: 1e-04\n[Epoch 1] lr_backbone: 2e-05 lr_head: 2e-04\n"


def test_rates_of_different_names() -> None:
    """Two learning rates by different names are two columns, of which one has to be named."""
    with pytest.raises(LrcliError, match=r"The candidates are lr_backbone, lr_head; name it, e\.g\. -:lr_backbone"):
        read_log("-", inputs=Inputs.of(TWO.encode()))
    assert [1e-4, 2e-4] == list(read_log("-:lr_head", inputs=Inputs.of(TWO.encode())).lrs["lr_head"])


def test_groups_are_columns() -> None:
    """The learning rates of a list are the parameter groups of one log."""
    log = read_log(str(FORMATS / "deepspeed.log"))
    assert {"lr/0": [9.65e-06, 9.3e-06], "lr/1": [4.8e-06, 4.6e-06]} == {n: list(v) for n, v in log.lrs.items()}


def test_remarks() -> None:
    """One note says which line was taken, and others what was left out."""
    log = read_log(str(FORMATS / "config-first.log"))
    assert [
        "the learning rate is 'lr'; the rows are counted, from 0",
        "read as text: 2 lines like line 6, 'Time Taken: 14.09s - LR: 9.98e-02'; 6 lines without a learning"
        " rate left out",
        "1 line of another form left out, as line 1, 'Namespace(lr=0.1, epochs=3, lr_step=30, batch_size=128)'",
        "1 line of another form left out, as line 2, 'lr: 0.1'",
        "the epoch stands above each row ('epoch', from 1)",
    ] == list(log.remarks)


@pytest.mark.parametrize("name", [sample[0] for sample in SAMPLES])
def test_blocks_and_lines_give_the_same(name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Text that is read in blocks gives what it gives line by line, and piece by piece."""
    path = tmp_path / "a.log"
    data = (FORMATS / f"{name}.log").read_bytes()
    path.write_bytes(data)
    together = _outcome(path)
    monkeypatch.setattr(text_module.TextRows, "_together", lambda self, block, lines: False)
    assert together == _outcome(path)
    monkeypatch.undo()
    monkeypatch.setattr(text_module, "BLOCK", 64)
    assert together == _outcome(path)


def _outcome(path: Path) -> tuple[object, ...]:
    log = read_log(str(path))
    return log.unit, list(log.positions), {n: list(v) for n, v in log.lrs.items()}, log.runs, log.rounding, log.remarks


@pytest.mark.parametrize(
    "text",
    [
        "Epoch 5: reducing learning rate of group 0 to 0.1.\nEpoch 5: reducing learning rate of group 1 to 0.2.\n"
        "Epoch 9: reducing learning rate of group 0 to 0.3.\nEpoch 9: reducing learning rate of group 1 to 0.4.\n",
        "Adjusting learning rate of group 0 to 0.1.\nAdjusting learning rate of group 1 to 0.2.\n"
        "Adjusting learning rate of group 0 to 0.3.\nAdjusting learning rate of group 1 to 0.4.\n",
    ],
)
def test_groups_on_lines_of_their_own(text: str) -> None:
    """PyTorch tells each parameter group on its own line: they are one row."""
    log = read_log("-", inputs=Inputs.of(text.encode()))
    assert [[0.1, 0.3], [0.2, 0.4]] == [list(column) for column in log.lrs.values()]


@pytest.mark.parametrize(("end", "told"), [("\n", False), ("", True), (" loss 2", False)])
def test_a_last_line_that_may_be_cut_off(end: str, told: bool) -> None:
    """A learning rate at the end of a text without a last line end may be the beginning of one."""
    log = read_log("-", inputs=Inputs.of(f"step 1 lr 0.1 loss 3\nstep 2 lr 0.05{end}".encode()))
    assert told == any("may be cut off" in remark for remark in log.remarks)


@pytest.mark.parametrize("written", ["0,0005", "5 x 10^-4", "5\u00d710^-4", "10^-4", "5 * 1e-4"])
def test_the_beginning_of_a_number_that_is_written_in_another_way_is_none(written: str) -> None:
    """A decimal comma or a power of ten is not cut off: such a line has no learning rate, nor has one amid others."""
    with pytest.raises(LrcliError):
        read_log("-", inputs=Inputs.of(f"step 1 lr {written} loss 3\nstep 2 lr {written} loss 2\n".encode()))
    log = read_log("-", inputs=Inputs.of(f"step 1 lr 1\nstep 2 lr 0.5\nstep 3 lr {written}\nstep 4 lr 0.1\n".encode()))
    assert list(log.positions) == [1, 2, 4]


@pytest.mark.parametrize("written", ["[0,0]", "(0,1e-4,)", "[0, 0]", "[1,2e-5]"])
def test_a_list_without_blanks_is_still_one(written: str) -> None:
    log = read_log("-", inputs=Inputs.of(f"step 1 lr {written}\nstep 2 lr {written}\n".encode()))
    assert len(log.lrs) == 2


def test_two_rates_of_one_name_in_a_line() -> None:
    """The first is the learning rate, and the second has a number, as a column of a CSV that stands there twice."""
    text = b"step 1 G lr 0.1 D lr 0.2\nstep 2 G lr 0.3 D lr 0.4\n"
    for column, first in ((None, [0.1, 0.3]), ("lr", [0.1, 0.3]), ("lr#2", [0.2, 0.4])):
        log = read_log("-", inputs=Inputs.of(text), request=LogRequest(column))
        assert list(next(iter(log.lrs.values()))) == first


@pytest.mark.parametrize(
    ("places", "steps"),
    [
        ([(1, 10), (1, 20), (2, 30), (2, 40), (3, 50)], [10, 20, 30, 40, 50]),
        ([(1, 20), (2, 40), (3, 60)], [20, 40, 60]),
        ([(1, 20), (1, 40), (2, 20), (2, 40)], [20, 40, 80, 100]),
        ([(1, 10), (2, 25), (3, 40)], [10, 85, 160]),
    ],
)
def test_steps_that_go_on_from_epoch_to_epoch(places: list[tuple[int, int]], steps: list[float]) -> None:
    """A total behind the step is that of the run where no step goes back, be the number of epochs written or not."""
    lines = "".join(f"Epoch[{epoch}/3] Iter[{step}/60] loss: 0.5 lr: {0.1 / step}\n" for epoch, step in places)
    assert steps == list(read_log("-", inputs=Inputs.of(lines.encode())).positions)


def test_a_step_that_is_called_it() -> None:
    """`it` is a step where a total stands behind its number, too."""
    text = "ep 1/2 it 10/30 loss 0.5 lr 0.1\nep 2/2 it 10/30 loss 0.4 lr 0.05\n"
    assert [10, 40] == list(read_log("-", inputs=Inputs.of(text.encode())).positions)


def test_samples_of_an_epoch(tmp_path: Path) -> None:
    """PyTorch's examples count an epoch's samples, timm its batches, in brackets of the same form."""
    for start, counts in (("Train Epoch: {}", "samples"), ("Train: {}", "steps")):
        path = tmp_path / "train.log"
        rows = [(epoch, at) for epoch in (0, 1) for at in range(0, 800, 160)]
        lines = [f"{start.format(epoch)} [{at}/800 ({at // 8}%)]\tLoss: 1.2 lr: 0.{9 - epoch}" for epoch, at in rows]
        path.write_text("\n".join(lines) + "\n")
        assert any(f"have 800 {counts} each" in remark for remark in read_log(str(path)).remarks)
