"""What a user should know about a curve, as values."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Note:
    """Something a user should know about a curve: what, at which rows, why, and what to do instead.

    `epochs` are the rows it is about (empty: the whole run), `more` how many beyond those listed; `within` says that
    only so many rows of a long run were looked at. `str()` is the line that goes to stderr.
    """

    code: str
    what: str
    why: str = ""
    advice: str = ""
    reference: str = ""
    epochs: tuple[int, ...] = ()
    more: int = 0
    within: int = 0
    unit: str = "epoch"

    def __str__(self) -> str:
        text = self.what
        if self.epochs:
            word = self.unit if len(self.epochs) + self.more == 1 else f"{self.unit}s"
            text += f" at {word} {', '.join(map(str, self.epochs))}"
            if self.more:
                text += f" and {self.more} more ({len(self.epochs) + self.more} in all)"
            if self.within:
                text += f" of the first {self.within:,}"
        if self.why:
            text += f": {self.why}"
        if self.reference:
            text += f" ({self.reference})"
        return f"{text}. {self.advice}".rstrip() if self.advice else text
