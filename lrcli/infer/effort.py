"""How much a search may compute before it gives up: the same for the same log on every machine.

What computes learning rates calls `spend` with how many; a search runs in `with Effort(limit):` and is stopped by
GaveUp when it has computed too many.
"""

from __future__ import annotations

from types import TracebackType

LIMIT = 6_000_000
"""About so many learning rates are computed in 4 s of CPU."""


class GaveUp(Exception):
    """A search that has computed as much as it may."""


class Effort:
    """What has been computed in a search. `candidates` counts what was tried."""

    def __init__(self, limit: int = LIMIT) -> None:
        self.left = limit
        self.candidates = 0
        self.exhausted = False

    def __enter__(self) -> Effort:
        _running.append(self)
        return self

    def __exit__(self, kind: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None) -> bool:
        _running.remove(self)
        return kind is not None and issubclass(kind, GaveUp)


_running: list[Effort] = []


def spend(values: int, candidates: int = 0) -> None:
    """Say that so many learning rates are computed now, for so many candidates. Raises GaveUp after too many."""
    for effort in _running:
        effort.left -= values
        effort.candidates += candidates
        if effort.left < 0:
            effort.exhausted = True
            raise GaveUp("the search has computed as much as it may")
