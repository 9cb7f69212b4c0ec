"""From rows to candidates: each way of reading them. What few logs need is imported where it is tried."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice

from lrcli.infer.fit.candidate import Candidate
from lrcli.infer.fit.compose import clocked_candidates, compose, curved_candidates
from lrcli.infer.fit.laws import Wave
from lrcli.infer.fit.rows import FitRows, spread
from lrcli.infer.fit.segments import Segment, cut, cycles, flats, last_stretch
from lrcli.infer.fit.steps import step_candidates
from lrcli.infer.fit.tuned import SEARCHED, SLACKS

MOST_CYCLES = 60
"""A run of more jumps up is no schedule with restarts."""

FEW_WARM = 4
"""Fewer rows than this before a decay lie on a line by chance."""


def candidates(
    rows: FitRows, few: FitRows, metrics: Mapping[str, Sequence[float | None]], float32: bool
) -> Iterator[Candidate]:
    """What the rows may come from, in no order; `few` are those that are searched."""
    flat = flats(rows)
    if flat is not None and len(flat) > 1:
        from lrcli.infer.fit.plateau import plateau_candidates

        stepped = [*step_candidates(rows, flat), *plateau_candidates(rows, flat, metrics, float32)]
        yield from stepped
        if stepped and 2 * len(flat) < len(rows):
            return  # it is made of flat stretches: no curve says that better
    if 2 <= len(stretches := cycles(few)) <= MOST_CYCLES:
        from lrcli.infer.fit.restarts import restart_candidates

        restarted = list(restart_candidates(few, stretches))
        yield from restarted
        if restarted:
            return
    for slack in SLACKS:
        segments = cut(few, slack)
        if segments is None:
            # a warmup that is multiplied with the decay is no stretch of any law
            readings = list(_under_a_warmup(few, last_stretch(few, slack)))
        else:
            readings = list(_of_segments(rows, few, segments))
        yield from readings
        if readings:
            return


def _of_segments(rows: FitRows, few: FitRows, segments: list[Segment]) -> Iterator[Candidate]:
    last = segments[-1]
    direct = list(compose(few, segments))
    if len(segments) > 1 or isinstance(last.law, Wave):
        from lrcli.infer.fit.one_cycle import one_cycle_candidates

        direct += islice(one_cycle_candidates(few, segments), 40)
    if len(segments) == 1 and isinstance(last.law, Wave):
        from lrcli.infer.fit.sampled import between_candidates

        direct += between_candidates(few, last.law)
    elif not direct or last.start < FEW_WARM:
        direct += _under_a_warmup(few, last, curved=not direct)
    if not direct:
        from lrcli.infer.fit.phases import phase_candidates

        yield from _late(rows, segments)
        yield from phase_candidates(few, segments)
    yield from direct


def _under_a_warmup(few: FitRows, last: Segment, curved: bool = True) -> Iterator[Candidate]:
    """Candidates whose last stretch begins under a warmup, or after one that is no line."""
    clocked = list(clocked_candidates(few, last))
    yield from clocked
    if few.in_epochs:
        from lrcli.infer.fit.sampled import sampled_candidates, warming_candidates

        sampled = list(sampled_candidates(few, last))
        clocked += sampled
        yield from sampled
        if curved and not clocked:
            yield from warming_candidates(few)
    if curved and not clocked:
        yield from curved_candidates(few, last)


def _late(rows: FitRows, segments: list[Segment]) -> list[Candidate]:
    """Candidates of a run that skipped steps."""
    from lrcli.infer.fit.skipped import lags

    for behind in lags(rows, segments):
        if found := _caught_up(rows, behind):
            return found
    return []


def _caught_up(rows: FitRows, behind: list[int]) -> list[Candidate]:
    """Candidates of the rows as they would stand without the skipped steps."""
    from lrcli.infer.fit.skipped import caught_up

    caught = caught_up(rows, behind)
    few = caught.pick(spread(len(caught), SEARCHED))
    again = cut(few)
    if again is None:
        return []
    skipped = []
    for i in range(1, len(rows)):
        skipped += [rows.p[i] - k for k in range(behind[i] - behind[i - 1])]
    told = (
        f"the scheduler falls behind by {behind[-1]} step{'s' * (behind[-1] != 1)}: skipped steps, as of a loss scaler"
    )
    return [
        replace(candidate, skipped=tuple(sorted(skipped)), evidence=(*candidate.evidence, told))
        for candidate in compose(few, again, late=True)
    ]
