"""In which releases of its framework a training config, or a schedule of that framework, gives the same numbers."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence
from dataclasses import replace
from operator import itemgetter

from lrcli.errors import LrcliError, SpecError
from lrcli.series import series_of
from lrcli.spec import Spec
from lrcli.values import dataclass

MOST = 1_000_000
"""More rows than this are not compared: many releases compute each."""


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
    """The rates of a spec; those of an equal spec are not computed again."""
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
