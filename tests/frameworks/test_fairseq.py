"""What fairseq refuses, what it does without a word, and its events."""

from __future__ import annotations

import pytest

from lrcli.curve import evaluate
from lrcli.reader import parse_text
from tests.frameworks.specs import events, lrs, notes_of, refusal

EPOCHS = "lr: 0.1, steps_per_epoch: 3"


@pytest.mark.parametrize(
    ("schedule", "message"),
    [
        ("cosine, min_lr: 0.2", "fairseq raises AssertionError: lr must be more than min_lr"),
        ("cosine, max_update: 0", "fairseq raises AssertionError: max_update or lr_period_updates must be set"),
        ("inverse_sqrt, warmup_updates: 0", "fairseq raises ZeroDivisionError: warmup_updates must be above 0"),
        ("tri_stage", "fairseq raises AssertionError: please specify steps or phase_ratio"),
        ("tri_stage, warmup_steps: 4", "fairseq raises ZeroDivisionError: decay_steps must not be 0"),
        ("tri_stage, phase_ratio: [0.3, 0.3, 0.3]", "fairseq raises AssertionError: phase ratios must add up to 1"),
        ("step, lr_decay: 2", "fairseq raises AssertionError: lr_decay must be at most 1"),
        ("triangular, max_lr: 0.1", "fairseq raises AssertionError: max_lr must be more than lr"),
        ("triangular, max_lr: 1, lr_period_updates: 1", "fairseq raises ZeroDivisionError"),
        ("polynomial_decay, total_num_update: 0", "fairseq raises AssertionError: total_num_update must be above 0"),
        ("fixed, force_anneal: 2", "counts epochs beside updates: give steps_per_epoch"),
        ("fixed, lr: fast", "lr must be a list of numbers"),
    ],
)
def test_refuses(schedule: str, message: str) -> None:
    """What fairseq refuses is refused, with its exception and its reason."""
    assert message in refusal(f"{{type: fairseq.{schedule}}}")


def test_one_rate() -> None:
    """All groups have one learning rate: different ones are refused."""
    message = refusal("{type: fairseq.inverse_sqrt}", more="groups: [{lr: 0.1}, {lr: 0.2}]")
    assert "fairseq sets one lr for all groups" in message


def test_float_sum() -> None:
    """Ratios whose sum is 1 as a float are taken."""
    ratio = lrs("{type: fairseq.tri_stage, phase_ratio: [0.1, 0.2, 0.7]}")
    assert ratio == lrs("{type: fairseq.tri_stage, warmup_steps: 1, hold_steps: 2, decay_steps: 7}")


def test_epochs() -> None:
    """A list of rates has one for each epoch; polynomial_decay skips its first, with a note."""
    fixed = "{type: fairseq.fixed, lr: [0.1, 0.2], force_anneal: 3, lr_shrink: 0.5}"
    assert lrs(fixed, 12, EPOCHS)[::3] == [0.1, 0.2, 0.1, 0.05]
    polynomial = "{type: fairseq.polynomial_decay, lr: [0.1, 0.2]}"
    assert lrs(polynomial, 10, EPOCHS)[0] == 0.2
    (note,) = notes_of(polynomial, 10, EPOCHS)
    assert "never uses the first of its learning rates" in note


def test_explodes() -> None:
    """A cosine whose warmup is longer than max_update explodes, with a note."""
    schedule = "{type: fairseq.cosine, warmup_updates: 4, max_update: 2}"
    assert lrs(schedule)[6] == pytest.approx(1.0)
    (note,) = notes_of(schedule)
    assert "explodes after the warmup" in note


def test_names() -> None:
    """A schedule has the name of --lr-scheduler, and that of its class."""
    assert lrs("{type: fairseq.TriStageLRSchedule, decay_steps: 5}") == lrs("{type: tri_stage, decay_steps: 5}")


def test_events() -> None:
    """Warmups, restarts, steps and stages."""
    cosine = "{type: fairseq.cosine, warmup_updates: 2, lr_period_updates: 3}"
    assert events(cosine) == {2: "warmup ends", 5: "restart x0.1", 8: "restart x0.1"}
    assert events("{type: fairseq.step, lr_deacy_period: 4}") == {4: "step x0.5", 8: "step x0.5"}
    stages = "{type: fairseq.tri_stage, warmup_steps: 2, hold_steps: 3, decay_steps: 4}"
    assert events(stages) == {2: "warmup ends", 5: "hold ends", 9: "decay ends"}
    assert events("{type: fairseq.triangular, max_lr: 1, lr_period_updates: 4}") == {4: "cycle x0.1", 8: "cycle x0.1"}


def test_manual() -> None:
    """A rate of an update wins over that of an epoch; keys may be several; a mapping may stand as a text."""
    epochs = "epoch2lr: {1-2: 0.3, '3': 0.2}"
    assert lrs(f"{{type: fairseq.manual, {epochs}}}", 8, EPOCHS) == [0.3] * 6 + [0.2] * 2
    schedule = f"""{{type: fairseq.manual, {epochs}, update2lr: "{{'3,6': 0.05}}"}}"""
    assert lrs(schedule, 8, EPOCHS) == [0.3] * 3 + [0.05] * 5
    assert "must have whole numbers" in refusal("{type: fairseq.manual, update2lr: {first: 0.1}}")
    assert "give steps_per_epoch" in refusal("{type: fairseq.manual, epoch2lr: {1: 0.1}}")
    assert "must be a mapping of epochs or updates to rates" in refusal("{type: fairseq.manual, update2lr: [1, 2]}")


def test_plateau() -> None:
    """A metric counts at the end of an epoch, from the one in which the warmup ends on."""
    schedule = "schedule: {type: fairseq.reduce_lr_on_plateau, lr_shrink: 0.5, warmup_updates: 3, metric: [1, 1, 1, 1]}"
    found = evaluate(parse_text(f"{{lr: 0.1, epochs: 5, steps_per_epoch: 2, {schedule}}}")).groups[0]["lr"]
    assert list(found) == [0.0, 2 * (0.1 / 3), 3 * (0.1 / 3), 3 * (0.1 / 3) * 0.5, 3 * (0.1 / 3) * 0.5 * 0.5]
    assert "give epochs:" in refusal("{type: fairseq.reduce_lr_on_plateau, metric: [1, 1, 1, 1, 1, 1, 1, 1, 1]}")


def test_pass_through() -> None:
    """The optimizer's own scheduler has no type here."""
    assert "= help: the optimizer brings its own scheduler" in refusal("{type: fairseq.pass_through}")


def test_anneals_within_the_warmup() -> None:
    """A warmup that is longer than the decay goes on from what each epoch from force_anneal on begins with."""
    schedule = "{type: fairseq.polynomial_decay, warmup_updates: 8, force_anneal: 2, total_num_update: 2}"
    found = lrs(schedule, 9, EPOCHS)
    assert found[:4] == [0.0, 1 / 8 * 0.1, 2 / 8 * 0.1, 3 / 8 * (3 / 8 * 0.1)]
    assert found[6] == 6 / 8 * (6 / 8 * (3 / 8 * 0.1))
