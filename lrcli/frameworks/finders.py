"""What the learning-rate finders of frameworks suggest from the points of a range test.

A framework that has a finder has a module `finder` in its folder, with FINDER, and the rules of the release it names.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeAlias

from lrcli.frameworks.base import framework_modules

Choice: TypeAlias = "tuple[str, float | None, str]"
"""A rule's name, the learning rate as the tool returns it (None: it returns none), and what speaks against it."""


class Suggestion(NamedTuple):
    """A learning rate that one rule of one tool suggests.

    lr: the learning rate as the tool returns it; None if it returns none. remark: why there is none, or what speaks
    against the number; "" for nothing.
    """

    tool: str
    version: str
    rule: str
    lr: float | None
    remark: str = ""

    @property
    def name(self) -> str:
        """The rule with the release whose rule it is."""
        return f"{self.tool} {self.version} {self.rule}"


class Finder(NamedTuple):
    """A tool that suggests learning rates; `order` says where it stands among the others.

    skip_start, skip_end: how many points it leaves out at either end (a text: which share of them). at_nan: what it
    does with a loss that is NaN. smooth: what its loop would have recorded of these losses. choose: what its rules
    return for learning rates and losses, without so many points at either end.
    """

    name: str
    version: str
    order: int
    skip_start: int | str
    skip_end: int
    at_nan: str
    smooth: Callable[[Sequence[float]], list[float]]
    choose: Callable[[Sequence[float], Sequence[float], int, int], tuple[Choice, ...]]

    def suggest(
        self,
        lrs: Sequence[float],
        losses: Sequence[float],
        skip_start: int | None = None,
        skip_end: int | None = None,
    ) -> tuple[Suggestion, ...]:
        """The suggestions; None for a skip is the tool's own."""
        start = skip_start
        if start is None:
            start = len(lrs) // 10 if isinstance(self.skip_start, str) else self.skip_start
        choices = self.choose(lrs, losses, start, self.skip_end if skip_end is None else skip_end)
        return tuple(Suggestion(self.name, self.version, *choice) for choice in choices)


def finders() -> tuple[Finder, ...]:
    """The finders of all frameworks, in their order."""
    return tuple(sorted((module.FINDER for module in framework_modules("finder")), key=lambda finder: finder.order))


def by_finder(what: Callable[[Finder], object]) -> str:
    """Say what each finder does; those that do the same are named together.

    >>> by_finder(lambda finder: finder.skip_end)
    'fastai and torch-lr-finder 5, lightning 1, ignite 0'
    """
    names: dict[object, list[str]] = {}
    for finder in finders():
        names.setdefault(what(finder), []).append(finder.name)
    return ", ".join(f"{' and '.join(who)} {value}" for value, who in names.items())
