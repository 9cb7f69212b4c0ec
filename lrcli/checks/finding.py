"""What a preflight check finds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from lrcli.reader.source import Place

LEVELS = ("error", "warning", "note")
"""error: the training fails, or its LR is no learning rate; warning: probably a mistake; note: good to know."""


@dataclass(frozen=True)
class Finding:
    """One thing that a rule has found in a spec.

    code: the rule's stable name. level: one of LEVELS. what: what is there, with its numbers; why: why that matters, in
    a sentence; advice: what to do. key: the spec's key ("schedule.T_max"). line and column count from 1, 0 means that
    there is no place (a Spec without its text, an option); `source` is that line, `width` how much of it is meant.
    details: more lines, such as the rows that changed.
    """

    code: str
    level: str
    what: str
    why: str
    advice: str
    key: str
    file: str
    line: int = 0
    column: int = 0
    source: str = ""
    width: int = 1
    details: tuple[str, ...] = ()


class Spot(NamedTuple):
    """A value of a spec: its key, and its place in the text where there is one."""

    key: str
    place: Place | None


@dataclass(frozen=True)
class Hit:
    """What a rule says, before it is put together: about which value, and of which parameter group (None: of all)."""

    spot: Spot
    what: str
    advice: str
    group: int | None = None
    details: tuple[str, ...] = ()
