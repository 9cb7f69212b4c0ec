"""A pattern made from one line of a log, that finds the same numbers in the lines like it, many lines at once.

Below it, what to write on the command line where a log does not say which number is the learning rate, or the position.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice, zip_longest
from shlex import quote

from lrcli.errors import LrcliError
from lrcli.logs.columns import is_epoch, is_step, rank
from lrcli.logs.format import FAR, Opening
from lrcli.logs.gather import Gathered
from lrcli.logs.line import NUMBER, RATE, Statement, Token, may_hold_rate, place_of, statement

_NUMBERS = {"lr": RATE.replace("?P<value>", "")}
_COUNT = r"(\d+(?:,\d{3})*(?:\.\d+)?)(?!\w)"  # as COUNT, with one way to match

_BLANKS = r"(?:\\[ \t])+"  # as re.escape writes them

_LOOSE = rf"(?i)(?<![\w/.-])[\w/.-]{{0,40}}?(?:lr|rate)[\w/.-]{{0,40}}[^\w\n]{{1,12}}(?P<value>{NUMBER})(?!\w)"
"""A number behind a word with a learning rate in it. Bounded, so that a long word is read in one pass."""

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
        return any(role == "epoch" for _, role, _ in self.groups)

    @property
    def places(self) -> bool:
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


def _key(text: str) -> str:
    """A key and what follows it, as it stands there; it is no end of a longer word."""
    guard = "(?<![A-Za-z0-9_])" if re.match(r"\w", text) else ""
    return guard + re.sub(_BLANKS, r"[ \\t]*", re.escape(text))


def advice(where: str, opening: Opening, gathered: Gathered, about: str) -> str:
    """What to add to a message: made from the log's own first line or header with a learning rate; "" without one."""
    names = [name for name, role in gathered.names.items() if name and role not in ("of", "rank")]
    if names and (not gathered.words or about == "which"):
        return _column("-" if where == "<stdin>" else where, names, about)
    pattern = proposed(opening)
    return f"; say where it stands, e.g. --pattern {quote(pattern)}" if pattern else ""


def proposed(opening: Opening, *, rows: int = 1) -> str | None:
    """A pattern that reads the first line with something like a learning rate; None if so many rows do not have it."""
    for line in opening.lines:
        pattern = _pattern(line)
        if pattern:
            matches = islice(re.finditer(pattern, opening.text), rows) if rows > 1 else (None,)
            return pattern if sum(1 for _ in matches) == rows else None
    return None


def _column(where: str, names: list[str], about: str) -> str:
    others = [name for name in names if rank(name) > 1 and not is_step(name)]
    if about == "order":
        own = next(name for test in (is_step, is_epoch) for name in names if test(name))
        counts = [f", --step-column {quote(name)} counts them by another column" for name in others if name != own]
        return f"; --step-column {quote(own)} sorts the rows by it{''.join(counts[:1])}"
    if about == "step":
        return f"; name it with --step-column, e.g. --step-column {quote(others[0])}" if others else ""
    if about == "row":
        return ""
    if about == "value":
        return f" Then say so: {quote(f'{where}:Value')}"
    named = sorted((name for name in names if re.search("(?i)lr|rate", name)), key=rank)
    return f"; name it, e.g. {quote(f'{where}:{named[0]}')}" if named else ""


def _pattern(line: str) -> str | None:
    """A pattern that reads this line, None where it holds no learning rate by any name."""
    parsed = statement(line) if may_hold_rate(line) else None
    if parsed is None and (rate := re.search(_LOOSE, line[:FAR])):
        token = Token("lr", "lr", rate.start(), *rate.span("value"))
        tokens = sorted((token, *place_of(line[:FAR])), key=lambda token: token.start)
        parsed = Statement(tuple(tokens), ("", "lr"))
    return written_pattern(line, parsed) if parsed else None


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
