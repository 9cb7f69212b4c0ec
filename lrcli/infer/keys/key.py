"""One key of a spec, and one change of its value."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import field, replace

from lrcli.infer.written import text_of_value
from lrcli.values import dataclass

KeyValue = float | str | tuple[float, ...]
"""A number, a word, or positions."""


@dataclass(frozen=True)
class Change:
    """A key with another value: `was` and `value` as a spec writes them; number: the value where it is one.

    >>> Change("warmup.for", "100", "250").setting
    'warmup.for=250'
    """

    key: str
    was: str
    value: str
    number: float = field(default=math.nan, compare=False)

    @property
    def setting(self) -> str:
        """What `--set` takes."""
        return f"{self.key}={self.value}"

    @property
    def sentence(self) -> str:
        """The change in words."""
        return f"{self.key}: {self.value} instead of {self.was}" if self.was else f"{self.key}: {self.value}"


@dataclass(frozen=True)
class Key:
    """A value that a spec declares, or leaves at its default.

    path: what `--set` calls it. was: its value as a spec writes it. kind: "number", "whole" (a length or a count),
    "positions" or "words" (a choice, a flag, another type). number: its value as a number, NaN where it is none; of
    positions the last. before, after: the text around the number (a unit, an expression). entries: the positions.
    words: the other values that it can have. above, at_least: what a number is bounded by. pointed: whether a number
    with an exponent needs a point, too. unlikely: whether another key is a better name for what this one changes.
    jumps: whether a small change of a number is none, as of a share of the run that is rounded to steps.
    ends: whether it says at which step a schedule ends.
    """

    path: str
    was: str
    kind: str
    number: float = math.nan
    before: str = ""
    after: str = ""
    entries: tuple[float, ...] = ()
    words: tuple[str, ...] = ()
    above: float | None = None
    at_least: float | None = None
    pointed: bool = False
    unlikely: bool = False
    jumps: bool = False
    ends: bool = False

    def to(self, value: KeyValue) -> Change:
        """The change to another value: a word, a number, or positions."""
        if isinstance(value, str):
            return Change(self.path, self.was, value)
        if isinstance(value, tuple):
            text = text_of_value(value)
            bare = "," in self.was and "[" not in self.was  # as an .ini has it
            return Change(self.path, self.was, text[1:-1].replace(" ", "") if bare else text)
        text = text_of_value(value)
        if self.pointed and "e" in text and "." not in text:
            text = text.replace("e", ".0e")
        return Change(self.path, self.was, f"{self.before}{text}{self.after}", value)

    def one_by_one(self) -> Iterator[Key]:
        """Each of the positions as a number by itself.

        >>> [key.to(50).value for key in Key("milestones", "[30, 60]", "positions", entries=(30.0, 60.0)).one_by_one()]
        ['[50, 60]', '[30, 50]']
        """
        for i, entry in enumerate(self.entries):
            before, _, after = self.to((*self.entries[:i], math.nan, *self.entries[i + 1 :])).value.partition(".nan")
            least = self.entries[i - 1] if i else 0
            yield replace(self, kind="whole", number=entry, before=before, after=after, entries=(), at_least=least)

    def others(self, length: int) -> tuple[KeyValue, ...]:
        """Values far from its own, which show what it bears on; the run has so many rows.

        They have no common factor: what is a share of a length, and rounded to steps, is no straight line then.
        """
        if self.kind == "positions":
            return (tuple(float(entry + 1) for entry in self.entries),) if self.entries else ()
        if self.kind == "words":
            return self.words
        if self.kind == "number":
            return tuple(self.number * share for share in (1.5, 0.5, 0.1)) if self.number else (1.0, 0.01, 0.3)
        wholes = (self.number * 1.5 + 1, self.number * 0.5, length / 3, self.number * 0.1)
        numbers = dict.fromkeys(float(max(round(value), 1)) for value in wholes)
        return tuple(value for value in numbers if value != self.number)
