"""Skipped steps: a scheduler that falls behind the step count, as with the loss scaler of float16 training.

The rows are put where the scheduler was; what they show then is fitted like any other run.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice, pairwise

from lrcli.infer.fit.candidate import Candidate
from lrcli.infer.fit.compose import composed
from lrcli.infer.fit.laws import Law
from lrcli.infer.fit.naming import in_words
from lrcli.infer.fit.rows import FitRows, spread
from lrcli.infer.fit.segments import Segment, cut
from lrcli.infer.limits import MOST_AT_ONCE, SEARCHED


def late_candidates(rows: FitRows, segments: list[Segment]) -> list[Candidate]:
    """Candidates of a run that skipped steps, as it would stand without them: of the simplest story that has any."""
    for behind in _lags(rows, segments):
        caught = replace(rows, at=[p - lag for p, lag in zip(rows.at, behind, strict=True)])
        searched = caught.pick(spread(len(caught), SEARCHED))
        rests = cut(searched)
        if late := in_words(composed(searched, rests, late=True), searched) if rests else []:
            lags = zip(rows.at[1:], pairwise(behind), strict=True)
            skipped = tuple(sorted(p - k for p, (a, b) in lags for k in range(b - a)))
            steps = f"{behind[-1]} step{'s' * (behind[-1] != 1)}"
            evidence = f"the scheduler falls behind by {steps}: skipped steps, as of a loss scaler"
            return [replace(each, skipped=skipped, evidence=(*each.evidence, evidence)) for each in late]
    return []


def _lags(rows: FitRows, segments: list[Segment]) -> list[list[int]]:
    """How far behind the first row's place the scheduler may be at each row: the simplest stories first."""
    stories: list[tuple[int, int, list[int]]] = []
    for laws in _choices(rows, segments) if len(rows) > 3 else ():
        broken, behind = _follow(rows, laws)
        grown = sum(b > a for a, b in pairwise(behind))
        most = max(12, (rows.at[-1] - rows.at[0]) // 8)
        if broken <= 1 and 0 < 2 * grown <= len(rows) and behind[-1] <= most:
            stories.append((broken, grown, behind))
    return [behind for _, _, behind in sorted(stories)[:6]]


def _choices(rows: FitRows, segments: list[Segment]) -> Iterator[Sequence[Law]]:
    """Laws that the rows may follow with lags: those of the longest stretches, or the slope of a pair of rows."""
    long: dict[tuple[str, str], Law] = {}
    for segment in sorted(segments, key=lambda s: s.start - s.stop):
        law = segment.law
        if segment.stop - segment.start >= 3 and law.kind in ("line", "cosine"):
            rate = f"{law.slope:.6g}" if law.kind == "line" else f"{law.length:.3g}"
            long.setdefault((law.kind, rate), law)
    longest = list(long.values())[:3]
    yield from (longest[:count] for count in range(1, len(longest) + 1))
    if len(longest) == 3:
        yield longest[::2]
    if not longest or len(rows) < 12:
        places = list(zip(rows.at, rows.values, strict=True))
        pairs = (((a, y), (b, z)) for (a, y), (b, z) in pairwise(places) if b > a and z != y)
        lines = (Law("line", a, floor=y, height=(z - y) / (b - a)) for (a, y), (b, z) in pairs)
        yield from ([law] for law in islice(lines, 20))


def _follow(rows: FitRows, laws: Sequence[Law]) -> tuple[int, list[int]]:
    """(transitions that no law explains, the lag at each row)."""
    behind, broken, leading = [0], 0, True
    for i in range(1, len(rows)):
        steps = _fallen(rows, i, laws)
        # the rows of a warmup that no law is known for may stand before the others
        leading = leading and steps is None
        broken += steps is None and (not leading or 3 * i > len(rows))
        behind.append(behind[-1] + (steps or 0))
    return broken, behind


def _fallen(rows: FitRows, i: int, laws: Sequence[Law]) -> int | None:
    """How many steps are skipped between rows i - 1 and i, by the law that says the fewest."""
    moved = rows.at[i] - rows.at[i - 1]
    change = rows.values[i] - rows.values[i - 1]
    noise = rows.slack[i] + rows.slack[i - 1]
    if abs(change) <= noise and moved > 1:
        return 0
    counts = []
    for law in laws:
        done = law.place(rows.values[i]) - law.place(rows.values[i - 1])  # NaN where the law has no such value
        if done and change and noise * abs(done) <= 0.2 * abs(change):
            near = round(moved - done)
            within = abs(moved - done - near) <= noise * abs(done / change) + 1e-6
            if within and 0 <= near <= min(MOST_AT_ONCE, max(1, moved // 2)):
                counts.append(near)
    return min(counts, default=None)
