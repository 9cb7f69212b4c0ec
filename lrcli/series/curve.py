"""Spec -> numbers: the schedule's formula, or a replay where the spec asks for one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from lrcli.errors import EvaluationError
from lrcli.notes import Note, of_formula
from lrcli.spec import READINGS, Group, Spec

if TYPE_CHECKING:
    from lrcli.frameworks.torch.loop import TrainingLoop

__all__ = ["BLOCK", "Block", "Curve", "GroupBlock", "Note", "base_lr", "blocks", "columns", "evaluate", "first_row"]

BLOCK = 8192
"""How many rows are computed at a time."""


Progress = Callable[[int, int], None]
"""What is told how far long work is: (rows done, rows in all)."""


@dataclass(frozen=True)
class GroupBlock:
    """Consecutive rows of one parameter group, column by column.

    A reading that was not asked for, or that the release does not have, is None; a call that raises is None in its row.
    """

    lr: Sequence[float]
    get_lr: Sequence[float | None] | None = None
    get_last_lr: Sequence[float | None] | None = None
    trace: Mapping[str, Sequence[Any]] | None = None  # metric, best, bad, cooldown of a plateau


@dataclass(frozen=True)
class Block:
    """Rows start <= t < start + size of every parameter group."""

    start: int
    size: int
    groups: tuple[GroupBlock, ...]


@dataclass(frozen=True)
class Curve:
    """The numbers of one spec: all its rows.

    `start` is the first row's epoch (or step): 0, or k + 1 for a run that resumes after epoch k. `reading` names the
    column that is shown as the curve; `columns` are the readings that exist, in order ("lr", "get_lr", "get_last_lr").
    """

    name: str
    spec: Spec
    start: int
    groups: tuple[GroupBlock, ...]
    reading: str
    columns: tuple[str, ...]
    notes: tuple[Note, ...] = ()

    def shown(self, group: int = 0) -> Sequence[float | None]:
        """The values of the reading that is shown as the curve."""
        values = getattr(self.groups[group], self.reading)
        assert values is not None
        return values  # type: ignore[no-any-return]

    def _repr_svg_(self) -> str:
        """The curve as a picture: what a notebook shows of it."""
        from lrcli.render.svg import plot_svg

        return plot_svg((self.spec,))


def first_row(spec: Spec) -> int:
    """The epoch (or step) of the first row: 0, that after the one that a replay resumes from, or a log's first."""
    if spec.emulation:
        return spec.emulation.last_epoch + 1
    rows = spec.groups[0].schedule.rows()
    return rows[0] if rows else 0


def columns(spec: Spec) -> tuple[str, ...]:
    """The readings that exist: the LR, with a replay what get_lr() returns, from 1.4 on what get_last_lr() does."""
    if spec.emulation is None:
        return READINGS[:1]
    from lrcli.frameworks.torch.releases import parse

    return READINGS if parse(spec.emulation.release) >= (1, 4) else READINGS[:2]


def default_reading(spec: Spec) -> str:
    """The reading that is shown as the curve: the one asked for, else what the release documents for printing."""
    emulation = spec.emulation
    if emulation is None:
        return "lr"
    if emulation.read is not None:
        return emulation.read
    from lrcli.frameworks.torch import replay
    from lrcli.frameworks.torch.releases import parse

    release = parse(emulation.release)
    documented = "get_lr" if release < (1, 4) else "get_last_lr"
    if all(replay(group.schedule, release).has(documented) for group in spec.groups):
        return documented
    return "lr"


def base_lr(group: Group) -> float:
    """The group's base LR; where the schedule sets the LR itself, the one that it begins with."""
    return group.schedule.lr_at(0, 0.0) if group.lr is None else group.lr


def training_loop(spec: Spec, i: int) -> TrainingLoop:
    """The replay of parameter group i."""
    from lrcli.frameworks.torch.loop import TrainingLoop

    assert spec.emulation is not None
    group = spec.groups[i]
    return TrainingLoop(group.schedule, base_lr(group), spec.emulation, i, spec.interval)


def training_loops(spec: Spec) -> list[TrainingLoop]:
    """The replays of all parameter groups; of several refusals the one that the release raises."""
    from lrcli.frameworks.torch.loop import all_or_first

    return all_or_first(partial(training_loop, spec, i) for i in range(len(spec.groups)))


def event_lead(spec: Spec, i: int) -> int | None:
    """How many rows group i's LRs are ahead of its schedule: what happens in row t is `event_at(t + lead)`.

    None where the loop passes its own epochs: there is no such number.
    """
    if spec.emulation is None:
        return 0
    if spec.emulation.step_epoch:
        return None
    loop = training_loop(spec, i)
    return loop.replay.lead(loop.scheduler_first)


def formula_lrs(group: Group, start: int, stop: int, unit: str = "epoch") -> list[float]:
    """The formula's LRs of the rows start <= t < stop; EvaluationError names the row that has none."""
    schedule, base = group.schedule, base_lr(group)
    try:
        return schedule.lrs(base, start, stop)
    except (ArithmeticError, ValueError) as exc:
        for t in range(start, stop):
            try:
                schedule.lr_at(t, base)
            except (ArithmeticError, ValueError) as found:
                raise EvaluationError(t, _reason(found), unit) from exc
        raise


def _reason(exc: Exception) -> str:
    return "the number is too large" if isinstance(exc, OverflowError) else str(exc)


def blocks(
    spec: Spec,
    readings: Sequence[str] = ("lr",),
    start: int = 0,
    stop: int | None = None,
    *,
    trace: bool = False,
    progress: Progress | None = None,
) -> Iterator[Block]:
    """The rows start <= t < stop (default: all), at most BLOCK of them at a time, in order.

    `trace` adds what a plateau knows in each row. `progress` is called with the rows that a replay has walked, and has
    to walk.
    """
    stop = spec.length if stop is None else stop
    first = first_row(spec)
    start = max(start, first)
    loops: list[TrainingLoop] = []
    if spec.emulation:
        from lrcli.frameworks.torch.loop import take_together

        loops = training_loops(spec)
    for skipped in range(first, start, BLOCK) if loops else ():
        if progress is not None:
            progress(skipped - first, stop - first)
        take_together(loops, min(BLOCK, start - skipped))
    for begin in range(start, stop, BLOCK):
        if loops and progress is not None:
            progress(begin - first, stop - first)
        size = min(BLOCK, stop - begin)
        replayed = take_together(loops, size, readings) if loops else []
        groups = []
        for i, group in enumerate(spec.groups):
            more = group.schedule.trace(base_lr(group), begin, begin + size) if trace else None
            if group.schedule.rows() is not None:
                # None in the rows that were not logged: only a log has such rows
                groups.append(GroupBlock(group.schedule.cells(begin, begin + size)))  # type: ignore[arg-type]
            elif loops:
                groups.append(GroupBlock(**replayed[i], trace=more or None))  # type: ignore[arg-type]
            else:
                groups.append(GroupBlock(formula_lrs(group, begin, begin + size, spec.interval), trace=more or None))
        yield Block(begin, size, tuple(groups))


def evaluate(spec: Spec, readings: Sequence[str] | None = None) -> Curve:
    """All rows of a spec. `readings` are the columns to compute; the default is every one that exists.

    >>> from lrcli.schedules.step import Step
    >>> spec = Spec("demo", (Group(None, 0.1, Step(step_size=2)),), length=4)
    >>> evaluate(spec).shown()
    [0.1, 0.1, 0.010000000000000002, 0.010000000000000002]
    """
    asked = tuple(readings) if readings is not None else columns(spec)
    reading = default_reading(spec)
    if reading not in asked:
        asked = (*asked, reading)
    found = list(blocks(spec, asked, trace=True))
    groups = tuple(_join([block.groups[i] for block in found], asked) for i in range(len(spec.groups)))
    return Curve(spec.name, spec, first_row(spec), groups, reading, asked, notes(spec))


def _join(parts: Sequence[GroupBlock], asked: Sequence[str]) -> GroupBlock:
    joined: dict[str, Any] = {name: [v for part in parts for v in getattr(part, name)] for name in asked}
    names = parts[0].trace if parts and parts[0].trace else {}
    trace = {name: [v for part in parts if part.trace for v in part.trace[name]] for name in names}
    return GroupBlock(**joined, trace=trace or None)


def notes(spec: Spec) -> tuple[Note, ...]:
    """What a user should know about this spec's numbers, each once."""
    if spec.emulation is None:
        return of_formula(spec)
    from lrcli.frameworks.torch.notes import of_replay

    return of_formula(spec) + of_replay(spec)
