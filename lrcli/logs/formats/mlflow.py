"""The files in which MLflow keeps a metric: `1617181920123 0.001 10`, the time, the value and the step."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from lrcli.logs.columns import rank
from lrcli.logs.format import LogFile, LogFormat, Opening
from lrcli.logs.gather import Gathered
from lrcli.logs.line import NUMBER
from lrcli.logs.refusal import NoLog

_LINE = re.compile(rf"\s*\d{{13}} (?P<value>{NUMBER}) (?P<step>\d+)\s*")


def recognise(opening: Opening) -> bool:
    whole = opening.lines[:-1] or opening.lines  # the last one may be cut off
    return bool(whole) and all(map(_LINE.fullmatch, whole[:20]))


def _read(file: LogFile, gathered: Gathered) -> Iterator[str]:
    """Each line is a row. The name of the file is that of the metric, and there is no other."""
    name = "lr" if file.source.path is None else Path(file.source.path).name
    if rank(name) > 1 and gathered.request.column is None:
        what = f"this is the file of a metric of MLflow, called '{name}'"
        raise NoLog(f"{what}: is that the learning rate? Then say so: {file.source.name}:value", "row")
    column = gathered.request.column or name
    gathered.names.update({"step": "step", column: "lr"})
    broken = 0
    for number, line in enumerate(file.lines(), 1):
        if match := _LINE.fullmatch(line):
            gathered.add(number, {"step": match["step"], column: match["value"]})
        else:
            broken += bool(line.strip())
    if broken:
        yield f"{broken} line{'s' * (broken > 1)} of another form left out"


FORMAT = LogFormat("mlflow", "the file of a metric that MLflow keeps", recognise, _read, order=35)
