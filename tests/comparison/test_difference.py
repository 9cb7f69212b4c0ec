"""Comparing two runs: what counts as equal, the numbers of the report, and its exact texts."""

from __future__ import annotations

import csv
import io
import json
import math
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import lrcli.comparison
from lrcli.comparison import Gap, Row, Tally, largest_value
from lrcli.comparison import difference as compare_module
from lrcli.comparison.difference import Difference, compare
from lrcli.errors import LrcliError
from lrcli.render import Style
from lrcli.render.diff import DIFFERENCES, summary, write_diff
from lrcli.schedules.base import Schedule
from lrcli.schedules.constant import Constant
from lrcli.schedules.cosine import Cosine
from lrcli.schedules.step import Exponential, MultiStep, Step
from lrcli.spec import Emulation, Group, Spec

STEP4 = Spec("step4", (Group(None, 0.001, Step(4, 0.1)),), 10)
TORCH11 = replace(STEP4, emulation=Emulation("1.1", label="torch-1.1"))


def spec(*schedules: Schedule, lr: float = 1.0, length: int = 4, **values: Any) -> Spec:
    return Spec("s", tuple(Group(None, lr, schedule) for schedule in schedules), length, **values)


def text_of(difference: Difference, format: str = "text", *, fit_digits: bool = True, **style: Any) -> str:
    return "".join(write_diff(difference, format, Style(**style), fit_digits=fit_digits))


def test_double_gamma() -> None:
    """StepLR(4) as printed in torch 1.1 differs from its formula at epochs 4 and 8, and nowhere else."""
    difference = compare(STEP4, TORCH11)
    (pair,) = difference.pairs
    lr = Step(4, 0.1).lrs(0.001, 0, 10)
    assert not difference.same
    assert [row.t for row in pair.rows] == [4, 8]
    assert [lr[4], lr[8]] == [row.a for row in pair.rows]
    assert (pair.compared, pair.differing, pair.first) == (10, 2, 4)
    assert (difference.a.reading, difference.b.reading) == ("lr", "get_lr")
    assert any("22107" in str(note) for note in difference.b.notes)


def test_closed_form_release() -> None:
    """The same in torch 1.3, which reads the closed form, is the same."""
    assert compare(STEP4, replace(STEP4, emulation=Emulation("1.3"))).same


TEXT = """\
--- step4 (formula, lr)
+++ step4@torch-1.1 (torch-1.1, get_lr)
epoch  A       B      ratio
    4  0.0001  1e-05  0.1
    8  1e-05   1e-06  0.1

2 of 10 epochs differ, first at epoch 4; largest gap 9e-05 (90 %) at epoch 4; \
the LRs sum to 0.00442 in A and 0.004321 in B (ratio 0.9776)
"""

CONTEXT = """\
  epoch  A       B       ratio
      3  0.001   0.001
!     4  0.0001  1e-05   0.1
      5  0.0001  0.0001
...
      7  0.0001  0.0001
!     8  1e-05   1e-06   0.1
      9  1e-05   1e-05
"""

MARKDOWN = """\
A: step4 (formula, lr)\x20\x20
B: step4@torch-1.1 (torch-1.1, get_lr)

| epoch | A      | B     | ratio |
| ----: | :----- | :---- | :---- |
|     4 | 0.0001 | 1e-05 | 0.1   |
|     8 | 1e-05  | 1e-06 | 0.1   |

2 of 10 epochs differ, first at epoch 4; largest gap 9e-05 (90 %) at epoch 4; \
the LRs sum to 0.00442 in A and 0.004321 in B (ratio 0.9776)
"""


def test_text() -> None:
    """The report is exactly this."""
    assert text_of(compare(STEP4, TORCH11)) == TEXT


def test_context() -> None:
    """With context what differs is marked, and gaps between the rows are shown."""
    rows = text_of(compare(STEP4, TORCH11, context=1)).splitlines()[2:10]
    assert CONTEXT.splitlines() == rows


def test_all_rows() -> None:
    """context=None keeps every row; without a difference none is marked missing."""
    assert list(range(10)) == [row.t for row in compare(STEP4, TORCH11, context=None).pairs[0].rows]
    assert list(range(10)) == [row.t for row in compare(STEP4, STEP4, context=None).pairs[0].rows]


def test_markdown() -> None:
    """The Markdown report is exactly this."""
    assert text_of(compare(STEP4, TORCH11), "markdown") == MARKDOWN


def test_colour() -> None:
    """On a terminal A is red and B is green, and without colour the text is the same."""
    colored = text_of(compare(STEP4, TORCH11), color=True)
    assert "\x1b[31m--- step4 (formula, lr)\x1b[0m\n\x1b[32m+++ step4@torch-1.1" in colored
    for code in ("\x1b[31m", "\x1b[32m", "\x1b[0m"):
        colored = colored.replace(code, "")
    assert TEXT.split() == colored.split()


def test_csv() -> None:
    """CSV holds the rows that differ with every digit; they read back to the bit."""
    difference = compare(STEP4, replace(TORCH11, length=9))
    rows = list(csv.DictReader(io.StringIO(text_of(difference, "csv"))))
    expected = [(str(r.t), r.a, r.b) for r in difference.pairs[0].rows]
    assert [int(t) for t, _, _ in expected] == [4, 8, 9]
    assert expected == [(r["epoch"], float(r["a"]), float(r["b"]) if r["b"] else None) for r in rows]
    marked = list(csv.DictReader(io.StringIO(text_of(compare(STEP4, TORCH11, context=1), "csv"))))
    assert [row["differs"] for row in marked] == ["0", "1", "0", "0", "1", "0"]


def test_json() -> None:
    """JSON holds the whole report, notes included, and its numbers read back to the bit."""
    difference = compare(STEP4, TORCH11)
    report = json.loads(text_of(difference, "json"))
    (pair,) = difference.pairs
    (found,) = report["pairs"]
    assert [{"epoch": r.t, "a": r.a, "b": r.b, "ratio": r.ratio, "differs": True} for r in pair.rows] == found["rows"]
    assert (10, 2, 4, pair.sum_a, pair.sum_b) == tuple(
        found[name] for name in ("compared", "differing", "first", "sum_a", "sum_b")
    )
    assert pair.largest is not None
    assert vars(pair.largest) == found["largest"]
    assert report["tolerance"] == {"rtol": 1e-9, "atol": 1e-15, "exact": False}
    assert (
        report["same"],
        report["unit"],
        report["b"]["arithmetic"],
        report["b"]["reading"],
    ) == (False, "epoch", "torch-1.1", "get_lr")
    assert [str(note) for note in difference.b.notes] == [note["text"] for note in report["b"]["notes"]]


SUMMARIES: list[tuple[Spec, Spec, dict[str, Any], list[str]]] = [
    (STEP4, STEP4, {}, ["identical: all 10 epochs"]),
    (STEP4, STEP4, {"exact": True}, ["identical: all 10 epochs"]),
    (spec(Constant(), length=1), spec(Constant(), length=1), {}, ["identical: the only epoch"]),
    (spec(Constant(), interval="step"), spec(Constant(), interval="step"), {}, ["identical: all 4 steps"]),
    (
        spec(Constant()),
        spec(Constant(), lr=math.nextafter(1.0, 2.0)),
        {},
        ["same: all 4 epochs within rtol 1e-09 (largest gap 1 ulp at epoch 0)"],
    ),
    (
        spec(Constant()),
        spec(Constant(), lr=1.001),
        {"rtol": 0.01},
        ["same: all 4 epochs within rtol 0.01 (largest gap 0.001 (0.0999 %) at epoch 0)"],
    ),
    (
        spec(Constant()),
        spec(Constant(), lr=1.001),
        {"atol": 0.01},
        ["same: all 4 epochs within rtol 1e-09 and atol 0.01 (largest gap 0.001 (0.0999 %) at epoch 0)"],
    ),
    (
        spec(Constant()),
        spec(Constant(), lr=math.nextafter(1.0, 2.0)),
        {"exact": True},
        [
            "4 of 4 epochs differ, first at epoch 0; largest gap 1 ulp at epoch 0; "
            "the LRs sum to 4 in A and 4 in B (ratio 1.0000000000000002)"
        ],
    ),
    (
        spec(Constant()),
        spec(MultiStep((3,), 0.5)),
        {},
        [
            "1 of 4 epochs differs, at epoch 3; largest gap 0.5 (50 %) at epoch 3; "
            "the LRs sum to 4 in A and 3.5 in B (ratio 0.875)"
        ],
    ),
    (
        spec(Exponential(0.5)),
        spec(Exponential(0.25)),
        {},
        [
            "3 of 4 epochs differ, first at epoch 1; largest gap 0.25 (50 %) at epoch 1; "
            "largest relative gap 87.5 % at epoch 3; the LRs sum to 1.875 in A and 1.32812 in B (ratio 0.7083)"
        ],
    ),
    (
        spec(Constant(), length=5),
        spec(Constant()),
        {},
        [
            "the 4 epochs of both are identical; A has 1 epoch that B has not; "
            "the LRs sum to 5 in A and 4 in B (ratio 0.8)"
        ],
    ),
    (
        spec(Constant(), lr=0.0),
        spec(Constant(), length=6),
        {},
        [
            "4 of 4 epochs differ, first at epoch 0; B has 2 epochs that A has not; largest gap 1 (100 %) at epoch 0; "
            "the LRs sum to 0 in A and 6 in B"
        ],
    ),
    (spec(Constant(), Step(2)), spec(Constant(), Step(2)), {}, ["identical: all 4 epochs of 2 groups"]),
    (
        spec(Constant(), Step(2, 0.5)),
        spec(Constant(), Constant(), Constant()),
        {},
        [
            "group 0: identical: all 4 epochs",
            "group 1: 2 of 4 epochs differ, first at epoch 2; largest gap 0.5 (50 %) at epoch 2; "
            "the LRs sum to 3 in A and 4 in B (ratio 1.333)",
            "B has a group 2 that A has not",
        ],
    ),
]


@pytest.mark.parametrize(("a", "b", "options", "lines"), SUMMARIES)
def test_summary(a: Spec, b: Spec, options: dict[str, Any], lines: list[str]) -> None:
    """The summary says how many rows differ, where, by how much, and what the runs add up to."""
    difference = compare(a, b, **options)
    assert lines == summary(difference)
    assert difference.same == lines[0].startswith(("identical", "same"))
    assert text_of(difference).endswith("\n".join(lines) + "\n")


SCHEDULES = st.sampled_from([Step(3, 0.1), Cosine(7), Exponential(0.9), Constant(), MultiStep((2, 5), 0.3)])


@settings(max_examples=40, deadline=None)
@given(SCHEDULES, st.floats(1e-6, 10), st.integers(1, 30), st.sampled_from([None, "1.0", "1.1", "1.3", "2.4"]))
def test_a_run_is_itself(schedule: Schedule, lr: float, length: int, release: str | None) -> None:
    """Every run is the same as itself, to the bit, and then its report is one line."""
    run = spec(schedule, lr=lr, length=length, emulation=Emulation(release) if release else None)
    difference = compare(run, run, exact=True)
    assert difference.same
    assert [row for pair in difference.pairs for row in pair.rows] == []
    assert len(text_of(difference).splitlines()) == 3


@settings(max_examples=40, deadline=None)
@given(SCHEDULES, SCHEDULES, st.integers(1, 30), st.integers(1, 30))
def test_symmetry(one: Schedule, other: Schedule, n: int, m: int) -> None:
    """Exchanging A and B exchanges the sides of the report and nothing else."""
    (forth,) = compare(spec(one, length=n), spec(other, length=m)).pairs
    (back,) = compare(spec(other, length=m), spec(one, length=n)).pairs
    assert (forth.compared, forth.differing, forth.first) == (back.compared, back.differing, back.first)
    assert (forth.only_a, forth.only_b, forth.sum_a, forth.sum_b) == (back.only_b, back.only_a, back.sum_b, back.sum_a)
    assert [(row.t, row.a, row.b) for row in forth.rows] == [(row.t, row.b, row.a) for row in back.rows]


@pytest.mark.parametrize("chunk", [1, 3, 100])
@pytest.mark.parametrize("context", [0, 1, 2, 5, 100])
def test_context_across_windows(chunk: int, context: int) -> None:
    """The rows kept around a difference do not depend on where the windows are cut."""
    n, differing = 40, {0, 7, 8, 12, 30, 39}
    xs = [1.0] * n
    ys = [2.0 if t in differing else 1.0 for t in range(n)]
    tally = Tally(1e-9, 0.0, False, context)
    for t in range(0, n, chunk):
        tally.add(t, xs[t : t + chunk], ys[t : t + chunk])
    near = [t for t in range(n) if any(abs(t - d) <= context for d in differing)]
    assert [Row(t, xs[t], ys[t], t in differing) for t in near] == tally.rows


NAN, INF = math.nan, math.inf

CELLS = [
    (1.0, 1.0, True),
    (1.0, 1.0 + 9e-10, True),
    (1.0, 1.0 + 2e-9, False),
    (0.0, 9e-13, True),
    (0.0, 2e-12, False),
    (NAN, NAN, True),
    (NAN, 1.0, False),
    (1.0, NAN, False),
    (None, None, True),
    (None, 1.0, False),
    (1.0, None, False),
    (INF, INF, True),
    (INF, 1.0, False),
    (-INF, INF, False),
    (0.0, -0.0, True),
]


@pytest.mark.parametrize(("x", "y", "same"), CELLS)
def test_equal(x: float | None, y: float | None, same: bool) -> None:
    """NaN equals NaN, a call that raises equals one that raises, and infinities equal only themselves."""
    tally = Tally(1e-9, 1e-12, False, 0)
    tally.add(0, [x], [y])
    assert same == (tally.differing == 0)
    assert (x is None) != (y is None) or tally.nulls == 0


@pytest.mark.parametrize(
    ("x", "y", "same"), [(0.0, -0.0, False), (0.0, 0.0, True), (1.0, math.nextafter(1, 2), False), (NAN, NAN, True)]
)
def test_exact(x: float, y: float, same: bool) -> None:
    """Exact means every bit, the sign of a zero included."""
    tally = Tally(0.0, 0.0, True, 0)
    tally.add(5, [x], [y])
    assert ([] if same else [5]) == [row.t for row in tally.rows]


def test_no_tolerance_from_infinity() -> None:
    """A learning rate that is infinite or NaN does not widen the tolerance."""
    assert largest_value([[0.5, NAN, INF], [None, -2.0]]) == 2.0


@pytest.mark.parametrize(
    ("a", "b", "ulps"),
    [
        (1.0, math.nextafter(1, 2), 1),
        (0.0, 5e-324, 1),
        (-5e-324, 5e-324, 2),
        (0.0, -0.0, 0),
        (1.0, 2.0, 2**52),
    ],
)
def test_ulps(a: float, b: float, ulps: int) -> None:
    """A gap counts the doubles from one value to the other, through zero as well."""
    assert ulps == Gap.of(0, a, b).ulps
    assert Gap.of(0, a, INF).ulps is None


def test_steps_against_epochs() -> None:
    """Epochs are compared with steps by holding each epoch's LR for its steps."""
    epochs = spec(Exponential(0.5), length=3, steps_per_epoch=2)
    steps = spec(Step(2, 0.5), length=6, interval="step")
    difference = compare(epochs, steps)
    assert (difference.unit, difference.same, difference.pairs[0].compared) == ("step", True, 6)
    with pytest.raises(LrcliError, match="give 's' steps_per_epoch"):
        compare(replace(epochs, steps_per_epoch=None), steps)


def test_groups_pair_by_name_then_by_position() -> None:
    """Groups of one name are compared, the rest in their order; what is left over is a difference."""
    constant = Constant()
    a = Spec("a", (Group("x", 1.0, constant), Group("head", 2.0, constant), Group("y", 3.0, constant)), 2)
    b = Spec("b", (Group("head", 2.0, constant), Group("z", 1.0, constant)), 2)
    difference = compare(a, b)
    assert [(pair.group_a, pair.group_b) for pair in difference.pairs] == [("x", "z"), ("head", "head")]
    assert [pair.name for pair in difference.pairs] == ["x / z", "head"]
    assert tuple(pair.same for pair in difference.pairs) == (True, True)
    assert (difference.groups_only_a, difference.groups_only_b, difference.same) == (("y",), (), False)


def test_resumed_run() -> None:
    """Of a run that resumes only the rows from there on are compared, and the report says so."""
    resumed = replace(TORCH11, emulation=Emulation("1.3", last_epoch=5))
    difference = compare(STEP4, resumed)
    assert (difference.pairs[0].compared, difference.remarks) == (4, ("compared from epoch 6 on, where B resumes",))


def test_digits_that_tell_them_apart() -> None:
    """Numbers are shown with as many digits as it takes to see the difference, unless digits are asked for."""
    difference = compare(spec(Constant(), length=1), spec(Constant(), lr=1.0000001, length=1))
    assert "    0  1  1.0000001  1.0000001" in text_of(difference).splitlines()
    assert "    0  1  1  1" in text_of(difference, fit_digits=False, digits=3).splitlines()


@pytest.mark.parametrize(("name", "value"), [("rtol", -1.0), ("atol", -1e-9), ("rtol", NAN)])
def test_tolerance_must_be_a_size(name: str, value: float) -> None:
    """A negative tolerance or NaN is an error that names it."""
    with pytest.raises(LrcliError, match=f"{name} must be a number of at least 0. Received: {value!r}"):
        compare(STEP4, STEP4, **{name: value})  # type: ignore[arg-type]


def test_long_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """A run too long to hold is computed twice, with the same result; rows beyond the cap are only counted."""
    a, b = spec(Exponential(0.9999), length=20_000), spec(Exponential(0.9998), length=20_000)
    held = compare(a, b)
    monkeypatch.setattr(compare_module, "HELD", 5)
    assert held == compare(a, b)
    monkeypatch.setattr(lrcli.comparison, "KEEP", 3)
    (pair,) = compare(a, b).pairs
    assert ([1, 2, 3], True, held.pairs[0].differing) == ([row.t for row in pair.rows], pair.truncated, pair.differing)
    assert "... and more: only the first 3 rows are shown" in text_of(compare(a, b)).splitlines()


@pytest.mark.parametrize("format", DIFFERENCES.names)
def test_hostile_names(format: str) -> None:
    """A name with an escape sequence or markup is text in every format."""
    name = "[red]|\x1b[31m\n,"
    a = Spec(name, (Group(name, 1.0, Constant()), Group("=1+1", 1.0, Constant())), 1)
    b = Spec(name, (Group(name, 2.0, Constant()), Group("=1+1", 2.0, Constant())), 1)
    text = text_of(compare(a, b), format)
    assert "\x1b" not in text
    if format == "csv":
        assert [row["group"] for row in csv.DictReader(io.StringIO(text))] == [r"[red]|\x1b[31m\n,", "'=1+1"]


def test_groups_in_markdown(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each pair of groups has its own table with its name, and says where it was cut."""
    monkeypatch.setattr(lrcli.comparison, "KEEP", 1)
    a = Spec("a", (Group("x", 1.0, Constant()), Group("y", 1.0, Constant())), 2)
    b = Spec("b", (Group("x", 2.0, Constant()),), 2)
    difference = compare(a, replace(b, groups=(*b.groups, Group("z", 1.0, Constant()))))
    expected = """\
A: a (formula, lr)\x20\x20
B: b (formula, lr)

**x**

| epoch | A    | B    | ratio |
| ----: | :--- | :--- | :---- |
|     0 | 1    | 2    | 2     |

Only the first 1 rows are shown.

group x: 2 of 2 epochs differ, first at epoch 0; largest gap 1 (50 %) at epoch 0; \
the LRs sum to 2 in A and 4 in B (ratio 2)

group y / z: identical: all 2 epochs
"""
    assert expected == text_of(difference, "markdown")
    assert summary(compare(a, b))[-1] == "A has a group y that B has not"


def test_one_side_without_a_value() -> None:
    """A row in which only one side's call returns is told apart from one with another number."""
    tally = Tally(1e-9, 0.0, False, 0)
    tally.add(0, [None, None, 1.0], [0.5, None, 1.0])
    assert (tally.differing, tally.nulls, tally.first, tally.largest) == (1, 1, 0, None)
    assert (tally.sum_a, tally.sum_b) == (1.0, 1.5)
    difference = compare(STEP4, STEP4)
    pair = replace(difference.pairs[0], differing=1, nulls=1, first=0)
    expected = (
        "1 of 10 epochs differs, at epoch 0; in 1 of them only one side has a value; the LRs of both sum to 0.00442"
    )
    assert [expected] == summary(replace(difference, pairs=(pair,)))


def test_nothing_in_common() -> None:
    """A run that resumes where the other has ended has no row in common with it, and that is a difference."""
    resumed = replace(TORCH11, length=20, emulation=Emulation("1.3", last_epoch=14))
    difference = compare(STEP4, resumed)
    assert (
        *(getattr(difference.pairs[0], n) for n in ("compared", "only_a", "only_b")),
        difference.same,
    ) == (0, 0, 5, False)
    assert summary(difference)[0].startswith("B has 5 epochs that A has not; the LRs sum to 0 in A")
