"""What would be computed one by one for minutes, with nothing shown meanwhile, is refused at once."""

from __future__ import annotations

import pytest

from lrcli.comparison.difference import compare
from lrcli.comparison.versions import versions
from lrcli.curve import evaluate
from lrcli.errors import LrcliError
from lrcli.inputs import Inputs
from lrcli.logs.read import read_log
from lrcli.logs.series import series_of_log
from lrcli.reader import read_spec
from lrcli.series import series_of
from lrcli.series.base import WALKED
from tests.cli_world import run_cli

FACTORS = "{lr: 0.1, steps: 1000000000, schedule: {type: multiplicative, lr_lambda: '0.9'}}"
STEP = "{lr: 0.1, steps: 1000000000, schedule: {type: step, step_size: 10}}"
FAR = "step,lr\n0,0.1\n1,0.09\n1000000000000000,0.1\n"
TOO_FAR = "steps would be computed one by one, and at most"


@pytest.mark.parametrize("spec", [FACTORS, f"{STEP}@torch-2.4"], ids=["factors", "replay"])
@pytest.mark.parametrize(
    "args",
    [
        ["plot"],
        ["at", "999999999"],
        ["at", "3", "999999999"],
        ["table", "--range", "999999000:", "-f", "csv"],
        ["table", "--every", "100000000"],
        ["diff", STEP],
        ["explain", "-"],
        ["solve", "lr", "--at", "999999999=1"],
        ["versions"],
    ],
    ids=" ".join,
)
def test_a_walk_that_is_too_long(spec: str, args: list[str]) -> None:
    """A replay, and a formula that needs the rows before, refuse what lies behind a long walk; nothing hangs."""
    outcome = run_cli(args[0], spec, *args[1:], stdin=FAR.encode())
    assert (2, "", True) == (outcome.status, outcome.stdout, TOO_FAR in outcome.stderr)
    assert ("(@formula)" in outcome.stderr) is (spec != FACTORS and args[0] != "versions")


def test_what_is_shown_as_it_comes() -> None:
    """A table of any length begins at once, and a row that lies near is found in the longest run."""
    for text in (FACTORS, f"{STEP}@torch-2.4"):
        run = series_of(read_spec(text))
        assert 8192 == next(run.blocks()).stop
        assert (9,) <= run.first_below(0.04) <= (10,)


def test_a_far_row_of_a_log() -> None:
    """A formula whose rows stand alone is compared with a row at any distance, one that walks is not."""
    log = series_of_log(read_log("-", inputs=Inputs.of(FAR.encode())))
    assert 3 == compare(read_spec(STEP), log).pairs[0].compared
    with pytest.raises(LrcliError, match=TOO_FAR):
        compare(read_spec(FACTORS), log)


def test_all_rows_of_a_long_run() -> None:
    """What holds or compares all rows refuses a run that is too long, whatever computes it."""
    long = read_spec(STEP)
    for work in (evaluate, lambda spec: compare(spec, spec), versions):
        with pytest.raises(LrcliError, match=TOO_FAR):
            work(long)
    assert WALKED >= 1_000_000
