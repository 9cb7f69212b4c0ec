"""Jumps of the learning rate."""

from collections.abc import Iterator

from lrcli.checks.rules import Findings, Subject, reported
from lrcli.checks.subject import KnownRows
from lrcli.printable import number_text
from lrcli.schedules.cosine import CosineRestarts
from lrcli.schedules.cyclic import Cyclic
from lrcli.schedules.plateau import Plateau
from lrcli.schedules.sequential import Sequential
from lrcli.schedules.step import MultiStep, Step

_JUMPS = (Step, MultiStep, CosineRestarts, Cyclic, Plateau)
"""The schedules whose breakpoints are jumps by design."""


_EVENTS = ("restart", "milestone", "step x", "decay x", "reduced", "raised", "piece", "boundary", "rule")
"""What a schedule's events say where it jumps by design."""


FACTOR = 10.0
"""Neighbouring steps that are more than this many times apart may be a jump."""


SMALL = 1e-6
"""A change within this share of the peak moves nothing."""


def _jumps(line: KnownRows) -> Iterator[tuple[int, float, float, float]]:
    """(row t, how many times apart, the LR of row t - 1, the LR of row t) of each jump of more than FACTOR.

    A jump also stands out from the changes before and after it, by its width and by its ratio: a curve that comes down
    to almost 0, and an exponential, have neighbours many times apart, and do not jump. A change from or to 0 has no
    ratio, and one far below the peak (SMALL of it) moves nothing.

    >>> list(_jumps(KnownRows((0, 1, 2, 3), (1.0, 1.0, 0.0625, 0.0625))))
    [(2, 16.0, 1.0, 0.0625)]
    >>> list(_jumps(KnownRows((0, 1, 2, 3), (1.0, 0.05, 0.0025, 0.0))))
    []
    """
    widths: dict[int, float] = {}
    ratios: dict[int, float] = {}
    for t, before, after in line.steps():
        widths[t], ratios[t] = abs(after - before), _ratio(before, after)
    peak = max((max(abs(before), abs(after)) for _, before, after in line.steps()), default=0.0)
    for t, before, after in line.steps():
        if ratios[t] <= FACTOR * (1 + 1e-9) or max(abs(before), abs(after)) <= SMALL * peak:
            continue
        wide = max(widths.get(t - 1, 0.0), widths.get(t + 1, 0.0))
        steep = max(ratios.get(t - 1, 1.0), ratios.get(t + 1, 1.0))
        if widths[t] >= 2 * wide and ratios[t] >= steep * steep:
            yield t, ratios[t], before, after


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
