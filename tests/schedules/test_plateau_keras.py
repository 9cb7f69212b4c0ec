"""`counting: keras`: the plateau schedule as Keras's callback counts."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from lrcli.errors import LrcliError
from lrcli.reader import parse_text
from lrcli.schedules.plateau import Plateau
from tests.cli_world import run_cli

FLAT = (1.0,) * 8


def lrs(**keys: object) -> list[float]:
    """The learning rates of a run with Keras's counting."""
    keys = {"factor": 0.5, "threshold_mode": "abs", "counting": "keras", "metric": FLAT, **keys}
    return Plateau(**keys).lrs(8.0, 0, 8)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ({"patience": 2}, [8.0, 8.0, 8.0, 4.0, 4.0, 2.0, 2.0, 1.0]),
        ({"patience": 2, "cooldown": 1}, [8.0, 8.0, 8.0, 4.0, 4.0, 2.0, 2.0, 1.0]),
        ({"patience": 2, "cooldown": 2}, [8.0, 8.0, 8.0, 4.0, 4.0, 4.0, 2.0, 2.0]),
        ({"patience": 0}, [8.0, 8.0, 4.0, 2.0, 1.0, 0.5, 0.25, 0.125]),
        ({"patience": 1, "min_lr": 3.0}, [8.0, 8.0, 4.0, 3.0, 3.0, 3.0, 3.0, 3.0]),
        ({"patience": 1, "mode": "max"}, [8.0, 8.0, 4.0, 2.0, 1.0, 0.5, 0.25, 0.125]),
        ({"patience": 2, "metric": (1.0, math.nan, math.nan, *FLAT)}, [8.0, 8.0, 8.0, 4.0, 4.0, 2.0, 2.0, 1.0]),
        (
            {"patience": 1, "threshold_mode": "rel", "metric": (2.0, 1.9, 1.8, *FLAT)},
            [8.0, 8.0, 8.0, 8.0, 8.0, 4.0, 2.0, 1.0],
        ),
    ],
)
def test_counting(keys: dict[str, object], expected: list[float]) -> None:
    """It reduces on the patience-th bad epoch, and the epoch that ends a cooldown counts."""
    assert expected == lrs(**keys)


def test_torch_waits_one_epoch_longer() -> None:
    """PyTorch reduces one epoch later than Keras on a metric that never gets better."""
    torch, keras = (Plateau(patience=2, counting=name, metric=FLAT) for name in ("torch", "keras"))
    assert (4, 3) == (next(torch.reductions()), next(keras.reductions()))


@pytest.mark.parametrize("release", ["1.1", "2.4"])
def test_no_replay(release: str) -> None:
    """A replay of PyTorch refuses Keras's counting."""
    from lrcli.curve import evaluate

    spec = parse_text(
        "{lr: 0.1, schedule: {type: plateau, counting: keras, metric: [1, 1, 1]}, emulate: torch-" + release + "}"
    )
    with pytest.raises(LrcliError, match="counting: keras is not what PyTorch does"):
        evaluate(spec)


def test_trace_and_events() -> None:
    """The trace and the events follow Keras's counting."""
    plateau = Plateau(patience=2, factor=0.5, counting="keras", threshold_mode="abs", metric=FLAT)
    assert ([0, 1, 0, 1], "reduced x0.5 after 2 bad epochs") == (plateau.trace(8.0, 0, 4)["bad"], plateau.event_at(3))


SPEC = (
    "{lr: 0.1, epochs: 9, schedule: {type: plateau, counting: keras, patience: 1, metric: [1, 1, 1, 1, 1, 1, 1, 1, 1]}}"
)


def test_what_needs_a_replay_does_without(tmp_path: Path) -> None:
    """`check` and `explain` skip what no release computes, and `versions` says why there is nothing to tell."""
    outcome = run_cli("check", SPEC)
    assert (outcome.status, outcome.stderr) == (0, "")
    log = tmp_path / "run.csv"
    log.write_text("epoch,lr\n0,0.1\n1,0.1\n2,0.02\n3,0.004\n", encoding="utf-8")
    assert "factor: 0.2 instead of 0.1" in " ".join(run_cli("explain", SPEC, str(log)).stdout.split())
    outcome = run_cli("versions", SPEC)
    assert (outcome.status, outcome.stdout) == (2, "")
    assert "counting: keras is not what PyTorch does: no release of torch replays it" in outcome.stderr


def test_in_one_of_the_groups() -> None:
    """A group that is not replayed does not keep `check` from the others."""
    plateau, cosine = SPEC.replace("epochs: 9, ", ""), "{lr: 0.2, schedule: {type: cosine, T_max: 3}}"
    outcome = run_cli("check", f"{{epochs: 9, groups: {{a: {plateau}, b: {cosine}}}}}")
    assert (outcome.status, outcome.stderr) == (1, "")
    assert "cosine-climbs" in outcome.stdout
