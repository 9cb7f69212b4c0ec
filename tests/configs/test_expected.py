"""Real training configs give the rates that their frameworks give, or are refused for their frameworks' reasons.

`inputs/FORMAT/NAME` are the files (reduced, names removed), `expected.json` what running the frameworks gave: `given`
is what a file does not say, `values` the rate at some positions. A key may end in `@RELEASE` or `#GROUP`. Python files
end in .txt, so that nobody takes them for tests.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from lrcli.configs import all_formats
from tests.cli_world import run_cli

FOLDER = Path(__file__).parent
EXPECTED: dict[str, dict[str, Any]] = json.loads((FOLDER / "expected.json").read_text(encoding="utf-8"))
FORMATS = {one.name for one in all_formats()}
_OPTIONS = ("samples", "world_size", "steps", "steps_per_epoch", "batches_per_epoch", "interval", "batch_size")
_FLOAT32 = ("darknet", "keras", "paddle")
_TRANSFORMERS = ("huggingface", "llamafactory")


def arguments(key: str) -> list[str]:
    """The command line of an entry, without the command and the positions."""
    path, at, release = re.split(r"#", key)[0].partition("@")
    folder = path.partition("/")[0]
    words = [str(FOLDER / "inputs" / path) + ".txt" * path.endswith(".py")]
    if at:
        name = "transformers" if folder in _TRANSFORMERS else folder
        words[0] += f"@{name}-{release.removeprefix(name).lstrip('<=>-')}"
    for name, value in (EXPECTED[key].get("given") or {}).items():
        if name in _OPTIONS:
            words += [f"--{name.replace('_', '-')}", str(value)]
        elif name == "at":
            words += ["--block", value]
        elif name not in ("group", "defaults"):
            words += ["--set", f"{name}={value}"]
    return words


@pytest.mark.parametrize("key", EXPECTED)
def test_expected(key: str) -> None:
    folder = key.partition("/")[0]
    if folder not in FORMATS:
        pytest.skip(f"{folder} is not read yet")
    entry = EXPECTED[key]
    path, *options = arguments(key)
    steps = list(entry.get("values", {"0": 0}))
    outcome = run_cli("at", path, *steps, *options)
    if "unknown type" in outcome.stderr:
        pytest.skip("the type is not there yet")
    if "error" in entry:
        assert (outcome.status, outcome.stdout) == (2, "")
        assert re.search(entry["reason"], outcome.stderr, re.IGNORECASE)
        return
    assert outcome.status == 0, outcome.stderr
    lines = [[float(cell) for cell in line.split("\t")] for line in outcome.stdout.splitlines()]
    assert len(lines) == len(steps)
    run = "run" in entry["how"].split()
    tolerance = 1e-6 if folder in _FLOAT32 or "float32" in entry["how"] else 4e-16 if run else 1e-12
    for cells, (step, expected) in zip(lines, entry["values"].items(), strict=True):
        close = [cell for cell in cells if abs(cell - expected) <= tolerance * max(abs(expected), 1e-300)]
        assert close, f"{step}: {cells}, not {expected}"


@pytest.mark.parametrize("key", [key for key in EXPECTED if "values" in EXPECTED[key]])
def test_convert_keeps_every_bit(key: str, tmp_path: Path) -> None:
    """The spec that convert prints gives the file's own rates, and stays as it is when it is converted again."""
    if key.partition("/")[0] not in FORMATS:
        pytest.skip("not read yet")
    path, *options = arguments(key)
    converted = run_cli("convert", path, *options)
    if "unknown type" in converted.stderr:
        pytest.skip("the type is not there yet")
    assert converted.status == 0, converted.stderr
    spec = tmp_path / "spec.yaml"
    spec.write_text(converted.stdout, encoding="utf-8")
    steps = list(EXPECTED[key]["values"])
    assert run_cli("at", str(spec), *steps).stdout == run_cli("at", path, *steps, *options).stdout
    again = run_cli("convert", str(spec)).stdout
    assert [line.partition("  #")[0] for line in converted.stdout.splitlines()[1:]] == again.splitlines()
