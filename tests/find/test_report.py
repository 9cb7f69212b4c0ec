"""What is said about a range test beside its suggestions: its shape, Smith's bounds, the spread, the stop rules."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrcli.errors import LrcliError
from lrcli.find import Points, points_of
from lrcli.find.report import FindOptions, find, loss_at, running_median, shape_of
from lrcli.logs import Log
from lrcli.render.find import machine_table, sentences, warnings
from tests.frameworks.test_finders import GOLDEN, curve_of

LRS = tuple(1e-7 * 10 ** (8 * i / 99) for i in range(100))


def points(loss: Callable[[float], float], lrs: tuple[float, ...] = LRS) -> Points:
    """A range test whose loss is a function of the learning rate."""
    return Points("made", lrs, tuple(map(loss, lrs)))


def recorded(name: str) -> Points:
    """A recorded curve."""
    lrs, losses = curve_of(name)
    return Points(name, tuple(lrs), tuple(losses))


def noise(seed: int) -> Points:
    """Nothing but noise."""
    draw = random.Random(seed)
    return points(lambda _: draw.gauss(2.3, 0.1))


@pytest.mark.parametrize(
    ("curve", "kind"),
    [
        (points(lambda _: 2.3), "flat"),
        *((noise(seed), "flat") for seed in range(20)),
        (points(lambda lr: 2.3 + lr), "rising"),
        (points(lambda lr: 2.3 / (1 + lr)), "falling"),
        (points(lambda lr: 2.3 / (1 + 100 * lr) + lr), "turning"),
        (points(lambda lr: 2.3 / (1 + 100 * lr) if lr < 0.5 else math.nan), "diverging"),
        (points(lambda lr: 2.3 if lr < 1e-3 else math.nan), "flat"),
        (points(lambda lr: -1 - math.log10(1 + 100 * lr) + lr), "turning"),
        (points(lambda lr: 2.3 - lr, LRS[:7]), "short"),
        *((recorded(name), "turning") for name in GOLDEN),
    ],
)
def test_kind(curve: Points, kind: str) -> None:
    """A curve is what one sees it is."""
    assert kind == shape_of(curve).kind


BOUNDS = {
    "cliff.csv": (2.2051307399030455e-05, 0.11497569953977356),
    "two_valleys.csv": (0.000298364724028334, 0.06579332246575682),
}


@pytest.mark.parametrize("name", BOUNDS)
def test_smiths_bounds(name: str) -> None:
    """base_lr is where the last fall begins, max_lr where the loss is lowest before it turns."""
    shape = shape_of(recorded(name))
    assert BOUNDS[name] == (shape.base_lr, shape.max_lr)


@pytest.mark.parametrize("name", GOLDEN)
def test_bounds_do_not_move_with_units(name: str) -> None:
    """A loss that is twice as large, or has a constant added, has the same bounds."""
    curve = recorded(name)
    other = Points("other", curve.lrs, tuple(2 * loss + 64 for loss in curve.losses))
    assert (shape_of(curve).base_lr, shape_of(curve).max_lr) == (shape_of(other).base_lr, shape_of(other).max_lr)


def test_bounds_beyond_the_test() -> None:
    """A fall that begins before the test has no base_lr in it, one that goes on after it no max_lr."""
    shape = shape_of(points(lambda lr: 2.0 - 0.1 * math.log10(lr), LRS[:50]))
    assert ("falling", None, None) == (shape.kind, shape.base_lr, shape.max_lr)


@given(st.lists(st.floats(-10, 10), min_size=11, max_size=60), st.sampled_from([3, 5, 11]))
def test_running_median(losses: list[float], width: int) -> None:
    """The sliding window holds what a window cut out anew holds."""
    half = width // 2
    middles = (min(max(i, half), len(losses) - 1 - half) for i in range(len(losses)))
    assert [median(losses[i - half : i + half + 1]) for i in middles] == running_median(losses, width)


@pytest.mark.parametrize(
    ("curve", "words"),
    [
        (points(lambda _: 2.3), "does not fall by more than its noise"),
        (points(lambda lr: 2.3 + lr), "the loss rises and does not fall"),
        (points(lambda lr: 2.3 / (1 + lr)), "still falls at the largest learning rate, 10: test larger ones"),
        (
            points(lambda lr: 2.0 - 0.1 * math.log10(lr), LRS[:50]),
            "falls from the first learning rate on: start below 1e-07",
        ),
        (points(lambda lr: 2.3 - lr, LRS[:7]), "7 points with a finite loss are too few"),
        (points(lambda lr: 2.3, LRS[:2]), "no rule returns a learning rate"),
        (recorded("nan_tail.csv"), "8 of 100 losses are NaN or infinite, the first at 2.71859."),
        (points(lambda lr: 2.3 if lr < 1e-3 else math.nan), "Test more learning rates below 0.0010975"),
        (recorded("smooth_u.csv"), "disagree by a factor of 10200; without a remark: 0.000170735 to 0.00657933"),
    ],
)
def test_warnings(curve: Points, words: str) -> None:
    """What speaks against the suggestions is said in words."""
    assert [words] == [words for line in warnings(find(curve)) if words in line]


def test_agreement_is_silent() -> None:
    """Suggestions less than ten times apart on a curve that falls and turns need no warning."""
    losses = [*[2.3] * 60, 2.3, 2.0, 1.7, 1.4, 1.1, *(0.8 + i / 100 for i in range(20))]
    report = find(Points("agreed", tuple(1e-3 * 1.02**i for i in range(85)), tuple(losses)))
    assert report.spread is not None
    assert report.spread.ratio < 10
    assert [] == warnings(report)


@pytest.mark.parametrize(
    ("curve", "honest"),
    [
        (recorded("nan_tail.csv"), True),
        (points(lambda lr: 2.3 / (1 + lr)), True),
        (points(lambda _: 2.3), False),
        (points(lambda lr: 2.3 + lr), False),
        (points(lambda lr: 2.3 - lr, LRS[:7]), False),
    ],
)
def test_honest(curve: Points, honest: bool) -> None:
    """A suggestion needs a fall to stand on."""
    assert honest is find(curve).honest


def test_remarks_place_the_suggestions() -> None:
    """What lies outside Smith's bounds is marked, unless the rule itself has something worse to say."""
    remarks = {f"{s.tool} {s.rule}": s.remark for s in find(recorded("two_valleys.csv")).suggestions}
    assert {
        "fastai valley": "",
        "fastai slide": "slid to the start",
        "fastai minimum": "",
        "fastai steep": "below base_lr",
        "torch-lr-finder plot": "below base_lr",
        "lightning suggestion": "below base_lr",
        "ignite lr_suggestion": "below base_lr",
    } == remarks


def test_spread_of_one() -> None:
    """One suggestion alone has no spread to tell."""
    report = find(points(lambda lr: 2.3 - 1e4 * lr, LRS[:5]))
    assert [line.split(":")[0] for line in sentences(report)] == ["points"]


DIVERGING = Points("d", (0.1, 0.2, 0.3, 0.4, 0.5), (4.0, 1.0, 4.0, 4.5, math.nan))


@pytest.mark.parametrize(
    ("options", "losses"),
    [
        (FindOptions(), DIVERGING.losses[:4]),
        (FindOptions(stop_loss=4), (4.0, 1.0, 4.0, 4.5)),
        (FindOptions(stop_loss=3), (4.0, 1.0, 4.0)),
        (FindOptions(stop_lr=0.3), (4.0, 1.0, 4.0)),
        (FindOptions(stop_lr=0.25, stop_loss=3), (4.0, 1.0)),
        (FindOptions(smooth=0.5, stop_lr=0.2), (4.0, 2.0)),
    ],
)
def test_stop_rules(options: FindOptions, losses: tuple[float, ...]) -> None:
    """The points end with the first loss that is too high, as a loop records it, or before the first rate that is."""
    assert losses == find(DIVERGING, options).points.losses[: 4 if options == FindOptions() else None]


def test_stop_at_nan() -> None:
    """A loss that is NaN is too high for any stop rule."""
    report = find(DIVERGING, FindOptions(stop_loss=100))
    assert (5, 0) == (len(report.points), report.stopped)


def test_negative_losses_do_not_stop() -> None:
    """Four times a best loss below 0 means nothing."""
    curve = points(lambda lr: -1 - math.log10(1 + 100 * lr) + lr)
    assert 0 == find(curve, FindOptions(stop_loss=4)).stopped


def test_own_smoothing() -> None:
    """Each tool sees what its own loop would have recorded; the curve stays what it is."""
    curve = recorded("noisy_u.csv")
    plain, own = find(curve), find(curve, FindOptions(smooth="own"))
    assert plain.points == own.points
    assert all(a.lr != b.lr for a, b in zip(plain.suggestions[3:5], own.suggestions[3:5], strict=True))


@pytest.mark.parametrize(
    ("lr", "loss"),
    [(0.001, 2.0), (0.01, 2.0), (0.1, 1.5), (1.0, 1.0), (1.0000000001, 1.0), (10.0, math.inf), (100.0, math.inf)],
)
def test_loss_at(lr: float, loss: float) -> None:
    """Between two points the loss is on the line over log lr; beside an infinite one a point keeps its own."""
    assert loss == loss_at(Points("a", (0.01, 1.0, 10.0), (2.0, 1.0, math.inf)), lr)


def test_machine_rows() -> None:
    """Programs see a row per rule, then Smith's two bounds."""
    (chunk,) = machine_table(find(recorded("smooth_u.csv"))).head
    assert ("fastai",) * 4 + ("torch-lr-finder", "lightning", "ignite", "Smith", "Smith") == chunk[0]
    assert ("base_lr", "max_lr") == chunk[2][-2:]


def log_of(lrs: list[float | None], **others: list[float | None]) -> Log:
    """A log with these columns."""
    return Log("run", "step", range(len(lrs)), {"lr": lrs}, others=others)


RAMP: list[float | None] = [1e-4, 1e-3, 1e-2, 1e-1]
LOSSES: list[float | None] = [4.0, 3.0, 2.0, 1.0]


@pytest.mark.parametrize(
    ("names", "taken"),
    [
        (("val_loss", "loss"), "loss"),
        (("eval_loss", "Train Loss"), "Train Loss"),
        (("train/loss", "grad_norm"), "train/loss"),
        (("box_loss", "acc"), "box_loss"),
        (("val_loss", "acc"), "val_loss"),
    ],
)
def test_loss_column(names: tuple[str, ...], taken: str) -> None:
    """The training loss is found by its name."""
    assert taken == points_of(log_of(RAMP, **dict.fromkeys(names, LOSSES))).loss_column


def test_named_column() -> None:
    """A column may be called anything if it is asked for."""
    assert (4.0, 3.0, 2.0, 1.0) == points_of(log_of(RAMP, nll=LOSSES, loss=RAMP), loss="nll").losses


@pytest.mark.parametrize(
    ("log", "message"),
    [
        (log_of(RAMP), "run: no column is called a loss: there is only 'lr', and it is taken for the learning rate"),
        (log_of(RAMP, acc=LOSSES), "run: no column is called a loss: name one with --loss; there are acc"),
        (log_of(RAMP, a_loss=LOSSES, b_loss=LOSSES), "which column is the loss? Name one with --loss: a_loss, b_loss"),
        (log_of([None] * 4, loss=LOSSES), "no row has both a positive 'lr' and a 'loss'"),
        (log_of([1e-3] * 4, loss=LOSSES), "this is no range test: 'lr' is 0.001 in all 4 rows"),
        (log_of([1e-2, 1e-2, 1e-3, 1e-3], loss=LOSSES), "this is no range test: 'lr' never rises"),
        (log_of([1e-3, None], loss=[1.0, 2.0]), "one row is no range test"),
        (log_of(RAMP, loss=[math.nan] * 4), "no 'loss' is a finite number"),
        (log_of([4.0, 3.0, 2.0, 1.0], loss=LOSSES), "the learning rate falls again and again"),
    ],
)
def test_no_range_test(log: Log, message: str) -> None:
    """What is no range test is refused in one sentence."""
    with pytest.raises(LrcliError) as caught:
        points_of(log)
    assert message in str(caught.value)


def test_rows_left_out_are_told() -> None:
    """Rows without a learning rate or a loss, and those that have no logarithm, are counted."""
    log = log_of([0.0, None, 1e-3, 1e-2, 1e-1], loss=[5.0, 4.0, None, 2.0, 1.0])
    found = points_of(log)
    assert (1e-2, 1e-1) == found.lrs
    assert (
        "the loss is column 'loss'",
        "2 rows without 'lr' or 'loss' left out",
        "1 row left out in which 'lr' is not a positive number",
    ) == found.remarks


@pytest.mark.parametrize(("wanted", "losses"), [(None, (3.0, 4.0, 5.0)), (1, (1.0, 2.0)), (2, (3.0, 4.0, 5.0))])
def test_several_runs(wanted: int | None, losses: tuple[float, ...]) -> None:
    """Of runs that were appended the longest is taken, or the one that is asked for."""
    log = log_of([0.1, 0.2, 0.1, 0.2, 0.3], loss=[1.0, 2.0, 3.0, 4.0, 5.0])
    assert losses == points_of(log, run=wanted).losses


def test_no_such_run() -> None:
    """A run that the log does not hold is refused."""
    with pytest.raises(LrcliError, match="there is no run 2: the log holds 1"):
        points_of(log_of(RAMP, loss=LOSSES), run=2)
