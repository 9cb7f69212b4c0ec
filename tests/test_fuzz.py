"""The fuzzer itself: a look at a few inputs, and that it would see what it looks for."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def test_a_few_inputs() -> None:
    """The command feeds as many inputs as it is told, and nothing but the reader's own errors comes out."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.fuzz", "--inputs", "1000"], capture_output=True, text=True, cwd=ROOT, timeout=120
    )
    assert (0, "", "0 violations") == (done.returncode, done.stderr, done.stdout.splitlines()[-1])
    assert "\n1,000 inputs of seed 0 in " in done.stdout


@pytest.mark.parametrize(
    ("breaks", "told"),
    [
        ("fuzz._metric = lambda text: {}[text]", "KeyError"),
        ("fuzz._metric = lambda text: sys.exit(3)", "SystemExit: 3"),
        ("fuzz._metric = lambda text: sum(range(10**6)) and ''; fuzz.SECONDS = 0.001", " s for "),
        ("fuzz._metric = lambda text: kept.append(b'x' * 10**6) or ''; fuzz.MEGABYTES = 1", "the process grew by"),
    ],
)
def test_violations_are_found(breaks: str, told: str) -> None:
    """Another exception, a slow input and a growing memory are told, and the command ends with 1."""
    code = f"import sys; from tests import fuzz; kept = []; {breaks}; sys.exit(fuzz.main())"
    done = subprocess.run(
        [sys.executable, "-c", code, "--inputs", "300"], capture_output=True, text=True, cwd=ROOT, timeout=120
    )
    assert (1, True) == (done.returncode, told in done.stdout)


@pytest.mark.skipif(sys.platform == "win32", reason="no alarm there")
def test_an_input_without_an_end_is_stopped() -> None:
    """An input that never ends is a violation, not the end of the search."""
    code = "import sys; from tests import fuzz; fuzz.HANGS = 0.2; fuzz._metric = lambda text: [0 for _ in iter(int, 1)]"
    done = subprocess.run(
        [sys.executable, "-c", f"{code}; sys.exit(fuzz.main())", "--inputs", "60"],
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=120,
    )
    assert (1, True) == (done.returncode, "Hang: no end after 0.2 s" in done.stdout)
