"""What to write on the command line where a log does not say which number is the learning rate, or the position."""

from __future__ import annotations

import re
from itertools import islice
from shlex import quote

from lrcli.logs.columns import is_step, rank
from lrcli.logs.format import FAR, Opening
from lrcli.logs.gather import Gathered
from lrcli.logs.line import NUMBER, Statement, Token, may_hold_rate, place_of, statement
from lrcli.logs.line_pattern import written_pattern

_LOOSE = rf"(?i)(?<![\w/.-])[\w/.-]{{0,40}}?(?:lr|rate)[\w/.-]{{0,40}}[^\w\n]{{1,12}}(?P<value>{NUMBER})(?!\w)"
"""A number behind a word with a learning rate in it. Bounded, so that a long word is read in one pass."""


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
    if about == "step":
        others = [name for name in names if rank(name) > 1 and not is_step(name)]
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
