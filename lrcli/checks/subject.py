"""What a rule looks at: a spec, its schedules where they stand, its numbers.

A schedule stands in some rows, for a parameter group, and at a node of the text.
"""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Sequence as Sequence_
from dataclasses import replace
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from lrcli.errors import EvaluationError, Problem, Refused
from lrcli.reader.keys import LR, PLURALS, spellings_of
from lrcli.reader.nodes import Mapping, Node, Sequence
from lrcli.reader.source import Place
from lrcli.reader.values import is_null
from lrcli.schedules.base import Schedule
from lrcli.schedules.constant_lr import ConstantLR
from lrcli.schedules.cosine import WarmupCosine
from lrcli.schedules.linear import Linear
from lrcli.schedules.sequential import Chained, Sequential
from lrcli.series import series_of
from lrcli.spec import Group, Spec
from lrcli.values import dataclass

if TYPE_CHECKING:
    from lrcli.lock.lock import Lock

S = TypeVar("S", bound=Schedule)

ALL = 200_000
"""Every row of a run of at most this many is looked at."""

_GRID = 10_000


class Spot(NamedTuple):
    """A value of a spec: its key, and its place in the text where there is one."""

    key: str
    place: Place | None

    def problem(self, message: str, help: str, group: int | None = None, *, details: tuple[str, ...] = ()) -> Problem:
        """What a rule says about this value (of one parameter group); the rule's code and level come later."""
        problem = Problem("", message) if self.place is None else self.place.problem("", message)
        return replace(problem, help=help, key=self.key, group=group, details=details)


@dataclass(frozen=True)
class Site:
    """A schedule in its place.

    begin, end: the rows begin <= t < end of the run in which it is active; its own step 0 is row `begin`. stop: where
    its phase was meant to end, which may lie past the run's end (None: where the run ends). inside: the composition
    that it is a part of.
    """

    schedule: Schedule
    group: int
    base_lr: float | None
    begin: int
    end: int
    stop: int | None
    key: str
    node: Node | None
    inside: Schedule | None = None

    @property
    def rows(self) -> int:
        return max(0, self.end - self.begin)

    def node_of(self, *names: str) -> tuple[str, Node | None]:
        """(the key as it is written, its value) of the first of these fields that the text gives."""
        for name in names:
            spellings = (
                name,
                *(word for word, (field, _) in spellings_of(type(self.schedule)).items() if field == name),
            )
            for word in spellings:
                value = self.node.get(word) if isinstance(self.node, Mapping) else None
                if value is not None:
                    return word, value
        return names[0], None

    def spot(self, *names: str, item: int | None = None) -> Spot:
        """Where the first of these fields stands that the text gives; else where the schedule's type does."""
        if not names:
            return Spot(self.key, _head(self.node))
        word, value = self.node_of(*names)
        key = f"{self.key}.{word}" if item is None else f"{self.key}.{word}.{item}"
        if isinstance(value, Sequence) and item is not None and item < len(value.items):
            value = value.items[item]
        return Spot(key, _head(self.node) if value is None else value.place)

    def problem(self, names: str | tuple[str, ...], message: str, help: str, *, item: int | None = None) -> Problem:
        """What a rule says about these fields of the schedule (or an item of one), or about all of it."""
        words = (names,) if isinstance(names, str) else names
        return self.spot(*words, item=item).problem(message, help, self.group)


def _head(node: Node | None) -> Place | None:
    """The place that stands for a whole schedule: its type."""
    kind = node.get("type") if isinstance(node, Mapping) else None
    return kind.place if kind is not None else None if node is None else node.place


def sites_of(spec: Spec, root: Mapping | None) -> tuple[Site, ...]:
    """Every schedule of every group, compositions before their parts."""
    return tuple(site for i, group in enumerate(spec.groups) for site in _of_group(spec, i, group, root))


def group_node(i: int, root: Mapping | None) -> Mapping | None:
    """The mapping of group i, None where it has none of its own."""
    groups = root.get("groups") if root else None
    node = groups.items[i] if isinstance(groups, Sequence) and i < len(groups.items) else None
    return node if isinstance(node, Mapping) else None


def schedule_node(i: int, root: Mapping | None) -> tuple[str, Node | None]:
    """(the key, the node) under which the schedule of group i is written."""
    group = group_node(i, root)
    node = group.get("schedule") if group else None
    if node is not None:
        return f"groups.{i}.schedule", node
    return "schedule", root.get("schedule") if root else None


def _of_group(spec: Spec, i: int, group: Group, root: Mapping | None) -> Iterator[Site]:
    key, node = schedule_node(i, root)
    warmup = root.get("warmup") if root else None
    whole = Site(group.schedule, i, group.lr, 0, spec.length, None, key, node)
    if warmup is None or is_null(warmup) or not isinstance(group.schedule, Sequential):
        yield from _inside(whole)
        return
    # `warmup:` is the first phase, before the one schedule or the list of phases that is written under `schedule:`
    parts = [(key, node)]
    if isinstance(node, Sequence) and len(group.schedule.schedules) == len(node.items) + 1:
        parts = [(f"{key}.{n}", item) for n, item in enumerate(node.items)]
    yield whole
    yield from _phases(whole, group.schedule, [("warmup", warmup), *parts])


def _inside(site: Site) -> Iterator[Site]:
    """The site, and those of its parts."""
    schedule, node, key = site.schedule, site.node, site.key
    if isinstance(node, Sequence) and len(node.items) == 1 and not isinstance(schedule, Sequential):
        yield from _inside(replace(site, key=f"{key}.0", node=node.items[0]))
        return
    yield site
    if not isinstance(schedule, (Sequential, Chained)):
        return
    items: tuple[Node | None, ...] = node.items if isinstance(node, Sequence) else ()
    if isinstance(node, Mapping):
        word = next((word for word in ("schedules", *PLURALS) if node.get(word) is not None), "schedules")
        inner, key = node.get(word), f"{key}.{word}"
        items = inner.items if isinstance(inner, Sequence) else ()
    if len(items) != len(schedule.schedules):  # the text is not known
        items = (None,) * len(schedule.schedules)
    parts = [(f"{key}.{n}", item) for n, item in enumerate(items)]
    if isinstance(schedule, Sequential):
        yield from _phases(site, schedule, parts)
        return
    for (where, item), child in zip(parts, schedule.schedules, strict=True):
        yield from _inside(replace(site, schedule=child, key=where, node=item, inside=schedule))


def _phases(site: Site, schedule: Sequential, parts: list[tuple[str, Node | None]]) -> Iterator[Site]:
    edges = [*(site.begin + int(edge) for edge in (0, *schedule.milestones)), site.stop]
    for (key, node), child, begin, stop in zip(parts, schedule.schedules, edges, edges[1:], strict=False):
        assert begin is not None
        end = site.end if stop is None else min(site.end, stop)
        phase = replace(site, schedule=child, begin=begin, end=end, stop=stop)
        yield from _inside(replace(phase, key=key, node=node, inside=schedule))


def warmup_length(schedule: Schedule) -> float | None:
    """How many steps a schedule raises the LR to its base value; None if it is no warmup.

    >>> warmup_length(Linear(start_factor=0.1, total_iters=5)), warmup_length(Linear(end_factor=0.0, total_iters=5))
    (5, None)
    """
    match schedule:
        case Linear() if schedule.start_factor < schedule.end_factor:
            return schedule.total_iters
        case ConstantLR() if schedule.factor < 1:
            return schedule.total_iters
        case WarmupCosine() if schedule.start_factor < 1:
            return schedule.warmup
    return None


def falls_within(schedule: Schedule, steps: int) -> bool:
    """Whether a schedule has lowered the LR by the last of its first steps."""
    if schedule.sets_lr or warmup_length(schedule) is not None or steps < 2:
        return False
    try:
        return schedule.lr_at(steps - 1, 1.0) < schedule.lr_at(0, 1.0) * (1 - 1e-9)
    except (ArithmeticError, ValueError):
        return False


@dataclass(frozen=True)
class KnownRows:
    """The LRs of one parameter group at increasing rows: all of the run, or enough of a long one."""

    rows: Sequence_[int]
    lrs: Sequence_[float]

    def __iter__(self) -> Iterator[tuple[int, float]]:
        return zip(self.rows, self.lrs, strict=True)

    def steps(self) -> Iterator[tuple[int, float, float]]:
        """(row t, the LR of row t - 1, the LR of row t) wherever both are known."""
        for (before, lr_before), (t, lr) in pairwise(self):
            if t == before + 1:
                yield t, lr_before, lr


class Subject:
    """One spec under examination.

    `root` is the mapping that declares it, None where only the values are known; `lock` is what its curve was.
    """

    def __init__(self, spec: Spec, root: Mapping | None = None, lock: Lock | None = None) -> None:
        self.spec = spec
        self.root = root
        self.lock = lock

    @cached_property
    def sites(self) -> tuple[Site, ...]:
        return sites_of(self.spec, self.root)

    def each(self, kind: type[S]) -> Iterator[tuple[Site, S]]:
        """The schedules of one class, with their sites, that are active in some row."""
        for site in self.sites:
            if isinstance(site.schedule, kind) and site.rows:
                yield site, site.schedule

    @cached_property
    def _evaluated(self) -> tuple[tuple[KnownRows, ...], EvaluationError | Refused | None]:
        try:
            return _lines_of(self.spec), None
        except (EvaluationError, Refused) as failure:
            return (), failure

    @property
    def lines(self) -> tuple[KnownRows, ...]:
        """The LRs in use, group by group; none where they cannot be computed."""
        return self._evaluated[0]

    @property
    def failure(self) -> EvaluationError | Refused | None:
        return self._evaluated[1]

    @cached_property
    def formula(self) -> Spec | None:
        """The spec without its replay; None where the schedule has no formula."""
        if any(True for group in self.spec.groups for _ in group.schedule.formula_problems()):
            return None
        return replace(self.spec, emulation=None)

    def rows(self, count: float) -> str:
        """A number of rows in words: "1 epoch", "30 epochs"."""
        return f"{count:,.12g} {self.spec.interval}{'s' * (count != 1)}".replace(",", "")

    def at(self, row: float) -> str:
        """A row in words: "epoch 30"."""
        return f"{self.spec.interval} {row:.12g}"

    def of_run(self, *names: str) -> Spot:
        """Where a key of the top level stands (the first of these that the text gives)."""
        for name in names:
            key = self.root.key(name) if self.root else None
            if key is not None:
                return Spot(name, key.place)
        return Spot(names[0], self.root.place if self.root else None)

    def problem(self, message: str, help: str, group: int | None = None) -> Problem:
        """What a rule says about the curve of a group, or of all: at the key of its schedule."""
        key, node = schedule_node(group or 0, self.root)
        spot = Spot(key, node.place) if key != "schedule" and node else self.of_run("schedule", "warmup")
        return spot.problem(message, help, group)

    def of_lr(self, group: int) -> Spot:
        """Where the base LR of a group is written."""
        for where, node in ((f"groups.{group}.", group_node(group, self.root)), ("", self.root)):
            for name in LR:
                value = node.get(name) if node else None
                if value is not None:
                    return Spot(f"{where}{name}", value.place)
        return Spot("lr", None)


def _lines_of(spec: Spec) -> tuple[KnownRows, ...]:
    """The LR in use of each group; of a run of more than ALL rows, the formula's at its breakpoints and at a grid.

    Raises EvaluationError, or Refused where the spec asks for a release that refuses it.
    """
    run = series_of(spec)
    if run.stop <= ALL:
        return tuple(KnownRows(run.rows, group.lr) for group in next(run.at([run.rows], ("lr",))))
    formula = replace(spec, emulation=None)
    lines = []
    for part in formula.groups:
        alone = series_of(replace(formula, groups=(part,)))
        # of a long run that has to be walked (a running product) only the beginning is looked at
        rows = _chosen(part.schedule, alone.stop) if alone.jumps else range(ALL)
        (readings,) = next(alone.at([rows]))
        lines.append(KnownRows(rows, readings.lr))
    return tuple(lines)


def _chosen(schedule: Schedule, length: int) -> list[int]:
    """The rows of a grid, and those around the first breakpoints."""
    rows = {i * (length - 1) // _GRID for i in range(_GRID + 1)}
    for at in schedule.breaks(1, length, _GRID):
        rows.update(range(max(0, at - 2), min(length, at + 2)))
    rows.update(range(3))
    rows.update(range(length - 3, length))
    return sorted(rows)
