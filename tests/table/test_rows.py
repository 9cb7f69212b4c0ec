"""The table as values: names, selection, several specs on one axis, events."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from lrcli.errors import LrcliError
from lrcli.reader import parse_text
from lrcli.schedules.constant import Constant
from lrcli.schedules.cosine import Cosine
from lrcli.schedules.plateau import Plateau
from lrcli.schedules.step import Exponential, MultiStep, Step
from lrcli.series import series_of
from lrcli.series.align import curve_names, group_names
from lrcli.spec import Emulation, Group, Spec
from lrcli.table import Table
from lrcli.table.rows import HEAD, tabulate

STEP4 = Spec("step4", (Group(None, 0.001, Step(4, 0.1)),), 10)
TORCH11 = replace(STEP4, emulation=Emulation("1.1", label="torch-1.1"))
GROUPS = Spec("two", (Group("backbone", 0.01, Step(2, 0.5)), Group(None, 0.1, Constant())), 4)


def columns_of(table: Table) -> dict[str, list[Any]]:
    chunks = list(table.chunks())
    return {column.name: [v for chunk in chunks for v in chunk[i]] for i, column in enumerate(table.columns)}


def test_one_spec() -> None:
    """A formula has its index and its lr, as many rows as the run is long."""
    expected = {"epoch": list(range(10)), "lr": Step(4, 0.1).lrs(0.001, 0, 10)}
    assert expected == columns_of(tabulate([STEP4]))


@pytest.mark.parametrize(
    ("release", "readings"),
    [("1.1", ["lr", "get_lr"]), ("1.3", ["lr", "get_lr"]), ("1.4", ["lr", "get_lr", "get_last_lr"])],
)
def test_readings(release: str, readings: list[str]) -> None:
    """A replay has the readings of its release."""
    spec = replace(STEP4, emulation=Emulation(release))
    assert ["epoch", *readings] == [column.name for column in tabulate([spec]).columns]


NAMES: list[tuple[list[Spec], list[str]]] = [
    ([STEP4], ["epoch", "lr"]),
    ([replace(STEP4, interval="step")], ["step", "lr"]),
    ([GROUPS], ["epoch", "lr/backbone", "lr/1"]),
    ([replace(GROUPS, groups=GROUPS.groups[:1])], ["epoch", "lr/backbone"]),
    ([STEP4, GROUPS], ["epoch", "step4:lr", "two:lr/backbone", "two:lr/1"]),
    ([STEP4, TORCH11], ["epoch", "step4:lr", "step4@torch-1.1:lr", "step4@torch-1.1:get_lr"]),
    ([STEP4, STEP4, STEP4], ["epoch", "step4:lr", "step4#2:lr", "step4#3:lr"]),
    (
        [replace(TORCH11, name="a"), replace(TORCH11, name="a", emulation=Emulation("1.3"))],
        ["epoch", "a@torch-1.1:lr", "a@torch-1.1:get_lr", "a@torch-1.3:lr", "a@torch-1.3:get_lr"],
    ),
]


@pytest.mark.parametrize(("specs", "names"), NAMES)
def test_names(specs: list[Spec], names: list[str]) -> None:
    """Groups follow a slash, several specs come before a colon, each column has a name of its own."""
    assert names == [column.name for column in tabulate(specs).columns]


def test_names_never_collide() -> None:
    """A number is not given to one run where another run has that name already."""
    specs = [replace(STEP4, name=name) for name in ("a", "a", "a#2")]
    assert curve_names([series_of(spec) for spec in specs]) == ("a", "a#3", "a#2")
    constant = Constant()
    assert group_names((Group("1", 0.1, constant), Group(None, 0.1, constant))) == ("1", "1#2")


SELECTIONS: list[tuple[dict[str, Any], list[int]]] = [
    ({"start": 2, "stop": 5}, [2, 3, 4]),
    ({"start": -3, "stop": 3}, [0, 1, 2]),
    ({"start": 8, "stop": 99}, [8, 9]),
    ({"start": 20, "stop": 30}, []),
    ({"start": 5, "stop": 5}, []),
    ({"every": 3}, [0, 3, 6, 9]),
    ({"start": 1, "every": 4}, [1, 5, 9]),
    ({"every": 64}, [0]),
    ({"changes": True}, [0, 4, 8]),
    ({"start": 2, "changes": True}, [2, 4, 8]),
    ({"every": 3, "changes": True}, [0, 6, 9]),
]


@pytest.mark.parametrize(("selection", "rows"), SELECTIONS)
def test_selection(selection: dict[str, Any], rows: list[int]) -> None:
    """A range is half-open; --every and --changes keep its first row; a range outside the run is an empty table."""
    columns = columns_of(tabulate([STEP4], **selection))
    assert {"epoch": rows, "lr": [Step(4, 0.1).lr_at(t, 0.001) for t in rows]} == columns


def test_changes_of_any_reading() -> None:
    """A row in which only get_lr() changes is a change, too."""
    assert columns_of(tabulate([TORCH11], changes=True))["epoch"] == [0, 4, 5, 8, 9]


@pytest.mark.parametrize("every", [7, 100, 8192, 9000])
def test_every_across_blocks(every: int) -> None:
    """Rows picked far apart are the rows of the whole table, whichever way they are computed."""
    n = 20_000
    for schedule in (Cosine(n), Exponential(0.999)):
        spec = Spec("x", (Group(None, 0.1, schedule),), n)
        expected = {"epoch": list(range(5, n, every)), "lr": schedule.lrs(0.1, 5, n)[::every]}
        assert expected == columns_of(tabulate([spec], start=5, every=every))


def test_every_of_a_long_run() -> None:
    """A formula's far-apart rows cost nothing in between."""
    spec = Spec("long", (Group(None, 0.1, Cosine(10**9)),), 10**9)
    assert columns_of(tabulate([spec], every=4 * 10**8))["epoch"] == [0, 4 * 10**8, 8 * 10**8]


def test_changes_across_blocks() -> None:
    """A change at a block's first row counts, and no change there does not."""
    spec = Spec("x", (Group(None, 0.1, MultiStep((8192, 16385), 0.5)),), 20_000)
    assert columns_of(tabulate([spec], changes=True)) == {"epoch": [0, 8192, 16385], "lr": [0.1, 0.05, 0.025]}


def test_lengths() -> None:
    """A shorter run's missing cells are None."""
    other = Spec("b", (Group(None, 1.0, Constant()),), 2)
    expected = {"epoch": [0, 1, 2], "step4:lr": [0.001] * 3, "b:lr": [1.0, 1.0, None]}
    assert expected == columns_of(tabulate([replace(STEP4, length=3), other]))


def test_steps_against_epochs() -> None:
    """Epochs against steps: rows are steps, and an epoch's LR holds for all of its steps."""
    steps = Spec("s", (Group(None, 1.0, Exponential(0.5)),), 5, interval="step")
    epochs = Spec("e", (Group(None, 1.0, Exponential(0.5)),), 2, steps_per_epoch=3)
    table = tabulate([epochs, steps], events=True)
    expected = {
        "step": [0, 1, 2, 3, 4, 5],
        "e:lr": [1.0, 1.0, 1.0, 0.5, 0.5, 0.5],
        "s:lr": [1.0, 0.5, 0.25, 0.125, 0.0625, None],
        "event": [""] * 6,
    }
    assert expected == columns_of(table)
    borrowed = [replace(epochs, steps_per_epoch=None), replace(steps, steps_per_epoch=3)]
    assert columns_of(tabulate([epochs, steps])) == columns_of(tabulate(borrowed))


def test_steps_against_epochs_needs_steps_per_epoch() -> None:
    """Epochs against steps without steps_per_epoch is an error that says what to give."""
    steps = Spec("s", (Group(None, 1.0, Constant()),), 5, interval="step")
    with pytest.raises(LrcliError) as error:
        tabulate([STEP4, steps])
    expected = (
        "'step4' counts epochs and 's' counts steps: "
        "give 'step4' steps_per_epoch (or --steps-per-epoch N), so that their rows can be aligned"
    )
    assert expected == str(error.value)


def test_plateau_columns() -> None:
    """A plateau shows its metric and what it counts, once for all groups that share it."""
    schedule = Plateau(metric=(1.0, 0.9, 0.95, 0.95, 0.8), factor=0.5, patience=1)
    groups = (Group("a", 0.1, replace(schedule, min_lr=0.01)), Group("b", 0.2, replace(schedule, min_lr=0.02)))
    table = tabulate([Spec("p", groups, 5)])
    columns = columns_of(table)
    assert list(columns) == ["epoch", "lr/a", "lr/b", "metric", "best", "bad", "cooldown"]
    assert columns["metric"] == [1.0, 0.9, 0.95, 0.95, 0.8]
    assert [c.kind for c in table.columns] == ["index", "lr", "lr", "number", "number", "number", "number"]


def test_two_plateaus() -> None:
    """Groups with different plateaus each have their own columns."""
    one = Plateau(metric=(1.0, 1.0, 1.0), patience=0)
    groups = (Group("a", 0.1, one), Group("b", 0.1, replace(one, patience=5)), Group("c", 0.1, Constant()))
    names = list(columns_of(tabulate([Spec("p", groups, 3)])))
    traced = [f"{key}/{group}" for group in "ab" for key in ("metric", "best", "bad", "cooldown")]
    assert ["epoch", "lr/a", "lr/b", "lr/c", *traced] == names


def events(*specs: Spec, **selection: Any) -> dict[int, str]:
    columns = columns_of(tabulate(specs, events=True, **selection))
    return {t: text for t, text in zip(columns[next(iter(columns))], columns["event"], strict=True) if text}


def test_events() -> None:
    """The event column says what the schedule does, row by row."""
    milestones = replace(STEP4, groups=(Group(None, 0.1, MultiStep((2, 6), 0.1)),))
    assert events(milestones) == {2: "milestone x0.1", 6: "milestone x0.1"}


def test_double_gamma() -> None:
    """Where get_lr() is the LR times gamma, the event says double gamma."""
    told = events(TORCH11)
    assert list(told) == [4, 8]
    assert all(text.endswith("; double gamma") for text in told.values())


def test_get_lr_is_not_the_lr() -> None:
    """A reading that is off for a whole stretch is told where it begins, not in every row."""
    cosine = replace(TORCH11, groups=(Group(None, 0.1, Cosine(20)),))
    told = {t: text for t, text in events(cosine).items() if "get_lr()" in text}
    assert told == {1: "get_lr() is not the LR"}
    exponential = replace(TORCH11, groups=(Group(None, 0.1, Exponential(0.5)),))
    assert events(exponential) == {1: "double gamma"}


def test_events_of_several() -> None:
    """What happens in all runs is said once; what happens in some is said with their names."""
    cosine = replace(STEP4, name="c", groups=(Group(None, 0.1, Constant()),))
    one = events(STEP4)
    assert {t: f"step4: {text}" for t, text in one.items()} == events(STEP4, cosine)
    assert one == events(STEP4, replace(STEP4, name="b"))
    both = events(STEP4, TORCH11)
    assert {t: f"{text}; step4@torch-1.1: double gamma" for t, text in one.items()} == both


def test_events_of_groups() -> None:
    """An unnamed group is told by its number; more than three are counted."""
    step, constant = Step(2, 0.5), Constant()
    one = Spec("g", (Group(None, 0.1, constant), Group(None, 0.1, step)), 3)
    assert [text[: len("group 1: ")] for text in events(one).values()] == ["group 1: "]
    many = replace(one, groups=(Group(None, 0.1, constant), *(Group(None, 0.1, step) for _ in range(4))))
    assert [text[: len("4 of 5: ")] for text in events(many).values()] == ["4 of 5: "]


def test_resumed_run() -> None:
    """A resumed run begins with its first epoch; beside another one the rows before it are empty."""
    resumed = replace(TORCH11, name="r", emulation=Emulation("1.1", last_epoch=7))
    assert columns_of(tabulate([resumed]))["epoch"] == [8, 9]
    beside = columns_of(tabulate([STEP4, resumed]))
    assert beside["r:lr"][:8] == [None] * 8
    assert None not in beside["r:lr"][8:]


def test_resumed_after_the_end() -> None:
    """A run that resumes after its last epoch is an empty table with its header."""
    resumed = replace(TORCH11, emulation=Emulation("1.1", last_epoch=20))
    assert columns_of(tabulate([resumed])) == {"epoch": [], "lr": [], "get_lr": []}


@pytest.mark.parametrize(("length", "complete"), [(HEAD, True), (HEAD + 20_000, False)])
def test_streams_past_the_head(length: int, complete: bool) -> None:
    """HEAD rows, to the end of their block, are computed before anything is written; more as they are asked for."""
    table = tabulate([Spec("x", (Group(None, 0.1, Constant()),), length)])
    assert complete == table.complete
    assert HEAD <= table.size < HEAD + 8192
    assert length == sum(len(chunk[0]) for chunk in table.chunks())


@pytest.mark.parametrize(
    ("schedule", "emulate", "expected"),
    [
        ("{type: step, step_size: 3}", "torch-1.0:lr:optimizer_first", {4: "decay x0.1", 7: "decay x0.1"}),
        ("{type: step, step_size: 3}", "torch-2.4:lr:scheduler_first", {2: "decay x0.1", 5: "decay x0.1"}),
        ("{type: step, step_size: 3}", "torch-2.4:lr", {3: "decay x0.1", 6: "decay x0.1"}),
        ("{type: cosine_restarts, T_0: 4}", "torch-1.1:lr", {5: "restart"}),
        ("{type: step, step_size: 3}", "{torch: '2.4', step_epoch: [3, 3, 0, 0, 0, 1, 2]}", {}),
    ],
)
def test_events_stand_where_a_replay_has_them(schedule: str, emulate: str, expected: dict[int, str]) -> None:
    """What happens is told in the row in which the loop has it, ahead of the schedule or late as it may be."""
    spec = parse_text(f"{{lr: 0.1, epochs: 8, schedule: {schedule}, emulate: {emulate}}}")
    table = tabulate([spec], events=True)
    events = [text.split(";")[0] for chunk in table.chunks() for text in chunk[-1]]
    quirks = ("", "double gamma", "get_lr() is not the LR")
    assert expected == {t: text for t, text in enumerate(events) if text not in quirks}
