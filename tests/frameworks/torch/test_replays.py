"""Replays: the loop around the scheduler, resuming, the notes, and the verbs; the numbers are in test_golden."""

from __future__ import annotations

import inspect
from pathlib import Path

import pytest

from lrcli.catalog.registry import general_types as all_types
from lrcli.curve import evaluate
from lrcli.errors import EvaluationError, LrcliError, Refused
from lrcli.frameworks.torch import is_known, replay, rules, since
from lrcli.frameworks.torch.loop import TrainingLoop, _saved_group
from lrcli.frameworks.torch.machine import ParamGroup
from lrcli.frameworks.torch.releases import RELEASES, find_release, parse
from lrcli.reader import parse_text
from lrcli.series import series_of
from lrcli.spec import Spec

STEP4 = "{type: step, step_size: 4, gamma: 0.1}"


def spec(schedule: str, emulate: str, lr: float = 0.1, epochs: int = 10) -> Spec:
    return parse_text(f"{{lr: {lr}, epochs: {epochs}, schedule: {schedule}, emulate: {emulate}}}")


def codes(schedule: str, emulate: str) -> list[str]:
    return [note.code for note in series_of(spec(schedule, emulate)).notes()]


def test_every_general_schedule_is_replayed() -> None:
    """By a machine, by a rule, or by its closed form."""
    for cls in all_types():
        assert parse(since(cls) or "1.0") <= parse("1.13")
        assert is_known(cls)


def test_no_rule_knows_the_double_gamma() -> None:
    """The reading comes out of the rule: nothing beside the texts knows of get_lr()."""
    text = Path(inspect.getfile(rules)).read_text(encoding="utf-8")
    assert "get_lr" not in text.partition("class ClassRules")[0]


@pytest.mark.parametrize("release", ["1.1", *(r for r in RELEASES if parse(r) >= (1, 4))])
def test_double_gamma_comes_out_by_itself(release: str) -> None:
    """Where the rule is chained, reading get_lr() in the loop is one gamma too far at each decay, and only there."""
    curve = evaluate(spec(STEP4, f"torch-{release}", lr=0.001))
    group = curve.groups[0]
    assert group.get_lr is not None
    wrong = [t for t, (lr, read) in enumerate(zip(group.lr, group.get_lr, strict=True)) if lr != read]
    assert [4, 8] == wrong
    assert [1e-05, 1.0000000000000002e-06] == [group.get_lr[t] for t in wrong]


@pytest.mark.parametrize("release", ["1.0", "1.2", "1.3"])
def test_no_double_gamma_in_a_closed_form(release: str) -> None:
    """Where the rule is the closed form, get_lr() is the learning rate in use."""
    group = evaluate(spec(STEP4, f"torch-{release}")).groups[0]
    assert list(group.lr) == group.get_lr


def test_the_verbs() -> None:
    """construct leaves the first LR in the group, get_lr changes nothing, step moves on."""
    schedule = parse_text(f"{{lr: 0.1, epochs: 9, schedule: {STEP4}}}").groups[0].schedule
    scheduler = replay(schedule, (1, 1))
    group = ParamGroup(0.1)
    lr = scheduler.construct(group)
    assert (0.1, 0.1, 0.1) == (lr, group.lr, group.initial_lr)
    for _ in range(4):
        lr = scheduler.step(lr)
    assert [lr * 0.1] * 2 == [scheduler.get_lr(lr), scheduler.get_lr(lr)]
    assert 4 == scheduler.last_epoch


@pytest.mark.parametrize(
    ("release", "order", "expected"),
    [
        ("1.0", "scheduler_first", [1.0, 0.5, 0.25]),
        ("1.0", "optimizer_first", [1.0, 1.0, 0.5]),
        ("1.1", "optimizer_first", [1.0, 0.5, 0.25]),
        ("1.1", "scheduler_first", [0.5, 0.25, 0.125]),
        ("2.13", "scheduler_first", [0.5, 0.25, 0.125]),
    ],
)
def test_step_order(release: str, order: str, expected: list[float]) -> None:
    """Stepping in the other order than the documented one skips the first value (1.0: repeats it); a note says so."""
    found = spec("{type: exponential, gamma: 0.5}", f"{{torch: '{release}', step_order: {order}, read: lr}}", 1.0, 3)
    assert expected == evaluate(found).shown()
    documented = "scheduler_first" if release == "1.0" else "optimizer_first"
    assert ([] if order == documented else ["order"]) == [note.code for note in series_of(found).notes()]


@pytest.mark.parametrize(("release", "order"), [("1.0", [0.5, 0.25]), ("1.1", [0.5, 0.25]), ("2.15", [0.5, 0.25])])
def test_default_order_is_the_documented_one(release: str, order: list[float]) -> None:
    """Without a step order every release gives the schedule, because each is looped as it documents."""
    assert order == evaluate(spec("{type: exponential, gamma: 0.5}", f"torch-{release}:lr", 0.5, 2)).shown()


@pytest.mark.parametrize(
    ("schedule", "release", "reading", "names"),
    [
        (STEP4, "1.0", "get_lr", ("lr", "get_lr")),
        (STEP4, "1.3", "get_lr", ("lr", "get_lr")),
        (STEP4, "1.4", "get_last_lr", ("lr", "get_lr", "get_last_lr")),
        ("{type: plateau, metric: [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]}", "1.3", "lr", ("lr", "get_lr")),
        ("{type: plateau, metric: [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]}", "2.1", "lr", ("lr", "get_lr", "get_last_lr")),
        (
            "{type: plateau, metric: [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]}",
            "2.2",
            "get_last_lr",
            ("lr", "get_lr", "get_last_lr"),
        ),
        ("{type: chained, schedules: [{type: linear}]}", "1.10", "lr", ("lr", "get_lr", "get_last_lr")),
        ("{type: chained, schedules: [{type: linear}]}", "1.11", "get_last_lr", ("lr", "get_lr", "get_last_lr")),
    ],
)
def test_default_reading(schedule: str, release: str, reading: str, names: tuple[str, ...]) -> None:
    """The curve is what the release documents for printing; where the class has no such call, the LR, with a note."""
    found = spec(schedule, f"torch-{release}")
    assert (reading, names) == (series_of(found).reading, series_of(found).readings)
    assert ("no-reading" in [note.code for note in series_of(found).notes()]) == (reading == "lr")


RESUMED = "{torch: '%s', last_epoch: 5, read: lr, saved: %s}"


@pytest.mark.parametrize(
    ("release", "saved", "expected"),
    [
        # L(t) = 0.5 ** t: the first row is epoch 6, 2 ** -6 in the uninterrupted run
        ("1.1", "before_step", 2**-6),
        ("1.1", "after_step", 2**-7),  # the constructor multiplies once more
        ("1.3", "fresh", 2**-5),  # closed form: epoch 5 again, whatever the group holds
        ("1.4", "before_step", 2**-6),
        ("2.7", "before_step", 2**-6),
        ("2.7", "after_step", 2**-7),
        ("2.8", "after_step", 2**-6),
        ("2.8", "before_step", 2**-5),  # the factor of epoch 6 is lost
        ("2.8", "fresh", 1.0),
        ("2.8", "0.25", 0.25),
        ("2.8", "[0.125]", 0.125),
    ],
)
def test_resume(release: str, saved: str, expected: float) -> None:
    """A scheduler built with last_epoch goes on from what was saved; from 2.8 on it loses one factor for good."""
    found = spec("{type: exponential, gamma: 0.5}", RESUMED % (release, saved), 1.0, 9)
    curve = evaluate(found)
    assert 6 == series_of(found).start == curve.start
    assert [expected, expected / 2, expected / 4] == curve.shown()
    assert ("resume" in [note.code for note in curve.notes]) == (expected != 2**-6)


@pytest.mark.parametrize("type_", ["exponential", "multiplicative", "cosine", "linear", "polynomial"])
def test_resume_from_2_8_says_what_is_lost(type_: str) -> None:
    """Each class that looks at the initial flag of 2.8 says in its note that a factor is lost."""
    more = {
        "exponential": "gamma: 0.5",
        "multiplicative": "lr_lambda: '0.9'",
        "cosine": "T_max: 20",
        "linear": "total_iters: 20",
        "polynomial": "total_iters: 20",
    }[type_]
    (note,) = series_of(spec(f"{{type: {type_}, {more}}}", RESUMED % ("2.8", "before_step"))).notes()
    assert ("resume", (6,)) == (note.code, note.rows and note.rows.first)
    assert "lost for good" in note.why
    assert [] == codes(f"{{type: {type_}, {more}}}", RESUMED % ("2.7", "before_step"))


def test_saved_in_a_loop_that_steps_first() -> None:
    """Where scheduler.step() comes before training, the step of epoch k leaves the LR of epoch k."""
    rows = {}
    for saved in ("after_step", "before_step"):
        emulate = f"{{torch: '1.0', last_epoch: 5, read: lr, saved: {saved}, step_order: scheduler_first}}"
        loop = spec("{type: exponential, gamma: 0.5}", emulate, 1.0, 9)
        assert loop.emulation is not None
        rows[saved] = _saved_group(loop.groups[0].schedule, 1.0, loop.emulation, 0).lr
    assert {"after_step": 2**-5, "before_step": 2**-4} == rows


def test_a_resume_whose_uninterrupted_run_fails_has_no_note() -> None:
    """The note compares with a run that nobody asked for: where that raises, there is no note, and no error."""
    schedule = "{type: linear, start_factor: 0, total_iters: 5}"
    curve = evaluate(spec(schedule, RESUMED % ("1.13", "0.1"), 0.1, 9))
    assert ([0.1] * 3, ()) == (curve.shown(), curve.notes)


@pytest.mark.parametrize(
    ("schedules", "release", "expected"),
    [
        # recorded from torch 2.13: the scheduler built last has overwritten the group's max_lr, min_lr, initial_lr
        (
            "[{type: one_cycle, max_lr: 1.0, total_steps: 10}, {type: one_cycle, max_lr: 0.1, total_steps: 10}]",
            "2.13",
            [0.0040000000000000036, 0.052000000000000005, 0.1],
        ),
        (
            "[{type: SWALR, swa_lr: 0.05, anneal_epochs: 4}, {type: SWALR, swa_lr: 0.01, anneal_epochs: 4}]",
            "2.13",
            [0.1, 0.08681980515339464, 0.055],
        ),
    ],
)
def test_schedulers_that_share_the_group(schedules: str, release: str, expected: list[float]) -> None:
    """OneCycleLR and SWALR read their arguments from the group, where one that is built later overwrites them."""
    found = spec(f"{{type: sequential, milestones: [9], schedulers: {schedules}}}", f"torch-{release}:lr")
    assert expected == evaluate(found).shown()[:3]


def test_children_fail_in_the_order_of_construction() -> None:
    """A child's arguments are judged once the children before it are built."""
    schedules = (
        "[{type: one_cycle, max_lr: 0.66, total_steps: 10, pct_start: 0.1}, {type: multistep, milestones: [6, 1]}]"
    )
    with pytest.raises(Refused) as caught:
        evaluate(spec(f"{{type: manual, schedules: {schedules}}}", "torch-1.3"))
    assert "ZeroDivisionError" == caught.value.exception


def test_one_cycle_resumed_past_its_end() -> None:
    """The count of steps is judged before the missing max_lr."""
    emulate = "{torch: '2.13', last_epoch: 11, saved: 0.1}"
    with pytest.raises(Refused) as caught:
        evaluate(spec("{type: one_cycle, max_lr: 0.1, total_steps: 10}", emulate, epochs=20))
    assert "ValueError" == caught.value.exception


def test_a_complex_learning_rate_is_refused() -> None:
    """A negative gamma to the power of a fractional epoch is no learning rate."""
    with pytest.raises(Refused, match="complex"):
        evaluate(spec("{type: exponential, gamma: -0.5}", "{torch: '2.13', step_epoch: [0.5, 1]}"))


def test_resume_of_one_cycle_needs_the_saved_groups() -> None:
    """OneCycleLR cannot be built with last_epoch on a new optimizer: PyTorch's KeyError, in our words."""
    for saved in ("fresh", "0.1"):
        with pytest.raises(Refused, match="max_lr") as caught:
            evaluate(spec("{type: one_cycle, max_lr: 0.1, total_steps: 20}", RESUMED % ("2.4", saved)))
        assert ("KeyError", None) == (caught.value.exception, caught.value.t)


ONE_CYCLE_FROM_6 = [0.09874640062350874, 0.09504846320134738, 0.089091617757105]


@pytest.mark.parametrize("emulate", ['{torch: "2.4", last_epoch: 5}', '{torch: "2.4", last_epoch: 5, saved: groups}'])
def test_one_cycle_resumes_with_the_saved_groups(emulate: str) -> None:
    """With the optimizer's own saved groups OneCycleLR goes on where it was (recorded from torch)."""
    curve = evaluate(spec("{type: OneCycleLR, max_lr: 0.1, total_steps: 20}", emulate, epochs=9))
    assert (ONE_CYCLE_FROM_6, [0.1]) == (curve.shown(), [group.lr for group in curve.spec.groups])
    assert [] == [note.code for note in curve.notes if note.code != "lr-ignored"]


@pytest.mark.parametrize("release", ["1.4", "2.2", "2.13"])
def test_cyclic_resumes_with_the_saved_groups(release: str) -> None:
    """The saved initial_lr is CyclicLR's own base_lr, so its first value is right, too."""
    schedule = "{type: CyclicLR, base_lr: 0.001, max_lr: 0.1, step_size_up: 5}"
    whole = evaluate(spec(schedule, f"torch-{release}:lr", epochs=12)).shown()
    resumed = evaluate(spec(schedule, f"{{torch: '{release}', last_epoch: 3, read: lr}}", epochs=12))
    assert list(whole[4:]) == resumed.shown()


@pytest.mark.parametrize("value", ["true", "false"])
@pytest.mark.parametrize("release", ["1.3", "1.7"])
def test_three_phase_is_unknown_until_1_7(release: str, value: str) -> None:
    """An argument that a release does not know is refused with either value; left out, it is not."""
    schedule = "{type: OneCycleLR, max_lr: 0.1, total_steps: 20%s}"
    with pytest.raises(Refused, match="three_phase") as caught:
        evaluate(spec(schedule % f", three_phase: {value}", f"torch-{release}"))
    assert "TypeError" == caught.value.exception
    assert 10 == len(evaluate(spec(schedule % "", f"torch-{release}")).shown())


def groups_spec(schedules: list[str], emulate: str, epochs: int = 6) -> Spec:
    """A parameter group for each schedule."""
    groups = ", ".join(f"{{lr: 0.1, schedule: {schedule}}}" for schedule in schedules)
    return parse_text(f"{{epochs: {epochs}, groups: [{groups}], emulate: {emulate}}}")


def test_a_reading_that_raises_for_one_group_is_null_for_all() -> None:
    """get_lr() returns one list for all groups: what raises for one (1.0 reads at -1) is null for all."""
    expressions = ["{type: lambda, lr_lambda: '1 / (1 + epoch)'}", "{type: lambda, lr_lambda: '1'}"]
    curve = evaluate(groups_spec(expressions, "{torch: '1.0', step_order: optimizer_first}"))
    assert [(None, None), (0.1, 0.1)] == [(curve.groups[0].get_lr[t], curve.groups[1].get_lr[t]) for t in (0, 1)]
    different = ["{type: lambda, lr_lambda: '1 / (1 + epoch)'}", "{type: exponential, gamma: 1}"]
    apart = evaluate(groups_spec(different, "{torch: '1.0', step_order: optimizer_first}"))
    assert 0.1 == apart.groups[1].get_lr[0]


@pytest.mark.parametrize(
    ("first", "second", "exception", "t"),
    [
        # torch builds the first child for both groups before it builds the second one
        ("'epoch', '1 / epoch'", "'1 / epoch', '1'", "ZeroDivisionError", None),
        ("'1', '10.0 ** (400 + epoch)'", "'1 / epoch', '1'", "OverflowError", None),
        # and steps it so
        ("'1', '10.0 ** (400 * epoch)'", "'1 / (1 - epoch)', '1'", "OverflowError", 0),
        # an earlier step fails before a later one, in whichever group
        ("'1', '1'", "'1 / (3 - epoch)', '10.0 ** (200 * epoch)'", "OverflowError", 1),
    ],
)
@pytest.mark.parametrize("type_", ["chained", "manual"])
def test_of_two_errors_the_first_is_raised(type_: str, first: str, second: str, exception: str, t: int | None) -> None:
    """Child by child, then group by group: that is the order in which PyTorch meets errors."""
    children = [[one.strip() for one in text.split(",")] for text in (first, second)]
    both = [
        f"{{type: {type_}, schedules: [{{type: lambda, lr_lambda: {a}}}, {{type: lambda, lr_lambda: {b}}}]}}"
        for a, b in zip(*children, strict=True)
    ]
    with pytest.raises(Refused) as caught:
        evaluate(groups_spec(both, "torch-2.13"))
    assert (exception, t) == (caught.value.exception, caught.value.t)


def test_past_the_metric_is_no_exception_of_torch() -> None:
    """A row that the metric does not reach has no value: PyTorch raises nothing, it is never given one."""
    plateau = spec("{type: plateau, patience: 1, metric: [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]}", "torch-2.13:lr")
    assert 1 == len(list(series_of(plateau).blocks(("lr",), 10, 11)))
    with pytest.raises(EvaluationError, match="no value at epoch 11: the metric has 10 values"):
        list(series_of(plateau).blocks(("lr",), 11, 12))


def test_left_over_initial_lr() -> None:
    """An initial_lr that an earlier scheduler left is the base LR; the group's LR is what the chain goes on from."""
    curve = evaluate(spec("{type: step, step_size: 2}", "{torch: '2.4', initial_lr: 1.0, read: lr}", 0.5, 3))
    assert [0.5, 0.5, 0.05] == curve.shown()
    closed = evaluate(spec("{type: step, step_size: 2}", "{torch: '1.3', initial_lr: 1.0, read: lr}", 0.5, 3))
    assert [1.0, 1.0, 0.1] == closed.shown()


def test_step_epoch_as_an_expression_and_as_a_list() -> None:
    """The explicit epoch of scheduler.step(epoch) is a list, or an expression of the call's number."""
    schedule = "{type: exponential, gamma: 0.5}"
    listed = evaluate(spec(schedule, "{torch: '1.3', step_epoch: [1, 2, 3], read: lr}", 1.0, 4))
    written = evaluate(spec(schedule, "{torch: '1.3', step_epoch: 'epoch + 1', read: lr}", 1.0, 4))
    assert [1.0, 0.5, 0.25, 0.125] == listed.shown() == written.shown()


@pytest.mark.parametrize(
    ("schedule", "emulate", "expected"),
    [
        (STEP4, "torch-1.1", ["reading"]),
        (STEP4, "torch-1.3", []),
        (STEP4, "torch-2.4", []),
        (STEP4, "torch-2.4:get_lr", ["reading"]),
        ("{type: cosine_restarts, T_0: 3}", "torch-1.1:lr", ["restarts-late"]),
        ("{type: cosine_restarts, T_0: 3}", "torch-1.2", []),
        ("[{type: ConstantLR, for: 3}, {type: ConstantLR}]", "torch-1.12:lr", ["sequential-first-lr"]),
        ("[{type: ConstantLR, for: 3}, {type: ConstantLR}]", "torch-1.13", []),
        ("[{type: linear, for: 3}, {type: cosine}]", "torch-1.12:lr", []),
        ("{type: one_cycle, max_lr: 0.3}", "torch-2.4", ["lr-ignored"]),
    ],
)
def test_notes(schedule: str, emulate: str, expected: list[str]) -> None:
    """A release's quirk is told where it shows in the numbers, and nowhere else."""
    assert expected == codes(schedule, emulate)


def test_the_note_of_the_double_gamma_names_the_epochs_and_the_issue() -> None:
    """The note names the first five epochs and how many more, the issue, and what to read instead."""
    (note,) = series_of(spec("{type: step, step_size: 1, gamma: 0.9}", "torch-1.1", epochs=10)).notes()
    assert (((1, 2, 3, 4, 5), 4, 0, "epoch"), "pytorch #22107") == (note.rows, note.reference)
    assert "at epochs 1, 2, 3, 4, 5 and 4 more (9 in all)" in str(note)
    assert "optimizer.param_groups" in note.help


def test_refusals_name_the_epoch_of_the_failing_step() -> None:
    """An exception in the middle of a run is a refusal with PyTorch's exception type and the epoch of the step()."""
    with pytest.raises(Refused, match=r"scheduler\.step\(\) of epoch 6") as caught:
        evaluate(spec("{type: lambda, lr_lambda: '1 / (7 - epoch)'}", "torch-2.4"))
    assert ("ZeroDivisionError", 6) == (caught.value.exception, caught.value.t)
    with pytest.raises(Refused) as caught:
        evaluate(spec("{type: lambda, lr_lambda: '1 / (7 - epoch)'}", "torch-1.4"))
    assert "UnboundLocalError" == caught.value.exception


def test_rows_do_not_depend_on_the_blocks() -> None:
    """A run taken in pieces, with and without readings, is the run taken at once."""
    for cls_spec in (
        STEP4,
        "[{type: linear, for: 7}, {type: cosine}]",
        "{type: chained, schedules: [{type: linear}, {type: step, step_size: 3}]}",
    ):
        found = spec(cls_spec, "torch-2.4:lr", epochs=50)
        whole = evaluate(found).shown()
        loop = TrainingLoop(found.groups[0].schedule, 0.1, found.emulation or pytest.fail())
        pieces = [lr for n in (1, 2, 3, 30, 14) for lr in loop.take(n)["lr"]]
        assert list(whole) == pieces
        late = [lr for block in series_of(found).blocks(("lr",), 20, 40) for lr in block.groups[0].lr]
        assert list(whole[20:40]) == late


@pytest.mark.parametrize("text", ["0.4", "9", "1.14", "2.16", "1", "abc", "1.1.2.3", "1.x", "-1.1"])
def test_unknown_releases(text: str) -> None:
    """An unknown release is an error that lists the ranges."""
    with pytest.raises(LrcliError, match=r"1\.0 to 1\.13 and 2\.0 to 2\.15"):
        find_release(text)


@pytest.mark.parametrize(
    ("text", "release", "noted"),
    [
        ("1.10", "1.10", False),
        ("1.10.2", "1.10", False),
        ("1.10.0", "1.10", True),
        ("2.13.0+cpu", "2.13", False),
        ("", "2.15", False),
    ],
)
def test_known_releases(text: str, release: str, noted: bool) -> None:
    """A patch release that was not examined is accepted with a note."""
    found, note = find_release(text)
    assert (release, noted) == (found, note is not None)
