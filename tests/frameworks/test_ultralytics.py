"""The trainer's groups in each release, what it chooses by itself, and what it refuses."""

from __future__ import annotations

import pytest

from lrcli import evaluate
from lrcli.errors import SpecError
from lrcli.reader import parse_text
from lrcli.series import series_of
from tests.frameworks.test_golden import series
from tests.frameworks.to_spec import spec as spec_of
from tests.frameworks.to_spec import yaml


def text(schedule: str, run: str = "steps: 32, data: {samples: 500, batch_size: 16}", kind: str = "trainer") -> str:
    return f"{{{run}, schedule: {{type: ultralytics.{kind}, {schedule}}}}}"


def columns(spec: str) -> dict[str, list[float]]:
    curve = evaluate(parse_text(spec))
    return {group.name or "": list(curve.groups[i].lr) for i, group in enumerate(curve.spec.groups)}


def codes(spec: str) -> set[str]:
    return {note.code for note in series_of(parse_text(spec)).notes()}


ONE_EPOCH = "epochs: 1, nc: 3, optimizer: auto"


def test_one_epoch() -> None:
    """A run of one epoch has no warmup; up to 8.4.0 it never leaves the one of 100 batches."""
    now = columns(text(ONE_EPOCH))
    assert list(now) == ["weight", "bn", "bias"]
    assert set(now["weight"]) == {0.001429}
    before = columns(text(ONE_EPOCH, "steps: 32, data: {samples: 500, batch_size: 16}, emulate: ultralytics-8.4.0"))
    assert list(before) == ["weight", "bn", "bias", "muon"]
    assert [before["weight"][t] for t in (0, 1, 15, 16, 30, 31)] == [
        0.0, 1.4289999999999999e-05, 0.00021434999999999998, 0.00022863999999999998, 0.00042869999999999996, 0.00044299,
    ]  # fmt: skip


SHORT = "steps: 40, data: {samples: 80, batch_size: 16}"  # 5 batches an epoch


@pytest.mark.parametrize(
    ("release", "order", "warm"),
    [
        ("8.0.200", ["bias", "weight", "bn"], "bias"),
        ("8.2", ["bias", "weight", "bn"], "bias"),
        ("8.3", ["bias", "weight", "bn"], "bias"),
        ("8.4.0", ["weight", "bn", "bias"], "weight"),
        ("8.4", ["weight", "bn", "bias"], "bias"),
    ],
)
def test_group_that_begins_high(release: str, order: list[str], warm: str) -> None:
    """The groups stand in the optimizer's order. In 8.4.0 warmup_bias_lr is what the weights begin at."""
    found = columns(text("epochs: 8, optimizer: SGD", f"{SHORT}, emulate: ultralytics-{release}"))
    assert list(found) == order
    assert [name for name, lrs in found.items() if lrs[0] == 0.1] == [warm]


def test_late_step() -> None:
    """Up to 8.0.200 the scheduler is stepped after the epoch: without a warmup, epoch 1 has the factor of epoch 0."""
    schedule = "lr0: 0.5, lrf: 0.5, epochs: 4, warmup_epochs: 0, optimizer: SGD"
    run = "steps: 8, steps_per_epoch: 2"
    assert columns(text(schedule, run))["bn"][::2] == [0.5, 0.4375, 0.375, 0.3125]
    assert columns(text(schedule, f"{run}, emulate: ultralytics-8.0"))["bn"][::2] == [0.5, 0.5, 0.4375, 0.375]


def test_yolov5() -> None:
    """After the warmup an epoch has the factor of the one before; linear_lr is the key of the old releases."""
    schedule = "lr0: 0.5, lrf: 0.5, epochs: 4, warmup_epochs: 1, warmup_minimum: 0"
    run = "steps: 8, steps_per_epoch: 2"
    assert columns(text(schedule, run, "yolov5"))["bias"] == [
        0.1,
        0.30000000000000004,
        0.4375,
        0.4375,
        0.4375,
        0.4375,
        0.375,
        0.375,
    ]
    old = columns(text(f"{schedule}, linear_lr: true", run, "yolov5"))["weight"]
    assert old[2:] == [0.5 * ((1 - e / 3) * 0.5 + 0.5) for e in (1, 1, 1, 1, 2, 2)]
    cosine = columns(text(f"{schedule}, linear_lr: false", run, "yolov5"))["weight"]
    assert cosine[2:] == columns(text(f"{schedule}, cos_lr: true", run, "yolov5"))["weight"][2:]


@pytest.mark.parametrize(
    ("nc", "samples", "release", "lr"),
    [
        (80, 128, "8.4", 0.000119),
        (1, 128, "8.4", 0.002),
        (1000, 128, "8.4", 1e-05),
        (3, 128, "8.3", 0.001429),
        (80, 5120000, "8.3", 0.01),
        (80, 5120000, "8.4", 0.01),
    ],
)
def test_auto(nc: int, samples: int, release: str, lr: float) -> None:
    """`auto` chooses its learning rate by the length of the run and the classes; a note says that lr0 is not used."""
    run = f"steps: 10, data: {{samples: {samples}, batch_size: 16}}, emulate: ultralytics-{release}"
    spec = text(f"epochs: 1, lr0: 0.5, nc: {nc}, warmup_epochs: 0", run)
    assert {lrs[0] for lrs in columns(spec).values()} == {lr}
    assert "optimizer-auto" in codes(spec)
    assert ("head-groups" in codes(spec)) == (samples > 1000 and release == "8.4")


def test_auto_needs_the_data() -> None:
    """Where the batches do not decide, `auto` asks for the samples; where they do, it does not."""
    assert columns(text("epochs: 10", "steps: 100"))["weight"][90] < 0.001
    with pytest.raises(SpecError, match="needs the size of the data set"):
        parse_text(text("epochs: 100, batch: 24", "steps: 26700"))


@pytest.mark.parametrize(
    ("schedule", "run", "reason"),
    [
        ("optimizer: Lion", SHORT, "ultralytics raises NotImplementedError: there is no optimizer 'Lion'"),
        ("optimizer: MuSGD", f"{SHORT}, emulate: ultralytics-8.3", "there is no optimizer 'MuSGD'"),
        ("optimizer: SGD, lr0: -1", f"{SHORT}, emulate: ultralytics-8.3", "ultralytics raises ValueError"),
        ("optimizer: SGD, batch: -1", SHORT, "must be the batch size that AutoBatch has chosen"),
        ("optimizer: SGD, epochs: 7", "steps: 40", "40 steps are no whole number for each epoch"),
        ("optimizer: SGD", "epochs: 8, interval: epoch", "are counted in batches here"),
        ("optimizer: SGD", f"{SHORT}, groups: [{{lr: 1}}, {{lr: 2}}]", "Ultralytics makes its own groups"),
    ],
)
def test_refused(schedule: str, run: str, reason: str) -> None:
    """What the trainer refuses, and what does not say its learning rates."""
    with pytest.raises(SpecError, match=reason):
        parse_text(text(schedule, run))


def test_accepted() -> None:
    """lrf above 1 climbs, a warmup below 0 is none, 8.4 takes a learning rate below 0."""
    assert columns(text("epochs: 2, lrf: 2, optimizer: SGD", "steps: 20"))["bn"][-1] == 0.015
    assert columns(text("epochs: 2, warmup_epochs: -1, optimizer: sgd", "steps: 20"))["bias"][0] == 0.01
    assert columns(text("epochs: 2, warmup_epochs: 0, lr0: -1, optimizer: SGD", "steps: 20"))["bias"][0] == -1.0


@pytest.mark.parametrize(
    ("schedule", "run", "expected"),
    [
        ("epochs: 8, optimizer: SGD", SHORT, set()),
        ("epochs: 8, optimizer: SGD, lr0: 0.5", f"{SHORT}, lr: 0.1", {"lr-ignored"}),
        ("optimizer: SGD", SHORT, {"horizon"}),
        ("epochs: 8, optimizer: SGD", f"{SHORT}, emulate: ultralytics-8.3", {"warmup-unfinished"}),
        ("epochs: 8, optimizer: SGD", f"{SHORT}, emulate: ultralytics-8.4.0", {"warmup-unfinished", "first-group"}),
        ("epochs: 8", "steps: 40, data: {samples: 40, batch_size: 8}", {"optimizer-auto", "batch"}),
    ],
)
def test_notes(schedule: str, run: str, expected: set[str]) -> None:
    """What the trainer does without a word."""
    assert codes(text(schedule, run)) == expected


MOMENTA = [
    (name, i)
    for name in ("ultralytics", "ultralytics83")
    for i, row in enumerate(series(name))
    if row.get("quantity", "").startswith("momentum")
]


@pytest.mark.parametrize(("name", "i"), MOMENTA)
def test_momentum(name: str, i: int) -> None:
    """The momentum is the package's own."""
    row = series(name)[i]
    found = spec_of({key: value for key, value in row.items() if key != "quantity"})
    assert found is not None
    schedule = parse_text("\n".join(f"{key}: {yaml(value)}" for key, value in found[0].items())).groups[0].schedule
    assert list(schedule.momenta(0, len(row["values"]))) == row["values"]
