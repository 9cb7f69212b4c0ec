"""A spec, a log and a metric through every kind of pipe: the command prints what it prints for the file."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(not Path("/dev/fd").exists() or not shutil.which("bash"), reason="no bash, no /dev/fd")

SPEC = "lr: 0.1\nepochs: 4\nschedule: {type: step, step_size: 2}\n"
LOG = "epoch,lr\n0,0.1\n1,0.1\n2,0.02\n3,0.01\n"
PLATEAU = "lr: 0.1\nschedule: {type: plateau, patience: 0}\n"


def printed(folder: Path, line: str) -> tuple[int, str, str]:
    """What a line of bash prints; `lrcli` is this one."""
    script = f'lrcli() {{ {sys.executable} -m lrcli "$@"; }}\n{line}'
    env = {"PYTHONPATH": str(Path(__file__).parents[2]), "PATH": "/usr/bin:/bin"}
    done = subprocess.run(["bash", "-c", script], cwd=folder, capture_output=True, text=True, timeout=60, env=env)
    return done.returncode, done.stdout, done.stderr


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "s.yaml").write_text(SPEC)
    (tmp_path / "run.csv").write_text(LOG)
    (tmp_path / "p.yaml").write_text(PLATEAU)
    (tmp_path / "val.csv").write_text("loss\n1\n2\n3\n")
    return tmp_path


@pytest.mark.parametrize(
    ("file", "piped"),
    [
        ("lrcli at s.yaml 0 3", "lrcli at <(cat s.yaml) 0 3"),
        ("lrcli at s.yaml 0 3", "cat s.yaml | lrcli at - 0 3"),
        ("lrcli at s.yaml 0 3", "lrcli at - 0 3 < s.yaml"),
        ("lrcli at s.yaml 0 3", "cat s.yaml | lrcli at /dev/stdin 0 3"),
        ("lrcli at s.yaml 0 3", "lrcli at /dev/stdin 0 3 < s.yaml"),
        ("lrcli at s.yaml 0 3", "mkfifo f; cat s.yaml > f & lrcli at f 0 3"),
        ("lrcli at s.yaml@torch-2.4 3", "lrcli at <(cat s.yaml)@torch-2.4 3"),
        ("lrcli at run.csv 2", "lrcli at <(cat run.csv) 2"),
        ("lrcli at run.csv 2", "(echo epoch,lr; sleep 0.2; tail -n 4 run.csv) | lrcli at /dev/stdin 2"),
        ("lrcli table s.yaml -f csv --sweep lr=1,2", "lrcli table <(cat s.yaml) -f csv --sweep lr=1,2"),
        ("lrcli diff -f csv s.yaml run.csv", "lrcli diff -f csv s.yaml <(cat run.csv)"),
        ("lrcli diff -f csv s.yaml run.csv", "lrcli diff -f csv <(cat s.yaml) <(cat run.csv)"),
        ("lrcli diff -f csv s.yaml run.csv", "cat run.csv | lrcli diff -f csv s.yaml -"),
        ("lrcli diff -f csv s.yaml run.csv", "mkfifo f; cat run.csv > f & lrcli diff -f csv s.yaml f"),
        ("lrcli diff s.yaml s.yaml@torch-1.1", "f() { lrcli diff $1 $1@torch-1.1; }; f <(cat s.yaml)"),
        ("lrcli table p.yaml --metric val.csv", "lrcli table p.yaml --metric <(cat val.csv)"),
        ("lrcli table p.yaml --metric val.csv:loss", "lrcli table p.yaml --metric <(cat val.csv):loss"),
    ],
)  # fmt: skip
def test_a_pipe_is_a_file(file: str, piped: str, folder: Path) -> None:
    """What comes through a pipe gives the same numbers, and the same exit code."""
    expected, got = printed(folder, file), printed(folder, piped)
    assert (expected[0], expected[2].count("\n")) == (got[0], got[2].count("\n"))  # notes name the pipe
    if "f()" in piped:  # and so does the report
        assert expected[1].splitlines()[2:] == got[1].splitlines()[2:]
    else:
        assert expected[1] == got[1]
    assert "error" not in expected[2]


def test_messages_name_the_pipe(folder: Path) -> None:
    """An error in a spec that came through a pipe has its place and its line."""
    status, out, err = printed(folder, "lrcli at <(sed s/step_size/stepsize/ s.yaml) 0")
    assert (2, "", True, True) == (status, out, err.startswith("/dev/fd/"), "did you mean 'step_size'?" in err)


def test_no_lock_beside_a_pipe(folder: Path) -> None:
    """A lock is written beside a file, and there is none."""
    status, out, err = printed(folder, "lrcli check --pin <(cat s.yaml)")
    assert (2, "", True) == (status, out, "is no file" in err)


def test_a_short_head(folder: Path) -> None:
    """A log of more than a head's size is streamed, whichever way it comes."""
    rows = "".join(f"{t},{0.1 / (t + 1)!r}\n" for t in range(20_000))
    (folder / "long.csv").write_text(f"step,lr\n{rows}")
    expected = printed(folder, "lrcli at long.csv 19999")
    for line in ("lrcli at <(cat long.csv) 19999", "lrcli at - 19999 < long.csv"):
        assert expected[:2] == printed(folder, line)[:2]
    assert f"{0.1 / 20_000!r}\n" == expected[1]
