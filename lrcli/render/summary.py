"""A Difference in words."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from lrcli.printable import number_text, printable

if TYPE_CHECKING:
    from lrcli.comparison import Gap
    from lrcli.comparison.difference import Difference, Pair

_FEW_ULPS = 1000
"""Gaps up to so many doubles are told in ulps: they are rounding."""


def summary(difference: Difference, say: Callable[[str], str] = printable) -> list[str]:
    """The difference in one sentence; of several parameter groups, in one each. `say` makes their names printable."""
    pairs, unit = difference.pairs, difference.unit
    if len(pairs) > 1 and all(pair.same and pair.largest is None for pair in pairs):
        lines = [f"identical: {_all(pairs[0], unit)} of {len(pairs)} groups"]
    elif len(pairs) > 1:
        lines = [f"group {say(pair.name)}: {_of_pair(difference, pair)}" for pair in pairs]
    else:
        lines = [_of_pair(difference, pair) for pair in pairs]
    lines += [f"A has a group {say(name)} that B has not" for name in difference.groups_only_a]
    lines += [f"B has a group {say(name)} that A has not" for name in difference.groups_only_b]
    return [*lines, *difference.remarks]


def _of_pair(difference: Difference, pair: Pair) -> str:
    unit, gap, relative = difference.unit, pair.largest, pair.largest_relative
    if not pair.same:
        what = "momenta" if difference.a.reading == difference.b.reading == "momentum" else "LRs"
        return "; ".join(_parts(pair, unit, what))
    if gap is None or relative is None:
        return f"identical: {_all(pair, unit)}"
    tolerance = difference.precision or f"rtol {difference.rtol:g}"
    if relative.relative > difference.rtol and not difference.precision:
        tolerance += f" and atol {difference.atol:g}"
    return f"same: {_all(pair, unit)} within {tolerance} (largest gap {gap_size(gap)} at {unit} {gap.t})"


def _parts(pair: Pair, unit: str, what: str) -> Iterator[str]:
    units = _plural(unit, pair.compared)
    if pair.differing:
        verb = "differs" if pair.differing == 1 else "differ"
        where = f"at {unit} {pair.first}" if pair.differing == 1 else f"first at {unit} {pair.first}"
        yield f"{pair.differing} of {pair.compared} {units} {verb}, {where}"
    elif pair.compared:
        yield f"the {pair.compared} {units} of both are {'identical' if pair.largest is None else 'equal'}"
    for label, other, count in (("A", "B", pair.only_a), ("B", "A", pair.only_b)):
        if count:
            yield f"{label} has {count} {_plural(unit, count)} that {other} has not"
    if pair.nulls:
        yield f"in {pair.nulls} of them only one side has a value"
    gap, relative = pair.largest, pair.largest_relative
    if pair.differing and gap and relative:
        yield f"largest gap {gap_size(gap)} at {unit} {gap.t}"
        if not _is_rounding(relative) and not math.isclose(gap.relative, relative.relative, rel_tol=1e-6):
            yield f"largest relative gap {_relative(relative)} at {unit} {relative.t}"
    yield _sums(pair, what)


def _sums(pair: Pair, what: str) -> str:
    if pair.sum_a == pair.sum_b:
        return f"the {what} of both sum to {pair.sum_a:.6g}"
    text = f"the {what} sum to {pair.sum_a:.6g} in A and {pair.sum_b:.6g} in B"
    ratio = pair.sum_b / pair.sum_a if pair.sum_a else math.nan
    if not math.isfinite(ratio):
        return text
    digits = next((n for n in range(4, 17) if f"{ratio:.{n}g}" != "1"), 17)
    return f"{text} (ratio {ratio:.{digits}g})"


def _all(pair: Pair, unit: str) -> str:
    return f"the only {unit}" if pair.compared == 1 else f"all {pair.compared} {unit}s"


def _is_rounding(gap: Gap) -> bool:
    return gap.ulps is not None and gap.ulps <= _FEW_ULPS


def gap_size(gap: Gap) -> str:
    """How wide a gap is: in doubles where it is rounding, else absolutely and as a share."""
    if _is_rounding(gap):
        return f"{gap.ulps} ulp"
    return f"{number_text(gap.absolute)} ({_relative(gap)})"


def _relative(gap: Gap) -> str:
    percent = 100 * gap.relative
    return f"{number_text(percent, 3)} %" if percent >= 0.001 else f"{number_text(gap.relative, 3)} of the value"


def _plural(unit: str, n: int) -> str:
    return unit if n == 1 else f"{unit}s"
