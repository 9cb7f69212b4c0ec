"""Where a value of a spec stands."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from lrcli.errors import Problem

if TYPE_CHECKING:
    from lrcli.reader.source import Place


class Spot(NamedTuple):
    """A value of a spec: its key, and its place in the text where there is one."""

    key: str
    place: Place | None

    def problem(self, message: str, help: str, group: int | None = None, *, details: tuple[str, ...] = ()) -> Problem:
        """What a rule says about this value (of one parameter group); the rule's code and level come later."""
        problem = Problem("", message) if self.place is None else self.place.problem("", message)
        return replace(problem, help=help, key=self.key, group=group, details=details)
