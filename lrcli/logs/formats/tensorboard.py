"""TensorBoard event files, read with TensorBoard's own reader (`pip install 'lrcli[tensorboard]'`)."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

from lrcli.errors import LrcliError
from lrcli.logs.format import LogFile, LogFormat, Opening
from lrcli.logs.gather import Gathered


def recognise(opening: Opening) -> bool:
    return opening.is_events


def read_events(file: LogFile, gathered: Gathered) -> Iterator[str]:
    source, where = file.source, file.source.name
    if source.path is None or not source.regular:
        raise LrcliError(f"{where}: TensorBoard's reader wants a file: give its path")
    try:
        loader = import_module("tensorboard.backend.event_processing.event_file_loader").RawEventFileLoader
        parse = import_module("tensorboard.compat.proto.event_pb2").Event.FromString
        make_ndarray = import_module("tensorboard.util.tensor_util").make_ndarray
    except ImportError as error:
        raise LrcliError(
            f"{where}: this is a TensorBoard event file: pip install 'lrcli[tensorboard]' to read it "
            f"(missing: {error.name})"
        ) from None
    n = 0
    try:
        for n, record in enumerate(loader(str(source.path)).Load(), 1):
            event = parse(record)
            for value in event.summary.value:
                number = _number(value, make_ndarray)
                if number is not None:
                    gathered.add(n, {"step": event.step, value.tag: number})
    except Exception as error:  # protobuf and the reader each raise errors of their own
        yield f"the file is damaged after event {n} ({type(error).__name__}); what follows was left out"
        return
    if _ends_within_a_record(source.path):  # the reader stops there without a word
        yield f"the file is cut off after event {n}"


def _ends_within_a_record(path: Path) -> bool:
    """Whether the last record, a length, its checksum, the event and its checksum, is not all there."""
    size, at = path.stat().st_size, 0
    with path.open("rb") as file:
        while at + 12 <= size:
            file.seek(at)
            at += 12 + int.from_bytes(file.read(8), "little") + 4
    return at != size


def _number(value: Any, make_ndarray: Any) -> float | None:
    kind = value.WhichOneof("value")
    if kind == "simple_value":
        return float(value.simple_value)
    if kind == "tensor" and value.metadata.plugin_data.plugin_name in ("", "scalars"):
        array = make_ndarray(value.tensor)
        if array.size == 1 and array.dtype.kind in "fiu":
            return float(array.reshape(())[()])
    return None


FORMAT = LogFormat("tensorboard", recognise, read_events, order=10)
