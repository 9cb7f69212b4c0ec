"""`skipped:`, the steps of a log at which the scheduler did not move on."""

from __future__ import annotations

import pytest

from lrcli.errors import SpecError
from lrcli.logs import Log
from lrcli.logs.axis import rows_in
from lrcli.reader import parse_text

SPEC = "{lr: 0.1, steps: 90, schedule: {type: constant}, %s}"


@pytest.mark.parametrize(
    ("text", "expected"), [("skipped: [40, 20, 20]", (20, 20, 40)), ("skipped: 7", (7,)), ("skipped: null", ())]
)
def test_reads(text: str, expected: tuple[int, ...]) -> None:
    """A list of whole numbers, in any order."""
    assert expected == parse_text(SPEC % text).skipped


@pytest.mark.parametrize("text", ["skipped: [1.5]", "skipped: [a]", "skipped: {a: 1}", "skipped: [1e13]"])
def test_refuses(text: str) -> None:
    """Anything else is an error with its rule."""
    with pytest.raises(SpecError, match="skipped must be a list of whole numbers"):
        parse_text(SPEC % text)


def test_rows_fall_behind() -> None:
    """From each skipped step on, a row of the log is one row earlier in the spec."""
    spec = parse_text(SPEC % "first_step: 1, skipped: [3, 5, 5]")
    log = Log("run", "step", [1, 2, 3, 4, 5, 6], {"lr": [0.1] * 6})
    assert [0, 1, 1, 2, 1, 2] == list(rows_in(spec, log, 0, 6))
