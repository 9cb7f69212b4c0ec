"""The rules of the range-test tools give what the tools themselves gave on the same points."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrcli.frameworks._float32 import f32, singles
from lrcli.frameworks.fastai import finder as fastai
from lrcli.frameworks.finders import Finder, Suggestion, argmin, divide, finders, gradient

FASTAI, TORCH_LR_FINDER, LIGHTNING, IGNITE = finders()

FINDERS = Path(__file__).parents[1] / "finders"
GOLDEN = json.loads((FINDERS / "suggestions.json").read_text("utf-8"))
VERSIONS = GOLDEN.pop("versions")

Curve = tuple[list[float], list[float]]


def curve_of(name: str) -> Curve:
    """The learning rates and losses of a recorded curve."""
    with (FINDERS / name).open(newline="") as file:
        rows = list(csv.DictReader(file))
    return [float(row["lr"]) for row in rows], [float(row["loss"]) for row in rows]


def ours(lrs: list[float], losses: list[float]) -> dict[str, float | None]:
    """What the recordings hold, by our rules."""
    by_name = {
        "lr_find": fastai.choose(lrs, losses, len(lrs) // 10, 5),
        "direct_f32": fastai.choose_from(singles(lrs), singles(losses), f32),
        "direct_f64": fastai.choose_from(lrs, losses),
    }
    found = {f"fastai.{rule}.{how}": lr for how, all_four in by_name.items() for rule, lr, _ in all_four}
    others: dict[str, tuple[Suggestion, ...]] = {
        "torch_lr_finder.plot_default(skip_start=10,skip_end=5)": TORCH_LR_FINDER.suggest(lrs, losses),
        "torch_lr_finder.plot(skip_start=0,skip_end=0)": TORCH_LR_FINDER.suggest(lrs, losses, 0, 0),
        "lightning.suggestion_default(skip_begin=10,skip_end=1)": LIGHTNING.suggest(lrs, losses),
        "lightning.suggestion(skip_begin=0,skip_end=1)": LIGHTNING.suggest(lrs, losses, 0, 1),
        "lightning.suggestion(skip_begin=10,skip_end=0)": LIGHTNING.suggest(lrs, losses, 10, 0),
        "ignite.lr_suggestion": IGNITE.suggest(lrs, losses),
    }
    return found | {name: suggestion.lr for name, (suggestion,) in others.items()}


@pytest.mark.parametrize("name", GOLDEN)
def test_recorded_suggestions(name: str) -> None:
    """Every suggestion is the recorded one, to the bit."""
    assert GOLDEN[name] == ours(*curve_of(name))


def test_recorded_versions() -> None:
    """Each rule is named after the release that was recorded."""
    assert {name: VERSIONS[name.replace("-", "_")] for name in (one.name for one in finders())} == {
        one.name: one.version for one in finders()
    }


def test_eight_curves() -> None:
    """An empty recording would pass in silence."""
    assert (8, 18) == (len(GOLDEN), min(map(len, GOLDEN.values())))


def longest_by_definition(losses: Sequence[float]) -> int:
    """fastai's valley as it is defined: in quadratic time."""
    lengths, start, end = [1] * len(losses), 0, 0
    for i in range(1, len(losses)):
        for j in range(i):
            if losses[i] < losses[j] and lengths[i] < lengths[j] + 1:
                lengths[i] = lengths[j] + 1
        if lengths[end] < lengths[i]:
            end, start = i, i - lengths[i]
    third = (end - start) / 3
    return start + int(third) + int(third / 2)


@given(st.lists(st.sampled_from([0.0, 1.0, 2.0, 3.0, 4.0, math.inf, -math.inf, math.nan]), min_size=1, max_size=40))
def test_valley_is_as_defined(losses: list[float]) -> None:
    """The valley found in n log n steps is the one that fastai finds in n * n."""
    choice = fastai.valley(losses)
    assert choice is not None
    assert longest_by_definition(losses) == choice[0]


FALLING = [2.0 - i / 100 for i in range(40)]
RISING = [2.0 + i / 100 for i in range(40)]
LRS = [10 ** (i / 10 - 5) for i in range(40)]


@pytest.mark.parametrize(
    ("tool", "points", "remarks"),
    [
        (
            FASTAI,
            3,
            ["needs 1 point, has 0", "needs 16 points, has 0", "needs 1 point, has 0", "needs 2 points, has 0"],
        ),
        (FASTAI, 8, ["", "needs 16 points, has 3", "lowest at its end", "its last point"]),
        (TORCH_LR_FINDER, 16, ["needs 2 points, has 1"]),
        (LIGHTNING, 12, ["needs 2 points, has 1"]),
        (IGNITE, 2, ["lowest too early"]),
    ],
)
def test_too_short(tool: Finder, points: int, remarks: list[str]) -> None:
    """A rule that has too few points says so and suggests nothing."""
    suggestions = tool.suggest([1e-5 * 2**i for i in range(points)], [3.0 - i * i for i in range(points)])
    assert remarks == [s.remark for s in suggestions]
    assert [s.lr is None for s in suggestions] == ["needs" in remark or "early" in remark for remark in remarks]


@pytest.mark.parametrize(
    ("losses", "remarks"),
    [
        (RISING, ["the loss falls nowhere", "slid to the start", "lowest at its start", "the loss falls nowhere"]),
        ([2.0] * 40, ["the loss falls nowhere", "did not slide", "lowest at its start", "the loss falls nowhere"]),
        ([*FALLING[:20], *[math.inf] * 20], ["", "did not slide", "", "beside NaN or inf"]),
    ],
)
def test_remarks_of_fastai(losses: list[float], remarks: list[str]) -> None:
    """fastai's functions return a number for any curve; the remark says where it means nothing."""
    if "slid to the start" in remarks:
        losses = [loss**20 for loss in losses]
    assert remarks == [s.remark for s in FASTAI.suggest(LRS, losses)]


def test_nan_is_smallest() -> None:
    """torch-lr-finder and ignite return the point before the first NaN, and the remark says why."""
    losses = [*FALLING[:30], *[math.nan] * 10]
    for tool in (TORCH_LR_FINDER, IGNITE):
        (suggestion,) = tool.suggest(LRS, losses)
        assert (LRS[29], "beside NaN or inf") == (suggestion.lr, suggestion.remark)


def test_cut_and_dropped_nan() -> None:
    """fastai cuts at the first NaN, lightning leaves out what is not finite."""
    losses = [*FALLING[:20], math.nan, *FALLING[21:]]
    assert FASTAI.suggest(LRS[:25], losses[:25])[2].lr == f32(LRS[19]) / 10
    (suggestion,) = LIGHTNING.suggest(LRS, losses)
    assert LRS[10] == suggestion.lr


@pytest.mark.parametrize("tool", [FASTAI, TORCH_LR_FINDER, IGNITE])
def test_skips_are_for_all(tool: Finder) -> None:
    """What is skipped at either end is not looked at."""
    spoiled = [9.0, 0.0, *FALLING[2:-2], 9.0, math.nan]
    skipped = tool.suggest(LRS, spoiled, 2, 2)
    assert [s.lr for s in tool.suggest(LRS[2:-2], FALLING[2:-2], 0, 0)] == [s.lr for s in skipped]


def test_smoothing() -> None:
    """Each loop's own average: fastai's begins near the loss, Lightning's at half of it, the others blend in 5 %."""
    losses = [2.0, 1.0, 4.0]
    assert [1.9999980926513672, 1.494948148727417, 2.3468892574310303] == FASTAI.smooth(losses)
    assert [2.0, 1.95, 2.0524999999999998] == TORCH_LR_FINDER.smooth(losses) == IGNITE.smooth(losses)
    first, *_ = LIGHTNING.smooth([2.3])
    assert first == pytest.approx(2.3 * 0.02 / (1 - 0.98**2), rel=1e-15)


def test_single_precision() -> None:
    """The arithmetic is IEEE 754: what overflows is infinite, 0 divides, and a NaN is the smallest."""
    assert [math.inf, -math.inf] == [f32(1e39), f32(-1e39)]
    assert [math.inf, -math.inf] == [divide(1.0, 0.0), divide(-1.0, 0.0)]
    assert math.isnan(divide(0.0, 0.0))
    assert [0, 2, 1] == [argmin([math.nan, 0.0]), argmin([3.0, 2.0, 1.0, 1.0]), argmin([1.0, math.nan, math.nan])]
    assert [1.0, 1.5, 2.0] == gradient([0.0, 1.0, 3.0])
