"""A schedule as a warmup and a decay, to be put together in another way."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterator
from itertools import islice
from typing import Any

from lrcli.errors import LrcliError
from lrcli.infer.keys.variants import Path, numbers_of, replaced
from lrcli.infer.sources import Formula
from lrcli.infer.transforms import RateSource, shifted
from lrcli.schedules.base import Schedule, parameters
from lrcli.schedules.params import param_of
from lrcli.values import dataclass

_SAME_END = ", and its end where it is"

_WARM = re.compile("warm|burn_in")
"""Keys of the length of a warmup."""

_FLOORS = re.compile("eta_min|lr_min|min_lr|min_value|min_ratio|end_value|end_lr|lr_end|alpha(_f)?")
"""Keys of a learning rate, or of a share of it, that a decay comes down to."""


@dataclass(frozen=True)
class Phases:
    """The two parts of a schedule, each by the run's steps.

    steps: the length of the warmup, 0 where there is none. plain: the schedule itself. after: the decay. begin: the
    run's step that is the decay's step 0: `steps`, or 0 where its clock runs in the warmup. base: its rate there.
    running: (what is said of it, the decay by a clock that runs in the warmup) in each way to mean that, if it does
    not run anyway. ends: the steps at which the decay may end.
    """

    steps: int
    plain: RateSource
    after: RateSource
    begin: int
    running: tuple[tuple[str, RateSource], ...]
    ends: tuple[int, ...]

    @property
    def base(self) -> float:
        """The learning rate that the decay begins with."""
        return self.after([self.begin])[0]


def warmup_and_decay(plain: Formula) -> Phases:
    """The parts of a schedule."""
    schedule: Any = plain.schedule
    if schedule.name == "sequential" and schedule.schedules[0].name == "linear" and schedule.milestones[0] > 0:
        n, rest = int(schedule.milestones[0]), schedule.rest()
        decay, horizon = Formula(rest, plain.base_lr), [*_lengths(rest, rest.horizon)]
        longer = [(path, length + n) for path, length in horizon]
        running = (("", decay), (_SAME_END, Formula(replaced(rest, longer), plain.base_lr)))
        return Phases(n, plain, shifted(-n).of(decay), n, running, tuple(int(length) for _, length in longer))
    marked = [(math.ceil(place), event) for place, event in islice(schedule.marks(), 64) if place < math.inf]
    n = min((place for place, event in marked if event == "warmup ends" and place > 0), default=0)
    at, then, later = plain([n, n + 1, n + 2])
    n += n > 0 and at == then != later  # the decay begins a step after the warmup's end
    ends = [place for place, event in marked if event.endswith(" ends") and place > n]
    ends = ends or [int(length) for _, length in _lengths(schedule, schedule.horizon) if length > n]
    whole = [*_unwarmed(plain, n)] if n else []
    if whole and whole[0]([n, n + 1]) == plain([n, n + 1]):
        return Phases(n, plain, whole[0], 0, (), tuple(ends))
    own = (("", shifted(n).of(plain)),) if n else ()
    return Phases(n, plain, plain, n, (*own, *((_SAME_END, source) for source in whole)), tuple(ends))


def _unwarmed(plain: Formula, n: int) -> Iterator[Formula]:
    """The schedule without its warmup; where its decay is as long as before, with each of its lengths longer, too."""
    if (decay := plain.schedule.unwarmed()) is not None:
        yield Formula(decay, plain.base_lr)
    lengths = [*_lengths(plain.schedule)]
    none: list[tuple[Path, float]] = [(path, 0) for path, _ in lengths if _WARM.search(str(path[-1]))]
    others = [[*none, (path, length + n)] for path, length in lengths if (path, 0) not in none]
    for changes in [none, *others] if none else ():
        try:
            source = Formula(replaced(plain.schedule, changes), plain.base_lr)
        except LrcliError:  # it has to have a warmup
            return
        yield source
        if source([1, n]) != plain([n + 1, n + n]):
            return


def _lengths(schedule: Schedule, names: Collection[str] | None = None) -> Iterator[tuple[Path, float]]:
    """The lengths of a schedule, or those at these names: 1 is more likely a share or a flag."""
    for f in parameters(schedule):
        value = getattr(schedule, f.name)
        counts = param_of(f).kind in ("length", "count") or _WARM.search(f.name)
        named = counts if names is None else f.name in names
        if named and value.__class__ in (int, float) and value > 1:
            yield (f.name,), value


def floorless(plain: Formula) -> Iterator[tuple[str, Formula]]:
    """(what is said of it, the schedule that comes down to 0 instead of to what one of its keys says)."""
    for path, value in numbers_of(plain.schedule):
        if _FLOORS.fullmatch(str(path[-1])) and value:
            try:
                yield f" with {path[-1]} = 0", Formula(replaced(plain.schedule, [(path, 0.0)]), plain.base_lr)
            except LrcliError:  # it has to be more
                continue
