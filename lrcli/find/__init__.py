"""The learning-rate range test: what tools would suggest from the (learning rate, loss) rows of one run.

The rules stand in the folders of the frameworks; `report.find` puts them side by side.
"""

from __future__ import annotations

from dataclasses import dataclass

from lrcli.frameworks.finders import Suggestion


@dataclass(frozen=True)
class Points:
    """The rows of a range test: the learning rate of each step and the loss that was recorded there.

    name: as the log is called. lr_column, loss_column: as the columns are called. remarks: what was taken, skipped or
    repaired, in a sentence each.
    """

    name: str
    lrs: tuple[float, ...]
    losses: tuple[float, ...]
    lr_column: str = "lr"
    loss_column: str = "loss"
    remarks: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.lrs)


@dataclass(frozen=True)
class Spread:
    """The smallest and the largest of the suggestions, the one in the middle, and how often each fits into the next."""

    low: Suggestion
    high: Suggestion
    middle: float
    ratio: float
