"""The Python that `convert --to torch` prints trains with the learning rates of the spec, in the real PyTorch."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch")

from lrcli.curve import evaluate  # noqa: E402
from lrcli.errors import LrcliError  # noqa: E402
from lrcli.frameworks.torch.source import source  # noqa: E402
from lrcli.reader import parse_text, read_spec  # noqa: E402
from lrcli.spec import Spec  # noqa: E402
from tests import grammar  # noqa: E402
from tests.live.test_live_formula import built  # noqa: E402

FOLDER = Path(__file__).parent.parent.parent / "schedules"


class _Model:
    """Something with parameters, under any name."""

    def parameters(self) -> list[Any]:
        return [torch.nn.Parameter(torch.zeros(1))]


def trained(spec: Spec, code: str) -> list[list[float]]:
    """The learning rates of each row of a run of the printed code."""
    rows: list[list[float]] = []
    names: dict[str, Any] = {name: _Model() for name in re.findall(r"(\w+)\.parameters\(\)", code)}
    body = re.sub(r"\.\.\.  # .*", f"{TRAIN}\n    if len(rows) == {spec.length}: break", code)
    exec(compile(body, "printed", "exec"), {"rows": rows, **names})
    return rows


TRAIN = "rows.append([group['lr'] for group in optimizer.param_groups]); optimizer.step()"


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.yaml")), ids=lambda path: path.stem)
def test_source_trains_as_the_spec_says(path: Path) -> None:
    spec = read_spec(str(path))
    try:
        code = source(spec)
    except LrcliError as error:
        pytest.skip(str(error))
    if "metric" in code:
        pytest.skip("the metric is not in the code")
    assert built(spec)[0] == trained(spec, code)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("seed", range(20))
def test_random_specs(seed: int) -> None:
    """What is printed trains what to_torch builds, bit for bit, and that is the formula where a note says so."""
    rnd, looked_at = random.Random(seed), 0
    while looked_at < 10:
        try:
            spec = parse_text(grammar.spec(rnd, most=40, replays=False))
            if any(group.lr is None for group in spec.groups):
                continue
            rows, code = built(spec)[0], source(spec)
        except (LrcliError, ArithmeticError, ValueError, IndexError):
            continue  # it has no such scheduler, or no value in some row
        if "metric" in code:
            continue
        looked_at += 1
        assert _written(rows) == _written(trained(spec, code)), code
        if "FormulaLR" in code:
            columns = (group.lr for group in evaluate(spec).groups)
            assert _written(rows) == _written(list(zip(*columns, strict=True)))


def _written(rows: Sequence[Sequence[float]]) -> str:
    """The rows with every digit; NaN is as good as NaN, and 0 as -0."""
    return repr([[lr + 0.0 for lr in row] for row in rows])
