"""Training configs as files, and what is said of one that is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from tests.cli_world import run_cli


class Writer(Protocol):
    """Writes a text into a folder; its path."""

    def __call__(self, folder: Path, text: str, name: str = ...) -> str: ...


def writer(default: str) -> Writer:
    """What writes files of this name."""

    def written(folder: Path, text: str, name: str = default) -> str:
        path = folder / name
        path.write_text(text, encoding="utf-8")
        return str(path)

    return written


def refusal(*args: str) -> str:
    """What `lrcli at` says of a config that it refuses."""
    outcome = run_cli("at", *args)
    assert (outcome.status, outcome.stdout) == (2, "")
    return outcome.stderr
