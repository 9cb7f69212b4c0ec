"""What a file is taken for, and what a user says where its words do not tell."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli_world import run_cli

LOG = "Epoch 1/9 | LR: 0.1\nEpoch 2/9 | LR: 0.05\n"
ODD = "[run 1] Epoch 1 rate=0.1 x\n[run 1] Epoch 2 rate=0.05 x\n"
SPEC = "lr: 0.1\nepochs: 9\nschedule: {type: cosine}\n"


@pytest.fixture(autouse=True)
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A log, one with odd words, and a spec, in the current directory."""
    monkeypatch.chdir(tmp_path)
    for name, text in {"log.txt": LOG, "odd.txt": ODD, "spec.yaml": SPEC, "log.yaml": LOG, "spec.txt": SPEC}.items():
        Path(name).write_text(text, "utf-8")
    Path("rates.csv").write_text("time,epoch,lr_a,lr_b\n5,0,0.1,0.2\n9,1,0.1,0.3\n", "utf-8")
    Path("other.csv").write_text("time,epoch,pace\n5,0,0.1\n9,1,0.2\n", "utf-8")


@pytest.mark.parametrize(
    ("command", "message"),
    [
        ("table odd.txt", "odd.txt: this is no spec, no training config and no log that lrcli knows; say where it"
         r" stands, e.g. --pattern 'Epoch *(?P<epoch>\d+).*rate=(?P<lr>[-+.\deE]+)'; or say with --from what it is"),
        ("fit odd.txt", "odd.txt: no line of this text has a learning rate that is known as one; say where it stands,"
         r" e.g. --pattern 'Epoch *(?P<epoch>\d+).*rate=(?P<lr>[-+.\deE]+)'"),
        ("table odd.txt:lr", "odd.txt: no line of this text has the number 'lr'; say where it stands,"
         r" e.g. --pattern 'Epoch *(?P<epoch>\d+).*rate=(?P<lr>[-+.\deE]+)'"),
        ("table log.txt --step-column it", "log.txt: no line with a learning rate has the number 'it' of --step-column;"
         r" say where it stands, e.g. --pattern 'Epoch *(?P<epoch>\d+).*LR: *(?P<lr>[-+.\deE]+)'"),
        ("table rates.csv", "rates.csv: which column is the learning rate? The candidates are lr_a, lr_b; name it, e.g."
         " rates.csv:lr_a"),
        ("table rates.csv:lr_a --step-column when", "rates.csv: there is no column 'when' with numbers: its columns are"
         " time, epoch, lr_a, lr_b; name it, e.g. rates.csv:lr_a"),
        ("fit spec.yaml", "spec.yaml: this is a spec, not the log of a run"),
        ("check log.txt", "log.txt: this is the log of a run, and a spec is wanted here; 'lrcli fit log.txt' finds one,"
         " --from spec takes it for a spec"),
        ("table log.yaml", "log.yaml: this is the log of a run by its content and a spec by its name; --from log reads"
         " it, --from spec takes it for a spec"),
        ("explain log.txt spec.yaml", "log.txt is taken for a log: the spec stands first, 'lrcli explain spec.yaml"
         " log.txt'"),
        ("table log.txt --pattern (", "--pattern '(' is not a regular expression: missing ), unterminated subpattern at"
         " position 0"),
        ("table log.txt --pattern Epoch", r"--pattern 'Epoch' has no group 'lr': write (?P<lr>\S+) where the learning"
         " rate stands"),
        ("table log.txt --pattern (?P<at>.)", "--pattern: the group 'at' has no meaning here: it is one of lr, step,"
         " epoch, of, rank"),
        ("table log.txt --pattern rate.(?P<lr>.)", "log.txt: no line is as --pattern says; say where it stands, e.g."
         r" --pattern 'Epoch *(?P<epoch>\d+).*LR: *(?P<lr>[-+.\deE]+)'"),
    ],
)  # fmt: skip
def test_refusals(command: str, message: str) -> None:
    """A refusal says what a file was taken for, and what to write instead, made from the file's own words."""
    outcome = run_cli(*command.split(" "))
    assert (2, "", f"lrcli: error: {message}\n") == (outcome.status, outcome.stdout, outcome.stderr)


@pytest.mark.parametrize(
    ("command", "rows"),
    [
        (r"table odd.txt --pattern Epoch.*?(?P<epoch>\d+).*rate=(?P<lr>[-+.\deE]+)", "epoch,lr\n1,0.1\n2,0.05\n"),
        (r"table odd.txt --pattern rate=(?P<lr>\S+)", "step,lr\n0,0.1\n1,0.05\n"),
        ("table odd.txt:rate", "epoch,lr\n1,0.1\n2,0.05\n"),
        ("table log.yaml --from log", "epoch,lr\n1,0.1\n2,0.05\n"),
        ("table log.txt --step-column Epoch", "epoch,lr\n1,0.1\n2,0.05\n"),
        ("table rates.csv:lr_b --step-column time", "step,lr\n5,0.2\n9,0.3\n"),
        ("table other.csv:pace", "epoch,lr\n0,0.1\n1,0.2\n"),
        ("table spec.txt --range 0:1", "epoch,lr\n0,0.1\n"),
        ("at log.txt 2", "0.05\n"),
    ],
)
def test_readings(command: str, rows: str) -> None:
    """A pattern, a column and --from read what its words alone do not tell."""
    table = command.startswith("table")
    outcome = run_cli(*command.split(" "), *(["--format", "csv"] if table else []), "--quiet")
    assert (0, rows, "") == (outcome.status, outcome.stdout, outcome.stderr)


def test_the_printed_pattern_reads_the_log() -> None:
    """What a refusal proposes is what reads the file."""
    proposed = run_cli("fit", "odd.txt").stderr.split("--pattern '")[1].split("'")[0]
    outcome = run_cli("table", "odd.txt", "--pattern", proposed, "--format", "csv", "--quiet")
    assert "epoch,lr\n1,0.1\n2,0.05\n" == outcome.stdout


def test_pattern_in_the_other_commands() -> None:
    """fit, explain and find take a pattern, too."""
    pattern = r"Epoch (?P<epoch>\d+) rate=(?P<lr>\S+)"
    assert "the learning rate is 'lr'" in run_cli("fit", "odd.txt", "--pattern", pattern).stderr
    assert 1 == run_cli("explain", "spec.yaml", "odd.txt", "--pattern", pattern).status
    assert "no column is called a loss" in run_cli("find", "odd.txt", "--pattern", pattern).stderr
