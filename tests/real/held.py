"""A log and the schedule that was configured: what diff and fit have to say about the two."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from lrcli.reader import parse_text
from lrcli.spec import Group
from tests.cli_world import run_cli


class Trained(NamedTuple):
    """A run: the log that a framework wrote, and the schedule that it was given, as a spec.

    back: the spec that fit finds, where the log lacks what would tell it from `declared`.
    """

    framework: str
    schedule: str
    log: Path
    declared: str
    back: str | None = None


class Figure(NamedTuple):
    """A line of the table at the end: how many rows of the log were compared, and what diff and fit found."""

    framework: str
    schedule: str
    rows: int
    diff: str
    fit: str = ""


FIGURES: dict[tuple[str, str], Figure] = {}


def hold_diff(run: Trained) -> None:
    """Diff finds no row of the log to differ from what was configured, and none that it could not compare."""
    done = run_cli("diff", run.declared, str(run.log), "--format", "json")
    assert 0 == done.status, done.stdout + done.stderr
    report = json.loads(done.stdout)
    assert [] == [remark for remark in report["remarks"] if remark.startswith("not compared")]
    rows = report["pairs"][0]["compared"]
    FIGURES[run.framework, run.schedule] = Figure(run.framework, run.schedule, rows, "same")


def hold_fit(run: Trained) -> None:
    """Fit finds the schedule that was configured, and diff finds the log to be what fit printed."""
    fitted = run_cli("fit", str(run.log))
    assert 0 == fitted.status, fitted.stderr
    again = run_cli("diff", "-", str(run.log), stdin=fitted.stdout.encode())
    assert 0 == again.status, fitted.stdout + again.stdout + again.stderr
    assert _schedule(run.back or run.declared) == _schedule(fitted.stdout), fitted.stdout
    _, _, precision = fitted.stdout.partition("\n")[0].partition("rows, ")
    figure = FIGURES.get((run.framework, run.schedule))
    if figure is not None:
        back = "the schedule" if run.back is None else "the schedule in steps"
        FIGURES[run.framework, run.schedule] = figure._replace(fit=f"{back}, {precision}")


def _schedule(text: str) -> tuple[tuple[Group, ...], str, int]:
    """What of a spec says the learning rates, and where they stand in a log."""
    spec = parse_text(text)
    # where the schedule sets the learning rate, the group's own is never used
    groups = tuple(replace(group, lr=None) if group.schedule.sets_lr else group for group in spec.groups)
    return groups, spec.interval, spec.first_step
