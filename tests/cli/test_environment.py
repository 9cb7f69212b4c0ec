from __future__ import annotations

import io
from types import SimpleNamespace
from typing import Any

import pytest

from lrcli.cli.environment import Environment


def environment(**given: Any) -> Environment:
    return Environment(**{"stdin": io.BytesIO(b"input"), "stdout": io.StringIO(), "stderr": io.StringIO(), **given})


@pytest.mark.parametrize(
    ("option", "variables", "tty", "colored"),
    [
        ("auto", {}, True, True),
        ("auto", {}, False, False),
        ("always", {"NO_COLOR": "1", "TERM": "dumb"}, False, True),
        ("never", {"FORCE_COLOR": "1"}, True, False),
        ("auto", {"NO_COLOR": "1", "FORCE_COLOR": "1"}, True, False),
        ("auto", {"NO_COLOR": ""}, True, True),
        ("auto", {"FORCE_COLOR": "1", "CLICOLOR": "0", "TERM": "dumb"}, False, True),
        ("auto", {"FORCE_COLOR": "3"}, False, True),
        ("auto", {"FORCE_COLOR": "0"}, True, False),
        ("auto", {"FORCE_COLOR": "0", "CLICOLOR_FORCE": "1"}, True, False),
        ("auto", {"FORCE_COLOR": ""}, False, False),
        ("auto", {"CLICOLOR_FORCE": "1"}, False, True),
        ("auto", {"CLICOLOR_FORCE": "0"}, True, True),
        ("auto", {"CLICOLOR": "0"}, True, False),
        ("auto", {"CLICOLOR": "1"}, False, False),
        ("auto", {"TERM": "dumb"}, True, False),
    ],
)
def test_colour(option: str, variables: dict[str, str], tty: bool, colored: bool) -> None:
    """--color decides, then NO_COLOR, FORCE_COLOR, CLICOLOR_FORCE, CLICOLOR=0, TERM=dumb, then the terminal."""
    assert colored == environment(color=option, variables=variables).colored(tty=tty)


@pytest.mark.parametrize(
    ("variables", "size", "extent"),
    [
        ({}, None, (80, 24)),
        ({}, (200, 50), (200, 50)),
        ({"COLUMNS": "20", "LINES": "9"}, (200, 50), (20, 9)),
        ({"COLUMNS": "0", "LINES": "-3"}, None, (80, 24)),
        ({"COLUMNS": "wide", "LINES": "\u0663"}, (100, 30), (100, 30)),
        ({"COLUMNS": "9" * 30}, None, (80, 24)),
        ({}, (0, 0), (80, 24)),
        ({"COLUMNS": "99999", "LINES": "99999"}, None, (2000, 1000)),
        ({}, (65535, 65535), (2000, 1000)),
    ],
)
def test_extent(variables: dict[str, str], size: tuple[int, int] | None, extent: tuple[int, int]) -> None:
    """COLUMNS and LINES decide where they are positive numbers, then the terminal, else 80x24."""
    env = environment(variables=variables, size=size)
    assert extent == (env.width, env.height)


@pytest.mark.parametrize(
    ("encoding", "draws"), [("utf-8", True), ("ascii", False), ("cp1252", False), ("no-such-encoding", False)]
)
def test_drawing(encoding: str, draws: bool) -> None:
    """Braille and boxes are drawn only where the stream can encode them."""
    assert draws == environment(stdout=SimpleNamespace(encoding=encoding)).draws_unicode


def test_notes_once() -> None:
    """The same note is printed once, and none with quiet; errors are always printed."""
    env = environment()
    env.note("rounded")
    env.note("rounded")
    env.quiet = True
    env.note("silenced")
    env.error("lrcli: error: no")
    assert env.stderr is not None
    assert env.stderr.getvalue() == "note: rounded\nlrcli: error: no\n"  # type: ignore[attr-defined]


def test_messages_hold_no_terminal_escapes() -> None:
    """A name with an escape sequence in it is shown, not executed; tabs and newlines stay."""
    env = environment()
    env.error("a\x1b]0;title\x07b\n\t\u202ec\x9b")
    assert env.stderr is not None
    assert env.stderr.getvalue() == "a\\x1b]0;title\\x07b\n\t\\u202ec\\x9b\n"  # type: ignore[attr-defined]


def test_closed_stderr() -> None:
    """A message that nobody can hear is no failure."""
    env = environment(stderr=None)
    env.error("unheard")
    stream = io.StringIO()
    stream.close()
    env = environment(stderr=stream)
    env.error("unheard")
    assert env.stderr is None


def test_inputs_are_read_once() -> None:
    """Everybody who asks an environment for its inputs is given the same ones."""
    env = environment()
    assert env.inputs is env.inputs
    assert b"input" == env.inputs.get("-").read()
