"""PyTorch's and general schedules: one frozen class in one file each. `catalog.registry` finds them by their files."""

from __future__ import annotations

from lrcli.schedules.base import Schedule, parameters
from lrcli.schedules.params import Param, param_of

__all__ = ["Param", "Schedule", "param_of", "parameters"]
