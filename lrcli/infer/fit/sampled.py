"""Logs of epochs of a schedule that moves at every batch: each row is the last batch of an epoch, or their mean."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from itertools import product

from lrcli.errors import LrcliError
from lrcli.frameworks.fitting import Shape, Words, spellings
from lrcli.infer.costs import COSTS
from lrcli.infer.fit.candidate import UNSHAPED, Candidate, Epochs, draft
from lrcli.infer.fit.compose import clocked_mains
from lrcli.infer.fit.laws import Law
from lrcli.infer.fit.naming import gives, said, schedule_of
from lrcli.infer.fit.rows import FitRows
from lrcli.infer.fit.segments import Segment
from lrcli.infer.fit.warmup import Ramp
from lrcli.infer.limits import MOST_BATCHES, MOST_STEPS, MOST_WARM
from lrcli.infer.numbers import cost, simplest, simplest_whole
from lrcli.schedules.base import Setting


def between_candidates(rows: FitRows, law: Law) -> Iterator[Candidate]:
    """Half a cosine in steps, whose peak lies between two rows."""
    half, whole = round(law.length), math.ceil(law.begin - 1e-6)
    shift = whole - law.begin
    if half < 1 or abs(law.length - half) > 1e-5 * half or not 0.25 < shift < 1:
        return
    if shift < 0.5:
        # the mean over n steps lies (n - 1) / 2n of an epoch later, and is flatter than what it averages
        steps = round(1 / (1 - 2 * shift))
        flatter = math.sin(math.pi / (2 * half)) / (steps * math.sin(math.pi / (2 * half * steps)))
        evidence = f"each row is the mean of an epoch of {steps} steps"
        view = Epochs(steps, "mean")
    else:
        steps, flatter = round(1 / (1 - shift)), 1.0
        evidence = f"each row is the last of the {steps} steps of an epoch"
        view = Epochs(steps, "last")
    if not 1 < steps <= MOST_STEPS:
        return
    middle, height = law.floor + law.height / 2, law.height / 2 / flatter
    lr, floor = _near(middle + height), middle - height
    floor = 0.0 if abs(floor) < 1e-7 * lr else _near(floor)
    spent = cost(lr) + cost(half) + cost(whole) + cost(floor)
    for warmup in dict.fromkeys((whole, 0)):
        shape = Ramp(0, warmup * steps).before(Shape("cosine", lr, end=half * steps, floor=floor))
        bare = Candidate(
            "cosine",
            lr,
            whole - warmup,
            spent + COSTS["sampled wave"] + 2.0 * (warmup != whole),
            horizon=warmup + half,
            free=("the warmup: its rows are not in the log",) if warmup and whole <= rows.at[0] else (),
            evidence=(f"{evidence}: half a cosine from {lr:g} over {half} epochs",),
            epochs=view,
            shape=shape,
        )
        candidate = said(bare, rows) if warmup >= 0 else None
        if candidate is not None:
            yield replace(candidate, shape=UNSHAPED)  # the words of a framework count epochs


def _near(value: float) -> float:
    return simplest(*sorted((value * (1 - 1e-7), value * (1 + 1e-7))))


def sampled_candidates(rows: FitRows, segment: Segment) -> Iterator[Candidate]:
    """Candidates whose decay is the last stretch, by epochs, under a warmup that counts batches."""
    for main in clocked_mains(rows, segment) if rows.in_epochs else ():
        yield from _sampled(rows, rows.part(0, segment.start), main)


def _sampled(rows: FitRows, before: FitRows, main: Candidate) -> Iterator[Candidate]:
    """Warmup and decay are multiplied at every batch, and the log holds the last batch of each epoch."""
    ahead = main.first_step - rows.at[0]
    if len(before) > MOST_WARM or ahead not in (0, 1):
        return
    shape = replace(main.shape, begin=ahead, end=main.shape.end + ahead, epochs=True)
    bare = replace(main, first_step=rows.at[0], cost=main.cost + COSTS["sampled"], shape=UNSHAPED)
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
    counted = partial(_counted, bare, words)
    try:
        groups = [name for name, _ in counted(100, "").bound.groups()] or [""]
    except LrcliError:
        return
    groups = groups[:1] if of_first else groups[1:]
    first, tol = rows.values[0], rows.slack[0]
    for group in groups:

        def gap(batches: int, group: str = group) -> float:
            return counted(batches, group).at(rows.at[0]) - first

        fitting = [n for n in _range(gap, tol)[:401] if gives(counted(n, group), before)]
        if fitting:
            chosen = simplest_whole(fitting[0], fitting[-1])
            candidate = counted(chosen if chosen in fitting else fitting[len(fitting) // 2], group)
            if len(fitting) > 1:
                fits = f"the batches of an epoch: {fitting[0]} to {fitting[-1]} fit"
                candidate = replace(candidate, free=(*candidate.free, fits))
            yield candidate


def _counted(bare: Candidate, words: Words, batches: int, group: str) -> Candidate:
    """The candidate in these words, with so many batches an epoch, as a group that the schedule makes."""
    schedule = schedule_of(words)
    setting = Setting(bare.horizon * batches, "step", batches, release=words.release, own_group=group, lrs=(bare.lr,))
    evidence = f"batches of an epoch: {batches}; each row is the last of its epoch"
    kind, view = schedule.name, Epochs(batches, "last")
    return replace(bare, kind=kind, schedule=schedule, setting=setting, epochs=view, evidence=(evidence,))


def warming_candidates(rows: FitRows) -> Iterator[Candidate]:
    """Candidates of a run of epochs that ends within its warmup of batches: in lr every row is a line."""
    turns = sum((b > a) != (c > b) for a, b, c in zip(rows.values, rows.values[1:], rows.values[2:], strict=False))
    if not rows.in_epochs or not 5 <= len(rows) <= MOST_WARM or turns > 1 or min(rows.values) <= 0:
        return
    run = rows.at[-1] - rows.at[0] + 1
    probe = rows.pick((0, len(rows) // 2, len(rows) - 1))
    for epochs, decay in product(dict.fromkeys((run, simplest_whole(run, 1.1 * run) or run)), ("line", "cosine")):
        shape = Shape(decay, 1.0, end=epochs, floor=0.01, epochs=True)
        bare = Candidate(decay, 1.0, rows.at[0], 0.0, horizon=epochs)
        twice = replace(shape, lr=2.0, floor=0.02)
        for single, double in zip(spellings(shape, "spell_sampled"), spellings(twice, "spell_sampled"), strict=True):
            names = [name for name, _ in _counted(bare, single, 2, "").bound.groups()]
            for batches, name in product(range(2, MOST_WARM), (names[0], names[-1])):
                at_1 = _counted(bare, single, batches, name).at
                at_2 = _counted(bare, double, batches, name).at
                span = _scaled(probe, at_1, at_2) and _scaled(rows, at_1, at_2)
                if span is not None:
                    lr = simplest(*span)
                    main = draft(rows.at[0], replace(shape, lr=lr, floor=0.01 * lr), cost(lr) + cost(epochs))
                    yield from _sampled(rows, rows, main)
                    return


def _scaled(rows: FitRows, low: Callable[[int], float], high: Callable[[int], float]) -> tuple[float, float] | None:
    """The interval of learning rates that give the rows, from the curves of the learning rates 1 and 2."""
    return rows.minus(lambda p: 2 * low(p) - high(p)).scale(lambda p: high(p) - low(p))


def _range(gap: Callable[[int], float], tol: float) -> range:
    """The whole numbers of batches for which a gap that only rises or only falls is within the tolerance."""
    numbers = range(2, MOST_BATCHES + 1)
    ends = gap(numbers[0]), gap(numbers[-1])
    if min(ends) > tol or max(ends) < -tol:
        return range(0)
    sign = 1 if ends[1] >= ends[0] else -1
    first = bisect_left(numbers, -tol, key=lambda batches: sign * gap(batches))
    behind = bisect_left(numbers, tol * (1 + 1e-9), first, key=lambda batches: sign * gap(batches))
    return numbers[first:behind]
