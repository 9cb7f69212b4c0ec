"""The manual's table of one schedule in every framework: lrcli itself computes it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import lrcli
from tests.frameworks.specs import lrs

MANUAL = (Path(lrcli.__file__).parent / "manual" / "frameworks.md").read_text(encoding="utf-8")
SECTION = MANUAL.partition("## The same name, different numbers\n")[2].partition("\n## ")[0]
HEAD, *ROWS = [
    [cell.strip() for cell in line.strip("|").split(" | ")] for line in SECTION.splitlines() if line.startswith("| ")
]
STEPS = [int(cell) for cell in HEAD[1:-1]]


def test_table_is_there() -> None:
    """The table has a row for the frameworks that people compare."""
    named = " ".join(row[0] for row in ROWS)
    assert all(
        f"{name}." in named
        for name in (
            "transformers",
            "timm",
            "optax",
            "keras",
            "deepspeed",
            "mmengine",
            "ignite",
            "composer",
            "pytorch_warmup",
            "fairseq",
        )
    )
    assert STEPS == [0, 1, 9, 10, 11, 99, 100, 101, 109]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: re.sub(r"\W+", "-", row[0])[:60])
def test_row(row: list[str]) -> None:
    """Each cell is the learning rate of that step, and the last the largest of all."""
    found = lrs(row[0].strip("`"), 110)
    assert row[1:-1] == [f"{found[t]:.7g}" for t in STEPS]
    assert row[-1] == f"{max(found):.7g}"
