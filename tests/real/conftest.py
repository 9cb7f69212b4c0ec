from __future__ import annotations

import pytest

from tests.real.held import FIGURES, Figure


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """A table of what was trained and held."""
    if FIGURES:
        terminalreporter.section("logs of real frameworks")
        for row in (Figure._fields, ("---",) * len(Figure._fields), *FIGURES.values()):
            terminalreporter.line("| " + " | ".join(map(str, row)) + " |")
