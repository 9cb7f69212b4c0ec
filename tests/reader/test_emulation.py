"""Which replay is asked for: in the spec, by an option, after the argument's `@`."""

from __future__ import annotations

from pathlib import Path

import pytest

from lrcli.errors import LrcliError, SpecError
from lrcli.reader import parse_text, read_spec, split_argument
from lrcli.reader.emulation import parse_emulation
from lrcli.spec import Emulation


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("formula", None),
        ("torch-1.1", Emulation("1.1", label="torch-1.1")),
        ("torch-1.10", Emulation("1.10", label="torch-1.10")),
        ("torch-1.10.2", Emulation("1.10", label="torch-1.10.2")),
        ("torch", Emulation("2.15", label="torch")),
        ("torch-1.1:get_lr", Emulation("1.1", "get_lr", label="torch-1.1:get_lr")),
        (
            "torch-2.4:lr:scheduler_first",
            Emulation("2.4", "lr", "scheduler_first", label="torch-2.4:lr:scheduler_first"),
        ),
        ("torch-2.4:optimizer_first", Emulation("2.4", None, "optimizer_first", label="torch-2.4:optimizer_first")),
    ],
)
def test_text(text: str, expected: Emulation | None) -> None:
    """A release, then the reading and the step order."""
    assert expected == parse_emulation(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "torch-",
        "torch-0.4",
        "torch-9",
        "jax-1",
        "torch-1.1:",
        "torch-1.1:lr:lr",
        "torch-1.3:get_last_lr",
        "formula:lr",
    ],
)
def test_bad_text(text: str) -> None:
    """Anything else is an error."""
    with pytest.raises(LrcliError):
        parse_emulation(text)


RUN = "lr: 1, epochs: 9, schedule: {type: constant}"


@pytest.mark.parametrize(
    ("emulate", "expected"),
    [
        ("null", None),
        ("formula", None),
        ("torch-1.1:get_lr", Emulation("1.1", "get_lr", label="torch-1.1:get_lr")),
        ("{torch: 1.10}", Emulation("1.10", label="torch-1.10")),
        ("{torch: '1.1'}", Emulation("1.1", label="torch-1.1")),
        ("{torch: torch-1.1}", Emulation("1.1", label="torch-1.1")),
        ("{torch: null}", Emulation("2.15", label="torch")),
        (
            "{torch: 2.8, read: lr, step_order: scheduler_first, last_epoch: 4, saved: fresh, initial_lr: 0.5}",
            Emulation("2.8", "lr", "scheduler_first", 4, "fresh", 0.5, label="torch-2.8"),
        ),
        (
            "{torch: 2.8, saved: 0.25, initial_lr: [0.5], step_epoch: [1, null, 2.5]}",
            Emulation("2.8", saved=0.25, initial_lr=(0.5,), step_epoch=(1, None, 2.5), label="torch-2.8"),
        ),
        (
            "{torch: 2.8, saved: [1], read: null, initial_lr: null, step_epoch: epoch + 1}",
            Emulation("2.8", saved=(1,), step_epoch="epoch + 1", label="torch-2.8"),
        ),
    ],
)
def test_in_a_spec(emulate: str, expected: Emulation | None) -> None:
    """`emulate:` is a text or a mapping."""
    assert expected == parse_text(f"{{{RUN}, emulate: {emulate}}}").emulation


@pytest.mark.parametrize(
    ("argument", "expected"),
    [
        ("step.yaml", ("step.yaml", None)),
        ("step.yaml@torch-1.1", ("step.yaml", "torch-1.1")),
        ("a@b.yaml@torch-1.1:lr", ("a@b.yaml", "torch-1.1:lr")),
        ("a@b.yaml", ("a@b.yaml", None)),
        ("C:\\x.yaml@torch-1.1", ("C:\\x.yaml", "torch-1.1")),
        ("C:\\a@b\\x.yaml", ("C:\\a@b\\x.yaml", None)),
        ("host@dir/x.yml", ("host@dir/x.yml", None)),
        ("-", ("-", None)),
        ("-@torch", ("-", "torch")),
        ("@torch", ("@torch", None)),
        ("{name: a@b}", ("{name: a@b}", None)),
        (" {name: a@b} @torch", (" {name: a@b} ", "torch")),
        ("x" * 5000 + "@torch", ("x" * 5000, "torch")),
        ("a\0b@torch", ("a\0b", "torch")),
    ],
)
def test_split_argument(argument: str, expected: tuple[str, str | None]) -> None:
    """The text is split at its last @, unless what follows is part of a path."""
    assert expected == split_argument(argument)


def test_existing_path_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file whose name has an @ is that file."""
    monkeypatch.chdir(tmp_path)
    Path("step@torch").write_text("")
    assert split_argument("step@torch") == ("step@torch", None)


@pytest.mark.parametrize(
    ("in_file", "option", "suffix", "release"),
    [
        ("torch-1.1", None, "", "1.1"),
        ("torch-1.1", "torch-1.2", "", "1.2"),
        ("torch-1.1", "torch-1.2", "@torch-1.3", "1.3"),
        ("torch-1.1", None, "@torch-1.3", "1.3"),
        ("null", "torch-1.2", "", "1.2"),
        ("torch-1.1", "formula", "", None),
        ("torch-1.1", "torch-1.2", "@formula", None),
    ],
)
def test_precedence(in_file: str, option: str | None, suffix: str, release: str | None) -> None:
    """The suffix beats --emulate, which beats the file."""
    spec = read_spec(f"{{{RUN}, emulate: {in_file}}}{suffix}", emulate=option)
    assert release == (spec.emulation.release if spec.emulation else None)


def test_training_loop_is_kept() -> None:
    """Another release for the same loop: how it resumes and in which order it steps stay as the file says."""
    text = f"{{{RUN}, emulate: {{torch: 2.7, read: lr, step_order: scheduler_first, last_epoch: 4, saved: fresh}}}}"
    assert (
        Emulation("2.8", None, "scheduler_first", 4, "fresh", label="torch-2.8")
        == read_spec(f"{text}@torch-2.8").emulation
    )
    assert (
        Emulation("2.8", "get_lr", "optimizer_first", 4, "fresh", label="torch-2.8:get_lr:optimizer_first")
        == read_spec(text, emulate="torch-2.8:get_lr:optimizer_first").emulation
    )


def test_release_that_was_not_examined() -> None:
    """Another patch release is accepted with a note."""
    spec = read_spec(f"{{{RUN}}}@torch-1.10.1")
    assert [str(note) for note in spec.notes] == ["torch 1.10.1 was not examined; 1.10.2 stands for it"]


@pytest.mark.parametrize(
    ("argument", "option", "message"),
    [
        (f"{{{RUN}}}", "torch-1.1:lrs",
         "--emulate torch-1.1:lrs: error: unknown reading or step order 'lrs' [emulation]\n"
         "    = help: did you mean 'lr'?"),
        (f"{{{RUN}}}@1.1", None,
         f"{{{RUN}}}@1.1: error: unknown emulation '1.1' [emulation]\n"
         "    = help: write torch-1.1"),
    ],
)  # fmt: skip
def test_bad_emulation(argument: str, option: str | None, message: str) -> None:
    """A problem with the emulation points at where it was asked for."""
    with pytest.raises(SpecError) as caught:
        read_spec(argument, emulate=option)
    assert message == str(caught.value)


def test_another_framework_than_the_spec_asks_for() -> None:
    """A release of another framework replaces the replay that the spec asks for, with all that it says of the loop."""
    schedule = "{type: transformers.linear, num_warmup_steps: 1}"
    text = f'{{lr: 0.1, epochs: 9, schedule: {schedule}, emulate: {{torch: "2.4", last_epoch: 3}}}}'
    spec = read_spec(f"{text}@transformers-4.51")
    assert (None, True) == (spec.emulation, spec.release.startswith("transformers-4.51"))


def test_base_of_a_warmup_without_lr() -> None:
    """A warmup before a schedule that sets its own learning rate rises to where that schedule begins."""
    spec = parse_text(
        "{epochs: 9, schedule: {type: optax.constant_schedule, value: 1}, warmup: {for: 2, start_factor: 0.5}}"
    )
    assert [0.5, 0.75, 1.0, 1.0] == [spec.groups[0].schedule.lr_at(t, spec.groups[0].base_lr) for t in range(4)]
