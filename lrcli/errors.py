"""The errors a user can meet. Each one is a value; `cli/` prints it and exits with status 2."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from lrcli.values import dataclass


class LrcliError(Exception):
    """Anything that is wrong with the input, the version or the world, told in one message."""


LEVELS = ("error", "warning", "note")
"""error: there are no numbers, or the training fails; warning: probably a mistake; note: good to know."""


class RowList(NamedTuple):
    """Some rows in words: the first of them, how many `more` there are, and out of how many looked at (0: of all)."""

    first: tuple[int, ...]
    more: int = 0
    within: int = 0
    unit: str = "epoch"

    def __str__(self) -> str:
        rows, more, within, unit = self
        count = len(rows) + more
        text = f"{unit}{'s' * (count != 1)} {', '.join(map(str, rows))}"
        text += f" and {more} more ({count} in all)" if more else ""
        return f"{text} of the first {within:,}" if within else text


@dataclass(frozen=True)
class Problem:
    """One thing that a user should know: an error of a spec, a finding of `check`, a note about a curve.

    code: its stable name. message: what is there, with its numbers. why: why that matters. help: what to do. level: one
    of LEVELS. reference: the issue that tells more of it. rows: the rows that it is about.

    key: the key that it is about ("schedule.T_max"), group: the parameter group (None: all of them). file: where the
    text stands, "" where there is none; line and column count from 1, and 0 means that it is about the whole file.
    source: the text of that line, width: how many characters of it the caret underlines. details: more lines, such as
    the rows that changed.

    `str()` is one sentence, `report` a block of lines with the place.
    """

    code: str
    message: str
    why: str = ""
    help: str = ""
    level: str = "note"
    reference: str = ""
    rows: RowList | None = None
    key: str = ""
    group: int | None = None
    file: str = ""
    line: int = 0
    column: int = 0
    source: str = ""
    width: int = 1
    details: tuple[str, ...] = ()

    def __str__(self) -> str:
        text = f"{self.message} at {self.rows}" if self.rows else self.message
        text += f": {self.why}" if self.why else ""
        text += f" ({self.reference})" if self.reference else ""
        return f"{text}. {self.help}" if self.help else text

    @property
    def report(self) -> str:
        """The place, the message and the code; below it the line with a caret, and what helps."""
        place = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        lines = [f"{place}: {self.level}: {self.message} [{self.code}]"]
        if self.source.strip():
            gutter = f"{self.line:>3}"
            blank = " " * len(gutter)
            # a tab before the caret stays a tab, so that the caret stands under its character
            lead = "".join("\t" if c == "\t" else " " for c in self.source[: self.column - 1])
            lines += [f"{blank} |", f"{gutter} | {self.source}", f"{blank} | {lead}{'^' * max(1, self.width)}"]
        lines += [f"    {line}" for line in self.details]
        lines += [f"    = {word}: {text}" for word, text in (("why", self.why), ("help", self.help)) if text]
        return "\n".join(lines)

    @property
    def order(self) -> tuple[bool, int, int, str]:
        """What sorts problems as they stand in the file, those without a line last."""
        return not self.line, self.line, self.column, self.code


class SpecError(LrcliError):
    """A spec that cannot be read: every problem found in it, in the order of the file."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(problem.report for problem in problems))
        self.problems = problems


class Unreadable(LrcliError):
    """A text that does not say what it should: what is wrong with it, and what may help."""

    def __init__(self, message: str, help: str = "", *, where: str = "") -> None:
        super().__init__(f"{message}{where} ({help})" if help else f"{message}{where}")
        self.message = message
        self.help = help


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


class Refuses(InvalidValue):
    """What a framework itself refuses: the exception that it raises and its reason in our words, at the argument.

    >>> raise Refuses("transformers", "ValueError", "lr_end must be below lr", "lr_end", 0.2)
    Traceback (most recent call last):
    ...
    lrcli.errors.Refuses: transformers raises ValueError: lr_end must be below lr
    """

    def __init__(self, framework: str, exception: str, reason: str, field: str = "", received: object = None) -> None:
        super().__init__(field, reason, received)
        self.framework = framework
        self.exception = exception
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.framework} raises {self.exception}: {self.reason}"


class NoValue(ValueError):
    """A step at which a schedule has no value, told in its own words; other exceptions are those of the arithmetic."""


class EvaluationError(LrcliError):
    """A schedule whose formula has no value at some step (a lambda that divides by zero, an overflow)."""

    def __init__(self, t: int, reason: str, unit: str = "epoch") -> None:
        super().__init__(f"the schedule has no value at {unit} {t}: {reason}")
        self.t = t
        self.reason = reason

    @classmethod
    def of(cls, exception: Exception, t: int, unit: str = "epoch", type_name: str = "") -> EvaluationError:
        """What an ArithmeticError or a ValueError of the formula at step t says; a framework's type raises it itself.

        >>> str(EvaluationError.of(ZeroDivisionError("division by zero"), 3, "step", "hf.cosine"))
        'the schedule has no value at step 3: hf raises ZeroDivisionError: division by zero'
        """
        reason = "the number is too large" if isinstance(exception, OverflowError) else str(exception)
        framework = type_name.rpartition(".")[0]
        if framework and not isinstance(exception, NoValue):
            reason = f"{framework} raises {type(exception).__name__}: {reason}"
        return cls(t, reason, unit)


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


NEAR_SPELLING = 0.75
"""The share of letters in common, in order, from which on a name may be a misspelling: step_size is none of steps."""


def closest(word: str, known: Iterable[str]) -> str:
    """The name that was probably meant, or "": one of nearly the same spelling, or the only one that begins so.

    >>> closest("step-sise", ["gamma", "step_size"]), closest("eta", ["eta_min", "gamma"])
    ('step_size', 'eta_min')
    >>> closest("steps", ["step_size"]), closest("foo", ["for"])
    ('', '')
    >>> closest("schedule.gama", ["schedule.gamma"]), closest("schedule.gamma", ["schedule.T_max"])
    ('schedule.gamma', '')
    """
    from difflib import get_close_matches

    folded = {name.lower().replace("-", "_"): name for name in known}
    start = word[:100].lower().replace("-", "_")
    head, dot, rest = start.rpartition(".")
    if dot and (
        inside := {name.removeprefix(head + dot): folded[name] for name in folded if name.startswith(head + dot)}
    ):
        folded, start = inside, rest  # what both begin with makes nothing near
    close = get_close_matches(start, folded, 1, NEAR_SPELLING)
    if not close and len(start) > 2:
        close = [name for name in folded if name.startswith(start)]
    return folded[close[0]] if len(close) == 1 else ""


def suggest(word: str, known: Iterable[str], otherwise: str = "") -> str:
    """A did-you-mean, or `otherwise`."""
    name = closest(word, known)
    return f"did you mean {name!r}?" if name else otherwise
