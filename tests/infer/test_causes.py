"""Causes in public reports: the numbers that were logged there, and what explain says of them."""

from __future__ import annotations

import pytest

from lrcli.infer.explain import Report, explain
from lrcli.logs import Log, Rounding
from lrcli.logs.rounding import quantise
from lrcli.reader import read_declared
from tests.public_causes import CASES, MLX, s

FULL, FIVE = Rounding(), Rounding("significant", 5)


def report_of(name: str, rounding: Rounding) -> Report:
    text, observed, at, _ = CASES[name]
    declared = read_declared(text)
    values = [quantise(observed(t), rounding) for t in at]
    unit = declared.spec.interval
    return explain(
        declared.spec, Log("log", unit, list(map(float, at)), {"lr": values}, rounding=rounding), declared=declared
    )


@pytest.mark.parametrize("rounding", [FULL, FIVE], ids=["full", "5 digits"])
@pytest.mark.parametrize("name", CASES)
def test_cause(name: str, rounding: Rounding) -> None:
    """The cause of a public report is named first, and explains every row."""
    report = report_of(name, rounding)
    first = report.explanations[0]
    assert ("explained", (CASES[name][3],)) == (report.verdict, tuple(entry.key for entry in first.causes))
    assert first.rows == first.explained


def test_mlx() -> None:
    """A decay that begins a step late and stays at its end: the rows of an issue, to 4 digits, explained by both."""
    declared = read_declared(MLX)
    at = [9, 19, 29, 39, 49, 59, 69, 99, 199, 399, 599, 799, 999, 1059, 1069, 1499, 1999, 2999, 4999]
    lrs = [quantise(s(MLX)(t if t < 60 else min(t - 1, 1060)), Rounding("significant", 4)) for t in at]
    log = Log("log", "step", list(map(float, at)), {"lr": lrs}, rounding=Rounding("significant", 4))
    first = explain(declared.spec, log, declared=declared).explanations[0]
    assert (19, {"held-end", "handover"}) == (first.explained, {entry.key for entry in first.causes})


KNOWN = {
    "one step short (libai #37)": "s(4) / s(5)",
    "Noam's peak": "1/sqrt(4000)",
    "a rate for a factor": "base learning rate",
    "Ultralytics' last batch": "100 batches (the least) instead of 25",
}


@pytest.mark.parametrize("name", KNOWN)
def test_what_a_number_is_known_as(name: str) -> None:
    """A number that means something is said to mean it."""
    assert any(KNOWN[name] in detail for detail in report_of(name, FULL).explanations[0].details)


def test_no_advice_on_a_resume_at_a_phases_end() -> None:
    """Where a phase ends nothing was resumed: state_dict is not spoken of."""
    for name in ("hand-over a step late", "one step short (libai #37)"):
        for entry in report_of(name, FULL).explanations[0].causes:
            assert "state_dict" not in entry.advice
