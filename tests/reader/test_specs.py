"""Whole specs: phases, warmup, groups, anchors, spellings, overrides and what beats what."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest

from lrcli import evaluate
from lrcli.errors import SpecError
from lrcli.expression import Expression
from lrcli.inputs import Inputs
from lrcli.reader import parse_text, read_spec
from lrcli.schedules.base import Schedule
from lrcli.schedules.constant import Constant
from lrcli.schedules.cosine import Cosine, CosineRestarts, WarmupCosine
from lrcli.schedules.cyclic import Cyclic, OneCycle
from lrcli.schedules.lambda_ import Lambda
from lrcli.schedules.linear import Linear
from lrcli.schedules.plateau import Plateau
from lrcli.schedules.sequential import Chained, Manual, Sequential
from lrcli.schedules.step import Exponential, MultiStep, Step
from lrcli.spec import Group, Spec


def run(schedule: str, before: str = "lr: 0.1, epochs: 100") -> Spec:
    """A spec with this schedule."""
    return parse_text(f"{{{before}, schedule: {schedule}}}")


SCHEDULES: list[tuple[str, Schedule]] = [
    ("{type: constant}", Constant()),
    ("{type: step, step_size: 30}", Step(step_size=30)),
    ("{type: StepLR, step_size: 30, gamma: 0.5}", Step(step_size=30, gamma=0.5)),
    ("{type: step, step_size: 10%}", Step(step_size=10)),
    ("{type: multistep, milestones: [30, 60ep, 90%]}", MultiStep(milestones=(30, 60, 90))),
    ("{type: multistep, milestones: []}", MultiStep(milestones=())),
    ("{type: cosine}", Cosine(T_max=100)),
    ("{type: cosine, T_max: 0.5dur}", Cosine(T_max=50)),
    ("{type: linear}", Linear()),
    ("{type: one_cycle, max_lr: 1}", OneCycle(max_lr=1, total_steps=100)),
    (
        "{type: OneCycleLR, max_lr: 1, epochs: 3, steps_per_epoch: 5}",
        OneCycle(max_lr=1, epochs=3, steps_per_epoch=5),
    ),
    (
        "{type: cyclic, base_lr: 0.1, max_lr: 1, scale_fn: null, cycle_momentum: true, mode: triangular}",
        Cyclic(base_lr=0.1, max_lr=1),
    ),
    ("{type: lambda, lr_lambda: 0.95 ** epoch}", Lambda(Expression("0.95 ** epoch"))),
    ("{type: lambda, lr_lambda: 1}", Lambda(Expression("1"))),
    ("{type: lambda, lr_lambda: ['0.5 ** epoch']}", Lambda(Expression("0.5 ** epoch"))),
    ("{type: warmup+cosine, warmup: 5}", WarmupCosine(warmup=5, T_max=100)),
    ("{type: warmup_cosine, warmup_epochs: 5}", WarmupCosine(warmup=5, T_max=100)),
    ("{type: warmup_cosine, warmup_epochs: 5%}", WarmupCosine(warmup=5, T_max=100)),
    ("[{type: cosine}]", Cosine(T_max=100)),
    (
        "[{type: linear, for: 5}, {type: cosine}]",
        Sequential((Linear(total_iters=5), Cosine(T_max=95)), (5,)),
    ),
    (
        "[{type: linear, for: 10%}, {type: constant, for: 20%}, {type: cosine, T_max: 50%, for: 40}]",
        Sequential((Linear(total_iters=10), Constant(), Cosine(T_max=20)), (10, 30)),
    ),
    (
        "[{type: cosine, for: 80}, {type: cosine, for: 80}, {type: cosine}]",
        Sequential((Cosine(T_max=80), Cosine(T_max=80), Cosine(T_max=1)), (80, 160)),
    ),
    (
        "{type: SequentialLR, schedulers: [{type: LinearLR}, {type: CosineAnnealingLR}], milestones: [5]}",
        Sequential((Linear(total_iters=5), Cosine(T_max=95)), (5,)),
    ),
    (
        "{type: sequential, milestones: [10%], schedules: [&s {type: step, step_size: 10%}, *s]}",
        Sequential((Step(step_size=1), Step(step_size=9)), (10,)),
    ),
    (
        "{type: chained, schedules: [{type: linear}, {type: exponential, gamma: 0.9}]}",
        Chained((Linear(), Exponential(gamma=0.9))),
    ),
    ("{type: manual, schedules: [{type: cosine}]}", Manual((Cosine(T_max=100),))),
]


@pytest.mark.parametrize(("text", "expected"), SCHEDULES, ids=[text for text, _ in SCHEDULES])
def test_schedule(text: str, expected: Schedule) -> None:
    """What stands under `schedule:` is the constructor's call, defaults and lengths filled in from run and phase."""
    assert (Group(None, 0.1, expected),) == run(text).groups


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("warmup: {for: 5}, schedule: {type: cosine}", Sequential((Linear(total_iters=5), Cosine(T_max=95)), (5,))),
        (
            "warmup: {for: 10ep, start_factor: 0.5}, schedule: {type: multistep, milestones: [30, 50%]}",
            Sequential((Linear(start_factor=0.5, total_iters=10), MultiStep((30, 45))), (10,)),
        ),
        (
            "warmup: {for: 5%}, schedule: [{type: constant, for: 10}, {type: cosine}]",
            Sequential((Linear(total_iters=5), Constant(), Cosine(T_max=85)), (5, 15)),
        ),
        (
            "warmup: {for: 200}, schedule: {type: cosine}",
            Sequential((Linear(total_iters=200), Cosine(T_max=1)), (200,)),
        ),
    ],
)
def test_warmup(text: str, expected: Schedule) -> None:
    """A warmup is a first linear phase; the schedule counts from its end."""
    spec = parse_text(f"{{lr: 0.1, epochs: 100, {text}}}")
    assert (Group(None, 0.1, expected),) == spec.groups


def test_groups() -> None:
    """A group has its own lr and schedule, or those of the spec."""
    spec = parse_text(
        """
        lr: 0.1
        epochs: 10
        schedule: {type: cosine}
        warmup: {for: 2}
        groups:
          - {name: backbone, learning_rate: 0.01}
          - {name: 7, schedule: {type: constant}}
          - {}
        """
    )
    warm = Linear(total_iters=2)
    assert (
        Group("backbone", 0.01, Sequential((warm, Cosine(T_max=8)), (2,))),
        Group("7", 0.1, Sequential((warm, Constant()), (2,))),
        Group(None, 0.1, Sequential((warm, Cosine(T_max=8)), (2,))),
    ) == spec.groups


def test_value_per_group() -> None:
    """A list where PyTorch takes one value per group is shared out, in children too."""
    spec = parse_text(
        "{epochs: 9, groups: [{lr: 1}, {lr: 2}], schedule: "
        "[{type: lambda, lr_lambda: ['1', '2'], for: 4}, {type: cyclic, base_lr: [0.1, 0.2], max_lr: 1}]}"
    )
    assert (
        Group(None, 1.0, Sequential((Lambda(Expression("1")), Cyclic(base_lr=0.1, max_lr=1)), (4,))),
        Group(None, 2.0, Sequential((Lambda(Expression("2")), Cyclic(base_lr=0.2, max_lr=1)), (4,))),
    ) == spec.groups


@pytest.mark.parametrize(
    "schedule",
    [
        "{type: one_cycle, max_lr: 1}",
        "{type: range_test}",
        "[{type: range_test, for: 3}, {type: one_cycle, max_lr: 1}]",
        "{type: manual, schedulers: [{type: one_cycle, max_lr: 1}]}",
    ],
)
def test_lr_may_be_left_out(schedule: str) -> None:
    """Where the schedule sets the learning rate, the spec needs none."""
    assert [group.lr for group in run(schedule, "epochs: 10").groups] == [None]


def test_lr_is_needed_otherwise() -> None:
    """Each group needs an lr unless its own schedule sets it."""
    with pytest.raises(SpecError, match="missing key 'lr'"):
        run("[{type: one_cycle, max_lr: 1, for: 2}, {type: cosine}]", "epochs: 10")
    with pytest.raises(SpecError, match="missing key 'lr'"):
        run("{type: cosine}", "epochs: 10, groups: [{lr: 1}, {}]")


def test_anchors_and_merge_keys() -> None:
    """Anchors, aliases and merge keys work; an own key beats a merged one, the first of several merged ones wins."""
    spec = parse_text(
        """
        lr: &lr 0.1
        epochs: 10
        schedule: &common
          type: step
          step_size: 3
          gamma: 0.5
        groups:
          - {lr: *lr, schedule: *common}
          - schedule: {<<: *common, gamma: 0.9}
          - schedule:
              <<: [{step_size: 4}, *common]
        """
    )
    assert [Step(3, 0.5), Step(3, 0.9), Step(4, 0.5)] == [group.schedule for group in spec.groups]


def test_ignored_with_a_note() -> None:
    """last_epoch: -1 and verbose are PyTorch's, and mean nothing in a spec."""
    spec = run("{type: linear, last_epoch: -1, verbose: true}")
    assert [str(note) for note in spec.notes] == ["last_epoch is ignored", "verbose is ignored"]


def test_rounding_is_noted_once() -> None:
    """A percentage that is no whole number of rows is rounded, and that is a warning."""
    spec = run("{type: step, step_size: 33%}", "lr: 1, epochs: 10, groups: [{}, {}]")
    assert (Step(step_size=3), ("step_size: 33% of 10 epochs is 3.3, rounded to 3",)) == (
        spec.groups[0].schedule,
        tuple(str(note) for note in spec.notes if note.level == "warning"),
    )


def test_formula_and_replay() -> None:
    """A length that no formula has may be run by a release."""
    with pytest.raises(SpecError, match=r"T_0 must be a whole number of at least 1, not 2\.5"):
        run("{type: cosine_restarts, T_0: 2.5}")
    replayed = run("{type: cosine_restarts, T_0: 2.5}", "lr: 1, epochs: 9, emulate: torch")
    assert CosineRestarts(T_0=2.5) == replayed.groups[0].schedule


def test_fractions_stay() -> None:
    """A fraction of a step is what the formula counts with, the same with a unit and without."""
    written = run("{type: step, step_size: 2.4}", "lr: 1, epochs: 450").groups[0].schedule
    in_steps = run("{type: step, step_size: 240st}", "lr: 1, epochs: 450, steps_per_epoch: 100").groups[0].schedule
    assert Step(step_size=2.4) == written == in_steps == run("{type: step, step_size: 2.4ep}").groups[0].schedule
    lrs = written.lrs(1.0, 0, 450)
    assert 187 == sum(a != b for a, b in pairwise(lrs))
    assert 0.1 ** (449 // 2.4) == lrs[-1]
    assert [3, 5, 8, 10, 12] == [t for t in range(13) if written.event_at(t)]


def test_fraction_of_a_chained_rule() -> None:
    """A replay does what the release does with a fraction, and says where that is not the formula."""
    spec = run("{type: step, step_size: 2.5}", "lr: 1, epochs: 25, emulate: torch-2.4")
    curve = evaluate(spec)
    assert [5, 10, 15, 20] == [t for t in range(1, 25) if curve.shown()[t] != curve.shown()[t - 1]]
    assert any("step_size 2.5 is no whole number of steps" in str(note) for note in curve.notes)


@pytest.mark.parametrize(
    ("schedule", "rest", "message"),
    [
        ("[{type: linear, for: 2.5}, {type: cosine}]", "lr: 1, epochs: 9", "for: 2.5 is 2.5 epochs, and a phase"),
        ("[{type: linear, for: 2.5ep}, {type: cosine}]", "lr: 1, epochs: 9", "write 2ep or 3ep"),
        (
            "{type: multistep, milestones: [2.5]}",
            "lr: 1, epochs: 9, emulate: torch",
            "milestones: 2.5 is no whole",
        ),
        ("{type: multistep, milestones: [2.5ep]}", "lr: 1, epochs: 9, emulate: torch", "write 2ep or 3ep"),
        (
            "{type: SequentialLR, schedulers: [{type: constant}, {type: constant}], milestones: [2.5]}",
            "lr: 1, epochs: 9",
            "whole",
        ),
    ],
)
def test_fraction_where_only_whole_steps_mean_something(schedule: str, rest: str, message: str) -> None:
    """It is an error that names the two whole lengths beside it."""
    with pytest.raises(SpecError, match=re.escape(message)):
        run(schedule, rest)


def test_one_cycle_pasted_from_pytorch() -> None:
    """A schedule that is given in epochs of so many steps counts steps, so the run does, and says so."""
    pasted = "{type: OneCycleLR, max_lr: 0.1, epochs: 30, steps_per_epoch: 100}"
    spec = run(pasted, "epochs: 30")
    assert ("step", 3000, 100) == (spec.interval, spec.length, spec.steps_per_epoch)
    assert any("OneCycleLR counts steps" in str(note) for note in spec.notes)
    assert "epoch" == run(pasted, "epochs: 30, interval: epoch").interval
    assert ("step", 1500) == ((known := run(pasted, "epochs: 30, steps_per_epoch: 50")).interval, known.length)


def test_lengths_left_out_in_phases() -> None:
    """A length that is left out is the phase's, the last one's what is left of the run, for every type that has one."""
    phases = "[{type: linear, for: 500, start_factor: 0.01}, {type: constant, for: 80%}, {type: %s}]"
    for last, key in (
        ("linear, start_factor: 1, end_factor: 0", "total_iters"),
        ("polynomial", "total_iters"),
        ("ConstantLR", "total_iters"),
        ("SWALR, swa_lr: 0.1", "anneal_epochs"),
        ("range_test", "num_iter"),
        ("cosine", "T_max"),
        ("one_cycle, max_lr: 1", "total_steps"),
    ):
        schedule = run(phases.replace("%s", last), "lr: 1, steps: 10000").groups[0].schedule
        assert isinstance(schedule, Sequential)
        assert (500, 8500) == schedule.milestones
        assert 1500 == getattr(schedule.schedules[-1], key)
        warmed = run(f"{{type: {last}}}", "lr: 1, steps: 10000, warmup: {for: 500}").groups[0].schedule
        assert isinstance(warmed, Sequential)
        assert 9500 == getattr(warmed.schedules[-1], key)
    assert Linear() == run("{type: linear}").groups[0].schedule  # PyTorch's default, where the schedule is no phase


def test_percentage_beside_a_warmup() -> None:
    """`for: 80%` is of the run, whether or not a warmup stands before the phases."""
    spec = run("[{type: constant, for: 80%}, {type: cosine}]", "lr: 1, steps: 10000, warmup: {for: 500}")
    assert isinstance(spec.groups[0].schedule, Sequential)
    assert (500, 8500) == spec.groups[0].schedule.milestones


def test_bom_and_crlf(tmp_path: Path) -> None:
    """Files from Windows work, and their lines are counted as anyone's."""
    path = tmp_path / "step.yaml"
    path.write_bytes(b"\xef\xbb\xbflr: 0.1\r\nepochs: 9\r\nschedule: {type: constant}\r\n")
    assert (Group(None, 0.1, Constant()),) == read_spec(str(path)).groups
    path.write_bytes(b"\xef\xbb\xbflr: 0.1\r\nepochs: 9\r\nschedule: {type: konstant}\r\n")
    with pytest.raises(SpecError, match=r"step\.yaml:3:18: error: unknown type 'konstant'"):
        read_spec(str(path))


@pytest.mark.parametrize(
    ("argument", "name"),
    [
        ("named.yaml", "mine"),
        ("plain.yaml", "plain"),
        ("-", "stdin"),
        ("{lr: 1, epochs: 1, schedule: {type: constant}}", "inline"),
    ],
)
def test_name(argument: str, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A spec is called as it says, else as its file."""
    monkeypatch.chdir(tmp_path)
    text = "lr: 1\nepochs: 1\nschedule: {type: constant}\n"
    Path("plain.yaml").write_text(text)
    Path("named.yaml").write_text(f"{text}name: mine\n")
    assert name == read_spec(argument, inputs=Inputs.of(text.encode())).name


STEP = "{lr: 0.1, epochs: 10, schedule: {type: step, step_size: 3}, groups: [{name: a.b}, {name: c, lr: 1}]}"


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("lr=0.5", [(0.5, Step(3)), (1.0, Step(3))]),
        ("learning_rate=5e-1", [(0.5, Step(3)), (1.0, Step(3))]),
        ("schedule.gamma=0.5", [(0.1, Step(3, 0.5)), (1.0, Step(3, 0.5))]),
        ("schedule.step_size=50%", [(0.1, Step(5)), (1.0, Step(5))]),
        ("schedule={type: constant}", [(0.1, Constant()), (1.0, Constant())]),
        ("groups.c.lr=2", [(0.1, Step(3)), (2.0, Step(3))]),
        ("groups.1.lr=2", [(0.1, Step(3)), (2.0, Step(3))]),
        ("groups.a.b.lr=2", [(2.0, Step(3)), (1.0, Step(3))]),
        ("groups.0.schedule.type=constant", [(0.1, Constant()), (1.0, Step(3))]),
        ("warmup.for=2", [(lr, Sequential((Linear(total_iters=2), Step(3)), (2,))) for lr in (0.1, 1.0)]),
    ],
)
def test_set(key: str, expected: list[tuple[float, Schedule]]) -> None:
    """--set puts a value into the spec, wherever it stands."""
    assert expected == [(group.lr, group.schedule) for group in read_spec(STEP, sets=[key]).groups]


def test_set_in_order() -> None:
    """The last --set wins."""
    assert read_spec(STEP, sets=["lr=0.2", "lr=0.3"]).groups[0].lr == 0.3


@pytest.mark.parametrize(
    ("key", "message"),
    [
        ("schedule.gamma=x", "--set schedule.gamma=x: error: gamma must be a number, not the text 'x' [wrong-type]"),
        ("schedule.gama=1", "--set schedule.gama=1: error: unknown key 'gama' in step [unknown-key]\n"
         "    = help: did you mean 'gamma'?"),
        ("lr", "--set lr: error: --set takes KEY=VALUE, as in --set schedule.gamma=0.5 [set]"),
        ("a..b=1", "--set a..b=1: error: --set takes KEY=VALUE, as in --set schedule.gamma=0.5 [set]"),
        ("lr.x=1", "--set lr.x=1: error: 'x' cannot be set: there is 0.1, not a mapping [set]"),
        ("groups.head.lr=1", "--set groups.head.lr=1: error: there is no entry 'head' in the list [set]\n"
         "    = help: the names are a.b, c"),
        ("groups.2.lr=1", "--set groups.2.lr=1: error: there is no entry '2' in the list [set]\n"
         "    = help: the names are a.b, c"),
        ("lr=[", "--set lr=[: error: a value is missing [syntax]\n"
         "    = help: close the brackets; quote a text that holds one of , : { } [ ] #"),
        ("lr=", "--set lr=: error: missing key 'lr' [missing-key]\n    = help: write lr: 0.1"),
    ],
)  # fmt: skip
def test_bad_set(key: str, message: str) -> None:
    """A problem with a value that was set points at the option."""
    with pytest.raises(SpecError) as caught:
        read_spec(STEP, sets=[key])
    assert message.replace("--set lr=:", "<inline>:") == str(caught.value)


@pytest.mark.parametrize(
    ("before", "option", "expected"),
    [
        ("epochs: 10", {"epochs": "20"}, (20, "epoch")),
        ("steps: 10", {"steps": "20"}, (20, "step")),
        ("steps: 10, steps_per_epoch: 4", {"epochs": "20"}, (80, "step")),
        ("epochs: 10, steps_per_epoch: 4", {"steps": "20"}, (5, "epoch")),
        ("name: a", {"steps": "20"}, (20, "step")),
        ("name: a", {"epochs": "1e3"}, (1000, "epoch")),
    ],
)
def test_length_option(before: str, option: dict[str, str], expected: tuple[int, str]) -> None:
    """--epochs and --steps change how long the run is, not what its rows count."""
    spec = read_spec(f"{{lr: 1, schedule: {{type: constant}}, {before}}}", **option)  # type: ignore[arg-type]
    assert expected == (spec.length, spec.interval)


def test_bad_length_option() -> None:
    """A problem with the length that an option gives points at the option."""
    with pytest.raises(SpecError) as caught:
        read_spec(STEP, epochs="ten")
    assert (
        str(caught.value)
        == "--epochs ten: error: epochs must be a whole number from 1 to 1e12, not the text 'ten' [wrong-type]"
    )


def test_plateau_metric_is_cut_to_its_phase() -> None:
    """A plateau in a later phase reads the metric from its phase's beginning on."""
    spec = run("[{type: linear, for: 2}, {type: plateau, metric: [9, 8, 7, 6, 5]}]", "lr: 1, epochs: 6")
    assert Sequential((Linear(total_iters=2), Plateau(metric=(7.0, 6.0, 5.0))), (2,)) == spec.groups[0].schedule
