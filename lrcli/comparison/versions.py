"""In which releases a spec gives the same numbers: PyTorch's, or those of what reads a training config."""

from __future__ import annotations

import math
import struct
from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from operator import itemgetter

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
    """Releases that compute the same numbers, bit for bit, or refuse the spec in the same words.

    `gap` is where it first differs from the family before it, in parameter group `group`; None for the first, and where
    it refuses.
    """

    releases: tuple[str, ...]
    refusal: str = ""
    gap: Gap | None = None
    group: int = 0

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
    lrs, documented = _families(spec, documented=True)
    return Agreement("lr", lrs.families()), Agreement("documented", documented.families())


def families_in_use(spec: Spec) -> tuple[Family, ...]:
    """The families of all releases for the LR in use alone, which is several times faster."""
    return _families(spec, documented=False)[0].families()


def _families(spec: Spec, *, documented: bool) -> tuple[_Families, _Families]:
    for group in spec.groups:
        if (foreign := replaying().foreign_schedule(group.schedule)) is not None:
            raise replaying().not_replayed(foreign)
    formula = series_of(replace(spec, emulation=None))
    formula.check_walk(formula.stop, MOST)
    lrs, readings = _Families(spec), _Families(spec)
    releases = list(replaying().RELEASES)
    for i, release in enumerate(reversed(releases)):
        report_progress(i, len(releases), "releases")
        emulation = replace(spec.emulation, release=release, read=None) if spec.emulation else Emulation(release)
        try:
            run = series_of(replace(spec, emulation=emulation))
            used, read = _numbers(run, ("lr", run.reading) if documented else ("lr",))
        except Refused as refusal:
            words = f"{refusal.exception}: {refusal.reason}" + ("" if refusal.t is None else f", at epoch {refusal.t}")
            lrs.add(release, b"", words)
            readings.add(release, b"", words)
        else:
            lrs.add(release, used)
            readings.add(release, read)
    return lrs, readings


class _Families:
    """Releases sorted by their numbers, as they come; each family's numbers are kept once."""

    def __init__(self, spec: Spec) -> None:
        self._groups = len(spec.groups)
        self._first = series_of(spec).start
        self._releases: dict[tuple[str, bytes], list[str]] = {}

    def add(self, release: str, numbers: bytes, refusal: str = "") -> None:
        self._releases.setdefault((refusal, numbers), []).insert(0, release)

    def families(self) -> tuple[Family, ...]:
        families = []
        before: bytes | None = None
        for (refusal, numbers), releases in sorted(self._releases.items(), key=lambda item: bool(item[0][0])):
            gap, group = (None, 0) if before is None or refusal else self._gap(before, numbers)
            families.append(Family(tuple(releases), refusal, gap, group))
            before = numbers
        return tuple(families)

    def _gap(self, a: bytes, b: bytes) -> tuple[Gap | None, int]:
        for i, (x, y) in enumerate(zip(memoryview(a).cast("d"), memoryview(b).cast("d"), strict=True)):
            if struct.pack("d", x) != struct.pack("d", y):
                return Gap.of(self._first + i // self._groups, x, y), i % self._groups
        raise AssertionError("equal numbers are one family")


def _numbers(run: Series, names: Sequence[str]) -> tuple[bytes, bytes]:
    """The first and the last of these readings, row by row and group by group; a call that raises is NaN."""
    groups = next(run.at([run.rows], tuple(dict.fromkeys(names))))

    def rows_of(name: str) -> Iterator[float]:
        for row in zip(*(group[name] for group in groups), strict=True):
            yield from row if None not in row else (math.nan if value is None else value for value in row)

    first, last = (array("d", rows_of(name)).tobytes() for name in (names[0], names[-1]))
    return first, last


@dataclass(frozen=True)
class ReadingFamily:
    """Releases that read a config as the same numbers, or refuse it in the same words.

    rows: the length of the run. first: the first row at which it differs from the line before, with the rates of both;
    None for the first line, and where the shared rows are the same. groups: how many parameter groups it has.
    """

    releases: tuple[str, ...]
    rows: int = 0
    unit: str = "step"
    first: tuple[int, float, float] | None = None
    refusal: str = ""
    groups: int = 1


Rates = tuple["array[float]", ...]
"""The rates of each group."""


def readings_of(releases: Sequence[str], read: Callable[[str], Spec]) -> tuple[ReadingFamily, ...]:
    """The families of the releases, the oldest first; `read` gives the spec that a release makes of the config."""
    families: list[tuple[list[str], Spec | None, Rates, str]] = []
    for release in releases:
        try:
            spec: Spec | None = replace(read(release), name="", notes=())
            rates, words = _rates(spec, families), ""
        except LrcliError as error:
            spec, rates, words = None, (), _words(error)
        same = families and families[-1][3] == words and _bits(families[-1][2]) == _bits(rates)
        if same:
            families[-1][0].append(release)
        else:
            families.append(([release], spec, rates, words))
    readings: list[ReadingFamily] = []
    before: Rates = ()
    for names, spec, rates, words in families:
        if spec is None:
            readings.append(ReadingFamily(tuple(names), refusal=words))
            continue
        first = _first(before, rates)
        readings.append(ReadingFamily(tuple(names), spec.length, spec.interval, first, groups=len(rates)))
        before = rates
    return tuple(readings)


def _rates(spec: Spec | None, families: list[tuple[list[str], Spec | None, Rates, str]]) -> Rates:
    assert spec is not None
    if families and families[-1][1] == spec:
        return families[-1][2]
    run = series_of(spec)
    run.check_walk(run.stop, MOST)
    groups = next(run.at([run.rows], ("lr",)))
    return tuple(array("d", (value for value in group["lr"] if value is not None)) for group in groups)


def _bits(rates: Rates) -> list[bytes]:
    return [group.tobytes() for group in rates]


def _first(a: Rates, b: Rates) -> tuple[int, float, float] | None:
    """The first row at which a group that both have differs, with the rates of both."""
    differing = [
        next(((i, x, y) for i, (x, y) in enumerate(zip(old, new, strict=False)) if x != y), None)
        for old, new in zip(a, b, strict=False)
    ]
    return min(filter(None, differing), key=itemgetter(0), default=None)


def _words(error: LrcliError) -> str:
    return error.problems[0].message if isinstance(error, SpecError) else str(error)
