"""Schedules one after the other, each with its own clock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from functools import partial
from itertools import pairwise

from lrcli.errors import InvalidValue, Problem
from lrcli.frameworks.optax._schedule import OptaxSchedule, joined
from lrcli.schedules.base import Schedule, Setting, schedules
from lrcli.schedules.params import positions
from lrcli.values import dataclass


@dataclass(frozen=True, kw_only=True)
class OptaxJoinSchedules(OptaxSchedule):
    """Run schedules one after the other; each begins at its boundary, with its own count 0.

    lr(t) = schedules[k](t - boundaries[k - 1]) for the last k whose boundary is at most t

    The result is rounded to the float width. Schedules beyond the boundaries, and boundaries beyond the schedules, are
    dropped without a word.

    >>> from lrcli.frameworks.optax.constant_schedule import OptaxConstantSchedule as Constant
    >>> both = OptaxJoinSchedules(schedules=(Constant(value=1.0), Constant(value=0.1)), boundaries=(2,))
    >>> [both.lr_at(t, 0.0) for t in (0, 1, 2)]
    [1.0, 1.0, 0.10000000149011612]

    Source: optax.join_schedules (run in 0.2.8, eagerly).
    """

    name = "optax.join_schedules"

    schedules: tuple[Schedule, ...] = schedules(
        doc="the schedules, in order",
        example="{type: optax.linear_schedule, init_value: 0.0, end_value: 0.1}\n"
        "{type: optax.cosine_decay_schedule, init_value: 0.1}",
    )
    boundaries: tuple[float, ...] = positions(doc="the count at which each but the first begins", example="[500]")

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.schedules:
            raise InvalidValue("schedules", "must hold at least one schedule", [])

    def _pieces(self) -> list[tuple[float, Schedule]]:
        """(the first count, the schedule) of each that is used."""
        return list(zip((0.0, *self.boundaries), map(self._typed, self.schedules), strict=False))

    def _typed(self, part: Schedule) -> Schedule:
        known = any(f.name == "dtype" for f in fields(part))
        return replace(part, dtype=self.dtype) if known else part  # type: ignore[call-arg]

    def bind(self, setting: Setting) -> OptaxJoinSchedules:
        if len(set(setting.lrs)) > 1:
            raise InvalidValue("type", "has one learning rate: optax has none for each parameter group", None)
        edges = (0, *self.boundaries[: len(self.schedules) - 1], setting.length)
        lengths = [max(1, int(end - begin)) for begin, end in pairwise(edges)]
        lengths += [1] * (len(self.schedules) - len(lengths))
        bound = tuple(
            part.bind(setting._replace(length=rows)) for part, rows in zip(self.schedules, lengths, strict=True)
        )
        return replace(self, schedules=bound, setting=setting)

    def stretch(self, steps: Sequence[int], base_lr: float) -> list[float]:
        pieces = [(begin, partial(_of_counts, part, base_lr)) for begin, part in self._pieces()]
        return joined(self.width, steps, pieces)

    def _place(self, t: int) -> tuple[Schedule, int]:
        """(the schedule that holds step t, its own count there)."""
        begin, part = [piece for k, piece in enumerate(self._pieces()) if not k or t >= piece[0]][-1]
        return part, int(t - begin)

    def next_break(self, t: int) -> int | None:
        least = max(t, 1)
        found = [int(-(-begin // 1)) for begin, _ in self._pieces()[1:]]
        part, count = self._place(t)
        inner = part.next_break(count)
        found += [] if inner is None else [inner + t - count]
        return min((at for at in found if at >= least), default=None)

    def monotone_until(self, t: int) -> int | None:
        part, count = self._place(t)
        inner = part.monotone_until(count)
        ends = [int(-(-begin // 1)) for begin, _ in self._pieces()[1:] if begin > t]
        ends += [] if inner is None else [inner + t - count]
        return min(ends, default=None)

    def event_at(self, t: int) -> str:
        part, count = self._place(t)
        inner = part.event_at(count)
        begins = [f"boundary: {part.name}"] if t > 0 and count == 0 else []
        return "; ".join(filter(None, (*begins, inner)))

    def notes(self) -> tuple[Problem, ...]:
        unused = len(self.schedules) - len(self.boundaries) - 1
        told = [note for part in self.schedules for note in part.notes()]
        if unused > 0:
            what = f"{self.name} drops {unused} of its schedules: there are {len(self.boundaries)} boundaries"
            told.append(Problem("dropped", what))
        elif unused < 0:
            told.append(Problem("dropped", f"{self.name} drops {-unused} of its boundaries"))
        return tuple(told)


def _of_counts(part: Schedule, base_lr: float, counts: Sequence[int]) -> list[float]:
    if counts[-1] - counts[0] == len(counts) - 1:
        return part.lrs(base_lr, counts[0], counts[-1] + 1)
    return [part.lr_at(t, base_lr) for t in counts]
