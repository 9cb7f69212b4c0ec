"""What DeepSpeed refuses, what it does without a word, and where its curves bend."""

from __future__ import annotations

import pytest

from lrcli.curve import evaluate
from lrcli.errors import SpecError
from lrcli.reader import parse_text
from lrcli.series import series_of
from tests.frameworks.test_golden import series
from tests.frameworks.to_spec import spec as spec_of
from tests.frameworks.to_spec import yaml


def spec(schedule: str, run: str = "lr: 0.1, steps: 8") -> str:
    return f"{{{run}, schedule: {{type: deepspeed.{schedule}}}}}"


@pytest.mark.parametrize(
    ("schedule", "reason"),
    [
        ("WarmupLR, warmup_num_steps: 0", "warmup_num_steps must be a positive integer, not 0"),
        ("WarmupLR, warmup_num_steps: 10.0", "warmup_num_steps must be a positive integer, not 10.0"),
        ("WarmupCosineLR, warmup_num_steps: 0", "warmup_num_steps must be a positive integer, not 0"),
        ("WarmupDecayLR, warmup_num_steps: -1", "warmup_num_steps must be a positive integer, not -1"),
        ("LRRangeTest, lr_range_test_step_size: 0", "lr_range_test_step_size must be a positive integer, not 0"),
        ("LRRangeTest, lr_range_test_step_size: 2.5", "lr_range_test_step_size must be a positive integer, not 2.5"),
        ("OneCycle, cycle_min_lr: 0, cycle_first_step_size: 0", "cycle_first_step_size must be positive, not 0"),
        (
            "OneCycle, cycle_min_lr: 0, cycle_second_step_size: -1",
            "cycle_second_step_size must not be negative, not -1.0",
        ),
    ],
)
def test_refused(schedule: str, reason: str) -> None:
    """What DeepSpeed refuses is refused, with its exception and the reason."""
    with pytest.raises(SpecError) as error:
        parse_text(spec(schedule))
    (problem,) = error.value.problems
    assert (problem.code, problem.message) == ("framework-refuses", f"deepspeed raises ValueError: {reason}")


def test_one_value_per_group() -> None:
    """A list has as many values as there are groups."""
    with pytest.raises(SpecError, match="one value per parameter group, 1 here, not 2"):
        parse_text(spec("WarmupLR, warmup_min_lr: [0.0, 0.1]"))


def test_values_of_each_group() -> None:
    """Lists give each group its own start and top, and the group's lr stands where no top is given."""
    text = (
        "{lr: 1, steps: 4, groups: [{lr: 0.5}, {lr: 0.25}], schedule: {type: deepspeed.WarmupLR,"
        " warmup_min_lr: [0.0, 0.125], warmup_num_steps: 2, warmup_type: linear}}"
    )
    groups = evaluate(parse_text(text)).groups
    assert [group.lr for group in groups] == [[0.0, 0.0, 0.25, 0.5], [0.125, 0.125, 0.1875, 0.25]]


def test_accepted_silently() -> None:
    """A second half of no steps drops to the start, a total as short as the warmup drops after it."""
    drop = "OneCycle, cycle_min_lr: 0.1, cycle_max_lr: 0.2, cycle_first_step_size: 4, cycle_second_step_size: 0"
    assert evaluate(parse_text(spec(drop))).groups[0].lr[2:6] == [0.15000000000000002, 0.17500000000000002, 0.1, 0.1]
    short = "WarmupDecayLR, total_num_steps: 4, warmup_max_lr: 0.1, warmup_num_steps: 4, warmup_type: linear"
    assert evaluate(parse_text(spec(short))).groups[0].lr == [0.0, 0.0, 0.025, 0.05, 0.07500000000000001, 0.0, 0.0, 0.0]


@pytest.mark.parametrize(
    ("schedule", "codes"),
    [
        ("WarmupLR, warmup_type: cosine", {"warmup-type", "first-updates"}),
        ("WarmupDecayLR, warmup_max_lr: 0.1, warmup_num_steps: 9", {"first-updates", "horizon"}),
        ("WarmupDecayLR, warmup_num_steps: 4", {"first-updates", "lr-ignored"}),
        ("OneCycle, cycle_min_lr: 0, decay_lr_rate: 0.5", {"no-decay"}),
        ("OneCycle, cycle_min_lr: 0, cycle_max_lr: 0.5", {"lr-ignored"}),
        ("LRRangeTest, lr_range_test_min_lr: 0.1", set()),
    ],
)
def test_notes(schedule: str, codes: set[str]) -> None:
    """What DeepSpeed does without a word is told, and a rate of its own that is not lr."""
    assert {note.code for note in series_of(parse_text(spec(schedule))).notes()} == codes


def test_lr_may_be_left_out() -> None:
    """lr is not needed where the schedule has its own rate, and is where it has none."""
    assert evaluate(parse_text(spec("WarmupDecayLR", "steps: 2000"))).groups[0].lr[1001] == 0.001
    with pytest.raises(SpecError, match="missing key 'lr'"):
        parse_text(spec("WarmupLR", "steps: 20"))


@pytest.mark.parametrize("stairs", [(0, 0), (3, 0), (3, 5), (0, 4), (7, 1)])
@pytest.mark.parametrize("sizes", [(10, 20), (7, 7), (11.5, 9), (4, 0)])
def test_breaks_of_one_cycle(stairs: tuple[int, int], sizes: tuple[float, float]) -> None:
    """Between two breaks the curve is flat or a line: no jump or bend is missed."""
    text = spec(
        f"OneCycle, cycle_min_lr: 0.0, cycle_max_lr: 1.0, cycle_first_step_size: {sizes[0]}, cycle_second_step_size:"
        f" {sizes[1]}, cycle_first_stair_count: {stairs[0]}, cycle_second_stair_count: {stairs[1]}",
        "lr: 1, steps: 60",
    )
    parsed = parse_text(text)
    schedule, lr = parsed.groups[0].schedule, evaluate(parsed).groups[0].lr
    bends = {t for t in range(1, 59) if abs((lr[t + 1] - lr[t]) - (lr[t] - lr[t - 1])) > 1e-9}
    breaks, t = set(), 1
    while (at := schedule.next_break(t)) is not None and at < 60:
        breaks.add(at)
        t = at + 1
    jumps = {t for t in range(1, 60) if abs(lr[t] - lr[t - 1]) > 0.26}
    assert not {t for t in jumps if t not in breaks}
    assert not {t for t in bends if not breaks & {t, t + 1}}


MOMENTA = [
    (name, i)
    for name in ("deepspeed",)
    for i, row in enumerate(series(name))
    if row.get("quantity", "").startswith("betas")
]


@pytest.mark.parametrize(("name", "i"), MOMENTA)
def test_momentum(name: str, i: int) -> None:
    """The momentum is the package's own."""
    row = series(name)[i]
    found = spec_of({key: value for key, value in row.items() if key != "quantity"})
    assert found is not None
    schedule = parse_text("\n".join(f"{key}: {yaml(value)}" for key, value in found[0].items())).groups[0].schedule
    assert list(schedule.momenta(0, len(row["values"]))) == row["values"]
