"""Completion: what may come next on a line, asked directly and by pressing Tab in real shells."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pexpect
import pytest

from lrcli.catalog.registry import all_types
from lrcli.cli.completion import SCRIPTS, script
from lrcli.frameworks.torch.releases import RELEASES
from tests.cli_world import run_cli

STEP = "lr: 0.1\nepochs: 9\nschedule: {type: step, step_size: 3}\n"
GROUPS = (
    "epochs: 9\nschedule: {type: cosine}\ngroups:\n  - {name: head, lr: 1}\n  - {lr: 2, schedule: {type: constant}}\n"
)
PHASES = "lr: 1\nepochs: 9\nschedule: [{type: linear, for: 2}, {type: plateau, metric: [1]}]\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with specs and other files, which is the current one."""
    specs = {"step.yaml": STEP, "phases.yml": PHASES, "my groups.yaml": GROUPS, "broken.yaml": "{", "val.csv": "a\n1\n"}
    for name, text in specs.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "runs").mkdir()
    (tmp_path / "runs" / "deep.yaml").write_text(STEP, encoding="utf-8")
    (tmp_path / ".hidden.yaml").write_text(STEP, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def offered(line: str, shell: str = "zsh", **variables: str) -> list[str]:
    """The values for a line, without their help."""
    outcome = run_cli(variables={"_LRCLI_COMPLETE": f"complete_{shell}", "LRCLI_LINE": line, **variables})
    assert (outcome.status, outcome.stderr) == (0, "")
    return [item.partition("\t")[0] for item in outcome.stdout.splitlines()]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("lrcli pl", ["plot"]),
        ("lrcli plot --wi", ["--width"]),
        ("lrcli table --format j", ["json", "jsonl"]),
        ("lrcli table --format=j", ["--format=json", "--format=jsonl"]),
        ("lrcli plot ", ["broken.yaml", "my groups.yaml", "phases.yml", "runs/", "step.yaml"]),
        ("lrcli plot .h", [".hidden.yaml"]),
        ("lrcli plot 'my gr", ["my groups.yaml"]),
        ("lrcli plot my\\ gr", ["my groups.yaml"]),
        ("lrcli plot step.yaml runs/", ["runs/deep.yaml"]),
        ("lrcli plot nowhere/", []),
        ("lrcli diff step.yaml st", ["step.yaml"]),
        ("lrcli plot step.yaml@f", ["step.yaml@formula"]),
        ("lrcli plot step.yaml@torch-1.1:get", ["step.yaml@torch-1.1:get_lr"]),
        ("lrcli plot step.yaml@torch-1.4:get", ["step.yaml@torch-1.4:get_lr", "step.yaml@torch-1.4:get_last_lr"]),
        (
            "lrcli plot step.yaml@torch:lr:",
            ["step.yaml@torch:lr:optimizer_first", "step.yaml@torch:lr:scheduler_first"],
        ),
        ("lrcli plot none.yaml@t", []),
        ("lrcli plot '{lr: 1}@form", ["{lr: 1}@formula"]),
        ("lrcli plot step.yaml --emulate torch-1.13", ["torch-1.13"]),
        ("lrcli plot train.yaml --from ax", ["axolotl"]),
        ("lrcli convert step.yaml --to torch", ["torch", "torchtitan", "torchtune"]),
        ("lrcli convert step.yaml --to ke", ["keras"]),
        ("lrcli plot step.yaml --metric v", ["val.csv"]),
        ("lrcli types cosine_", ["cosine_restarts"]),
        ("lrcli types MultiplicativeL", ["MultiplicativeLR"]),
        ("lrcli new lin", ["linear"]),
        ("lrcli at step.yaml --set schedule.", ["schedule.type=", "schedule.step_size=", "schedule.gamma="]),
        ("lrcli at step.yaml@torch --set=schedule.s", ["--set=schedule.step_size="]),
        ("lrcli at step.yaml --set schedule.type=cosine_", ["schedule.type=cosine_restarts"]),
        ("lrcli at step.yaml --set interval=", ["interval=epoch", "interval=step"]),
        ("lrcli at 'my groups.yaml' --set groups.", ["groups.head.lr=", "groups.1.lr=", "groups.1.schedule.type="]),
        ("lrcli plot phases.yml --sweep schedule.0.f", ["schedule.0.for="]),
        ("lrcli plot phases.yml --sweep schedule.1.mode=", ["schedule.1.mode=min", "schedule.1.mode=max"]),
        (
            "lrcli at '{schedule: {type: chained, schedulers: [{type: SWALR}]}}' --set schedule.schedules.0.s",
            ["schedule.schedules.0.swa_lr="],
        ),
        ("lrcli plot --set st", ["steps=", "steps_per_epoch="]),
        ("lrcli plot broken.yaml --set st", ["steps=", "steps_per_epoch="]),
        ("lrcli plot step.yaml -o x", []),
        ("lrcli at step.yaml 3", []),
        ("lrcli plot --set 'x", []),
    ],
)  # fmt: skip
def test_values(line: str, expected: list[str], folder: Path) -> None:
    """Commands, options, files, emulations, types and keys are offered where they may stand, and nothing else is."""
    assert expected == offered(line)


def test_all_of_them(folder: Path) -> None:
    """No type, release or command is left out."""
    assert [cls.name for cls in all_types()] == offered("lrcli new ")
    assert ["formula", "torch", *(f"torch-{line}" for line in RELEASES)] == offered("lrcli plot --emulate ")
    assert {"plot", "table", "diff", "at", "types", "new", "steps", "schema"} <= set(offered("lrcli "))


def test_help_comes_along(folder: Path) -> None:
    """Zsh and fish show what a value means, and what a key is now."""
    for shell in ("zsh", "fish"):
        variables = {"_LRCLI_COMPLETE": f"complete_{shell}", "LRCLI_LINE": "lrcli at step.yaml --set schedule."}
        lines = run_cli(variables=variables).stdout.splitlines()
        assert [
            "schedule.type=\tnow step",
            "schedule.step_size=\tnow 3",
            "schedule.gamma=\tfactor of each decay",
        ] == lines


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("lrcli plot step.yaml@torch-1.1:get", ["get_lr"]),
        ("lrcli plot step.yaml@torch-1.13", ["@torch-1.13"]),
        ("lrcli at step.yaml --set schedule.type=cosine_", ["cosine_restarts"]),
        ("lrcli at step.yaml --set=schedule.g", ["schedule.gamma="]),
        ("lrcli plot my", ["my\\ groups.yaml"]),
        ("lrcli plot 'my", ["my groups.yaml"]),
    ],
)
def test_bash_puts_in_the_end_of_a_word(line: str, expected: list[str], folder: Path) -> None:
    """Bash replaces what follows the last : or =, or the @ too, and wants it quoted; it says where it breaks words."""
    assert expected == offered(line, "bash")
    whole = ["step.yaml@torch-1.1:get_lr"]
    assert whole == offered("lrcli plot step.yaml@torch-1.1:get", "bash", LRCLI_BREAKS=" \t\n")


def test_unknown_shells_are_typer_s(monkeypatch: pytest.MonkeyPatch) -> None:
    """A shell that we have no script for gets typer's answer."""
    monkeypatch.setenv("_LRCLI_COMPLETE", "complete_tcsh")
    assert 1 == run_cli(variables={"_LRCLI_COMPLETE": "complete_tcsh"}).status


@pytest.mark.parametrize("shell", SCRIPTS)
def test_script(shell: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """`--show-completion` prints the script of the shell, and so does the variable by which it asks."""
    assert f"{script(shell)}\n" == run_cli(variables={"_LRCLI_COMPLETE": f"source_{shell}"}).stdout
    monkeypatch.setenv("_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION", "1")
    outcome = run_cli("--show-completion", shell)
    assert (outcome.status, outcome.stderr) == (0, "")
    assert f"{script(shell)}\n" == outcome.stdout


# what is typed before Tab, and the words that the shell then passes on
TYPED = [
    ("lrcli pl", ["lrcli", "plot"]),
    ("lrcli table --form", ["lrcli", "table", "--format"]),
    ("lrcli plot ste", ["lrcli", "plot", "step.yaml"]),
    ("lrcli plot my", ["lrcli", "plot", "my groups.yaml"]),
    ("lrcli plot step.yaml@torch-1.13", ["lrcli", "plot", "step.yaml@torch-1.13"]),
    ("lrcli plot step.yaml@torch-1.1:get", ["lrcli", "plot", "step.yaml@torch-1.1:get_lr"]),
    ("lrcli plot step.yaml --emulate form", ["lrcli", "plot", "step.yaml", "--emulate", "formula"]),
    ("lrcli at step.yaml --set schedule.ga", ["lrcli", "at", "step.yaml", "--set", "schedule.gamma="]),
    ("lrcli new multis", ["lrcli", "new", "multistep"]),
    ("lrcli plot step.yaml -o val", ["lrcli", "plot", "step.yaml", "-o", "val.csv"]),
]
START = {
    "bash": (["--norc", "--noprofile", "-i"], "PS1='ready> '"),
    "zsh": (["-f", "-i"], "autoload -Uz compinit; compinit -u -D; setopt nobeep; PS1='ready> '"),
    "fish": (["--no-config", "-i"], "function fish_prompt; echo 'ready> '; end"),
}


@pytest.mark.parametrize("shell", SCRIPTS)
def test_in_a_real_shell(shell: str, folder: Path) -> None:
    """Tab completes commands, options, files, emulations, types and keys, and the shell still reads one word as one."""
    program = shutil.which(shell)
    if program is None:
        pytest.skip(f"{shell} is not installed")
    bin = folder / "bin"
    bin.mkdir()
    (bin / "lrcli").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m lrcli "$@"\n', encoding="utf-8")
    (bin / "lrcli").chmod(0o755)
    (folder / "script").write_text(script(shell) + "\n", encoding="utf-8")
    options, setup = START[shell]
    environment = {"PATH": f"{bin}:{os.environ['PATH']}", "HOME": str(folder), "TERM": "dumb", "LANG": "C.UTF-8"}
    child = pexpect.spawn(program, options, env=environment, cwd=str(folder), encoding="utf-8", timeout=20)
    child.setwinsize(50, 200)
    try:
        child.sendline(f"{setup}; source ./script; echo set''up")
        child.expect("setup\r")
        for i, (typed, words) in enumerate(TYPED):
            child.send(f"{typed}\t")
            child.expect_exact(words[-1].split()[-1].rpartition("@")[2].rpartition(":")[2])
            # to the beginning of the line: the words become those of a printf
            child.send(f"\x01printf '<%s>' {i} \r")
            child.expect_exact(f"<{i}>" + "".join(f"<{word}>" for word in words))
    finally:
        child.close(force=True)
