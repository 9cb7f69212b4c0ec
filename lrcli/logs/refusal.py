"""The error of a text that is no log as it stands."""

from __future__ import annotations

from lrcli.errors import LrcliError


class NoLog(LrcliError):
    """Why no log was found; the message does not name the file. about: what is missing, "lr" or "step"."""

    def __init__(self, message: str, about: str = "lr") -> None:
        super().__init__(message)
        self.about = about
