"""`check FOLDER`, SARIF, and `diff` of a spec with itself changed."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli_world import run_cli

SPEC = "lr: 0.1\nepochs: 90\nschedule: {type: cosine, T_max: %d}\n"


def test_check_of_a_folder(tmp_path: Path) -> None:
    """Specs and configs are checked; other files are skipped, and counted."""
    (tmp_path / "sub").mkdir()
    (tmp_path / "good.yaml").write_text(SPEC % 90)
    (tmp_path / "sub" / "bad.yaml").write_text(SPEC % 30)
    (tmp_path / "sub" / "docker-compose.yml").write_text("services: {web: {image: x}}\n")
    (tmp_path / ".hidden.yaml").write_text("x: 1\n")
    (tmp_path / "notes.txt").write_text("nothing\n")
    outcome = run_cli("check", str(tmp_path))
    assert outcome.status == 1
    assert "bad.yaml:3:33: warning" in outcome.stdout
    assert outcome.stdout.endswith("1 warning in 2 specs\n")
    assert "2 other files skipped" in outcome.stderr
    (tmp_path / "sub" / "bad.yaml").write_text("lr: 0.1\nepochs: 90\nschedule: {type: cosin}\n")
    (tmp_path / "sub" / "worse.yaml").write_text("lr: 0.1\nepochs: 90\nschedule: {type: stepp, step_size: 3}\n")
    outcome = run_cli("check", str(tmp_path))
    assert (outcome.status, outcome.stdout) == (2, "")
    assert "bad.yaml:3:18: error" in outcome.stderr
    assert "worse.yaml:3:18: error" in outcome.stderr, "the mistakes of all specs are told together"


def test_sarif() -> None:
    """A finding is a result with its rule, its level and its region."""
    log = json.loads(
        run_cli("check", "{lr: 1, epochs: 9, schedule: {type: cosine, T_max: 3}}", "--format", "sarif").stdout
    )
    (run,) = log["runs"]
    (result,) = run["results"]
    region = result["locations"][0]["physicalLocation"]["region"]
    assert (log["version"], result["ruleId"], result["level"]) == ("2.1.0", "cosine-climbs", "warning")
    assert region == {"startLine": 1, "startColumn": 52, "endColumn": 53}
    (rule,) = run["tool"]["driver"]["rules"]
    assert (rule["id"], rule["shortDescription"]["text"][:8]) == ("cosine-climbs", "a cosine")


def test_diff_with_set() -> None:
    """One SPEC with --set is compared with itself; with two, --set changes both and says so."""
    spec = "{lr: 0.1, epochs: 9, schedule: {type: step, step_size: 3}}"
    changed = run_cli("diff", spec, "--set", "lr=0.2")
    assert changed.status == 1
    assert "9 of 9 epochs differ" in changed.stdout
    assert run_cli("diff", spec, "--set", "schedule.gamma=0.1").status == 0
    both = run_cli("diff", spec, spec, "--set", "lr=0.2")
    assert both.status == 0
    assert "changes both A and B" in both.stderr
    assert run_cli("diff", spec, "--set", "schedule.gamma=0.5", "--emulate", "torch-1.1").status == 1
