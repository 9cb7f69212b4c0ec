"""What holds for every type of every framework, tried on the spec that `lrcli new` gives of it."""

from __future__ import annotations

import math
import pickle
from itertools import pairwise
from pathlib import Path

import pytest

from lrcli.catalog.describe import describe, example
from lrcli.catalog.registry import all_types, find_types, framework_of
from lrcli.errors import EvaluationError, InvalidValue
from lrcli.reader import parse_text
from lrcli.schedules import Schedule, param_of, parameters
from lrcli.series import series_of
from tests.cli_world import Outcome, run_cli

ROWS = 3000
TYPES = [cls for cls in all_types() if framework_of(cls)]
EACH = pytest.mark.parametrize("cls", TYPES, ids=lambda cls: cls.name)


def made(cls: type[Schedule]) -> tuple[Schedule, float]:
    """(the schedule of the starter spec, its base LR)."""
    group = parse_text(example(describe(cls))).groups[0]
    return group.schedule, group.base_lr


def rows_of(schedule: Schedule) -> int:
    metric = getattr(schedule, "metric", None)
    return len(metric) if metric else ROWS


@EACH
def test_any_order(cls: type[Schedule]) -> None:
    """The rows at a stretch, one by one, some of them and from the middle are the same numbers, and all are floats."""
    schedule, lr = made(cls)
    rows = rows_of(schedule)
    lrs = schedule.lrs(lr, 0, rows)
    assert all(type(value) is float for value in lrs)
    some = range(0, rows, 7)
    assert [lrs[t] for t in some] == [schedule.lr_at(t, lr) for t in some]
    assert [lrs[t] for t in some] == schedule.lrs_at(lr, some)
    assert lrs[rows // 2 :] == schedule.lrs(lr, rows // 2, rows)


@pytest.mark.parametrize("cls", all_types(), ids=lambda cls: cls.name)
def test_a_used_schedule_is_pickled(cls: type[Schedule]) -> None:
    """What it keeps of the rows that were computed does not stand in the way, and comes back as it is needed."""
    schedule, lr = made(cls)
    first = schedule.lr_at(1, lr)
    copy = pickle.loads(pickle.dumps(schedule))
    assert copy == schedule
    assert copy.lr_at(1, lr) == first


@EACH
def test_breaks(cls: type[Schedule]) -> None:
    """Up to the next break the curve only falls or only rises, and no break is passed over."""
    schedule, lr = made(cls)
    if not schedule.stands_alone():
        return
    lrs = schedule.lrs(lr, 0, ROWS)
    t = 0
    while t < ROWS:
        end = schedule.monotone_until(t)
        stop = ROWS if end is None else min(end, ROWS)
        steps = [b - a for a, b in pairwise(lrs[t:stop])]
        assert all(step >= 0 for step in steps) or all(step <= 0 for step in steps), (t, stop)
        assert all(end == schedule.next_break(between) for between in range(t + 1, min(stop, t + 50)))
        t = stop


@EACH
def test_values(cls: type[Schedule]) -> None:
    """A schedule is a frozen value: hashable, and its repr is the call that makes it."""
    schedule, _ = made(cls)
    names = {known.__name__: known for known in all_types()}
    if all(type(value) in (int, float, str, bool, tuple, type(None)) for value in vars(schedule).values()):
        copy = eval(repr(schedule), names)
        assert hash(copy) == hash(eval(repr(schedule), names))
        assert repr(copy) == repr(schedule)


@EACH
def test_names(cls: type[Schedule]) -> None:
    """A type is found by its own name, and by each alias with the framework's name or one of its aliases before it."""
    framework = framework_of(cls)
    assert framework is not None
    assert (cls,) == find_types(cls.name)
    for name in (cls.name.partition(".")[2], *cls.aliases):
        assert cls in find_types(name) or all("." not in known.name for known in find_types(name))
        assert all((cls,) == find_types(f"{prefix}.{name}") for prefix in (framework.name, *framework.aliases))


@EACH
def test_commands(cls: type[Schedule], tmp_path: Path) -> None:
    """The starter spec passes check, and every command takes it; explain finds the schedule in its own numbers."""
    text = example(describe(cls))
    spec, log = tmp_path / "spec.yaml", tmp_path / "log.csv"
    spec.write_text(text)
    found = {
        words[0]: run_cli(*words)
        for words in (
            ("check", str(spec)),
            ("types", cls.name),
            ("plot", str(spec), "-o", str(tmp_path / "picture.svg")),
            ("at", str(spec), "0", "3", "50%"),
            ("diff", str(spec), str(spec)),
            ("table", str(spec), "--format", "csv", "--events"),
        )
    }
    assert {name: (outcome.status, outcome.stderr) for name, outcome in found.items() if outcome.status} == {}
    assert found["table"].stdout.startswith(("step,lr", "epoch,lr"))
    assert cls.name in found["types"].stdout
    log.write_text(run_cli("table", str(spec), "--format", "csv", "--range", "0:300").stdout)
    column = log.read_text().split("\n")[0].split(",")[1]
    outcome = run_cli("explain", str(spec), f"{log}:{column}")
    assert outcome.status == 0, outcome.stdout
    for words in (("versions", str(spec)), ("convert", str(spec), "--to", "torch")):
        assert_has_reason(run_cli(*words))


def assert_has_reason(outcome: Outcome) -> None:
    """It succeeds, or says why not."""
    assert outcome.status < 2 or "error: " in outcome.stderr, outcome.stderr
    assert "internal error" not in outcome.stderr, outcome.stderr


@EACH
def test_places(cls: type[Schedule]) -> None:
    """The schedule stands in groups, in phases, and with lengths in percent, or is refused there with a reason."""
    text = example(describe(cls)).replace("steps: 10000", "steps: 1000")
    schedule = text[text.index("schedule:\n") :]
    body = "".join(f"  {line}\n" for line in schedule.splitlines()[1:] if line.strip())
    run = text[: text.index("schedule:\n")]
    groups = f"{run}groups: [{{lr: 0.1}}, {{lr: 0.1}}]\n{schedule}"
    assert_has_reason(run_cli("table", "-", "--format", "csv", stdin=groups.encode()))
    phases = f"{run}schedule:\n  - {{type: linear, for: 10}}\n  -\n{body}"
    assert_has_reason(run_cli("table", "-", "--format", "csv", stdin=phases.encode()))
    for f in parameters(cls):
        if param_of(f).kind == "length" and f"  {f.name}: " in text:
            lines = [f"  {f.name}: 3%" if line.startswith(f"  {f.name}: ") else line for line in text.splitlines()]
            assert_has_reason(run_cli("table", "-", "--format", "csv", stdin="\n".join(lines).encode()))


@EACH
def test_long_run_is_sampled(cls: type[Schedule]) -> None:
    """A picture of a billion steps of a closed form evaluates a few rows per column."""
    text = example(describe(cls))
    head = [f"{word}: {n}" for word in ("steps", "epochs") for n in (10000, 90, 10) if f"{word}: {n}\n" in text]
    if not head or not made(cls)[0].stands_alone():
        return
    word = head[0].split(":")[0]
    spec = parse_text(text.replace(head[0], f"{word}: 1000000000"))
    try:
        lines = list(series_of(spec).sampled(80, 0, spec.length))
    except EvaluationError:  # the framework raises past the end of its own run
        return
    for line in lines:
        assert len(line.xs) < 80 * 6
        assert any(map(math.isfinite, line.ys))


def test_refusals_are_values() -> None:
    """What a framework refuses is an InvalidValue, which the reader shows at its key."""
    from lrcli.errors import Refuses

    assert issubclass(Refuses, InvalidValue)
