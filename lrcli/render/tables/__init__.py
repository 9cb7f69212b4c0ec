"""Tables as text, each format one file.

It states its `ENDINGS` of files, and whether it is `EXACT`: for programs, with every digit and the same on every
terminal. One for people has rounded numbers and an event column. Its `write(table, style)` yields the text piece by
piece, so that a long table streams.
"""

from __future__ import annotations

from lrcli.render import Formats

TABLES = Formats("plain", package=__name__, on_terminal="table")
