"""What may be wrong with the learning rates that a schedule comes to."""

import math
from collections.abc import Iterator
from itertools import groupby

from lrcli.checks.rules import Findings, Subject, reported
from lrcli.checks.subject import KnownRows
from lrcli.errors import EvaluationError
from lrcli.printable import number_text
from lrcli.schedules.constant import Constant
from lrcli.schedules.cosine import CosineRestarts
from lrcli.schedules.cyclic import Cyclic
from lrcli.schedules.lambda_ import Lambda, Multiplicative
from lrcli.schedules.plateau import Plateau
from lrcli.schedules.sequential import Sequential
from lrcli.schedules.step import MultiStep, Step
from lrcli.series import series_of

UNSEEN = 0.01
"""A peak that is less than this share below the base LR is as good as it."""


_OWN_SCALE = (Lambda, Multiplicative)
"""A factor that somebody wrote may count from another scale, as the Transformer's does with an lr of 1 or more."""


@reported(
    "warning",
    why="the lr that the spec gives is then not the rate at which anything is trained",
    unless=("warmup-too-long", "warmup-overlaps", "lr-not-finite", "lr-negative", "gamma-zero"),
    of_curve=True,
)
def base_lr_unreached(subject: Subject) -> Findings:
    """A run in which the LR stays more than 1 % below its base value."""
    spec = subject.spec
    scaled = {
        site.group
        for site in subject.sites
        if site.schedule.sets_lr
        or site.schedule.lr_is_factor
        or (isinstance(site.schedule, _OWN_SCALE) and (site.base_lr or 1) >= 1)
    }
    if series_of(spec).start:  # a resumed run may have had its peak before
        return
    for i, (group, line) in enumerate(zip(spec.groups, subject.lines, strict=False)):
        if i in scaled or not group.lr or not line.lrs:
            continue
        peak = max(line.lrs)
        if peak < group.lr * (1 - UNSEEN):
            yield subject.of_lr(i).problem(
                f"the LR never reaches {group.lr:g}: its peak is {peak:g}",
                "shorten the warmup, let the decay begin later, or write the lr that is meant",
                i,
            )


LEAST_CHANGE = 0.01
"""A schedule that changes the LR by less than this share of its peak is as good as none."""


@reported(
    "warning",
    why="a horizon in steps that is stepped per epoch looks like this: the schedule is as good as none",
    unless=(
        "cycle-too-long",
        "mixed-units",
        "milestone-outside",
        "decay-unfinished",
        "one-cycle-short",
        "lr-not-finite",
        "lr-negative",
        "milestone-fraction",
    ),
    of_curve=True,
)
def lr_flat(subject: Subject) -> Findings:
    """A schedule that changes the LR, but by less than 1 % over the run."""
    constant = {site.group for site in subject.sites if isinstance(site.schedule, (Constant, Plateau))}
    for i, line in enumerate(subject.lines):
        if i in constant or len(line.lrs) < 10:
            continue
        peak, least = max(line.lrs), min(line.lrs)
        if 0 < peak - least < LEAST_CHANGE * peak:
            share = (peak - least) / peak
            yield subject.problem(
                f"the LR changes by {share:.2g} of its peak over the run: from {line.lrs[0]:g} to {line.lrs[-1]:g}",
                "look at the horizon and its unit; type: constant says what this is",
                i,
            )


@reported("error", why="a negative LR climbs the loss instead of descending it")
def lr_negative(subject: Subject) -> Findings:
    """An LR below 0."""
    for i, line in enumerate(subject.lines):
        below = [t for t, lr in line if lr < 0]
        if below:
            to_end = below[-1] == line.rows[-1]
            yield subject.problem(
                f"the LR is negative {'from' if to_end else 'at'} {subject.at(below[0])}{' on' * to_end}",
                "a lambda or ramp goes past its end: bound it, max(0, ...), or end the run there",
                i,
            )


@reported("error", why="the first step with it makes every weight NaN")
def lr_not_finite(subject: Subject) -> Findings:
    """An LR that is NaN or infinite."""
    for i, line in enumerate(subject.lines):
        for t, lr in line:
            if not math.isfinite(lr):
                yield subject.problem(
                    f"the LR is {lr} at {subject.at(t)}",
                    "look at the numbers with lrcli table",
                    i,
                )
                break


TINY = 1e-10
"""Below this share of its peak an LR moves no float32 weight."""


VANISHED_SHARE = 0.2
"""From this share of the run on it is worth a word."""


@reported(
    "warning",
    why="such steps cost as much as any other and change no weight; a decay per step instead of per epoch does this",
    unless=("lr-not-finite", "lr-negative"),
    of_curve=True,
)
def lr_vanishes(subject: Subject) -> Findings:
    """An LR below 1e-10 of its peak for a large part of the run."""
    for i, line in enumerate(subject.lines):
        peak = max(line.lrs, default=0.0)
        tiny = [t for t, lr in line if 0 < lr < TINY * peak]
        if not tiny or len(tiny) < VANISHED_SHARE * len(line.lrs):
            continue
        share = len(tiny) / len(line.lrs)
        yield subject.problem(
            f"the LR is below {TINY:g} of its peak in {share:.0%} of the run, from {subject.at(tiny[0])} on",
            "let it decay more slowly, or stop at an eta_min",
            i,
        )


def _zeros(line: KnownRows) -> Iterator[range]:
    """The stretches of rows at LR 0; of a long run, as far as its rows are known."""
    for is_zero, stretch in groupby(line, key=lambda row: row[1] == 0):
        rows = [t for t, _ in stretch]
        if is_zero:
            yield range(rows[0], rows[-1] + 1)


ZERO_SHARE = 0.01
"""A share of a run that counts steps; the one step at 0 of a warmup from 0 is far below it."""


@reported(
    "warning",
    why="steps at LR 0 cost as much as any other and change no weight",
    unless=("gamma-zero", "cosine-climbs"),
    of_curve=True,
)
def lr_zero(subject: Subject) -> Findings:
    """An LR of 0 over a whole epoch, or over a hundredth of a run that counts steps."""
    spec = subject.spec
    size: float = 1
    if spec.interval == "step":
        size = min(max(10, ZERO_SHARE * spec.length), spec.steps_per_epoch or spec.length)
    for i, (group, line) in enumerate(zip(spec.groups, subject.lines, strict=False)):
        if group.lr == 0:  # a group that is frozen, and says so
            continue
        stretch = next((zeros for zeros in _zeros(line) if len(zeros) >= size), None)
        if stretch:
            first, last = stretch[0], stretch[-1]
            where = subject.at(first) if first == last else f"{spec.interval}s {first} to {last}"
            yield subject.problem(
                f"the LR is 0 at {where}" if first == last else f"the LR is 0 in the {where}",
                "start from a factor above 0, or end the run, or the decay, elsewhere",
                i,
            )


@reported("error", why="training stops there with an exception")
def no_value(subject: Subject) -> Findings:
    """A step at which the schedule's formula has no value."""
    if isinstance(subject.failure, EvaluationError):
        yield subject.problem(str(subject.failure), "bound the expression, or end the run before that step")


_JUMPS = (Step, MultiStep, CosineRestarts, Cyclic, Plateau)
"""The schedules whose breakpoints are jumps by design."""


_EVENTS = ("restart", "milestone", "step x", "decay x", "reduced", "raised", "piece", "boundary", "rule")
"""What a schedule's events say where it jumps by design."""


JUMP_FACTOR = 10.0
"""Neighbouring steps that are more than this many times apart may be a jump."""


SMALL_CHANGE = 1e-6
"""A change within this share of the peak moves nothing."""


def _jumps(line: KnownRows) -> Iterator[tuple[int, float, float, float]]:
    """(row t, how many times apart, the LR of row t - 1, the LR of row t) of each jump of more than JUMP_FACTOR.

    A jump also stands out from the changes before and after it, by its width and by its ratio: a curve that comes down
    to almost 0, and an exponential, have neighbours many times apart, and do not jump. A change from or to 0 has no
    ratio, and one far below the peak (SMALL_CHANGE of it) moves nothing.

    >>> list(_jumps(KnownRows((0, 1, 2, 3), (1.0, 1.0, 0.0625, 0.0625))))
    [(2, 16.0, 1.0, 0.0625)]
    >>> list(_jumps(KnownRows((0, 1, 2, 3), (1.0, 0.05, 0.0025, 0.0))))
    []
    """
    steps = {t: (before, after) for t, before, after in line.steps()}
    peak = max((max(abs(before), abs(after)) for before, after in steps.values()), default=0.0)
    for t, (before, after) in steps.items():
        ratio = _ratio(before, after)
        if ratio <= JUMP_FACTOR * (1 + 1e-9) or max(abs(before), abs(after)) <= SMALL_CHANGE * peak:
            continue
        beside = [steps.get(row, (0.0, 0.0)) for row in (t - 1, t + 1)]
        wide = max(abs(b - a) for a, b in beside)
        steep = max(_ratio(a, b) for a, b in beside)
        if abs(after - before) >= 2 * wide and ratio >= steep * steep:
            yield t, ratio, before, after


def _ratio(before: float, after: float) -> float:
    """How many times apart, at least 1; 1 where that has no meaning."""
    low, high = sorted((abs(before), abs(after)))
    return high / low if low and before * after > 0 else 1.0


def _is_meant(subject: Subject, group: int, t: int, up: bool) -> bool:
    """Whether a schedule of the group jumps at row t because it is told to; a new phase may start high again."""
    for site in subject.sites:
        site_t = t - site.begin
        if site.group != group or not site.begin <= t < site.end:
            continue
        if isinstance(site.schedule, _JUMPS) and site_t and site.schedule.next_break(site_t) == site_t:
            return True
        if site_t and any(word in site.schedule.event_at(site_t) for word in _EVENTS):
            return True
        if up and site_t == 0 and isinstance(site.inside, Sequential):
            return True
    return False


@reported(
    "warning",
    why="an optimizer that is moved so far at once may lose what it has learned, or diverge",
    unless=("lr-not-finite", "lr-negative", "warmup-overlaps", "replay-differs"),
    of_curve=True,
)
def lr_jump(subject: Subject) -> Findings:
    """Neighbouring steps more than 10x apart, outside milestones, decays and restarts."""
    for i, line in enumerate(subject.lines):
        for t, ratio, before, after in _jumps(line):
            if not _is_meant(subject, i, t, after > before):
                factor = number_text(ratio, 4)
                yield subject.problem(
                    f"the LR goes from {before:g} to {after:g} at {subject.at(t)}, a jump of {factor}x",
                    "look at it with lrcli plot; put a warmup or another phase there",
                    i,
                )
                break
