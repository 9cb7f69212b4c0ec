"""The inputs, places and terminals at which a shell tool cuts somebody."""

from __future__ import annotations

import csv
import io
import json
import math
import os
import shutil
import subprocess
import sys
import time
import tracemalloc
from pathlib import Path

import pytest

from lrcli.render.safe import cell_width
from tests.cli_world import run_cli

ROOT = Path(__file__).parents[1]
LRCLI = [sys.executable, "-m", "lrcli"]
COSINE = "{lr: 0.1, epochs: 90, schedule: {type: cosine}}"
PLATEAU = "{lr: 0.1, epochs: 4, schedule: {type: plateau, patience: 0}}"
STEP = "lr: 0.1\nepochs: 3\nschedule: {type: step, step_size: 1}\n"

posix = pytest.mark.skipif(sys.platform == "win32", reason="POSIX file names and processes")


def step_file(path: Path) -> Path:
    path.write_text(STEP, encoding="utf-8")
    return path


COMMANDS = [
    ["table", COSINE, "--range", ":3"],
    ["table", COSINE, "--range", ":3", "--format", "json"],
    ["plot", COSINE, "--width", "40", "--height", "9"],
    ["plot", COSINE, "-o", "-", "--format", "svg"],
    ["diff", COSINE, COSINE, "--emulate", "torch-2.4"],
    ["at", COSINE, "0", "10%"],
    ["check", "schedules/step.yaml"],
    ["steps", "schedules/data_parallel.yaml"],
    ["types"],
    ["types", "one_cycle"],
    ["new", "step"],
    ["schema"],
    ["versions", "schedules/step.yaml"],
    ["find", "tests/finders/smooth_u.csv"],
    ["explain", "schedules/step.yaml", "tests/log_formats/keras.csv"],
]


@pytest.mark.parametrize("args", COMMANDS, ids=lambda args: " ".join(args)[:40])
def test_optimised_and_strict(args: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Without asserts, and with each warning an error, a command prints what it prints otherwise."""
    monkeypatch.chdir(ROOT)
    plain = run_cli(*args)
    assert "internal error" not in plain.stderr
    done = subprocess.run(
        [sys.executable, "-O", "-X", "dev", "-W", "error", "-m", "lrcli", *args],
        capture_output=True,
        timeout=60,
        env={**os.environ, "PYTHONUTF8": "1"},
    )
    assert (plain.status, plain.stdout, plain.stderr) == (done.returncode, done.stdout.decode(), done.stderr.decode())


@pytest.mark.parametrize("columns", [20, 40, 300])
@pytest.mark.parametrize("args", COMMANDS, ids=lambda args: " ".join(args)[:40])
def test_any_width(args: list[str], columns: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """No command fails on a narrow or a wide terminal, and what a program reads is the same on each.

    Notes say the same words, broken where the terminal ends.
    """
    monkeypatch.chdir(ROOT)
    outcome, usual = run_cli(*args, tty=(columns, 24)), run_cli(*args, tty=(80, 24))
    assert (usual.status, usual.stderr.split()) == (outcome.status, outcome.stderr.split())
    assert outcome.stdout
    if "json" in args or "svg" in args or args[0] in ("schema", "at", "new"):
        assert usual.stdout == outcome.stdout


@pytest.mark.parametrize("columns", [20, 300])
@pytest.mark.parametrize("height", [9, 24])
def test_plot_fits_any_terminal(columns: int, height: int) -> None:
    """A plot is as wide as the terminal, 20 columns or 300, and leaves the last line to the prompt."""
    outcome = run_cli("plot", COSINE, variables={"COLUMNS": str(columns), "LINES": str(height)})
    lines = outcome.stdout.splitlines()
    assert (0, True) == (outcome.status, len(lines) <= height - 1)
    assert columns - 8 <= max(map(cell_width, lines)) <= columns


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "utf-8"])
def test_any_encoding(encoding: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the stream's encoding does not have is written as an escape: no command ends in a traceback."""
    monkeypatch.chdir(tmp_path)
    name = "größe 学習.yaml"
    step_file(tmp_path / name)
    for args in (
        ["table", name, "--range", ":1"],
        ["plot", name, "--height", "9"],
        ["diff", name, name],
        ["check", name],
        ["table", "fehlt-é.yaml"],
        ["table", name, "--format", "csv"],
    ):
        outcome = run_cli(*args, encoding=encoding)
        assert ("internal error" in outcome.stderr, outcome.status) == (False, 2 if "fehlt-é.yaml" in args else 0)
    assert "größe 学習" in (run_cli("plot", name).stdout)


@posix
def test_a_locale_without_utf8(tmp_path: Path) -> None:
    """LANG=C without Python's UTF-8 mode: a file with umlauts is found, and its picture is ASCII."""
    name = "größe.yaml"
    step_file(tmp_path / name)
    variables = {"LC_ALL": "C", "LANG": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    done = subprocess.run(
        [*LRCLI, "plot", name], capture_output=True, cwd=tmp_path, timeout=60, env={**os.environ, **variables}
    )
    assert (0, b"", True) == (done.returncode, done.stderr, done.stdout.isascii())


NAMES = [
    "two words.yaml",
    "at@torch-1.1.yaml",
    "user@host.yaml",
    "a:b.yaml",
    "größe.yaml",
    "学習率.yaml",
    "[red]markup[bold].yaml",
    "-dash.yaml",
    "=1+1.yaml",
    "esc\x1b[31m\x1b]0;title\x07.yaml",
    "tab\tnew\nline.yaml",
    "rtl\u202eevil.yaml",
    "C:\\x.yaml",
    "%s %d {0}.yaml",
]


@posix
@pytest.mark.parametrize("name", NAMES)
def test_any_file_name(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A spec may be called anything: it is found, also with an emulation, and its name commands no terminal."""
    monkeypatch.chdir(tmp_path)
    step_file(tmp_path / name)
    path = f"./{name}"  # as a shell's completion writes what begins with a dash
    for args in (
        ["table", path, f"{path}@torch-2.4"],
        ["table", path, f"{path}@torch-2.4", "--format", "csv"],
        ["plot", path, f"{path}@torch-2.4"],
        ["diff", path, f"{path}@torch-2.4"],
        ["check", path],
        ["at", f"{path}@torch-2.4:get_lr", "1"],
    ):
        for tty in (None, (80, 24)):
            outcome = run_cli(*args, tty=tty, variables={"NO_COLOR": "1"})
            assert (0, "") == (outcome.status, unprintable(outcome.stdout + outcome.stderr))
    for args in (["table", f"no {name}"], ["table", path, "--set", f"{name}=1"], ["plot", path, "--emulate", name]):
        outcome = run_cli(*args, tty=(80, 24))
        assert (2, "", "") == (outcome.status, outcome.stdout, unprintable(outcome.stderr))
        assert "internal error" not in outcome.stderr


def unprintable(text: str) -> str:
    """The characters of a text that a terminal would not show as they are."""
    return "".join(c for c in text if not c.isprintable() and c not in "\n\t")


@pytest.mark.parametrize("kind", ["message", "text"])
def test_markup_is_shown_as_it_is(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What looks like markup in a name is no markup, neither in a box nor in a plot."""
    monkeypatch.chdir(tmp_path)
    step_file(tmp_path / "[red]x[bold].yaml")
    command = "table" if kind == "text" else "plot"
    outcome = run_cli(command, "[red]x[bold].yaml", "[red]x[bold].yaml@formula", tty=(100, 24))
    assert (0, True) == (outcome.status, "[red]x[bold]" in outcome.stdout)


@posix
def test_windows_paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A drive letter is neither an emulation nor the file before a column."""
    monkeypatch.chdir(tmp_path)
    step_file(tmp_path / "C:\\x.yaml")
    (tmp_path / "C:\\run.csv").write_text("epoch,lr\n0,0.1\n1,0.01\n2,0.001\n", encoding="utf-8")
    assert "0.0010000000000000002\n" == run_cli("at", "C:\\x.yaml@torch-1.1", "1").stdout
    assert "C:\\no.yaml: error: no such file [file]\n" == run_cli("at", "C:\\no.yaml@torch-1.1", "1").stderr
    for log in ("C:\\run.csv", "C:\\run.csv:lr"):
        assert 0 == run_cli("diff", "C:\\x.yaml", log, "--quiet").status


@pytest.mark.parametrize("start", "=+-@")
def test_no_cell_is_a_formula(start: str) -> None:
    """No cell begins with what a spreadsheet computes, whatever specs and groups are called."""
    groups = f"[{{name: '{start}cmd|x!A0'}}, {{name: '{start},'}}]"
    spec = f"{{name: '{start}1+1', lr: 1, epochs: 2, schedule: {{type: step, step_size: 1}}, groups: {groups}}}"
    for args, delimiter in (
        (["table", spec, "--format", "csv"], ","),
        (["table", spec, spec, "--format", "csv"], ","),
        (["table", spec, spec, "--format", "tsv"], "\t"),
        (["diff", spec, spec, "--all", "--format", "csv"], ","),
    ):
        outcome = run_cli(*args)
        cells = [cell for row in csv.reader(io.StringIO(outcome.stdout), delimiter=delimiter) for cell in row]
        assert (0, True, []) == (outcome.status, len(cells) > 4, [cell for cell in cells if cell.startswith(start)])


def test_ten_specs_of_different_lengths(tmp_path: Path) -> None:
    """Ten specs of different lengths stand side by side: a shorter one is absent after its end, not wrong."""
    specs = [f"{{name: s{n}, lr: 0.1, epochs: {n}, schedule: {{type: constant}}}}" for n in range(1, 11)]
    rows = json.loads(run_cli("table", *specs, "--format", "json").stdout)
    assert [{"epoch": t, **{f"s{n}:lr": 0.1 if t < n else None for n in range(1, 11)}} for t in range(10)] == rows
    plot = run_cli("plot", *specs, variables={"COLUMNS": "80", "LINES": "24"})
    assert (0, True) == (plot.status, all(f" s{n}" in plot.stdout for n in range(1, 11)))


def test_ten_specs_of_one_name() -> None:
    """Specs of one name are told apart in every output."""
    spec = "{name: same, lr: 0.1, epochs: 2, schedule: {type: constant}}"
    header = run_cli("table", *[spec] * 10, "--format", "csv").stdout.splitlines()[0]
    assert ["epoch", "same:lr", *(f"same#{n}:lr" for n in range(2, 11))] == header.split(",")
    assert "--- same (formula, lr)\n+++ same#2 (formula, lr)\n" in run_cli("diff", spec, spec).stdout


def test_64_groups(tmp_path: Path) -> None:
    """64 parameter groups: a column each, a value each, and a plot that fits and says how many it does not name."""
    groups = ", ".join(f"{{name: g{n}, lr: {n + 1}}}" for n in range(64))
    spec = f"{{name: many, epochs: 3, schedule: {{type: constant}}, groups: [{groups}]}}"
    header, first, *_ = run_cli("table", spec, "--format", "csv").stdout.splitlines()
    assert ["epoch", *(f"lr/g{n}" for n in range(64))] == header.split(",")
    assert ["0", *(f"{n}.0" for n in range(1, 65))] == first.split(",")
    assert "\t".join(f"{n}.0" for n in range(1, 65)) + "\n" == run_cli("at", spec, "2").stdout
    for columns, lines, last in ((80, 24, " g63"), (40, 16, " more")):
        plot = run_cli("plot", spec, variables={"COLUMNS": str(columns), "LINES": str(lines)})
        assert (0, True) == (plot.status, len(plot.stdout.splitlines()) < lines)
        assert last in plot.stdout.splitlines()[-1]


def test_a_million_epochs_on_a_terminal() -> None:
    """A table that is longer than anybody reads is streamed, as plain lines without a box."""
    spec = "{lr: 0.1, epochs: 1000000, schedule: {type: step, step_size: 400000}}"
    outcome = run_cli("table", spec, "--every", "9", tty=(80, 24))
    lines = outcome.stdout.splitlines()
    assert (0, 111_113, ["epoch", "lr", "event"]) == (outcome.status, len(lines), lines[0].split())
    assert ["999999", "0.001"] == lines[-1].split()


@pytest.mark.parametrize("kind", ["cosine", "step, step_size: 1", "exponential, gamma: 0.999999999"])
def test_a_billion_steps_in_a_plot(kind: str) -> None:
    """A plot of 1e9 steps looks at a few of them only."""
    tracemalloc.start()
    try:
        outcome = run_cli("plot", f"{{lr: 0.1, steps: 1e9, schedule: {{type: {kind}}}}}")
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert (0, True) == (outcome.status, "first 0.1" in outcome.stdout)
    assert peak < 50e6


@pytest.mark.parametrize("emulation", ["formula", "torch-1.4", "torch-2.4"])
def test_nan_and_inf_in_a_metric(emulation: str, tmp_path: Path) -> None:
    """A metric may be NaN or infinite: NaN is no best, an infinity is a number."""
    path = tmp_path / "val.csv"
    path.write_text("epoch,loss\n0,nan\n1,inf\n2,-inf\n3,0.5\n", encoding="utf-8")
    args = (f"{PLATEAU}@{emulation}", "--metric", f"{path}:loss")
    rows = list(csv.DictReader(io.StringIO(run_cli("table", *args, "--format", "csv").stdout)))
    assert ["nan", "inf", "-inf", "0.5"] == [row["metric"] for row in rows]
    assert "-inf" == rows[-1]["best"]
    assert all(math.isfinite(float(row["lr"])) for row in rows)
    parsed = json.loads(run_cli("table", *args, "--format", "json").stdout, parse_constant=pytest.fail)
    assert [None, None, None, 0.5] == [row["metric"] for row in parsed]
    for command in ("plot", "table", "check"):
        outcome = run_cli(command, *args, tty=(80, 24))
        assert (True, "internal error" in outcome.stderr) == (outcome.status in (0, 1), False)


@posix
def test_two_processes_at_once(tmp_path: Path) -> None:
    """Processes that write the same file at once leave the whole text of one of them, and nothing else."""
    target = tmp_path / "lr.csv"
    spec = "{lr: 0.1, epochs: 20000, schedule: {type: cosine}}"
    wanted = {run_cli("table", spec, "--set", f"lr=0.{n}", "--format", "csv").stdout for n in (1, 2, 3)}
    running = [
        subprocess.Popen([*LRCLI, "table", spec, "--set", f"lr=0.{n}", "-o", str(target)], stderr=subprocess.PIPE)
        for n in (1, 2, 3)
    ]
    assert [(b"", 0)] * 3 == [(process.communicate(timeout=60)[1], process.returncode) for process in running]
    assert (True, ["lr.csv"]) == (
        target.read_text(encoding="utf-8") in wanted,
        [path.name for path in tmp_path.iterdir()],
    )


@posix
@pytest.mark.parametrize("args", [["at", COSINE, "0"], ["plot", COSINE], ["types"], ["--version"], ["-h"]])
def test_no_home_and_no_variables(args: list[str], tmp_path: Path) -> None:
    """No HOME, no PATH, no TERM, no LANG: nothing is looked for there."""
    variables = {"PYTHONPATH": str(ROOT)}
    done = subprocess.run([*LRCLI, *args], capture_output=True, cwd=tmp_path, timeout=60, env=variables)
    assert (0, b"", True, []) == (
        done.returncode,
        done.stderr,
        bool(done.stdout),
        [path.name for path in tmp_path.iterdir()],
    )


def as_anybody() -> list[str]:
    """What runs a command without the right to write everywhere, which root has."""
    if os.geteuid() != 0:
        return []
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        pytest.skip("root may write everywhere, and there is no setpriv")
    caps = "-dac_override,-dac_read_search"
    prefix = [setpriv, f"--bounding-set={caps}"]
    if subprocess.run([*prefix, sys.executable, "-c", ""], capture_output=True, timeout=60).returncode:
        pytest.skip("root may write everywhere, and setpriv cannot take that away")
    return prefix


@posix
def test_read_only_directory(tmp_path: Path) -> None:
    """Where nothing can be written everything is read, and what would write says that it cannot."""
    step_file(tmp_path / "step.yaml")
    (tmp_path / "old.csv").write_text("old", encoding="utf-8")
    prefix = as_anybody()
    tmp_path.chmod(0o500)
    try:
        for args, status, name in (
            (["table", "step.yaml"], 0, ""),
            (["plot", "step.yaml"], 0, ""),
            (["check", "step.yaml"], 0, ""),
            (["table", "step.yaml", "-o", "lr.csv"], 2, "lr.csv"),
            (["table", "step.yaml", "-o", "old.csv"], 2, "old.csv"),
            (["plot", "step.yaml", "-o", "lr.svg"], 2, "lr.svg"),
            (["new", "step", "-o", "new.yaml"], 2, "new.yaml"),
            (["check", "--pin", "step.yaml"], 2, "step.yaml.lock"),
        ):
            done = subprocess.run([*prefix, *LRCLI, *args], capture_output=True, text=True, cwd=tmp_path, timeout=60)
            error = f"lrcli: error: cannot write {name}: Permission denied\n" if name else ""
            assert (status, error) == (done.returncode, done.stderr)
        assert ["old.csv", "step.yaml"] == sorted([path.name for path in tmp_path.iterdir()])
        assert "old" == (tmp_path / "old.csv").read_text(encoding="utf-8")
    finally:
        tmp_path.chmod(0o700)


@posix
@pytest.mark.parametrize(
    "args",
    [
        ["at", COSINE, "0", "--set", "lr=\udcff"],
        ["at", COSINE, "0", "--epochs", "\udcff"],
        ["at", COSINE, "0", "--emulate", "torch-\udcff"],
        ["at", "{lr: \udcff}", "0"],
        ["at", COSINE, "\udcff"],
        ["table", "no\udcff.yaml"],
        ["table", PLATEAU, "--metric", "no\udcff.csv:\udcfe"],
        ["table", COSINE, "--sweep", "lr=1,\udcff"],
        ["plot", COSINE, "--title", "\udcff", "--width", "x"],
        ["types", "\udcff"],
        ["diff", COSINE, "no\udcff.csv:\udcff"],
        ["\udcff"],
    ],
    ids=ascii,
)
def test_arguments_that_are_no_text(args: list[str]) -> None:
    """An argument in bytes that are no UTF-8 is an error like any other."""
    outcome = run_cli(*args)
    assert (2, "", False) == (outcome.status, outcome.stdout, "internal error" in outcome.stderr)


def test_one_stdin_for_two() -> None:
    """Stdin is read by one of two that name it, and the other one is told."""
    for args in (["table", "-", "--metric", "-"], ["diff", "-", "-"], ["plot", "-", "-"], ["explain", "-", "-"]):
        outcome = run_cli(*args, stdin=PLATEAU.encode())
        assert (2, "", True) == (outcome.status, outcome.stdout, "stdin" in outcome.stderr)


def test_a_key_without_end() -> None:
    """A dotted key is as deep as a spec may be, and no deeper."""
    outcome = run_cli("at", COSINE, "0", "--set", f"schedule{'.a' * 5000}=1")
    assert (2, "") == (outcome.status, outcome.stdout)
    assert outcome.stderr.endswith(": error: the key has more than 64 parts [limit]\n")


def test_a_header_of_one_name(tmp_path: Path) -> None:
    """Thousands of columns of one name are told apart, and soon: each is tried once."""
    path = tmp_path / "run.csv"
    path.write_text(f"step{',lr' * 20_000}\n" + "".join(f"{t}{',1' * 20_000}\n" for t in range(2)), encoding="utf-8")
    outcome = run_cli("table", f"{path}:lr#20000", "--format", "csv")
    assert (0, ["0,1.0", "1,1.0"]) == (outcome.status, [row[: len("0,1.0")] for row in outcome.stdout.split()[1:]])
    path.write_text("2," * 5000 + "\n1\n", encoding="utf-8")
    error = run_cli("table", str(path)).stderr
    assert len(error) < 2000


@pytest.mark.parametrize("name", ["lr" + "." * 50_000 + "x", "lr_pg" + "9" * 50_000 + "x", "lr" + " -" * 25_000])
def test_a_column_name_without_end(name: str, tmp_path: Path) -> None:
    """A column's name of any length is read soon: no pattern tries all of it from each of its characters."""
    path = tmp_path / "run.csv"
    path.write_text(f"epoch,{name}\n0,1\n1,1\n", encoding="utf-8")
    begin = time.process_time()
    outcome = run_cli("table", str(path), "--format", "csv", "--quiet")
    assert (False, True) == ("internal error" in outcome.stderr, time.process_time() - begin < 5)
