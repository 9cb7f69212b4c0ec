"""Schedules whose clock runs during the warmup: the decay has begun before its first row is seen.

The warmup's own values stand before a jump onto the decay, or it is multiplied with the decay, at every step or at
every batch of which a log shows the last one of each epoch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from itertools import product

from lrcli.errors import InvalidValue, LrcliError
from lrcli.frameworks.fitting import Shape, Words, spellings
from lrcli.infer.fit.candidate import Candidate, Epochs
from lrcli.infer.fit.laws import Decay, Law, Power, Slope, Wave
from lrcli.infer.fit.main import Main
from lrcli.infer.fit.mains import mains
from lrcli.infer.fit.naming import gives, schedule_of, spoken
from lrcli.infer.fit.rows import FitRows
from lrcli.infer.fit.segments import Segment
from lrcli.infer.numbers import cost, simplest, simplest_whole
from lrcli.schedules.base import Setting
from lrcli.schedules.chained import Chained
from lrcli.schedules.linear import Linear

MOST_BATCHES = 8192
"""So many batches an epoch may have."""

MOST_WARM = 60
"""So many epochs a warmup of batches may last."""


def clocked_candidates(rows: FitRows, segments: list[Segment]) -> Iterator[Candidate]:
    """Candidates whose main law is the last stretch and began before it."""
    segment = segments[-1]
    law = segment.law
    if not isinstance(law, (Slope, Wave, Decay, Power)) or segment.stop - segment.start < 3:
        return
    inner, before = rows.part(segment.start, segment.stop), rows.part(0, segment.start)
    if not len(before):
        return
    for begin in _begins(rows, law):
        for main in mains(inner, law, begin, begin):
            if main.lr > 0:
                yield from _jumped(rows, before, main)
                yield from _multiplied(rows, before, main)
                yield from _sampled(rows, before, main)


def _begins(rows: FitRows, law: Law) -> list[int]:
    if isinstance(law, Wave):
        return [round(law.top)]
    return [p for p in dict.fromkeys((rows.p[0], rows.p[0] + 1, 0, 1)) if p <= rows.p[0] + 1]


def _jumped(rows: FitRows, before: FitRows, main: Main) -> Iterator[Candidate]:
    """The warmup's own values, then the decay as if it had run from the start."""
    begin, lr = main.begin, main.lr
    rising = [i for i, p in enumerate(before.p) if p >= begin]
    if len(rising) < 2 or before.p[rising[0]] == before.p[rising[-1]]:
        return
    line = Slope.fit(before.pick(rising))
    if line is None or line.slope <= 0:
        return
    start = simplest(*_near(line(begin)))
    length = simplest_whole(*_near((lr - line(begin)) / line.slope, 1e-6))
    if length is None:
        return
    late = rows.p[0] < begin
    evidence = [f"a warmup of {length} steps from {start:g}; the decay's clock runs meanwhile: a jump at its end"]
    if late:
        evidence.append("the first row repeats: the scheduler is one step late")
    bare = Candidate(
        main.kind,
        lr,
        Linear(),
        begin - late,
        main.cost + cost(length) + cost(start) + 2.0,
        main.shape.end,
        main.free,
        tuple(evidence),
        skipped=(begin,) if late else (),
        shape=replace(main.shape, warmup=length, start=start),
    )
    yield from spoken(bare, rows)


def _near(value: float, part: float = 1e-9) -> tuple[float, float]:
    low, high = sorted((value * (1 - part), value * (1 + part)))
    return low, high


def _multiplied(rows: FitRows, before: FitRows, main: Main) -> Iterator[Candidate]:
    """The warmup's factor times the decay, at every step."""
    begin, lr = main.begin, main.lr
    if before.p[0] < begin or not 1 < len(before) <= 2000 or main.schedule is None:
        return
    values = [main.schedule.lr_at(p - begin, lr) for p in before.p]
    if min(values) <= 0:
        return
    ratios = [y / value for y, value in zip(before.y, values, strict=True)]
    noises = [max(tol / value, 1e-15) for tol, value in zip(before.tol, values, strict=True)]
    line = Slope.fit(FitRows(before.p, ratios, noises, 1.0))
    if line is None or line.slope <= 0:
        return
    start = simplest(line(begin) - 3 * max(noises), line(begin) + 3 * max(noises))
    around = 6 * max(noises) / line.slope + 1e-9
    exact = (1 - line(begin)) / line.slope
    length = simplest_whole(exact * (1 - 1e-9) - around, exact * (1 + 1e-9) + around)
    if length is None or length <= 0 or not 0 <= start < 1:
        return
    candidate = Candidate(
        main.kind,
        lr,
        Chained((Linear(start_factor=start, total_iters=length), main.schedule)),
        begin,
        main.cost + cost(length) + cost(start) + 1.5,
        main.shape.end,
        main.free,
        ("the decay runs during the warmup: the learning rate is the product of both",),
        shape=replace(main.shape, warmup=length, start=start * lr, product=True),
    )
    if rows.holds(candidate.at):
        yield candidate


def _sampled(rows: FitRows, before: FitRows, main: Main) -> Iterator[Candidate]:
    """Warmup and decay are multiplied at every batch, and the log holds the last batch of each epoch."""
    ahead = main.begin - rows.p[0]
    if not rows.in_epochs or len(before) > MOST_WARM or ahead not in (0, 1):
        return
    shape = replace(main.shape, begin=ahead, end=main.shape.end + ahead, epochs=True)
    bare = Candidate(main.kind, main.lr, Linear(), rows.p[0], main.cost + 2.5, main.shape.end, main.free)
    for first in (True, False):  # a log's first column is mostly the first group
        for words in spellings(shape, "spell_sampled"):
            for candidate in _of_batches(bare, words, rows, before, first):
                if gives(candidate, rows):
                    yield candidate
                    return


def _of_batches(bare: Candidate, words: Words, rows: FitRows, before: FitRows, of_first: bool) -> Iterator[Candidate]:
    """The candidate in these words, with the batches of an epoch that give the rows of the warmup.

    of_first: whether as the first group that the schedule makes, or as one of the others.
    """
    made = partial(_counted, bare, words)
    try:
        groups = [name for name, _ in made(100, "").bound.groups()] or [""]
    except (InvalidValue, LrcliError):
        return
    groups = groups[:1] if of_first else groups[1:]
    first, tol = rows.y[0], rows.tol[0]
    for group in groups:

        def gap(batches: int, group: str = group) -> float:
            return made(batches, group).at(rows.p[0]) - first

        low, high = _range(gap, tol)
        fitting = [n for n in range(low, min(high, low + 400) + 1) if gives(made(n, group), before)]
        if fitting:
            chosen = simplest_whole(fitting[0], fitting[-1])
            found = made(chosen if chosen in fitting else fitting[len(fitting) // 2], group)
            if len(fitting) > 1:
                found = found.noting(f"the batches of an epoch: {fitting[0]} to {fitting[-1]} fit")
            yield found


def _counted(bare: Candidate, words: Words, batches: int, group: str) -> Candidate:
    """The candidate in these words, with so many batches an epoch, as a group that the schedule makes."""
    schedule = schedule_of(words)
    setting = Setting(bare.horizon * batches, "step", batches, release=words.release, own_group=group, lrs=(bare.lr,))
    told = f"batches of an epoch: {batches}; each row is the last of its epoch"
    kind, view = schedule.name, Epochs(batches, "last")
    return replace(bare, kind=kind, schedule=schedule, setting=setting, epochs=view, evidence=(told,))


def warming_candidates(rows: FitRows) -> Iterator[Candidate]:
    """Candidates of a run of epochs that ends within its warmup of batches: in lr every row is a line."""
    if not rows.in_epochs or not 5 <= len(rows) <= MOST_WARM:
        return
    run = rows.p[-1] - rows.p[0] + 1
    for epochs, decay in product(dict.fromkeys((run, simplest_whole(run, 1.1 * run) or run)), ("line", "cosine")):
        shape = Shape(decay, 1.0, end=epochs, floor=0.01, epochs=True)
        bare = Candidate(decay, 1.0, Linear(), rows.p[0], 0.0, epochs)
        twice = replace(shape, lr=2.0, floor=0.02)
        pairs = zip(spellings(shape, "spell_sampled"), spellings(twice, "spell_sampled"), strict=True)
        for (one, two), batches, group in product(pairs, range(2, MOST_WARM), (0, -1)):
            name = [name for name, _ in _counted(bare, one, batches, "").bound.groups()][group]
            at_1 = _counted(bare, one, batches, name).at
            at_2 = _counted(bare, two, batches, name).at
            rest = replace(rows, y=[y - 2 * at_1(p) + at_2(p) for p, y in zip(rows.p, rows.y, strict=True)])
            span = rest.scale(lambda p, low=at_1, high=at_2: high(p) - low(p))  # type: ignore[misc]
            if span is not None:
                lr = simplest(*span)
                main = Main(decay, rows.p[0], replace(shape, lr=lr, floor=0.01 * lr), None, cost(lr) + cost(epochs))
                yield from _sampled(rows, rows, main)
                return


def _range(gap: Callable[[int], float], tol: float) -> tuple[int, int]:
    """The whole numbers from which on and up to which a gap that only rises or only falls is within the tolerance."""
    low, high = 2, MOST_BATCHES
    sign = 1 if gap(high) >= gap(low) else -1

    def first(limit: float) -> int:
        a, b = low, high + 1
        while a < b:
            middle = (a + b) // 2
            if sign * gap(middle) >= limit:
                b = middle
            else:
                a = middle + 1
        return a

    return first(-tol), first(tol * (1 + 1e-9)) - 1
