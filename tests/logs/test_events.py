"""TensorBoard event files, through a stand-in of TensorBoard's own reader."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from lrcli.errors import LrcliError
from lrcli.inputs import Inputs
from lrcli.logs.read import read_log
from tests.cli_world import run_cli

# a record of the format's version: its length, a checksum, the event, a checksum
VERSION = b"\x18" + bytes(11) + b"\t\x00\x00\x00\x00\x00\x00\xd8A\x1a\rbrain.Event:2" + bytes(4)


def simple(tag: str, number: float) -> SimpleNamespace:
    return SimpleNamespace(tag=tag, simple_value=number, WhichOneof=lambda kind: "simple_value")


def tensor(tag: str, number: float, *, size: int = 1, kind: str = "f", plugin: str = "scalars") -> SimpleNamespace:
    array = SimpleNamespace(size=size, dtype=SimpleNamespace(kind=kind), reshape=lambda shape: {(): number})
    metadata = SimpleNamespace(plugin_data=SimpleNamespace(plugin_name=plugin))
    return SimpleNamespace(tag=tag, tensor=array, metadata=metadata, WhichOneof=lambda kind: "tensor")


@pytest.fixture
def events(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The events that the reader gives: (step, values); an exception is raised where it stands."""
    found: list[Any] = []

    def load(self: object) -> Iterator[Any]:
        for event in found:
            if isinstance(event, Exception):
                raise event
            yield SimpleNamespace(step=event[0], summary=SimpleNamespace(value=event[1]))

    loader = SimpleNamespace(RawEventFileLoader=lambda path: SimpleNamespace(Load=lambda: load(path)))
    event_pb2 = SimpleNamespace(Event=SimpleNamespace(FromString=lambda record: record))
    for name, module in (
        ("tensorboard.backend.event_processing.event_file_loader", loader),
        ("tensorboard.compat.proto.event_pb2", event_pb2),
        ("tensorboard.util.tensor_util", SimpleNamespace(make_ndarray=lambda array: array)),
    ):
        parent = ""
        for part in name.split(".")[:-1]:
            parent = f"{parent}.{part}".lstrip(".")
            monkeypatch.setitem(sys.modules, parent, ModuleType(parent))
        monkeypatch.setitem(sys.modules, name, module)
    return found


def event_file(folder: Path, data: bytes = VERSION) -> str:
    path = folder / "events.out.tfevents.1"
    path.write_bytes(data)
    return str(path)


def test_scalars_of_both_kinds(events: list[Any], tmp_path: Path) -> None:
    """Scalars are read as PyTorch writes them (a number) and as TensorFlow 2 does (a tensor); nothing else is."""
    image = SimpleNamespace(tag="lr/image", WhichOneof=lambda kind: "image")
    odd = [tensor("lr", 1.0, size=2), tensor("lr", 1.0, kind="S"), tensor("lr", 1.0, plugin="images"), image]
    events += [(0, [simple("lr", 0.5), *odd]), (1, [tensor("lr", 0.25)]), (2, [tensor("lr", 0.125, plugin="")])]
    log = read_log(event_file(tmp_path))
    assert ([0, 1, 2], [0.5, 0.25, 0.125], ["lr"]) == (list(log.positions), list(log.lrs["lr"]), list(log.lrs))


def test_a_damaged_file(events: list[Any], tmp_path: Path) -> None:
    """What stands before the damage is read."""
    events += [(0, [simple("lr", 0.5)]), (1, [simple("lr", 0.25)]), ValueError("crc")]
    log = read_log(event_file(tmp_path))
    assert ([0.5, 0.25], True) == (
        list(log.lrs["lr"]),
        "the file is damaged after event 2 (ValueError); what follows was left out" in log.remarks,
    )


def test_a_file_that_is_cut_off(events: list[Any], tmp_path: Path) -> None:
    """A last record that is not all there is told: the reader stops there without a word."""
    events += [(0, [simple("lr", 0.5)]), (1, [simple("lr", 0.25)])]
    assert "the file is cut off after event 2" in read_log(event_file(tmp_path, VERSION + VERSION[:20])).remarks
    assert "the file is cut off after event 2" not in read_log(event_file(tmp_path, VERSION * 2)).remarks


def test_stdin_is_no_event_file() -> None:
    """The reader wants a file of its own."""
    with pytest.raises(LrcliError, match="TensorBoard's reader wants a file: give its path"):
        read_log("-", inputs=Inputs.of(VERSION))


def test_a_folder_of_event_files_is_one_log(events: list[Any], tmp_path: Path) -> None:
    """The files of a run that was resumed stand in one folder."""
    events += [(0, [simple("lr", 0.5)]), (1, [simple("lr", 0.25)])]
    for n in (2, 1):
        (tmp_path / f"events.out.tfevents.{n}.host").write_bytes(VERSION)
    log = read_log(str(tmp_path))
    assert ([0.5, 0.25, 0.5, 0.25], 2, tmp_path.name) == (list(log.lrs["lr"]), len(log.runs), log.name)
    assert "2 event files of one folder are read as one log" in log.remarks
    assert 0 == run_cli("table", str(tmp_path)).status


def test_a_folder_without_event_files(tmp_path: Path) -> None:
    """Another folder is told as such."""
    with pytest.raises(LrcliError, match="this is a directory, not a file"):
        read_log(str(tmp_path))
