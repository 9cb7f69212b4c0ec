"""A decay that breaks off every so many steps, and climbs back to where it would be: it is found without its dips."""

from __future__ import annotations

from collections.abc import Iterator

from lrcli.frameworks.fitting import Shape
from lrcli.infer.costs import COSTS
from lrcli.infer.fit.candidate import Candidate, draft
from lrcli.infer.fit.rows import FitRows
from lrcli.infer.limits import DIP, SMOOTH
from lrcli.infer.numbers import cost
from lrcli.infer.usual import DIP_SHARES


def dips_of(rows: FitRows) -> list[range]:
    """The indices of the rows of each dip: from a fall within a row to the end of the climb behind it."""
    dips: list[range] = []
    i, y = 2, rows.values
    while i < len(rows) - 2:
        start, breaks_off = i, y[i] <= DIP * y[i - 1] and y[i - 1] > SMOOTH * y[i - 2]
        while i < len(rows) - 1 and y[i] < y[i + 1]:
            i += 1
        if breaks_off and i > start:
            dips.append(range(start, i + 1))
        i += 1
    return dips


def dipping(rows: FitRows, dips: list[range], decay: Candidate) -> Iterator[Candidate]:
    """Drafts of a decay with dips, in each of which it is multiplied with a line up to 1."""
    climbing = rows.pick(i for dip in dips for i in dip[:2])
    if min(map(decay.at, climbing.at)) <= 0:
        return
    shares = climbing.over(decay.at)
    (at, behind), (share, more) = shares.at[:2], shares.values[:2]
    slope = (more - share) / (behind - at)
    for low in DIP_SHARES:
        begin, length = round(at - (share - low) / slope), round((1 - low) / slope)
        every = begin - decay.first_step
        if every > length > 0:
            parts, start = (decay.shape,), float(f"{low * decay.lr:.12g}")
            shape = Shape("dips", decay.lr, warmup=length, start=start, scale=every, parts=parts)
            spent = decay.cost + COSTS["product"] + cost(every) + cost(length) + cost(low)
            yield draft(decay.first_step, shape, spent, setting=decay.setting)
