"""All the numbers of one run, for Python and for notebooks."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any, overload

from lrcli.errors import Problem
from lrcli.series import Readings, Series, series_of
from lrcli.series.formula import SpecSeries
from lrcli.spec import Spec
from lrcli.values import dataclass


@dataclass(frozen=True, eq=False)
class Curve:
    """The numbers of one run: all its rows.

    `start` is the first row's epoch (or step): 0, or k + 1 for a run that resumes after epoch k. `reading` names the
    column that is shown as the curve; `columns` are the readings that exist, in order ("lr", "get_lr", "get_last_lr").
    `groups` hold the columns of each parameter group by name, which are attributes, too.

    A curve is a sequence of what is shown, row by row: a number where there is one group, else one for each group.
    `numpy.asarray(curve)` is an array of it, NaN where a call raises.
    """

    run: Series
    start: int
    groups: tuple[Readings, ...]
    reading: str
    columns: tuple[str, ...]
    notes: tuple[Problem, ...] = ()

    def __repr__(self) -> str:
        """What a console shows: the name, how many rows there are, and the first and the last of them.

        >>> from lrcli import evaluate, load
        >>> evaluate(load("{name: demo, lr: 0.1, epochs: 9, schedule: cosine}"))
        <Curve demo: lr of 9 epochs, 0.1 to 0.0030153689607045845>
        """
        rows = f"{len(self)} {self.run.unit}{'s' * (len(self) != 1)}"
        ends = f", {self[0]} to {self[-1]}" if len(self) else ""
        return f"<Curve {self.name}: {self.reading} of {rows}{ends}>"

    @property
    def name(self) -> str:
        """The name of the run."""
        return self.run.name

    @property
    def spec(self) -> Spec:
        """The spec that was evaluated."""
        assert isinstance(self.run, SpecSeries)
        return self.run.spec

    def shown(self, group: int = 0) -> Sequence[float | None]:
        """The values of the reading that is shown as the curve."""
        return self.groups[group][self.reading]

    def _values(self) -> Sequence[Any]:
        if len(self.groups) == 1:
            return self.shown()
        return list(zip(*(self.shown(i) for i in range(len(self.groups))), strict=True))

    def __len__(self) -> int:
        return len(self.shown())

    def __iter__(self) -> Iterator[Any]:
        return iter(self._values())

    @overload
    def __getitem__(self, row: int) -> Any: ...
    @overload
    def __getitem__(self, row: slice) -> Sequence[Any]: ...
    def __getitem__(self, row: int | slice) -> Any:
        return self._values()[row]

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        """The numbers as a numpy array, one row a row; NaN where a call raises."""
        import numpy

        def number(value: float | None) -> float:
            return math.nan if value is None else value

        several = len(self.groups) > 1
        rows = [tuple(map(number, row)) if several else number(row) for row in self]
        return numpy.array(rows, dtype=dtype or float)

    def _repr_svg_(self) -> str:
        """The curve as a picture: what a notebook shows of it."""
        from lrcli.render.chart import Picture
        from lrcli.render.pictures.svg import draw

        return draw(Picture((self.run,)))


def evaluate(spec: Spec | Series, readings: Sequence[str] | None = None) -> Curve:
    """All rows of a spec. `readings` are the columns to compute; the default is every one that exists.

    By default the momentum is computed, too, where a schedule moves it: it is a column of every group.

    >>> from lrcli.schedules.step import Step
    >>> from lrcli.spec import Group
    >>> curve = evaluate(Spec("demo", (Group(None, 0.1, Step(step_size=2)),), length=4))
    >>> curve.shown()
    [0.1, 0.1, 0.010000000000000002, 0.010000000000000002]
    >>> curve[2], max(curve), len(curve)
    (0.010000000000000002, 0.1, 4)
    """
    run = series_of(spec)
    run.check_walk(run.stop - run.start)
    columns = run.readings if readings is None else tuple(readings)
    if run.reading not in columns:
        columns = (*columns, run.reading)
    momentum = ("momentum",) if readings is None and run.moving and "momentum" not in columns else ()
    names = (*columns, *momentum, *dict.fromkeys(trace.key for trace in run.traces))
    groups = tuple(Readings({name: [] for name in names}) for _ in run.groups)
    for block in run.blocks(names):
        for kept, group in zip(groups, block.groups, strict=True):
            for name in names:
                kept[name] += group[name]  # type: ignore[operator]
    return Curve(run, run.start, groups, run.reading, columns, run.notes())
