"""A metric: inline, in a file of several formats, or named on the command line."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import pytest

from lrcli.errors import SpecError, Unreadable
from lrcli.inputs import Inputs
from lrcli.reader import read_spec
from lrcli.reader.metric import parse_series
from lrcli.schedules.plateau import Plateau
from lrcli.spec import Spec


def series(spec: Spec) -> tuple[float, ...]:
    """The metric of the first group."""
    schedule = spec.groups[0].schedule
    assert isinstance(schedule, Plateau)
    return schedule.metric


@pytest.mark.parametrize(
    ("data", "column", "expected"),
    [
        (b"epoch,loss\n0,0.5\n1,0.25\n", "loss", (0.5, 0.25)),
        (b"\xef\xbb\xbfloss\r\n1\r\n2\r\n", None, (1.0, 2.0)),
        (b"epoch\tloss\n0\t1e-3\n\n1\t.5\n", "loss", (0.001, 0.5)),
        (b"epoch;loss\n0;1\n", "loss", (1.0,)),
        (b"\n\nloss\n1\n0.5\n\n \n", None, (1.0, 0.5)),
        (b"loss\n" + b"9" * 400, None, (math.inf,)),
        (b"[-" + b"9" * 400 + b", 1]", None, (-math.inf, 1.0)),
        (b"  epoch ,  val/loss \n 0 , 0.5 \n", "val/loss", (0.5,)),
        (b"0.5\n0.25\n", None, (0.5, 0.25)),
        (b'"a,b",c\n1,2\n', "a,b", (1.0,)),
        (b"x\ninf\n-Infinity\n", None, (math.inf, -math.inf)),
        (b'{"loss": 1, "acc": 2}\n\n{"loss": 0.5}\n', "loss", (1.0, 0.5)),
        (b'{"loss": 1}\n{"loss": Infinity}\n', None, (1.0, math.inf)),
        (b"[1, 0.5]", None, (1.0, 0.5)),
        (b'[{"loss": 1}, {"loss": 2}]', "loss", (1.0, 2.0)),
    ],
)
def test_series(data: bytes, column: str | None, expected: tuple[float, ...]) -> None:
    """The numbers of one column, whatever the format."""
    assert expected == parse_series(data, column)


def test_nan_in_a_file() -> None:
    """NaN is a value of a metric."""
    assert [math.isnan(x) for x in parse_series(b"x\nnan\nNaN\n1\n", "x")] == [True, True, False]


@pytest.mark.parametrize(
    ("data", "column", "message", "hint"),
    [
        (b"", None, "the file is empty", ""),
        (b"\xff\xfe\x00", None, "this is not UTF-8 text", ""),
        (b"loss,acc\n", "loss", "the file has no rows", ""),
        (b"[]", None, "the list is empty", ""),
        (b"loss,acc\n1,2\n", None, "which column is the metric?", "the columns are loss, acc"),
        (b"loss,acc\n1,2\n", "los", "there is no column 'los'", "the columns are loss, acc"),
        (b"1\n2\n", "loss", "there is no column 'loss'", "the file has one column, without a name"),
        (b"e,loss\n0,1\n1,abc\n", "loss", "row 3, column 'loss': 'abc' is not a number", ""),
        (b"e,loss\n0,1\n1\n", "loss", "row 3, column 'loss': an empty cell is not a number", ""),
        (b"e,loss\n0,1_000\n", "loss", "row 2, column 'loss': '1_000' is not a number", ""),
        (b"1\nx\n", None, "row 2: 'x' is not a number", ""),
        (b"loss\n1\n\n0.5\n", None, "row 3 is empty", ""),
        (b"loss\n \n1\n", None, "row 2 is empty", ""),
        (b"1\n\n\n2\n\n3\n", None, "row 2 is empty", ""),
        (b'{"a": 1}\n{"b": 2}\n', "a", "row 2 has no 'a'", ""),
        (b'{"a": 1}\n{"a": "x"}\n', "a", "row 2, column 'a': \"x\" is not a number", ""),
        (b'{"a": 1}\n{"a": null}\n', "a", "row 2, column 'a': null is not a number", ""),
        (b"[1, true]", None, "row 2: true is not a number", ""),
        (b'{"a": 1}\n{"a":\n', "a", "row 2 is not JSON", ""),
        (b"{a: 1}\n", "a", "row 1 is not JSON", ""),
        (b"[" * 100_000, None, "this is not JSON", ""),
        (b"a\n\"" + b"x" * 200_000 + b"\"\n", "a", "row 2 is not CSV: field larger than field limit (131072)", ""),
    ],
)  # fmt: skip
def test_bad_series(data: bytes, column: str | None, message: str, hint: str) -> None:
    """What is no metric names its row and column, or lists the columns."""
    with pytest.raises(Unreadable) as caught:
        parse_series(data, column)
    assert (message, hint) == (caught.value.message, caught.value.help)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory with a metric, and a spec in a folder of its own with another."""
    monkeypatch.chdir(tmp_path)
    Path("val.csv").write_text("loss,acc\n1,10\n2,20\n")
    Path("odd:name.csv").write_text("loss\n7\n8\n")
    Path("specs").mkdir()
    Path("specs/val.csv").write_text("loss\n3\n4\n5\n")
    Path("specs/plateau.yaml").write_text("{lr: 1, schedule: {type: plateau, metric: {file: val.csv}}}")
    return tmp_path


@pytest.mark.parametrize(
    ("metric", "expected"),
    [
        (None, (3.0, 4.0, 5.0)),
        ("val.csv:loss", (1.0, 2.0)),
        ("val.csv:acc", (10.0, 20.0)),
        ("specs/val.csv", (3.0, 4.0, 5.0)),
        ("odd:name.csv", (7.0, 8.0)),
        ("odd:name.csv:loss", (7.0, 8.0)),
        ("-", (8.0, 9.0)),
        ("-:x", (8.0, 9.0)),
    ],
)
def test_file(folder: Path, metric: str | None, expected: tuple[float, ...]) -> None:
    """A spec's file is found beside the spec, the option's from here; the run is as long as the metric."""
    spec = read_spec("specs/plateau.yaml", metric=metric, inputs=Inputs.of(b"x\n8\n9\n"))
    assert (expected, len(expected)) == (series(spec), spec.length)


@pytest.mark.parametrize(
    ("metric", "message"),
    [
        ("no.csv", "--metric no.csv: error: no.csv: no such file [file]"),
        ("C:\\no.csv", "--metric C:\\no.csv: error: C:\\no.csv: no such file [file]"),
        ("val.csv:los", "--metric val.csv:los: error: val.csv: there is no column 'los' [metric]\n"
         "    = help: the columns are loss, acc"),
        ("specs", "--metric specs: error: specs: this is a directory, not a file [file]"),
    ],
)  # fmt: skip
def test_bad_option(folder: Path, metric: str, message: str) -> None:
    """A problem with --metric points at the option."""
    with pytest.raises(SpecError) as caught:
        read_spec("specs/plateau.yaml", metric=metric)
    assert message == str(caught.value)


def test_option_for_a_spec_without_metric() -> None:
    """--metric gives the metric that the spec leaves out, to every plateau in it."""
    text = "{lr: 1, epochs: 2, groups: [{}, {schedule: {type: plateau, factor: 0.5}}], schedule: {type: plateau}}"
    spec = read_spec(text, metric="-", inputs=Inputs.of(b"[1, 2, 3]"))
    assert [Plateau(metric=(1.0, 2.0, 3.0)), Plateau(factor=0.5, metric=(1.0, 2.0, 3.0))] == [
        group.schedule for group in spec.groups
    ]


@pytest.mark.parametrize(
    ("epochs", "values", "extra", "enough"),
    [
        (4, 3, "", True),
        (4, 9, "", True),
        (4, 2, "", False),
        (4, 3, ", emulate: {torch: 1.1, step_order: scheduler_first}", False),
        (4, 4, ", emulate: {torch: 1.1, step_order: scheduler_first}", True),
        (1, 1, "", True),
    ],
)
def test_needed_length(epochs: int, values: int, extra: str, enough: bool) -> None:
    """Row t needs the metrics of the epochs before it, and its own where the scheduler steps first."""
    metric = list(range(values))
    text = f"{{lr: 1, epochs: {epochs}, schedule: {{type: plateau, metric: {metric}}}{extra}}}"
    if enough:
        assert tuple(map(float, metric)) == series(read_spec(text))
    else:
        with pytest.raises(
            SpecError, match=f"the metric has {values} values, the run of {epochs} epochs needs at least"
        ):
            read_spec(text)


def test_phase_that_ends_needs_no_more() -> None:
    """A plateau phase needs its metric only to its own end."""
    text = "{lr: 1, epochs: 90, schedule: [{type: plateau, for: 3, metric: [1, 2]}, {type: constant}]}"
    assert read_spec(text).length == 90


@pytest.mark.parametrize(
    ("write", "message"),
    [
        (lambda file: file.truncate(30_000_001), "the file of a metric has at most 30,000,000 bytes"),
        (lambda file: file.write(b"1\n" * 2_000_001), "a metric has at most 2,000,000 values"),
        (lambda file: file.write(b"[" + b"1," * 2_000_001 + b"1]"), "a metric has at most 2,000,000 values"),
    ],
)
def test_a_file_of_any_size(tmp_path: Path, write: Callable[[BinaryIO], object], message: str) -> None:
    """A file that is larger than any metric is refused, and not read to its end."""
    path = tmp_path / "val.csv"
    with path.open("wb") as file:
        write(file)
    with pytest.raises(SpecError, match=message):
        read_spec("{lr: 1, schedule: {type: plateau}}", metric=str(path))


def test_a_device_without_end() -> None:
    """A device is read no further than a metric may be long."""
    if Path("/dev/zero").exists():
        with pytest.raises(SpecError, match="at most 30,000,000 bytes"):
            read_spec("{lr: 1, schedule: {type: plateau}}", metric="/dev/zero")
