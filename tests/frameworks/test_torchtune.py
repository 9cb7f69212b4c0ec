"""What torchtune's cosine does at its edges."""

from __future__ import annotations

from tests.frameworks.specs import lrs, notes_of, refusal

COSINE = "type: torchtune.get_cosine_schedule_with_warmup"


def test_edges() -> None:
    """No training steps make it swing; a fraction of a step of warmup is fine."""
    assert lrs(f"{{{COSINE}, num_warmup_steps: 0, num_training_steps: 0}}", 5) == [0.1, 0.0, 0.1, 0.0, 0.1]
    assert lrs(f"{{{COSINE}, num_warmup_steps: 2.5, num_training_steps: 6}}", 7) == [
        0.0,
        0.04000000000000001,
        0.08000000000000002,
        0.09504844339512096,
        0.06112604669781572,
        0.018825509907063328,
        0.0,
    ]


def test_groups() -> None:
    """Groups of different rates have a note: the recipes' get_lr() raises there."""
    (note,) = notes_of(f"{{{COSINE}, num_warmup_steps: 2}}", more="groups: [{lr: 0.1}, {lr: 0.2}]")
    assert "raises RuntimeError where the groups' rates differ" in note
    assert notes_of(f"{{{COSINE}, num_warmup_steps: 2}}", more="groups: [{lr: 0.1}, {lr: 0.1}]") == []


def test_name() -> None:
    """Three frameworks have a function of that name: the error lists them."""
    message = refusal("{type: get_cosine_schedule_with_warmup, num_warmup_steps: 2}")
    assert "several frameworks have 'get_cosine_schedule_with_warmup'" in message
    assert "diffusers.cosine, torchtune.get_cosine_schedule_with_warmup, transformers.cosine" in message
