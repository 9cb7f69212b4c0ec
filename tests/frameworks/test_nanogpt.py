"""What nanoGPT's get_lr does at its edges."""

from __future__ import annotations

from tests.frameworks.specs import events, lrs, notes_of, refusal

GET_LR = "type: nanogpt.get_lr, min_lr: 0.01"


def test_edges() -> None:
    """A warmup may be longer than the decay, or negative; one as long as the decay divides by 0."""
    long = lrs(f"{{{GET_LR}, warmup_iters: 8, lr_decay_iters: 5}}", 10)
    assert long[:2] == [0.011111111111111112, 0.022222222222222223]
    assert long[7:] == [0.08888888888888889, 0.01, 0.01]
    assert lrs(f"{{{GET_LR}, warmup_iters: -1, lr_decay_iters: 5}}", 6) == [
        0.09397114317029975,
        0.0775,
        0.05500000000000001,
        0.032500000000000015,
        0.01602885682970026,
        0.01,
    ]
    assert "no value at step 5: " in refusal(f"{{{GET_LR}, warmup_iters: 5, lr_decay_iters: 5}}")


def test_own_rate_and_release() -> None:
    """learning_rate is lr where it is left out; the release of 2023 warms up from 0."""
    schedule = f"{{{GET_LR}, warmup_iters: 4, lr_decay_iters: 8}}"
    assert lrs(schedule)[:2] == [0.1 * 1 / 5, 0.1 * 2 / 5]
    assert lrs(schedule, more="lr: 0.1, emulate: nanogpt-2023")[:2] == [0.0, 0.1 * 1 / 4]
    (note,) = notes_of(f"{{{GET_LR}, learning_rate: 0.2, warmup_iters: 4, lr_decay_iters: 8}}")
    assert "lr 0.1 is not used" in note
    assert events(schedule) == {4: "warmup ends", 8: "decay ends"}


def test_one_rate() -> None:
    """train.py sets one rate for all groups: different ones are refused."""
    message = refusal("{type: nanogpt.get_lr}", more="groups: [{lr: 0.1}, {lr: 0.2}]")
    assert "sets one lr for all groups" in message
