"""Numbers of YAML 1.2, and lengths with their units."""

from __future__ import annotations

import math

import pytest

from lrcli.errors import SpecError, Unreadable
from lrcli.reader import parse_text
from lrcli.reader.units import RowClock, number_hint, position, resolve_scalar
from lrcli.reader.units import resolve_length as rows_of
from lrcli.spec.data import Data, steps_in_epoch


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("10", 10),
        ("+10", 10),
        ("-10", -10),
        ("010", 10),
        ("0o10", 8),
        ("0x1F", 31),
        ("10.0", 10.0),
        ("10.", 10.0),
        (".5", 0.5),
        ("1e4", 10000.0),
        ("1e-3", 0.001),
        ("3E-4", 0.0003),
        ("1.10", 1.1),
        (".inf", math.inf),
        ("-.INF", -math.inf),
        ("1" * 5000, math.inf),
        ("-" + "1" * 310, -math.inf),
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("on", "on"),
        ("yes", "yes"),
        ("1_000", "1_000"),
        ("1e", "1e"),
        ("e3", "e3"),
        (".", "."),
        ("nan", "nan"),
        ("inf", "inf"),
        ("0b11", "0b11"),
        ("12:30:45", "12:30:45"),
        ("2024-01-01", "2024-01-01"),
        ("10ep", "10ep"),
    ],
)
def test_plain_scalar(text: str, expected: object) -> None:
    """A plain scalar by the core schema of YAML 1.2, whole numbers apart from the others."""
    value = resolve_scalar(text)
    assert (expected, type(expected)) == (value, type(value))


def test_nan() -> None:
    """.nan is a number."""
    assert math.isnan(float(resolve_scalar(".nan") or 0))


@pytest.mark.parametrize(
    ("text", "quoted", "expected"),
    [
        ("0.1", True, "write it without quotes"),
        ("0.1", False, ""),
        ("1_000", False, "write 1000"),
        ("0,1", False, "write 0.1"),
        ("1'000", False, "write 1000"),
        ("5e-4 * 8", False, "write the number itself: 0.004"),
        ("1/0", False, ""),
        ("(", False, ""),
        ("fast", False, ""),
    ],
)
def test_number_hint(text: str, quoted: bool, expected: str) -> None:
    """What to write instead of a text that is almost a number."""
    assert expected == number_hint(text, quoted)


@pytest.mark.parametrize(
    ("text", "length", "clock", "rows", "note"),
    [
        ("30ep", 90, RowClock(), 30, ""),
        ("30 ep", 90, RowClock(), 30, ""),
        ("2.5ep", 90, RowClock(), 2.5, ""),
        ("500st", 90, RowClock("epoch", 100), 5, ""),
        ("512ba", 90, RowClock("epoch", 100), 5.12, ""),
        ("500st", 90, RowClock("step"), 500, ""),
        ("2ep", 90, RowClock("step", 100), 200, ""),
        ("1.5ep", 90, RowClock("step", 5), 7.5, ""),
        ("10%", 90, RowClock(), 9, ""),
        ("0.1dur", 90, RowClock("step"), 9, ""),
        ("33%", 10, RowClock(), 3, "33% of 10 epochs is 3.3, rounded to 3"),
        ("33.3%", 1000, RowClock("step"), 333, ""),
        ("1e1%", 90, RowClock(), 9, ""),
        ("0.07dur", 100, RowClock(), 7, ""),
    ],
)
def test_length(text: str, length: int, clock: RowClock, rows: float, note: str) -> None:
    """A length with a unit in rows, exactly; a percentage that is no whole number of rows is rounded, with a note."""
    assert (rows, note) == rows_of(text, length, clock)


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("ten", "'ten' is no length", "a length is a number or, with a unit, 30ep, 500st or 10%"),
        ("30epochs", "unknown unit 'epochs'", "write 30ep"),
        ("30x", "unknown unit 'x'", "the units are ep, st (or ba), % and dur"),
        ("30st", "steps in a run that counts epochs need steps_per_epoch",
         "give steps_per_epoch (or data) at the top level"),
        ("1e999ep", "1e999ep is too long", "a run has at most 1e12 epochs"),
        ("1e9999ep", "'1e9999ep' is no length", "a length is a number or, with a unit, 30ep, 500st or 10%"),
        ("1" * 100 + "ep", f"{'1' * 40!r} is no length", "a length is a number or, with a unit, 30ep, 500st or 10%"),
    ],
)  # fmt: skip
def test_no_length(text: str, message: str, hint: str) -> None:
    """What is no length says why."""
    with pytest.raises(Unreadable) as caught:
        rows_of(text, 90, RowClock())
    assert (message, hint) == (caught.value.message, caught.value.help)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("30", 30),
        (" -1 ", -1),
        ("1e3", 1000),
        ("4.0", 4),
        ("2ep", 200),
        ("50st", 50),
        ("10%", 9),
        ("100000000000", 10**11),
    ],
)
def test_position(text: str, expected: int) -> None:
    """A row that a command names."""
    assert expected == position(text, 90, RowClock("step", 100))


def test_no_position() -> None:
    """A row is whole."""
    with pytest.raises(Unreadable, match=r"2\.5 is no whole number of epochs"):
        position("2.5", 90, RowClock())


@pytest.mark.parametrize(
    ("text", "length", "interval", "steps_per_epoch", "notes"),
    [
        ("epochs: 90", 90, "epoch", None, ()),
        ("epochs: 1e4", 10_000, "epoch", None, ()),
        ("epochs: 90.0", 90, "epoch", None, ()),
        ("steps: 500", 500, "step", None, ()),
        ("steps: 500, steps_per_epoch: 100", 500, "step", 100, ()),
        ("epochs: 5, steps_per_epoch: 100, interval: step", 500, "step", 100, ()),
        ("steps: 500, steps_per_epoch: 100, interval: epoch", 5, "epoch", 100, ()),
        ("steps: 250, steps_per_epoch: 100, interval: epoch", 3, "epoch", 100,
         ("steps: 250 steps in epochs is 2.5, rounded to 3",)),
        ("steps: 5, steps_per_epoch: 100, interval: epoch", 1, "epoch", 100,
         ("steps: 5 steps in epochs is 0.05, rounded to 1",)),
        ("epochs: 2, data: {samples: 1000, batch_size: 32}", 2, "epoch", 32, ()),
        ("epochs: 2, interval: step, data: {samples: 1000, batch_size: 32, drop_last: true}", 62, "step", 31, ()),
    ],
)  # fmt: skip
def test_run(text: str, length: int, interval: str, steps_per_epoch: int | None, notes: tuple[str, ...]) -> None:
    """How long a run is, and what its rows count."""
    spec = parse_text(f"{{lr: 0.1, schedule: {{type: constant}}, {text}}}")
    assert (length, interval, steps_per_epoch, notes) == (
        spec.length,
        spec.interval,
        spec.steps_per_epoch,
        tuple(str(note) for note in spec.notes if note.level == "warning"),
    )


@pytest.mark.parametrize(
    ("samples", "batch_size", "world_size", "grad_accum", "drop_last", "expected"),
    [
        (1_281_167, 256, 1, 1, False, 5005),
        (1_281_167, 256, 1, 1, True, 5004),
        (1_281_167, 256, 8, 1, True, 625),
        (100, 10, 1, 4, False, 2),
        (10, 10, 1, 4, False, 1),
        (5, 10, 1, 1, True, 0),
        (10**12, 3, 7, 1, False, 47_619_047_620),
    ],
)
def test_steps_in_epoch(
    samples: int, batch_size: int, world_size: int, grad_accum: int, drop_last: bool, expected: int
) -> None:
    """Batches as PyTorch's sampler and loader count them, steps as a loop that accumulates gradients takes them."""
    assert expected == steps_in_epoch(Data(samples, batch_size, world_size, grad_accum, drop_last))


def test_whole_and_other_numbers_stay_apart() -> None:
    """A replay may care whether a length was written 10 or 10.0."""
    read = [
        parse_text(f"{{lr: 1, epochs: 9, schedule: {{type: step, step_size: {size}}}}}").groups[0].schedule
        for size in ("10", "10.0", "1e1")
    ]
    assert [repr(s) for s in read] == ["Step(step_size=10, gamma=0.1)"] + ["Step(step_size=10.0, gamma=0.1)"] * 2


def test_too_many_rows() -> None:
    """A run of epochs that has too many steps is refused as a long one is."""
    with pytest.raises(SpecError, match=r"the run has 1e\+21 steps, at most are 1e12"):
        parse_text("{lr: 1, epochs: 1e12, steps_per_epoch: 1e9, interval: step, schedule: {type: constant}}")


def test_an_endless_milestone_of_a_replay_is_refused() -> None:
    """It has no neighbours that could be written instead."""
    text = "{lr: 0.1, epochs: 9, emulate: torch-1.1, schedule: {type: multistep, milestones: [1e400]}}"
    with pytest.raises(SpecError, match="milestones must be numbers, not 1e400"):
        parse_text(text)
