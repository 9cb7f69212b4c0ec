"""The learning-rate range test: what tools would suggest from the (learning rate, loss) rows of one run.

One module per tool, with the rules of the release that it names. `report.find` puts them side by side.
"""

from __future__ import annotations

from dataclasses import dataclass

TOOLS = ("fastai", "torch_lr_finder", "lightning", "ignite")
"""The modules that hold a tool's rules, in the order in which they are shown."""


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
class Suggestion:
    """What one rule of one tool says.

    lr: the learning rate as the tool returns it; None if it returns none. remark: why there is none, or what speaks
    against the number; "" for nothing.
    """

    tool: str
    version: str
    rule: str
    lr: float | None
    remark: str = ""

    @property
    def name(self) -> str:
        """The rule with the release whose rule it is."""
        return f"{self.tool} {self.version} {self.rule}"


@dataclass(frozen=True)
class Spread:
    """The smallest and the largest of the suggestions, the one in the middle, and how often each fits into the next."""

    low: Suggestion
    high: Suggestion
    middle: float
    ratio: float
