"""`lrcli.checks`: where findings stand, and how they are chosen, merged and silenced."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from lrcli.checks import check
from lrcli.errors import LrcliError, SpecError
from lrcli.reader import parse_text, read_declared
from lrcli.render import Style
from lrcli.render.findings import write_findings

CLIMBS = """\
lr: 0.1
epochs: 90
schedule:
  type: cosine
  T_max: 30{}
"""


def _file(folder: Path, text: str) -> Path:
    path = folder / "spec.yaml"
    path.write_text(text, "utf-8")
    return path


def test_place(tmp_path: Path) -> None:
    """A finding stands at the value, with its line of the text."""
    path = _file(tmp_path, CLIMBS.format(""))
    (finding,) = (one for one in check(path) if one.code == "cosine-climbs")
    assert (finding.file, finding.line, finding.column, finding.width) == (str(path), 5, 10, 2)
    assert (finding.key, finding.source) == ("schedule.T_max", "  T_max: 30")


@pytest.mark.parametrize(
    ("text", "key", "line"),
    [
        ("lr: 1\nepochs: 9\nschedule:\n- {type: cosine, T_max: 3}\n", "schedule.0.T_max", 4),
        ("lr: 1\nepochs: 9\nwarmup: {for: 2}\nschedule:\n- {type: cosine, T_max: 3}\n", "schedule.0.T_max", 5),
        ("lr: 1\nepochs: 9\nwarmup: {for: 2}\nschedule: {type: cosine, T_max: 3}\n", "schedule.T_max", 4),
        (
            "lr: 1\nepochs: 9\nschedule:\n  type: chained\n  schedulers:\n  - {type: constant}\n"
            "  - {type: cosine, T_max: 3}\n",
            "schedule.schedulers.1.T_max",
            7,
        ),
        (
            "lr: 1\nepochs: 9\nschedule: {type: constant}\ngroups:\n- {name: a}\n"
            "- name: b\n  schedule:\n  - {type: constant, for: 2}\n  - {type: cosine, T_max: 3}\n",
            "groups.1.schedule.1.T_max",
            9,
        ),
    ],
)
def test_place_of_parts(tmp_path: Path, text: str, key: str, line: int) -> None:
    """Phases, warmup, compositions and groups: a part is found where it is written."""
    (finding,) = check(_file(tmp_path, text), select=["cosine-climbs"])
    assert (key, line) == (finding.key, finding.line)


def test_place_of_an_override(tmp_path: Path) -> None:
    """What --set put into the spec is told at the option, which has no line."""
    from lrcli.checks import check_declared

    declared = read_declared(str(_file(tmp_path, CLIMBS.format(""))), sets=["schedule.T_max=40"])
    (finding,) = check_declared(declared, select=["cosine-climbs"])
    assert ("--set schedule.T_max=40", 0) == (finding.file, finding.line)


def test_spec_without_text() -> None:
    """A Spec is checked as well; its findings have keys and no places."""
    spec = parse_text("{lr: 1, epochs: 9, schedule: [{type: constant, for: 2}, {type: cosine, T_max: 3}]}", "x.yaml")
    (finding,) = check(spec, select=["cosine-climbs"])
    assert ("inline", 0, "schedule.1.T_max") == (finding.file, finding.line, finding.key)


@pytest.mark.parametrize(
    ("text", "silenced"),
    [
        (CLIMBS.format("  # lrcli: ignore cosine-climbs"), True),
        (CLIMBS.format("  # as before; #lrcli: ignore lr-jump, cosine-climbs"), True),
        (CLIMBS.format("  # lrcli: ignore lr-jump"), False),
        (CLIMBS.format("  # lrcli: ignore"), False),
        (CLIMBS.format("").replace("  T_max", "  # lrcli: ignore cosine-climbs\n  # why\n  T_max"), True),
        ("# lrcli: ignore cosine-climbs\n" + CLIMBS.format(""), False),
    ],
)
def test_comment_silences(tmp_path: Path, text: str, silenced: bool) -> None:
    """`# lrcli: ignore CODE` counts on its line, or alone above it, and nowhere else."""
    found = check(_file(tmp_path, text), select=["cosine-climbs"])
    assert silenced == (found == ())


def test_select_and_ignore() -> None:
    """Only what is selected, and nothing that is ignored."""
    spec = "{lr: 0.1, epochs: 90, schedule: {type: multistep, milestones: [60, 60, 95], gamma: 2}}"
    assert ["gamma-above-1", "milestone-outside", "milestone-twice"] == sorted(one.code for one in check(spec))
    assert ["milestone-twice"] == [one.code for one in check(spec, select=["milestone-twice"])]
    assert ["gamma-above-1", "milestone-outside"] == sorted(one.code for one in check(spec, ignore=["milestone-twice"]))


def test_unknown_code() -> None:
    """A code that no rule has is an error, with a suggestion."""
    with pytest.raises(LrcliError, match=r"no rule 'lr-jumps': did you mean 'lr-jump'\?"):
        check("{lr: 1, epochs: 9, schedule: {type: constant}}", ignore=["lr-jumps"])


def test_bad_spec() -> None:
    """A spec that cannot be read is no finding."""
    with pytest.raises(SpecError):
        check("{lr: 1, epochs: 9, schedule: {type: nothing}}")


@pytest.mark.parametrize(
    ("groups", "told"),
    [
        ("{name: a}, {name: b}", ""),
        ("{name: a}, {name: b, schedule: {type: step, step_size: 9}}", " (group a)"),
        ("{name: a}, {name: b}, {name: c, schedule: {type: step, step_size: 9}}", " (groups a, b)"),
    ],
)
def test_groups_are_told_together(groups: str, told: str) -> None:
    """What is found in several groups is said once, with their names unless it is in all."""
    spec = f"{{lr: 1, epochs: 9, schedule: {{type: cosine, T_max: 3}}, groups: [{groups}]}}"
    (finding,) = check(spec, select=["cosine-climbs"])
    assert f"the LR climbs again from epoch 3 on{told}" == finding.message.partition(": ")[2]


def test_better_finding_wins() -> None:
    """What follows from another finding is not told beside it, whether or not that one is shown."""
    spec = "{lr: 1, epochs: 9, schedule: {type: linear, total_iters: 9}}"
    assert ["warmup-too-long"] == [one.code for one in check(spec)]
    assert () == check(spec, ignore=["warmup-too-long"])


def test_order_of_the_text() -> None:
    """Findings come as they stand in the text."""
    spec = "{lr: 1, epochs: 90, schedule: {type: multistep, gamma: 2, milestones: [95, 60, 60]}}"
    columns = [finding.column for finding in check(spec)]
    assert len(columns) == 4
    assert columns == sorted(columns)


@pytest.mark.parametrize(
    ("schedule", "code"),
    [
        ("{type: step, step_size: 1000000, gamma: 0.001}", None),
        ("[{type: constant, for: 400000000}, {type: ConstantLR, factor: 0.01, total_iters: 900000000}]", "lr-jump"),
        ('{type: lambda, lr_lambda: "1 - epoch / 500000000"}', "lr-negative"),
        ("{type: polynomial, total_iters: 500000000}", "lr-zero"),
        ("{type: multiplicative, lr_lambda: '1 if epoch < 9 else 0'}", "lr-zero"),
    ],
)
def test_long_run(schedule: str, code: str | None) -> None:
    """A billion steps are looked at where something happens, in no time."""
    spec = f"{{lr: 1, steps: 1e9, steps_per_epoch: 1000, schedule: {schedule}}}"
    wanted = ["lr-jump", "lr-negative", "lr-zero"]
    codes = {finding.code for finding in check(spec, select=wanted)}
    assert code in codes if code else codes == {"lr-zero"}


def test_long_replay() -> None:
    """Of a long run that is replayed the formula is looked at."""
    spec = "{lr: 1, steps: 1e9, emulate: torch-2.4, schedule: {type: polynomial, total_iters: 2e9}}"
    assert "decay-unfinished" in {finding.code for finding in check(spec)}


def test_frozen_group_is_no_finding() -> None:
    """A group whose base LR is 0 is frozen on purpose."""
    spec = "{lr: 1, epochs: 9, schedule: {type: constant}, groups: [{lr: 0}, {lr: 1}]}"
    assert () == check(spec)


def test_resumed_run() -> None:
    """A resumed run has had its peak before, and starts in the middle without that being a jump."""
    spec = "{lr: 1, epochs: 9, emulate: {torch: '2.4', last_epoch: 4}, schedule: {type: exponential, gamma: 0.5}}"
    assert not {"base-lr-unreached", "lr-jump"} & {finding.code for finding in check(spec)}


def test_text_is_safe_to_print(tmp_path: Path) -> None:
    """What a terminal would obey is escaped, in every format."""
    path = tmp_path / "a\x1b[31m%,:b.yaml"
    path.write_text(CLIMBS.format(""), "utf-8")
    found = check(path, select=["cosine-climbs"])
    for format in ("text", "json", "github"):
        assert "\x1b" not in "".join(write_findings(found, 1, format, Style()))
    (annotation,) = write_findings(found, 1, "github", Style())
    assert r"a\x1b[31m%25%2C%3Ab.yaml,title=lrcli cosine-climbs,line=5,col=10,endColumn=12::T_max" in annotation


def test_colour(tmp_path: Path) -> None:
    """The level is coloured where colour is wanted."""
    found = check(_file(tmp_path, CLIMBS.format("")), select=["cosine-climbs"])
    assert ": \x1b[33mwarning:\x1b[0m T_max" in "".join(write_findings(found, 1, "text", Style(color=True)))


def test_hook_runs_a_command() -> None:
    """The pre-commit hook names a command that there is, and finds specs."""
    import re

    (hook,) = yaml.safe_load((Path(__file__).parents[2] / ".pre-commit-hooks.yaml").read_text("utf-8"))
    assert ["lrcli", "check"] == hook["entry"].split()
    assert {"id", "name", "language"} < set(hook)
    assert re.search(hook["files"], "models/schedules/step.yaml")
    assert not re.search(hook["files"], "models/config.yaml")


@pytest.mark.parametrize(
    "spec",
    [
        "{lr: 1, epochs: 9, emulate: torch-2.4, schedule: {type: step, step_size: 2.5}}",
        "{lr: 1, epochs: 9, emulate: torch-2.4, schedule: {type: chained, schedules: "
        "[{type: linear, total_iters: 0}, {type: linear, total_iters: 3}]}}",
        "{lr: 1, epochs: 3, schedule: {type: plateau, metric: [3, 2]}}",
        "{lr: 1, epochs: 1, schedule: {type: chained, schedules: [{type: linear}, {type: cosine}]}}",
        "{lr: 1, epochs: 9, emulate: {torch: '2.4', last_epoch: 7}, schedule: {type: step, step_size: 2}}",
        "{lr: 1, epochs: 9, schedule: {type: chained, schedules: [{type: linear, total_iters: 9}, "
        "{type: lambda, lr_lambda: '1 / (8 - epoch)'}]}}",
        "{lr: 1, epochs: 5, emulate: torch-2.4, schedule: {type: lambda, lr_lambda: '1 / (5 - epoch)'}}",
        "{lr: 0, epochs: 4, schedule: {type: warmup_cosine, warmup: 2, start_factor: 2, eta_min: 0}}",
        "{lr: 1, epochs: 90, steps_per_epoch: 100, interval: step, "
        "schedule: {type: multistep, milestones: [30ep, 80ep]}}",
        "{lr: 1, steps: 300000, steps_per_epoch: 100, schedule: {type: constant}}",
        "{lr: 1, epochs: 9, warmup: {for: 3}, schedule: [{type: constant}]}",
        "{lr: 1, epochs: 9, warmup: {for: 3}, schedule: {type: sequential, milestones: [2], "
        "schedules: [{type: constant}, [{type: cosine}]]}}",
    ],
)
def test_odd_specs(spec: str) -> None:
    """Whatever can be read can be checked: odd lengths, no rows, formulas and replays without a value."""
    assert all(finding.message for finding in check(spec))


def test_written_phase_has_its_place() -> None:
    """A phase is told at its type, in a composition of lists too."""
    spec = "{lr: 1, epochs: 9, schedule: {type: sequential, milestones: [3, 3], schedules: "
    spec += "[{type: constant}, [{type: cosine, T_max: 2}], {type: constant}]}}"
    (finding,) = check(spec, select=["phase-empty"])
    assert ("schedule.schedules.1.0", spec.index("cosine") + 1) == (finding.key, finding.column)
