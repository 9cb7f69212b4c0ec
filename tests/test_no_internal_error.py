"""One property a command: to whatever the grammar makes it has an answer or a reason, and never an internal error."""

from __future__ import annotations

import random
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lrcli.catalog.registry import type_names
from lrcli.lock.lock import LARGEST
from tests import grammar
from tests.cli_world import run_cli

EXAMPLES = 40
FORMATS = ("plain", "table", "csv", "tsv", "json", "jsonl", "markdown")


def holds(*args: str, stdin: str = "", variables: dict[str, str] | None = None) -> None:
    """Runs a command line, and looks at what came out."""
    outcome = run_cli(*args, stdin=stdin.encode(), variables=variables)
    assert outcome.status in (0, 1, 2)
    assert "internal error" not in outcome.stderr
    if outcome.status == 2:
        assert "" == outcome.stdout
        assert "" != outcome.stderr


def table(rnd: random.Random) -> list[str]:
    specs = [grammar.spec(rnd) + grammar.suffix(rnd) for _ in range(rnd.choice((1, 1, 2)))]
    options = [["--range", grammar.range_of(rnd)], ["--every", "3"], ["--changes"], ["--events"], ["--digits", "17"]]
    options += [["--momentum"]]
    return ["table", *specs, "-f", rnd.choice(FORMATS), *grammar.pick(rnd, options, 0.2)]


def plot(rnd: random.Random) -> list[str]:
    walks = rnd.random() < 0.5
    specs = [grammar.spec(rnd, most=30 if walks else 10**6, replays=walks) for _ in range(rnd.choice((1, 1, 2)))]
    options = [["--log"], ["--range", grammar.range_of(rnd)], ["--width", "300", "--height", "240"]]
    return ["plot", *specs, "-f", rnd.choice(("text", "text", "svg", "html")), *grammar.pick(rnd, options)]


def diff(rnd: random.Random) -> list[str]:
    specs = [grammar.spec(rnd) + grammar.suffix(rnd), grammar.spec(rnd)]
    if rnd.random() < 0.3:
        specs[1] = specs[0].rpartition("@")[0] or specs[0]
    options = [["--all"], ["--context", "1"], ["--exact"], ["--plot"], ["--rtol", "1e300"], ["--digits", "3"]]
    options += [["--momentum"]]
    return [
        "diff",
        *specs,
        "-f",
        rnd.choice(("text", "text", "markdown", "csv", "json")),
        *grammar.pick(rnd, options, 0.2),
    ]


def at(rnd: random.Random) -> list[str]:
    spec = grammar.spec(rnd) + grammar.suffix(rnd)
    rows = (
        [*grammar.positions(rnd)]
        if rnd.random() < 0.5
        else [rnd.choice(("--below", "--above")) + "=" + grammar.bound(rnd)]
    )
    return ["at", spec, *(["--", *rows] if not rows[0].startswith("--") else rows)]


def check(rnd: random.Random) -> list[str]:
    return ["check", grammar.spec(rnd) + grammar.suffix(rnd), "-f", rnd.choice(("text", "json", "github"))]


def versions(rnd: random.Random) -> list[str]:
    return ["versions", grammar.spec(rnd, most=12), "-f", rnd.choice(("text", "json"))]


def steps(rnd: random.Random) -> list[str]:
    sizes = [
        f"data.{name}={rnd.choice(('1', '8', '1000000', '0', '1e15', '2.5', '1e308'))}"
        for name in ("samples", "batch_size")
    ]
    return [
        "steps",
        grammar.spec(rnd),
        "-f",
        rnd.choice(("plain", "json")),
        *(word for size in sizes for word in ("--set", size)),
    ]


def types(rnd: random.Random) -> list[str]:
    return [rnd.choice(("types", "new")), *rnd.choice(([], [rnd.choice(list(type_names()))], ["x"]))]


MADE = (table, plot, diff, at, check, versions, steps, types)


@pytest.mark.parametrize("make", MADE, ids=lambda make: make.__name__)
def test_specs(make: object) -> None:
    """A command that takes specs."""

    @settings(
        max_examples=EXAMPLES, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
    )
    @given(st.randoms(use_true_random=False))
    def check_one(rnd: random.Random) -> None:
        holds(*make(rnd))  # type: ignore[operator]

    check_one()


def diff_log(rnd: random.Random) -> list[str]:
    return ["diff", grammar.spec(rnd), "-", *grammar.pick(rnd, [["--all"], ["--plot"], ["--exact"]], 0.2)]


def table_log(rnd: random.Random) -> list[str]:
    return [
        "table",
        "-",
        "-f",
        rnd.choice(FORMATS),
        *grammar.pick(rnd, [["--range", grammar.range_of(rnd)], ["--changes"]], 0.2),
    ]


def plot_log(rnd: random.Random) -> list[str]:
    return ["plot", "-", "-f", rnd.choice(("text", "svg")), *grammar.pick(rnd, [["--log"]])]


def at_log(rnd: random.Random) -> list[str]:
    return ["at", "-", rnd.choice(("--below", "--above")) + "=" + grammar.bound(rnd)]


def explain(rnd: random.Random) -> list[str]:
    return ["explain", grammar.spec(rnd, most=9), "-", "-f", rnd.choice(("text", "json"))]


def fit(rnd: random.Random) -> list[str]:
    return ["fit", "-", "-f", rnd.choice(("yaml", "json"))]


def find(rnd: random.Random) -> list[str]:
    options = [["--plot"], ["--smooth", "0.9"], ["--skip-end", "3"]]
    return ["find", "-", "-f", rnd.choice(("plain", "plain", "csv", "json")), *grammar.pick(rnd, options, 0.2)]


@pytest.mark.parametrize(
    "make", [diff_log, table_log, plot_log, at_log, explain, fit, find], ids=lambda make: make.__name__
)
def test_logs(make: object) -> None:
    """A command that takes a log."""

    @settings(
        max_examples=EXAMPLES // 2,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.randoms(use_true_random=False))
    def check_one(rnd: random.Random) -> None:
        holds(*make(rnd), stdin=grammar.log(rnd))  # type: ignore[operator]

    check_one()


@settings(
    max_examples=EXAMPLES, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)
@given(st.randoms(use_true_random=False))
def test_locks(rnd: random.Random) -> None:
    """A lock with numbers of any size and kind beside a spec."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "s.yaml"
        path.write_text("lr: 0.1\nepochs: 9\nschedule: {type: step, step_size: 3}\n")
        Path(f"{path}.lock").write_text(grammar.lock(rnd))
        holds("check", str(path), "-f", rnd.choice(("text", "json")))


@pytest.mark.parametrize("number", ["Infinity", "NaN", "1e999", "9" * 400, "1e15", "-1", "0.5", "true", "null"])
def test_a_number_in_a_lock(number: str, tmp_path: Path) -> None:
    """A lock whose rows are no rows is no lock."""
    path = tmp_path / "s.yaml"
    path.write_text("lr: 0.1\nepochs: 9\nschedule: {type: step, step_size: 3}\n")
    head = '{"lrcli": 1, "arithmetic": "formula", "interval": "epoch", "start": 0, '
    for lock in (
        f'{head}"stop": {number}, "groups": [{{"name": "", "changes": [[0, 0.1]]}}]}}',
        f'{head}"stop": 9, "groups": [{{"name": "", "changes": [[{number}, 0.1]]}}]}}',
        f'{head}"stop": 9, "groups": [{{"name": "", "blocks": [[0, 0.1, 0.1, ""], [{number}, 0.1, 0.1, ""]]}}]}}',
    ):
        Path(f"{path}.lock").write_text(lock)
        outcome = run_cli("check", str(path))
        assert (2, "", True) == (outcome.status, outcome.stdout, "this is no lock file" in outcome.stderr)


def test_a_lock_of_any_size(tmp_path: Path) -> None:
    """A lock that is larger than any that is written is refused before it is read."""
    path = tmp_path / "s.yaml"
    path.write_text("lr: 0.1\nepochs: 9\nschedule: {type: step, step_size: 3}\n")
    with Path(f"{path}.lock").open("wb") as out:
        out.truncate(LARGEST + 1)
    outcome = run_cli("check", str(path))
    assert (2, "", True) == (outcome.status, outcome.stdout, "a lock has at most 20,000,000 bytes" in outcome.stderr)


@pytest.mark.parametrize(
    ("args", "status", "said"),
    [
        (["at", "{epochs: 100, schedule: {type: one_cycle, max_lr: 0.1, pct_start: 0.01}}", "0"], 0, "0.1\n"),
        (["at", "{epochs: 4, schedule: {type: one_cycle, max_lr: 0.1, pct_start: 0.25}}@torch-2.4", "0"], 2,
         "torch 2.4 raises ZeroDivisionError: float division by zero"),
        (["at", "{epochs: 9, schedule: {type: cyclic, base_lr: 0.01, max_lr: 0.1, scale_fn: 1/epoch, "
          "scale_mode: iterations}}", "0"], 2, "the schedule has no value at epoch 0: division by zero"),
        (["at", "{epochs: 9, schedule: {type: one_cycle, max_lr: 0.1, pct_start: 1e308}}", "--below", "0.01"],
         0, "0\n"),
        (["plot", "--log", "{lr: 0.1, epochs: 400, schedule: {type: exponential, gamma: 0.1}}"], 0, "peak 0.1"),
        (["plot", "--log", "{lr: 5e-324, epochs: 4, schedule: {type: constant}}"], 0, "4.94066e-324"),
        (["plot", "{lr: 1.7e308, epochs: 4, schedule: {type: linear, start_factor: 1, end_factor: -1}}"],
         0, "6.8e+307"),
        (["at", "far.csv", "0"], 2, "the epoch 1e+300 is no epoch of a run"),
        (["explain", "{lr: 1e-300, epochs: 3, schedule: {type: constant}}", "run.csv"], 2, "1e-300 is out of range"),
        (["explain", "{lr: 1e308, epochs: 3, schedule: {type: constant}}", "run.csv"], 2, "1e+308 is out of range"),
        (["fit", "large.csv"], 2, "1.7e+308 is out of range"),
        (["fit", "small.csv"], 2, "5e-324 is out of range"),
    ],
)  # fmt: skip
def test_what_was_reported(
    args: list[str], status: int, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Inputs that once ended in an internal error have an answer, or a reason."""
    monkeypatch.chdir(tmp_path)
    for name, rates in (("run", "0.1"), ("large", "1.7e308"), ("small", "5e-324")):
        Path(f"{name}.csv").write_text("epoch,lr\n" + "".join(f"{t},{rates}\n" for t in range(3)))
    Path("far.csv").write_text("epoch,lr\n0,0.1\n1,0.1\n1e300,0.1\n")
    outcome = run_cli(*args)
    assert (status, True) == (outcome.status, said in (outcome.stderr if status else outcome.stdout))
