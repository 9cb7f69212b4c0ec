"""The errors a user can meet. Each one is a value; `cli/` prints it and exits with status 2."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


class LrcliError(Exception):
    """Anything that is wrong with the input, the version or the world, told in one message."""


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong (or worth a note) in a spec, with its place.

    `line` and `column` count from 1; 0 means that the problem has no place. `source` is the text of that
    line, `width` how many characters of it the caret underlines.
    """

    file: str
    line: int
    column: int
    kind: str
    message: str
    hint: str = ""
    source: str = ""
    width: int = 1
    level: str = "error"

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        head = f"{place}: {self.level}: {self.message} [{self.kind}]"
        lines = [head]
        if self.source.strip():
            gutter = f"{self.line:>3}"
            blank = " " * len(gutter)
            # a tab before the caret stays a tab, so that the caret stands under its character
            lead = "".join("\t" if c == "\t" else " " for c in self.source[: self.column - 1])
            lines += [f"{blank} |", f"{gutter} | {self.source}", f"{blank} | {lead}{'^' * max(1, self.width)}"]
        if self.hint:
            lines.append(f"    = help: {self.hint}")
        return "\n".join(lines)


class SpecError(LrcliError):
    """A spec that cannot be read: every problem found in it, in the order of the file."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


class InvalidValue(LrcliError, ValueError):
    """A constructor argument that breaks its rule.

    >>> from lrcli.schedules.step import Step
    >>> Step(step_size=0)
    Traceback (most recent call last):
    ...
    lrcli.errors.InvalidValue: step_size must be a number above 0. Received: 0
    """

    def __init__(self, field: str, rule: str, received: object) -> None:
        super().__init__(f"{field} {rule}. Received: {received!r}")
        self.field = field
        self.rule = rule
        self.received = received


class EvaluationError(LrcliError):
    """A schedule whose formula has no value at some step (a lambda that divides by zero, an overflow)."""

    def __init__(self, t: int, reason: str, unit: str = "epoch") -> None:
        super().__init__(f"the schedule has no value at {unit} {t}: {reason}")
        self.t = t
        self.reason = reason

    @classmethod
    def of(cls, exception: Exception, t: int, unit: str = "epoch") -> EvaluationError:
        """What an ArithmeticError or a ValueError of the formula at step t says."""
        return cls(t, "the number is too large" if isinstance(exception, OverflowError) else str(exception), unit)


class Refused(LrcliError):
    """What a framework release itself refuses: at construction (`t` is None) or in the step() of epoch `t`.

    `exception` is the type that the framework raises. `order` says which child of a composition raises it: (1, 0) is
    the first child of the second one.
    """

    order: tuple[int, ...] = ()

    def __init__(self, release: str, exception: str, reason: str, t: int | None = None) -> None:
        where = "" if t is None else f" in the scheduler.step() of epoch {t}"
        super().__init__(f"{release} raises {exception}{where}: {reason}")
        self.release = release
        self.exception = exception
        self.reason = reason
        self.t = t


def closest(word: str, known: Iterable[str]) -> str:
    """The name that was probably meant, or "".

    >>> closest("step-sise", ["gamma", "step_size"])
    'step_size'
    """
    from difflib import get_close_matches

    folded = {name.lower().replace("-", "_"): name for name in known}
    close = get_close_matches(word[:100].lower().replace("-", "_"), folded, 1)
    return folded[close[0]] if close else ""


def suggest(word: str, known: Iterable[str], otherwise: str = "") -> str:
    """A did-you-mean, or `otherwise`."""
    name = closest(word, known)
    return f"did you mean {name!r}?" if name else otherwise
