"""The files in which MLflow keeps a metric: `1617181920123 0.001 10`, the time, the value and the step."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lrcli.logs import NoLog
from lrcli.logs.columns import rank
from lrcli.logs.format import LogFile, LogFormat, Opening
from lrcli.logs.gather import Gathered
from lrcli.logs.line import NUMBER

_LINE = rf"\s*\d{{13}} (?P<value>{NUMBER}) (?P<step>\d+)\s*"


def recognise(opening: Opening) -> bool:
    whole = opening.lines[:-1] or opening.lines  # the last one may be cut off
    return bool(whole) and all(line.lstrip()[:1].isdigit() and re.fullmatch(_LINE, line) for line in whole[:20])


def _read(file: LogFile, gathered: Gathered) -> Iterator[str]:
    """Each line is a row. The name of the file is that of the metric, and there is no other."""
    name = "lr" if file.source.path is None else file.source.path.name
    column = gathered.request.column or name
    if rank(name) > 1 and gathered.request.column is None:
        what = f"this is the file of a metric of MLflow, called '{name}'"
        raise NoLog(f"{what}: is that the learning rate? Then say so: {file.source.name}:value", "row")
    gathered.names.update({"step": "step", column: "lr"})
    broken = 0
    for number, line in enumerate(file.lines(), 1):
        if match := re.fullmatch(_LINE, line):
            gathered.add(number, {"step": match["step"], column: match["value"]})
        else:
            broken += bool(line.strip())
    if broken:
        yield f"{broken} line{'s' * (broken > 1)} of another form left out"


FORMAT = LogFormat("mlflow", recognise, _read, order=35)
