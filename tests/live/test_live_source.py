"""The Python that `convert --to torch` prints trains with the learning rates of the spec, in the real PyTorch."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch")

from lrcli.curve import evaluate  # noqa: E402
from lrcli.errors import LrcliError  # noqa: E402
from lrcli.frameworks.torch.source import source  # noqa: E402
from lrcli.reader import read_spec  # noqa: E402

FOLDER = Path(__file__).parent.parent.parent / "schedules"


class _Model:
    """Something with parameters, under any name."""

    def parameters(self) -> list[Any]:
        return [torch.nn.Parameter(torch.zeros(1))]


TRAIN = "rows.append([group['lr'] for group in optimizer.param_groups]); optimizer.step()"


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.yaml")), ids=lambda path: path.stem)
def test_source_trains_as_the_spec_says(path: Path) -> None:
    spec = read_spec(str(path))
    try:
        code = source(spec)
    except LrcliError as error:
        pytest.skip(str(error))
    if "metric" in code or "NOTE" in code or "SWALR" in code:
        pytest.skip("the metric is not in the code, or the class trains something else")
    body = re.sub(r"\.\.\.  # .*", TRAIN, code)
    rows: list[list[float]] = []
    names: dict[str, Any] = {name: _Model() for name in re.findall(r"(\w+)\.parameters\(\)", code)}
    exec(compile(body, str(path), "exec"), {"rows": rows, **names})
    expected = [list(row) for row in zip(*(group.lr for group in evaluate(spec).groups), strict=True)]
    assert [pytest.approx(row, rel=1e-9, abs=1e-12) for row in expected] == rows
