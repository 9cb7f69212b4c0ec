"""Comments that silence a rule: `# lrcli: ignore CODE` on the line, or on a line of its own above it."""

from __future__ import annotations

import re
from collections.abc import Sequence

_COMMENT = re.compile(r"(^|\s)#\s*lrcli:\s*ignore\s+([a-z0-9][a-z0-9, -]*?)\s*$")
_ALONE = re.compile(r"\s*#")


def ignored(lines: Sequence[str]) -> dict[int, frozenset[str]]:
    """The codes that are silenced, by the number of the line (from 1).

    >>> sorted(ignored(["# lrcli: ignore lr-jump, gamma-zero", "gamma: 0"])[2])
    ['gamma-zero', 'lr-jump']
    """
    silenced: dict[int, frozenset[str]] = {}
    above: frozenset[str] = frozenset()
    for number, line in enumerate(lines, 1):
        match = _COMMENT.search(line)
        codes = frozenset(re.split(r"[\s,]+", match[2])) - {""} if match else frozenset()
        if _ALONE.match(line):
            above |= codes  # several comments may stand above one line
            continue
        if codes or above:
            silenced[number] = codes | above
        above = frozenset()
    return silenced
