"""A pattern made from one line of a log, that finds the same numbers in the lines like it, many lines at once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from lrcli.errors import LrcliError
from lrcli.logs.line import RATE, Statement

_NUMBERS = {"lr": RATE.replace("?P<value>", "")}
_COUNT = r"(\d+(?:,\d{3})*(?:\.\d+)?)(?!\w)"  # as COUNT, with one way to match

GROUPS = ("lr", "step", "epoch", "of", "rank")
"""What a named group of a pattern may be called; `lr_NAME` is another learning rate."""


@dataclass(frozen=True)
class LinePattern:
    """A regular expression, what each of its groups is (role and name), and the kind of line that it is of."""

    regex: re.Pattern[str]
    groups: tuple[tuple[str, str], ...]
    kind: tuple[str, str]

    @property
    def named(self) -> bool:
        """Whether its groups have names: then there may be others, without."""
        return bool(self.regex.groupindex)

    @property
    def has_epoch(self) -> bool:
        """Whether a line says its own epoch."""
        return any(role == "epoch" for role, _ in self.groups)

    @property
    def places(self) -> bool:
        """Whether a line says its own step or epoch."""
        return any(role in ("step", "epoch") for role, _ in self.groups)


def pattern_like(line: str, parsed: Statement) -> LinePattern:
    r"""The pattern of lines like this one.

    >>> from lrcli.logs.line import statement
    >>> line = "iter: 20  loss: 2.3  lr: 0.000833  max mem: 5004"
    >>> pattern_like(line, statement(line)).regex.findall("iter: 40  loss: 1.2  lr: 1e-3")
    [('40', '1e-3')]
    """
    tokens = parsed.tokens
    parts = [_key(line[tokens[0].key : tokens[0].start])]
    for before, token in pairwise((None, *tokens)):
        assert token is not None
        if before is not None:
            if token.key <= before.end:  # the key is that of the token before: what stands between them is the form
                parts.append(_between(line[before.end : token.start]))
            else:
                parts.append(r"[^\n]*?" + _key(line[token.key : token.start]))
        parts.append(_NUMBERS.get(token.role, _COUNT))
    regex = re.compile("".join(parts) + r"[^\n]*")
    return LinePattern(regex, tuple((token.role, token.name) for token in tokens), parsed.kind)


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
    return LinePattern(regex, tuple((_role(name), name) for name in names), kind)


def written_pattern(line: str, parsed: Statement) -> str:
    r"""A pattern for `--pattern`, as short as one can be, that reads a line like this one.

    >>> from lrcli.logs.line import statement
    >>> line = "iter: 20  loss: 2.3  lr: 0.000833  max mem: 5004"
    >>> written_pattern(line, statement(line))
    'iter: *(?P<step>\\d+).*lr: *(?P<lr>[-+.\\deE]+)'
    """
    parts: list[str] = []
    before = None
    seen: set[str] = set()
    for token in parsed.tokens:
        if token.role in seen or token.role == "rank":
            continue
        seen.add(token.role)
        if before is not None and token.key > before:
            parts.append(".*")
        key = line[max(token.key, before or 0) : token.start]
        parts += [" *" if part.isspace() else re.escape(part) for part in re.split(r"([ \t]+)", key) if part]
        parts.append(rf"(?P<{token.role}>[-+.\deE]+)" if token.role == "lr" else rf"(?P<{token.role}>\d+)")
        before = token.end
    return "".join(parts)


def _role(name: str) -> str:
    return "lr" if name.startswith("lr") else name


def _key(text: str) -> str:
    """A key and what follows it, as it stands there; it is no end of a longer word."""
    guard = "(?<![A-Za-z0-9_])" if re.match(r"\w", text) else ""
    return guard + "".join(_parts(text, digits=False))


def _between(text: str) -> str:
    """What stands between two numbers of one form, `/300][`: other numbers may stand there on another line."""
    return "".join(_parts(text, digits=True))


def _parts(text: str, *, digits: bool) -> Iterator[str]:
    for part in re.split(r"([ \t]+|\d+)", text):
        if not part:
            continue
        if part.isspace():
            yield r"[ \t]*"
        elif digits and part.isdigit():
            yield r"\d+"
        else:
            yield re.escape(part)
