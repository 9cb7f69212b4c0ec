"""In which releases of its framework a training config gives the same numbers."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from lrcli.errors import LrcliError, SpecError
from lrcli.series import series_of
from lrcli.spec import Spec

_MOST = 1_000_000
"""So many rows are compared."""


@dataclass(frozen=True)
class ReadingFamily:
    """Releases that read a config as the same numbers, or refuse it in the same words.

    rows: the length of the run. first: the first row at which it differs from the line before, with the rates of both;
    None for the first line, and where the shared rows are the same.
    """

    releases: tuple[str, ...]
    rows: int = 0
    unit: str = "step"
    first: tuple[int, float, float] | None = None
    refusal: str = ""


def readings_of(releases: Sequence[str], read: Callable[[str], Spec]) -> tuple[ReadingFamily, ...]:
    """The families of the releases, the oldest first; `read` gives the spec that a release makes of the config."""
    families: list[tuple[list[str], Spec | None, array[float], str]] = []
    for release in releases:
        try:
            spec: Spec | None = replace(read(release), name="", notes=())
            rates, words = _rates(spec, families), ""
        except LrcliError as error:
            spec, rates, words = None, array("d"), _words(error)
        if families and (families[-1][2].tobytes(), families[-1][3]) == (rates.tobytes(), words):
            families[-1][0].append(release)
        else:
            families.append(([release], spec, rates, words))
    found: list[ReadingFamily] = []
    before: array[float] | None = None
    for names, spec, rates, words in families:
        if spec is None:
            found.append(ReadingFamily(tuple(names), refusal=words))
            continue
        groups = len(spec.groups)
        first = None if before is None else _first(before, rates, groups)
        found.append(ReadingFamily(tuple(names), spec.length, spec.interval, first))
        before = rates
    return tuple(found)


def _rates(spec: Spec | None, families: list[tuple[list[str], Spec | None, array[float], str]]) -> array[float]:
    """The rates of a spec, row by row and group by group; those of an equal spec are not computed again."""
    assert spec is not None
    if families and families[-1][1] == spec:
        return families[-1][2]
    rates = array("d")
    for block in series_of(spec).blocks(("lr",), stop=min(spec.length, _MOST)):
        for values in zip(*(group["lr"] for group in block.groups), strict=True):
            rates.extend(value for value in values if value is not None)
    return rates


def _first(a: array[float], b: array[float], groups: int) -> tuple[int, float, float] | None:
    for i, (x, y) in enumerate(zip(a, b, strict=False)):
        if x != y:
            return i // groups, x, y
    return None


def _words(error: LrcliError) -> str:
    return error.problems[0].message if isinstance(error, SpecError) else str(error)
