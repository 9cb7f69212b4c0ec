"""Each folder of tests/cli is a case: the command line `cmd`, and its `stdout`, `stderr`, `status` (absent: empty, 0).

A `stdin` file is what the command reads there; all other files are its input. `pytest tests/cli/test_cases.py
--refresh` writes the outcome of today: review it with git diff.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli_world import run_line

CASES = sorted(path.parent for path in Path(__file__).parent.glob("*/cmd"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_case(case: Path, refresh: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command line prints what it is known to print, and ends with that status."""
    monkeypatch.chdir(case)
    outcome = run_line((case / "cmd").read_text("utf-8"), _bytes(case / "stdin"))
    if refresh:
        _write(case / "stdout", outcome.stdout)
        _write(case / "stderr", outcome.stderr)
        _write(case / "status", f"{outcome.status}\n" if outcome.status else "")
    assert (
        (_bytes(case / "status") or b"0\n").decode(),
        _bytes(case / "stdout").decode(),
        _bytes(case / "stderr").decode(),
    ) == (f"{outcome.status}\n", outcome.stdout, outcome.stderr)


def test_there_are_cases() -> None:
    """An empty folder of cases would pass in silence."""
    assert len(CASES) > 40


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_failure_leaves_stdout_empty(case: Path) -> None:
    """A command that ends with status 2 has written nothing on stdout, and something on stderr."""
    if _bytes(case / "status") == b"2\n":
        assert (_bytes(case / "stdout"), bool(_bytes(case / "stderr"))) == (b"", True)


def _bytes(path: Path) -> bytes:
    return path.read_bytes() if path.exists() else b""


def _write(path: Path, text: str) -> None:
    if text:
        path.write_bytes(text.encode())
    else:
        path.unlink(missing_ok=True)
