"""Constant pieces."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

from lrcli.errors import Problem
from lrcli.frameworks.keras._schedule import KerasTyped
from lrcli.schedules import CurveMarks, are_numbers, data, dataclass, positions


@dataclass(frozen=True, kw_only=True)
class KerasPiecewiseConstantDecay(KerasTyped):
    """Go from value to value after each boundary: a boundary itself still has the value before it.

    lr(t) = values[0]                for t <= boundaries[0]
            values[i]                for boundaries[i - 1] < t <= boundaries[i]
            values[-1]               for t > boundaries[-1]

    Boundaries are cut to whole steps. Where they are not in order, Keras adds up every value whose piece holds t.

    >>> pieces = KerasPiecewiseConstantDecay(boundaries=(2, 4), values=(1.0, 0.5, 0.1))
    >>> [pieces.lr_at(t, 0.0) for t in (0, 2, 3, 4, 5)]
    [1.0, 1.0, 0.5, 0.5, 0.10000000149011612]

    Source: keras.optimizers.schedules.PiecewiseConstantDecay (run in 3.15.1, eagerly, with jax).
    """

    name = "keras.PiecewiseConstantDecay"
    sets_lr = True

    boundaries: tuple[float, ...] = positions(doc="the last step of each piece but the last", example="[1000, 2000]")
    values: Any = data(
        doc="the learning rate of each piece", takes="a list of numbers", test=are_numbers, example="[0.1, 0.01, 0.001]"
    )

    def check_values(self) -> None:
        values = self.values
        reason = f"boundaries must be one fewer than values, {len(values) - 1} here"
        self.require(len(self.boundaries) == len(values) - 1, reason, "boundaries")
        self.require(bool(self.boundaries), "boundaries must hold one at least", "boundaries", "IndexError")

    @property
    def edges(self) -> list[int]:
        """The boundaries in the type of the step, a whole number."""
        return [int(at) for at in self.boundaries]

    def stretch(self, steps: Sequence[int], base_lr: float) -> list[float]:
        to, edges = self.width.to, self.edges
        values = [v if isinstance(v, int) else self.width.nearest(v) for v in self.values]
        # Keras's order: the first piece, the last, then those between them
        pieces = [(-1, edges[0], values[0]), (edges[-1], None, values[-1])]
        pieces += [(low, high, value) for (low, high), value in zip(pairwise(edges), values[1:-1], strict=True)]
        totals = [0.0] * len(steps)
        for low, high, value in pieces:
            inside = [t > low and (high is None or t <= high) for t in steps]
            if any(inside):
                totals = to([total + value if here else total for total, here in zip(totals, inside, strict=True)])
        return totals

    def marks(self) -> CurveMarks:
        for i, at in enumerate(self.edges):
            yield at + 1, f"piece {i + 2}"

    def notes(self) -> Iterator[Problem]:
        if self.edges != sorted(self.edges):
            what = "boundaries are not in order: Keras adds up every value whose piece holds t"
            yield Problem("unsorted", f"{self.name}: {what}")
