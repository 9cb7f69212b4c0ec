"""Every transformation of the knowledge base, times ten schedules, at each precision of a log."""

from __future__ import annotations

import pytest

from tests.explain_matrix import PRECISIONS, SCHEDULES, TRANSFORMATIONS, outcomes, table


@pytest.mark.parametrize("precision", PRECISIONS)
def test_confusion(precision: str, capsys: pytest.CaptureFixture[str]) -> None:
    """At least 95 % of the families are named first; where another is, the right one is named beside it."""
    found = list(outcomes([precision]))
    with capsys.disabled():
        print(f"\n{precision}:\n{table(found)}")
    assert len(found) > 200
    assert sum(one.right for one in found) >= 0.95 * len(found)
    assert [] == [one for one in found if not one.in_group]


def test_size() -> None:
    """Ten schedules, and transformations of every family."""
    families = {family for family, _ in TRANSFORMATIONS.values()}
    assert 10 == len(SCHEDULES)
    assert {
        "reading",
        "lead",
        "lag",
        "time scale k",
        "time scale 1/k",
        "amplitude",
        "restart",
        "shift after R",
        "new horizon",
        "averaged",
        "group",
        "version",
        "follows",
        "changed key",
        "isolated rows",
        "lag + isolated rows",
        "warmup",
        "held",
        "other scheduler",
        "another decay",
        "mirror",
        "floor",
        "plateau",
    } == families
