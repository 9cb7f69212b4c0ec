"""What Keras's schedules have in common: one learning rate for all, and its type as the type of the arithmetic."""

from __future__ import annotations

import math
from collections.abc import Iterator

from lrcli.errors import InvalidValue, Problem
from lrcli.frameworks.vectored import FloatTyped
from lrcli.schedules import choice, dataclass, number

ONE_RATE = "has one learning rate: Keras has none for each parameter group"


@dataclass(frozen=True, kw_only=True)
class KerasTyped(FloatTyped):
    """A schedule that is computed in one float type for all parameter groups."""

    one_rate = ONE_RATE

    dtype: str = choice(
        "float32", "float32", "float64", doc="the type of the arithmetic; float64 is keras.config.set_floatx('float64')"
    )


@dataclass(frozen=True, kw_only=True)
class KerasSchedule(KerasTyped):
    """A schedule from an initial learning rate. A whole number there (1 for 1.0) cuts other arguments, too."""

    own_rate = "initial_learning_rate"

    initial_learning_rate: float | None = number(None, doc="the learning rate at the start", optional=True)

    def check_values(self) -> None:
        if self.is_whole and self.dtype == "float64":
            raise InvalidValue("initial_learning_rate", f"must be {self.initial_learning_rate}.0 with float64", None)

    @property
    def is_whole(self) -> bool:
        """Whether Keras takes the learning rate, and every argument that it casts to its type, for an integer."""
        return isinstance(self.initial_learning_rate, int)

    def initial(self, base_lr: float) -> float:
        """The initial learning rate, in its type."""
        return self.width.nearest(self.rate(base_lr))

    def cast(self, value: float) -> float:
        """An argument that is cast to the type of the learning rate."""
        return float(int(value)) if self.is_whole else self.width.nearest(value)

    @property
    def pi(self) -> float:
        return self.cast(math.pi)

    def notes(self) -> Iterator[Problem]:
        if self.is_whole:
            rate = self.initial_learning_rate
            what = "initial_learning_rate is a whole number, and Keras cuts the other arguments to whole numbers"
            yield Problem("whole-number", f"{self.name}: {what}", help=f"Write {rate}.0")
