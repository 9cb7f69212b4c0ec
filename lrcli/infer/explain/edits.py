"""A schedule with one change: another length, or its warmup taken off."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Any

from lrcli.errors import LrcliError
from lrcli.infer.explain.evidence import Evidence
from lrcli.infer.keys import Key
from lrcli.infer.keys.solving import Solver
from lrcli.infer.keys.variants import Path, replaced
from lrcli.infer.sources import Formula
from lrcli.infer.transforms import RateSource, shifted
from lrcli.schedules.base import Schedule, parameters
from lrcli.schedules.params import param_of
from lrcli.values import dataclass

ROWS = 12
"""About so many of the missed rows are held against another length."""

MOST_LENGTHS = 4
"""So many solutions for one length are proposed."""

_SAME_END = ", and its end where it is"

_WARM = re.compile("warm|burn_in")
"""Keys of the length of a warmup."""


def lengths(schedule: Schedule, path: Path = ()) -> Iterator[tuple[Path, float | tuple[float, ...]]]:
    """Every length in the schedule, down to its parts; the milestones of MultiStepLR move together.

    >>> from lrcli.schedules.step import Step
    >>> list(lengths(Step(30)))
    [(('step_size',), 30)]
    """
    for f in parameters(schedule):
        value: Any = getattr(schedule, f.name)
        kind = param_of(f).kind
        if kind == "schedules":
            for i, child in enumerate(value):
                yield from lengths(child, (*path, f.name, i))
        elif (kind == "length" or (kind == "positions" and not hasattr(schedule, "schedules"))) and value:
            yield (*path, f.name), value


def horizons(evidence: Evidence, plain: Formula) -> Iterator[tuple[str, float, float, Formula]]:
    """(name, length, the spec's length, the schedule with it) for every length that the missed rows ask for."""
    missed = evidence.asked()
    changes = [i for edge in evidence.marks.edges if missed and edge > missed[0] for i in (edge - 1, edge)]
    rows = sorted({*missed[:: max(len(missed) // ROWS, 1)], *(changes[:ROWS] if evidence.marks.flat else ())})
    wanted = evidence.rows.pick(rows)
    for path, value in lengths(plain.schedule) if rows else ():
        last = value[-1] if isinstance(value, tuple) else value

        def formula(length: float, path: Path = path, value: float | tuple[float, ...] = value) -> Formula | None:
            other = int(length) if length == int(length) else length
            positions = tuple(round(m * length / value[-1]) for m in value) if isinstance(value, tuple) else other
            try:
                return Formula(replaced(plain.schedule, [(path, positions)]), plain.base_lr)
            except LrcliError:
                return None

        def rates(length: float) -> list[float] | None:
            source = formula(length)
            return None if source is None else [source.one(t) for t in wanted.at]

        key = Key(str(path[-1]), "", "whole", float(last), at_least=1)
        solver = Solver(key, rates, wanted, [float(evidence.spec.length), evidence.spec.length - 1.0], strict=True)
        name = "".join(f"[{part}]." if isinstance(part, int) else part for part in path) + "[-1]" * (last is not value)
        for length in list(dict.fromkeys([*solver.shown(), *solver.solutions()]))[:MOST_LENGTHS]:
            source = formula(length)
            if length != last and source is not None:
                yield name, length, float(last), source


@dataclass(frozen=True)
class Warmup:
    """The two parts of a schedule that begins with a warmup.

    steps: the length of the warmup. ramp: the schedule up to there. decay: what follows, from its own step 0.
    running: (what is said of it, the decay with a clock that runs from the run's step 0) in each way to mean that.
    """

    steps: int
    ramp: RateSource
    decay: RateSource
    running: tuple[tuple[str, RateSource], ...]


def warmup_of(plain: Formula) -> Warmup | None:
    """The parts of a schedule that begins with a warmup; None of another one."""
    schedule: Any = plain.schedule
    if schedule.name == "sequential" and schedule.schedules[0].name == "linear":
        n, ramp, rest = int(schedule.milestones[0]), schedule.schedules[0], schedule.rest()
        decay = Formula(rest, plain.base_lr)
        ends = [
            ((name,), length + n) for name in rest.horizon if isinstance(length := getattr(rest, name), (int, float))
        ]
        whole = Formula(replaced(rest, ends), plain.base_lr)
        return Warmup(n, Formula(ramp, plain.base_lr), decay, (("", decay), (_SAME_END, whole))) if n > 0 else None
    n = min((math.ceil(place) for place, event in schedule.marks() if event == "warmup ends"), default=0)
    if n <= 0:
        return None
    after = shifted(n).of(plain)
    warm = [
        ((f.name,), 0) for f in parameters(schedule) if _WARM.search(f.name) and _is_length(getattr(schedule, f.name))
    ]
    try:
        whole = Formula(replaced(schedule, warm), plain.base_lr)
    except LrcliError:  # it has to have a warmup
        return Warmup(n, plain, after, (("", after),))
    return Warmup(n, plain, after, (("", after), (_SAME_END, whole)))


def _is_length(value: Any) -> bool:
    """Whether a warmup can be so many steps long: 1 is more likely a share or a flag."""
    return value.__class__ in (int, float) and value > 1
