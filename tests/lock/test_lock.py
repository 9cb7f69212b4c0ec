"""SPEC.lock: a curve that cannot change in silence."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from lrcli.errors import LrcliError
from lrcli.lock.lock import BLOCKS, Lock, Track, differences, read_lock, record
from lrcli.reader import parse_text
from lrcli.spec import Spec
from tests.cli_world import run_cli

STEP = "lr: 0.1\nepochs: 90\nschedule: {type: step, step_size: 30}\n"
LONG = "{{lr: 0.1, steps: {}, schedule: {{type: cosine}}}}"


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    path = tmp_path / "step.yaml"
    path.write_text(STEP, "utf-8")
    return path


def _recorded(text: str) -> Lock:
    return record(parse_text(text))


def test_life_of_a_lock(spec: Path) -> None:
    """Pinned, checked, changed, found out, and pinned anew."""
    assert run_cli("check", str(spec)).status == 0
    pinned = run_cli("check", str(spec), "--pin")
    assert (0, f"note: wrote {spec}.lock, 90 epochs\n") == (pinned.status, pinned.stderr)
    lock = Path(f"{spec}.lock").read_text("utf-8")
    assert run_cli("check", str(spec)).status == 0

    spec.write_text(STEP.replace("0.1", "0.10000000000000002"), "utf-8")
    changed = run_cli("check", str(spec))
    assert changed.status == 1
    assert f"{spec}: error: the curve is not the one that the lock file records [curve-changed]" in changed.stdout
    assert "    epochs 0 to 29: 0.1 -> 0.10000000000000002 (1 ulp)\n" in changed.stdout
    assert "    60 of 90 epochs differ\n" in changed.stdout
    assert Path(f"{spec}.lock").read_text("utf-8") == lock
    assert run_cli("check", str(spec), "--ignore", "curve-changed").status == 0

    assert run_cli("check", str(spec), "--pin", "--quiet").stderr == ""
    assert run_cli("check", str(spec)).status == 0


def test_comments_do_not_matter(spec: Path) -> None:
    """A lock is about the curve: another way to write it is the same."""
    run_cli("check", str(spec), "--pin")
    spec.write_text("# new\nlr: 1e-1\nepochs: 90\nschedule: {type: StepLR, step_size: 30ep, gamma: 0.1}\n", "utf-8")
    assert run_cli("check", str(spec)).status == 0


@pytest.mark.parametrize("words", [["--set", "lr=1"], ["--epochs", "30"], ["--emulate", "torch-1.1"]])
def test_override_is_not_compared(spec: Path, words: list[str]) -> None:
    """A lock says what the file itself says: what the command line changes is not held to it, and not pinned."""
    run_cli("check", str(spec), "--pin")
    assert "curve-changed" not in run_cli("check", str(spec), *words).stdout
    refused = run_cli("check", str(spec), *words, "--pin")
    assert (2, "") == (refused.status, refused.stdout)
    assert "leave out --set, @EMULATION and the like" in refused.stderr


def test_no_file() -> None:
    """stdin and an inline mapping have no place for a lock."""
    outcome = run_cli("check", "-", "--pin", stdin=STEP.encode())
    expected = "lrcli: error: --pin writes a file beside the spec: <stdin> is no file\n"
    assert (2, expected) == (outcome.status, outcome.stderr)


def test_all_or_none(spec: Path) -> None:
    """If one of the specs cannot be recorded, none is."""
    assert run_cli("check", str(spec), "{lr: 1, epochs: 9, schedule: {type: constant}}", "--pin").status == 2
    assert not Path(f"{spec}.lock").exists()


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"lrcli": 1}', '{"lrcli": 1, "groups": [3]}', "[" * 100_000, "\ud800", '{"lrcli": 2}']
)
def test_broken_lock(spec: Path, text: str) -> None:
    """A file that is no lock is trouble, not a finding, and not a traceback."""
    Path(f"{spec}.lock").write_bytes(text.encode("utf-8", "surrogatepass"))
    outcome = run_cli("check", str(spec))
    assert (2, "") == (outcome.status, outcome.stdout)
    assert outcome.stderr.startswith(f"lrcli: error: {spec}.lock: this ")
    assert "--pin" in outcome.stderr


def test_lock_is_a_directory(spec: Path) -> None:
    """What cannot be read is trouble as well."""
    Path(f"{spec}.lock").mkdir()
    outcome = run_cli("check", str(spec))
    assert (2, f"lrcli: error: {spec}.lock: this is a directory, not a file\n") == (outcome.status, outcome.stderr)


@pytest.mark.parametrize(
    "text",
    [
        STEP,
        LONG.format(5),
        LONG.format(1000),
        "{lr: 1, epochs: 3, schedule: {type: constant}, groups: [{name: a}, {name: 'b \\u00fc'}]}",
        "{lr: 1, epochs: 9, emulate: torch-1.1, schedule: {type: step, step_size: 2}}",
        "{lr: 1, epochs: 9, emulate: {torch: '2.4', last_epoch: 4}, schedule: {type: step, step_size: 2}}",
        '{lr: 1, epochs: 9, schedule: {type: lambda, lr_lambda: "-1 * 0.0 * epoch"}}',
        '{lr: 1, epochs: 9, schedule: {type: lambda, lr_lambda: "1e308 * epoch * 10 - 1e308 * epoch * 10"}}',
    ],
)
def test_reads_what_it_writes(text: str) -> None:
    """A lock is read back as it was, bit for bit (NaN and -0.0, too), and differs in nothing."""
    lock = _recorded(text)
    again = read_lock(lock.text(), "x.lock")
    assert () == differences(lock, again)
    assert lock.text() == again.text()


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (STEP, STEP.replace("90", "91"), ["epochs: 90 -> 91"]),
        (STEP, STEP + "emulate: torch-1.1\n", ["arithmetic: formula -> torch-1.1"]),
        (
            "{lr: 1, epochs: 3, schedule: {type: constant}}",
            "{lr: 1, steps: 3, schedule: {type: constant}}",
            ["interval: epoch -> step"],
        ),
        (
            "{lr: 1, epochs: 3, schedule: {type: constant}, groups: [{name: a}, {name: b}]}",
            "{lr: 1, epochs: 3, schedule: {type: constant}, groups: [{name: a, lr: 2}, {name: c}]}",
            [
                "group c: not recorded",
                "group b: gone",
                "group a:",
                "epochs 0 to 2: 1.0 -> 2.0 (2x)",
                "3 of 3 epochs differ",
            ],
        ),
        (
            STEP,
            STEP.replace("step_size: 30", "step_size: 31"),
            [
                "epoch 30: 0.010000000000000002 -> 0.1",
                "epochs 60 to 61: 0.0010000000000000002 -> 0.010000000000000002",
                "3 of 90 epochs differ",
            ],
        ),
        (
            '{lr: 1, epochs: 2, schedule: {type: lambda, lr_lambda: "0.0 * epoch"}}',
            '{lr: 1, epochs: 2, schedule: {type: lambda, lr_lambda: "-0.0 * epoch"}}',
            ["epochs 0 to 1: 0.0 -> -0.0 (0 ulp)", "2 of 2 epochs differ"],
        ),
        (
            STEP,
            LONG.format(1000).replace("steps", "epochs"),
            ["epochs: 90 -> 1000", "not comparable epoch by epoch with what was recorded"],
        ),
    ],
)
def test_difference(before: str, after: str, expected: list[str]) -> None:
    """What has changed is told row by row, or as far as it can be."""
    told = differences(_recorded(before), _recorded(after))
    assert expected == [line.replace(" (0.1x)", "").replace(" (10x)", "") for line in told]


def _with_another(lock: Lock, block: int, **values: float) -> Lock:
    (track,) = lock.groups
    first, low, high, _ = track.blocks[block]
    changed = (first, values.get("low", low), values.get("high", high), "another")
    blocks = (*track.blocks[:block], changed, *track.blocks[block + 1 :])
    return replace(lock, groups=(Track(track.name, blocks=blocks),))


def test_long_curve_is_compared_by_blocks() -> None:
    """Of a long curve the blocks that differ are told, with the ends that do."""
    lock = _recorded(LONG.format(6400))
    assert BLOCKS == len(lock.groups[0].blocks)
    assert ("steps 100 to 199 differ: between their ends",) == differences(_with_another(lock, 1), lock)
    assert ("steps 0 to 99 differ: step 0: 0.2 -> 0.1 (0.5x)",) == differences(_with_another(lock, 0, low=0.2), lock)
    many = lock
    for block in range(20):
        many = _with_another(many, block)
    assert "20 of 64 blocks differ in all" == differences(many, lock)[-1]
    assert 11 == len(differences(many, lock))


def test_one_bit_in_a_million_rows() -> None:
    """A million rows fit into a few kilobytes, and the one bit that changes is found in its block."""
    lock = _recorded(LONG.format(1_000_000))
    assert len(lock.text()) < 8_000
    spec = parse_text(LONG.format(1_000_000))
    changed = record(replace(spec, groups=(replace(spec.groups[0], lr=0.10000000000000002),)))
    assert "steps 0 to 15624 differ: step 0: 0.1 -> 0.10000000000000002 (1 ulp)" in differences(lock, changed)[0]


def test_long_run_of_few_changes_is_recorded_in_full() -> None:
    """A step decay over a million steps is known row by row."""
    lock = _recorded("{lr: 0.1, steps: 1e6, schedule: {type: step, step_size: 300000}}")
    assert [0, 300_000, 600_000, 900_000] == [t for t, _ in lock.groups[0].changes]


def test_too_long() -> None:
    """What would take minutes at every check is refused."""
    spec = Spec("x", parse_text(STEP).groups, 10**9)
    with pytest.raises(LrcliError, match="too long for a lock"):
        record(spec)


def test_no_rows() -> None:
    """A run that has no row after its resumption, which no text can declare, has an empty record."""
    text = "{lr: 1, epochs: 6, emulate: {torch: '2.4', last_epoch: 4}, schedule: {type: step, step_size: 2}}"
    lock = record(replace(parse_text(text), length=5))
    assert () == differences(lock, read_lock(lock.text(), "x"))
    assert json.loads(lock.text())["groups"] == [{"name": "", "blocks": []}]
