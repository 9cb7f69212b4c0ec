"""PyTorch's and general schedules, a frozen class each; those that share a formula stand in one file.

The package itself holds the words that a schedule is written in, here and in the folders of `frameworks/`.
"""

from __future__ import annotations

from lrcli.schedules.base import CurveMarks, LrRule, Schedule, Setting, parameters, schedule, schedules, setting
from lrcli.schedules.params import (
    are_numbers,
    choice,
    count,
    data,
    expression,
    flag,
    is_number,
    length,
    metric,
    number,
    param_of,
    positions,
    text,
    untried,
)
from lrcli.values import dataclass

__all__ = [
    "CurveMarks",
    "LrRule",
    "Schedule",
    "Setting",
    "are_numbers",
    "choice",
    "count",
    "data",
    "dataclass",
    "expression",
    "flag",
    "is_number",
    "length",
    "metric",
    "number",
    "param_of",
    "parameters",
    "positions",
    "schedule",
    "schedules",
    "setting",
    "text",
    "untried",
]
