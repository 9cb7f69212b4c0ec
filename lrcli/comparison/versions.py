"""In which releases a spec gives the same numbers: PyTorch's, or those of what reads a training config."""

from __future__ import annotations

import math
from array import array
from collections.abc import Callable, Sequence
from dataclasses import replace

from lrcli.comparison import Gap
from lrcli.errors import LrcliError, Refused, SpecError
from lrcli.frameworks.replaying import replaying
from lrcli.progress import report_progress
from lrcli.series import Series, series_of
from lrcli.spec import Emulation, Spec
from lrcli.values import dataclass

MOST = 1_000_000
"""More rows than this are not compared: many releases compute each."""


@dataclass(frozen=True)
class Family:
    """Releases that compute the same numbers, bit for bit, or refuse the run in the same words.

    `gap` is the first row in which it differs from the family before it, in parameter group `group`; None for the
    first, where it refuses, and where the rows that both have are the same. rows, unit, groups: of the run.
    """

    releases: tuple[str, ...]
    refusal: str = ""
    gap: Gap | None = None
    group: int = 0
    rows: int = 0
    unit: str = "step"
    groups: int = 1

    @property
    def ranges(self) -> str:
        """The releases as people write them.

        >>> Family(("1.1", "1.4", "1.5", "1.6")).ranges
        '1.1, 1.4-1.6'
        """
        known = list(replaying().RELEASES)
        runs: list[list[str]] = []
        for release in self.releases:
            if runs and known.index(release) == known.index(runs[-1][-1]) + 1:
                runs[-1].append(release)
            else:
                runs.append([release])
        return ", ".join(run[0] if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs)


@dataclass(frozen=True)
class Agreement:
    """The families of one reading, the one with the newest release first."""

    reading: str
    families: tuple[Family, ...]


def versions(spec: Spec) -> tuple[Agreement, Agreement]:
    """The families of all releases for the LR in use, and for the reading that each release documents.

    Raises Refused where no release has a schedule of the spec.
    """
    lrs, documented = _replayed(spec, documented=True)
    return Agreement("lr", lrs), Agreement("documented", documented)


def families_in_use(spec: Spec) -> tuple[Family, ...]:
    """The families of all releases for the LR in use alone, which is several times faster."""
    return _replayed(spec, documented=False)[0]


def _replayed(spec: Spec, *, documented: bool) -> list[tuple[Family, ...]]:
    """The families of the LR in use, and those of the reading that each release documents if these are wanted, too."""
    for group in spec.groups:
        if (foreign := replaying().foreign_schedule(group.schedule)) is not None:
            raise replaying().not_replayed(foreign)
    formula = series_of(replace(spec, emulation=None))
    formula.check_walk(formula.stop, MOST)
    sorters = [_Families(), _Families()] if documented else [_Families()]
    releases = list(replaying().RELEASES)
    for i, release in enumerate(reversed(releases)):
        report_progress(i, len(releases), "releases")
        emulation = replace(spec.emulation, release=release, read=None) if spec.emulation else Emulation(release)
        try:
            run = series_of(replace(spec, emulation=emulation))
            columns = _rates(run, ("lr", run.reading) if documented else ("lr",))
        except Refused as refusal:
            words = f"{refusal.exception}: {refusal.reason}" + ("" if refusal.t is None else f", at epoch {refusal.t}")
            for families in sorters:
                families.add(release, words)
        else:
            for families, rates in zip(sorters, columns, strict=True):
                families.add(release, "", rates, run)
    return [
        tuple(replace(each, releases=each.releases[::-1]) for each in sorted(families.families(), key=_refuses))
        for families in sorters
    ]


def _refuses(family: Family) -> bool:
    return bool(family.refusal)


def readings_of(releases: Sequence[str], read: Callable[[str], Spec]) -> tuple[Family, ...]:
    """The families of the releases, the oldest first; `read` gives the spec that a release makes of the config."""
    families = _Families(in_a_row=True)
    before: Spec | None = None
    rates: Rates = ()
    for release in releases:
        try:
            spec = replace(read(release), name="", notes=())
            run = series_of(spec)
            run.check_walk(run.stop, MOST)
            if spec != before:
                before, (rates,) = spec, _rates(run, ("lr",))
            families.add(release, "", rates, run)
        except LrcliError as error:
            families.add(release, error.problems[0].message if isinstance(error, SpecError) else str(error))
    return tuple(families.families())


Rates = tuple["array[float]", ...]
"""The numbers of each group; NaN where a call raises."""


def _rates(run: Series, names: Sequence[str]) -> list[Rates]:
    """The numbers of each of these readings."""
    groups = next(run.at([run.rows], tuple(dict.fromkeys(names))))
    return [
        tuple(array("d", [math.nan if value is None else value for value in group[name]]) for group in groups)
        for name in names
    ]


class _Families:
    """Releases sorted by their numbers, as they come; each family's numbers are kept once.

    in_a_row: releases between which another one computes something else are no family.
    """

    def __init__(self, *, in_a_row: bool = False) -> None:
        self._in_a_row = in_a_row
        self._kept: list[tuple[list[str], str, Rates, Series | None]] = []

    def add(self, release: str, refusal: str, rates: Rates = (), run: Series | None = None) -> None:
        for releases, words, numbers, _ in self._kept[-1:] if self._in_a_row else self._kept:
            if words == refusal and _bits(numbers) == _bits(rates):
                releases.append(release)
                return
        self._kept.append(([release], refusal, rates, run))

    def families(self) -> list[Family]:
        """The families in the order of their first releases."""
        families = []
        before: Rates = ()
        for releases, refusal, rates, run in self._kept:
            if run is None:
                families.append(Family(tuple(releases), refusal))
                continue
            gap, group = _first_gap(before, rates, run.start)
            families.append(Family(tuple(releases), "", gap, group, run.stop, run.unit, len(rates)))
            before = rates
        return families


def _bits(rates: Rates) -> list[bytes]:
    return [column.tobytes() for column in rates]


def _first_gap(a: Rates, b: Rates, start: int) -> tuple[Gap | None, int]:
    """The first row, counted from `start`, in which a group that both have differs, and the group."""
    firsts = []
    for group, columns in enumerate(zip(_bits(a), _bits(b), strict=False)):
        pairs = zip(*(memoryview(column).cast("q") for column in columns), strict=False)
        row = next((i for i, (x, y) in enumerate(pairs) if x != y), None)
        if row is not None:
            firsts.append((row, group))
    if not firsts:
        return None, 0
    row, group = min(firsts)
    return Gap.of(start + row, a[group][row], b[group][row]), group
