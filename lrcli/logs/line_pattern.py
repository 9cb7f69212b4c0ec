"""A pattern made from one line of a log, that finds the same numbers in the lines like it, many lines at once."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import zip_longest

from lrcli.errors import LrcliError
from lrcli.logs.line import RATE, Statement

_NUMBERS = {"lr": RATE.replace("?P<value>", "")}
_COUNT = r"(\d+(?:,\d{3})*(?:\.\d+)?)(?!\w)"  # as COUNT, with one way to match

_BLANKS = r"(?:\\[ \t])+"  # as re.escape writes them

GROUPS = ("lr", "step", "epoch", "of", "rank")
"""What a named group of a pattern may be called; `lr_NAME` is another learning rate."""


@dataclass(frozen=True)
class LinePattern:
    """A regular expression, what each of its groups is (column, role, word), and the kind of line that it is of."""

    regex: re.Pattern[str]
    groups: tuple[tuple[str, str, str], ...]
    kind: tuple[str, str]

    @property
    def named(self) -> bool:
        """Whether its groups have names: then there may be others, without."""
        return bool(self.regex.groupindex)

    @property
    def has_epoch(self) -> bool:
        """Whether a line says its own epoch."""
        return any(role == "epoch" for _, role, _ in self.groups)

    @property
    def places(self) -> bool:
        """Whether a line says its own step or epoch."""
        return any(role in ("step", "epoch") for _, role, _ in self.groups)


def pattern_like(line: str, parsed: Statement) -> LinePattern:
    r"""The pattern of lines like this one.

    >>> from lrcli.logs.line import statement
    >>> line = "iter: 20  loss: 2.3  lr: 0.000833  max mem: 5004"
    >>> pattern_like(line, statement(line)).regex.findall("iter: 40  loss: 1.2  lr: 1e-3")
    [('40', '1e-3')]
    """
    tokens = parsed.tokens
    pattern = _key(line[tokens[0].key : tokens[0].start])
    for token, following in zip_longest(tokens, tokens[1:]):
        pattern += _NUMBERS.get(token.role, _COUNT)
        if following and following.key > token.end:
            pattern += r"[^\n]*?" + _key(line[following.key : following.start])
        elif following:  # `/300][` belongs to one key, and other numbers may stand there on another line
            form = re.sub(_BLANKS, r"[ \\t]*", re.escape(line[token.end : following.start]))
            pattern += re.sub(r"\d+", r"\\d+", form)
    groups = tuple((token.column, token.role, token.name) for token in tokens)
    return LinePattern(re.compile(pattern + r"[^\n]*"), groups, parsed.kind)


def pattern_of(text: str, kind: tuple[str, str] = ("pattern", "lr")) -> LinePattern:
    """The pattern that a user writes, with named groups. Raises LrcliError where it is none."""
    try:
        regex = re.compile(text, re.MULTILINE)
    except re.error as error:
        raise LrcliError(f"--pattern {text!r} is not a regular expression: {error}") from None
    names = sorted(regex.groupindex, key=lambda name: regex.groupindex[name])
    for name in names:
        if name not in GROUPS and not name.startswith("lr_"):
            raise LrcliError(f"--pattern: the group {name!r} has no meaning here: it is one of {', '.join(GROUPS)}")
    if not any(name == "lr" or name.startswith("lr_") for name in names):
        raise LrcliError(rf"--pattern {text!r} has no group 'lr': write (?P<lr>\S+) where the learning rate stands")
    groups = tuple((name, "lr" if name.startswith("lr") else name, name) for name in names)
    return LinePattern(regex, groups, kind)


def written_pattern(line: str, parsed: Statement) -> str:
    r"""A pattern for `--pattern`, as short as one can be, that reads a line like this one.

    >>> from lrcli.logs.line import statement
    >>> line = "iter: 20  loss: 2.3  lr: 0.000833  max mem: 5004"
    >>> written_pattern(line, statement(line))
    'iter: *(?P<step>\\d+).*lr: *(?P<lr>[-+.\\deE]+)'
    """
    first = {token.role: token for token in reversed(parsed.tokens) if token.role != "rank"}
    pattern, end = "", 0
    for token in sorted(first.values(), key=lambda token: token.start):
        pattern += ".*" * (0 < end < token.key)
        pattern += re.sub(_BLANKS, " *", re.escape(line[max(token.key, end) : token.start]))
        pattern += rf"(?P<{token.role}>[-+.\deE]+)" if token.role == "lr" else rf"(?P<{token.role}>\d+)"
        end = token.end
    return pattern


def _key(text: str) -> str:
    """A key and what follows it, as it stands there; it is no end of a longer word."""
    guard = "(?<![A-Za-z0-9_])" if re.match(r"\w", text) else ""
    return guard + re.sub(_BLANKS, r"[ \\t]*", re.escape(text))
