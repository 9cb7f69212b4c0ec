"""Rows of a log, or of another curve, that a computed one has to meet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cached_property
from typing import TypeVar

from lrcli.infer.limits import MOST_WRONG
from lrcli.values import dataclass

AnyRows = TypeVar("AnyRows", bound="Rows")
_Item = TypeVar("_Item")


@dataclass(frozen=True)
class Rows:
    """at: the position of each row. values: its learning rate. slack: how far from it a computed one may lie.

    >>> rows = Rows([0, 1, 2], [0.4, 0.2, 0.1], [0.01, 0.01, 0.01])
    >>> rows.missed([0.4, 0.195, 0.12]), rows.pick([0, 2]).values
    ([False, False, True], [0.4, 0.1])
    """

    at: Sequence[int]
    values: Sequence[float]
    slack: Sequence[float]

    def __len__(self) -> int:
        return len(self.at)

    def part(self: AnyRows, start: int, stop: int) -> AnyRows:
        """The rows start <= i < stop."""
        return replace(self, at=self.at[start:stop], values=self.values[start:stop], slack=self.slack[start:stop])

    def pick(self: AnyRows, indices: Iterable[int]) -> AnyRows:
        """These rows, in this order."""
        chosen = [*indices]
        at, values, slack = self.at, self.values, self.slack
        return replace(
            self, at=[at[i] for i in chosen], values=[values[i] for i in chosen], slack=[slack[i] for i in chosen]
        )

    def missed(self, computed: Sequence[float]) -> list[bool]:
        """Which rows are not what is computed; a NaN is not."""
        return [not abs(a - b) <= s for a, b, s in zip(computed, self.values, self.slack, strict=True)]

    def signs(self, computed: Sequence[float]) -> list[int]:
        """Of each row whether what is computed is too low (-1), right (0) or too high (1); 2 where there is none."""
        return [
            2 if a != a else 0 if abs(a - b) <= s else -1 if a < b else 1
            for a, b, s in zip(computed, self.values, self.slack, strict=True)
        ]

    @cached_property
    def most_wrong(self) -> int:
        """How many rows may be missed where one value or two are solved for: a share of them, or two of a dozen."""
        return max(int(MOST_WRONG * len(self)), min(2, len(self) // 6))

    def met(self, computed: Sequence[float]) -> bool:
        """Whether nearly all rows are what is computed."""
        return sum(self.missed(computed)) <= self.most_wrong


def evenly(items: Sequence[_Item], count: int) -> list[_Item]:
    """So many of the items evenly, the first and the last among them; all of them where they are no more.

    >>> evenly(range(10), 4), evenly("abc", 5)
    ([0, 3, 6, 9], ['a', 'b', 'c'])
    """
    last = len(items) - 1
    return [items[round(i * last / (count - 1))] for i in range(count)] if last >= count else [*items]
