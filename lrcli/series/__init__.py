"""The numbers of a run: a formula, a replay and a log are three Series, and are asked in one way.

A Series gives its rows in blocks, single rows, the first row below or above a number, and points for a picture.
"""

from __future__ import annotations

from lrcli.series.base import BLOCK, Block, Readings, Series, Trace
from lrcli.series.formula import FormulaSeries
from lrcli.spec import Spec

__all__ = ["BLOCK", "Block", "FormulaSeries", "Readings", "Series", "Trace", "series_of"]


def series_of(run: Spec | Series) -> Series:
    """The numbers of a spec: those of its formula, or as the release computes them that it asks for.

    >>> from lrcli.schedules.step import Step
    >>> from lrcli.spec import Group
    >>> run = series_of(Spec("demo", (Group(None, 0.1, Step(step_size=2)),), length=4))
    >>> [block.groups[0].lr for block in run.blocks()]
    [[0.1, 0.1, 0.010000000000000002, 0.010000000000000002]]
    """
    if isinstance(run, Series):
        return run
    if run.emulation is None:
        return FormulaSeries(run)
    from lrcli.series.replay import ReplaySeries

    return ReplaySeries(run)
