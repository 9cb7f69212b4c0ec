"""What Keras's schedules have in common: one learning rate for all, and its type as the type of the arithmetic."""

from __future__ import annotations

import math
from typing import TypeVar

from lrcli.errors import InvalidValue, Problem
from lrcli.frameworks._float32 import WIDTHS, Width
from lrcli.frameworks.base import Refuses
from lrcli.frameworks.vectored import Vectored
from lrcli.schedules.base import Setting, setting
from lrcli.schedules.params import choice, number
from lrcli.values import dataclass

K = TypeVar("K", bound="KerasTyped")


@dataclass(frozen=True, kw_only=True)
class KerasTyped(Vectored):
    """A schedule that is computed in one float type for all parameter groups."""

    counts = "step"

    dtype: str = choice(
        "float32", "float32", "float64", doc="the type of the arithmetic; float64 is keras.config.set_floatx('float64')"
    )
    setting: Setting | None = setting()

    @property
    def width(self) -> Width:
        return WIDTHS[self.dtype]

    def bind(self: K, setting: Setting) -> K:
        if len(set(setting.lrs)) > 1:
            raise InvalidValue("type", "has one learning rate: Keras has none for each parameter group", None)
        return super().bind(setting)

    def ignores(self, lr: float) -> bool:
        return super().ignores(lr) and super().ignores(self.width.one(lr))

    def require_positive(self, field: str) -> None:
        """Raise what Keras raises for a length that is not above 0."""
        value = getattr(self, field)
        if value <= 0:
            raise Refuses("keras", "ValueError", f"{field} must be above 0", field, value)


@dataclass(frozen=True, kw_only=True)
class KerasSchedule(KerasTyped):
    """A schedule from an initial learning rate. A whole number there (1 for 1.0) cuts other arguments, too."""

    own_rate = "initial_learning_rate"

    initial_learning_rate: float | None = number(None, doc="the learning rate at the start", optional=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.is_whole and self.dtype == "float64":
            raise InvalidValue("initial_learning_rate", f"must be {self.initial_learning_rate}.0 with float64", None)

    @property
    def is_whole(self) -> bool:
        """Whether Keras takes the learning rate, and every argument that it casts to its type, for an integer."""
        return isinstance(self.initial_learning_rate, int)

    def initial(self, base_lr: float) -> float:
        """The initial learning rate, in its type."""
        rate = base_lr if self.initial_learning_rate is None else self.initial_learning_rate
        return self.width.one(rate)

    def cast(self, value: float) -> float:
        """An argument that is cast to the type of the learning rate."""
        return float(int(value)) if self.is_whole else self.width.one(value)

    @property
    def pi(self) -> float:
        return self.cast(math.pi)

    def notes(self) -> tuple[Problem, ...]:
        if not self.is_whole:
            return ()
        what = (
            f"{self.name}: initial_learning_rate is a whole number, and Keras cuts the other arguments to whole numbers"
        )
        return (Problem("whole-number", what, help=f"Write {self.initial_learning_rate}.0"),)
