"""What Lightning Bolts' schedule does at its edges."""

from __future__ import annotations

from tests.frameworks.specs import events, lrs, notes_of, refusal

BOLTS = "type: lightning_bolts.LinearWarmupCosineAnnealingLR"


def test_edges() -> None:
    """No warmup keeps it at 0, one epoch begins there, and a warmup as long as the run divides by 0."""
    assert lrs(f"{{{BOLTS}, warmup_epochs: 0}}", 4) == [0.0, 0.0, 0.0, 0.0]
    assert lrs(f"{{{BOLTS}, warmup_epochs: 1, max_epochs: 4}}", 4) == [
        0.0,
        0.1,
        0.07500000000000001,
        0.025000000000000015,
    ]
    message = refusal(f"{{{BOLTS}, warmup_epochs: 5, max_epochs: 5}}")
    assert "no value at step 6: lightning_bolts raises ZeroDivisionError" in message


def test_notes() -> None:
    """No warmup and a run past the end have a note."""
    (note,) = notes_of(f"{{{BOLTS}, warmup_epochs: 0}}", 4)
    assert "the whole run is at warmup_start_lr, 0" in note
    (note,) = notes_of(f"{{{BOLTS}, warmup_epochs: 2, max_epochs: 5}}")
    assert "climbs again after 5" in note
    assert notes_of(f"{{{BOLTS}, warmup_epochs: 2}}") == []


def test_events() -> None:
    """The warmup ends one epoch before warmup_epochs."""
    assert events(f"{{{BOLTS}, warmup_epochs: 3, max_epochs: 8}}") == {2: "warmup ends", 8: "cosine ends"}
