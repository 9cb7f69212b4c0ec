"""Lines of prose are broken at words, and nothing else is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrcli.render.safe import wrap_lines
from tests.cli_world import run_cli

SPEC = "{lr: 0.1, epochs: 90, schedule: {type: step, step_size: 30, gamma: 1.5}}"


@given(st.lists(st.text("abc 019.e-+", max_size=30)), st.integers(20, 100))
def test_words_stay_whole(lines: list[str], width: int) -> None:
    """No word is broken or lost, and a line is too long only where one word is."""
    text = "\n".join(lines)
    wrapped = wrap_lines(text, width)
    assert wrapped.split() == text.split()
    assert [line for line in wrapped.split("\n") if len(line) > width and len(line.split()) > 1] == []


def test_quoted_lines_keep_their_columns() -> None:
    """A line of a file and its caret are not broken: what does not fit around the caret is left out."""
    line = "  6 |   stepsize: 2  # " + "word " * 20
    assert wrap_lines(f"{line}\n    |   ^^^^", 40) == f"{line[:38]}..\n    |   ^^^^"
    within = wrap_lines(f"{line}\n    | {' ' * 60}^^^^", 40).split("\n")
    assert within == ["  6 | ..d word word word word word wor..", "    | " + " " * 17 + "^^^^"]
    assert wrap_lines(f"{line}end\n    | {' ' * 117}^^^", 40).split("\n")[0].endswith("word end")
    tabbed = "  6 | \t" + "word " * 20 + "\n    | \t^^^^"
    assert wrap_lines(tabbed, 40) == tabbed


@pytest.mark.parametrize("width", [40, 80])
def test_findings_and_notes_fit_a_terminal(width: int) -> None:
    """On a terminal they end at its edge; on a pipe each is one line."""
    seen = run_cli("check", SPEC, tty=(width, 24), variables={"NO_COLOR": "1"})
    piped = run_cli("check", SPEC)
    assert max(map(len, seen.stdout.splitlines())) <= width
    prose, whole = ([line for line in text.splitlines() if "|" not in line] for text in (seen.stdout, piped.stdout))
    assert " ".join(prose).split() == " ".join(whole).split()
    noted = run_cli("at", SPEC + "@torch-1.1:get_lr", "30", tty=(width, 24)).stderr
    assert max(map(len, noted.splitlines())) <= width
