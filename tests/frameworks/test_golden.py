"""Series of the real packages, as specs: every row that a spec can say has the package's own numbers.

float64 series are compared with ==. The float32 ones of Keras and optax hold to one float32 ulp and their float64 ones
to 4 ulp: what XLA's and numpy's own cos, pow and exp give differs by that from platform to platform.
"""

from __future__ import annotations

import gzip
import json
import math
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from lrcli.catalog.registry import framework_names
from lrcli.curve import evaluate
from lrcli.reader import parse_text
from tests.frameworks.to_spec import NAMES, spec, text

GOLDEN = Path(__file__).parent / "golden"


@cache
def series(name: str) -> list[dict[str, Any]]:
    """The rows of one file."""
    return json.loads(gzip.decompress((GOLDEN / f"{name}.json.gz").read_bytes()))  # type: ignore[no-any-return]


FILES = sorted(path.name.removesuffix(".json.gz") for path in GOLDEN.glob("*.json.gz"))
CASES = [
    pytest.param(name, i, id=f"{name}:{row['case']}")
    for name in FILES
    if NAMES.get(name, name) in framework_names()
    for i, row in enumerate(series(name))
    if spec(row) is not None
]


def number(value: float | str | None) -> float:
    return math.nan if value is None else float(value)


def same(want: float, have: float, row: dict[str, Any]) -> bool:
    if want == have or (want != want and have != have):
        return True
    if not row["framework"].startswith(("keras", "optax")):
        return False
    single = row["dtype"] == "float32"
    bound = max(abs(want), abs(have)) * (1.2e-7 if single else 9e-16)
    return abs(want - have) <= bound + (1e-9 * row["base_lr"] if single else 0)


@pytest.mark.parametrize(("name", "i"), CASES)
def test_series(name: str, i: int) -> None:
    """The spec of a recorded series gives its values."""
    row = series(name)[i]
    found = spec(row)
    assert found is not None
    column = found[1]
    every = (
        100 if row["case"].endswith("every100th") else 1
    )  # the row holds each hundredth step, and says so only there
    places = row.get("positions") or [i * every for i in range(len(row["values"]))]
    curve = evaluate(parse_text((text(row) or "").replace("steps: 101", f"steps: {places[-1] + 1}", every > 1)))
    groups = [group.name or str(k) for k, group in enumerate(curve.spec.groups)]
    group = groups.index(column.partition("/")[2]) if "/" in column else 0
    have = [number(value) for value in curve.shown(group)]
    shift = 1 if "AFTER" in row.get("note", "") else 0
    wanted = [(at + shift, number(value)) for at, value in zip(places, row["values"], strict=True)]
    if shift:
        wanted = wanted[:-1]  # the value after the last metric is that of a row past the end
    wrong = [(at, want, have[at]) for at, want in wanted if not same(want, have[at], row)]
    assert not wrong, wrong[:3]
