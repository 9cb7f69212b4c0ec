"""In which releases a spec gives the same numbers."""

from __future__ import annotations

import pytest

from lrcli.comparison.versions import Agreement, versions
from lrcli.frameworks.torch.releases import RELEASES, parse
from lrcli.frameworks.torch.replays import CHANGES
from lrcli.reader import parse_text


def agreements(schedule: str, more: str = "") -> tuple[Agreement, ...]:
    return versions(parse_text(f"{{lr: 0.001, epochs: 10, schedule: {schedule}{more}}}"))


def ranges(agreement: Agreement) -> list[str]:
    return [family.ranges for family in agreement.families]


@pytest.mark.parametrize(
    ("schedule", "used", "documented"),
    [
        ("{type: constant}", ["1.0-2.15"], ["1.0-2.15"]),
        ("{type: step, step_size: 2}", ["1.1, 1.4-2.15", "1.0, 1.2-1.3"], ["1.4-2.15", "1.0, 1.2-1.3", "1.1"]),
        ("{type: lambda, lr_lambda: '0.9 ** epoch'}", ["1.0-2.15"], ["1.0-2.15"]),
        ("{type: swalr, swa_lr: 0.1}", ["1.6-2.15", "1.0-1.5"], ["1.6-2.15", "1.0-1.5"]),
        ("{type: linear, start_factor: 0, total_iters: 3}", ["1.0-1.9", "1.10-1.13", "2.0-2.15"], None),
        (
            "[{type: ConstantLR, for: 3, factor: 0.5}, {type: ConstantLR, factor: 0.1}]",
            ["1.13-2.15", "1.10-1.12", "1.0-1.9"],
            None,
        ),
    ],
)
def test_ranges(schedule: str, used: list[str], documented: list[str] | None) -> None:
    """The families of a spec are the ranges that PyTorch's history names; those that refuse it come last."""
    lr, read = agreements(schedule)
    if documented is None:
        assert sorted(used) == sorted(ranges(lr))
    else:
        assert (used, documented) == (ranges(lr), ranges(read))


def test_every_release_is_in_one_family() -> None:
    """No release is left out, and none stands twice."""
    for agreement in agreements("{type: cosine_restarts, T_0: 3}"):
        found = [release for family in agreement.families for release in family.releases]
        assert sorted(RELEASES) == sorted(found)


def test_the_first_difference_is_told() -> None:
    """A family says where it first differs from the one above it, and by how many doubles."""
    newest, older = agreements("{type: step, step_size: 2}")[0].families
    assert newest.gap is None
    assert older.gap is not None
    assert (4, 1e-05, 1.0000000000000003e-05, 1) == (older.gap.t, older.gap.a, older.gap.b, older.gap.ulps)


def test_refusals_carry_the_exception() -> None:
    """A release that lacks the class refuses with its exception and the first release that has it."""
    (*_, refusing) = agreements("{type: polynomial, total_iters: 5}")[0].families
    assert ("1.0-1.12", "AttributeError: PolynomialLR first appears in torch 1.13") == (
        refusing.ranges,
        refusing.refusal,
    )


def test_a_failing_step_is_a_refusal_with_its_epoch() -> None:
    """OneCycleLR raises past total_steps; 1.4 shows the exception that it turns every exception into."""
    lr = agreements("{type: one_cycle, max_lr: 0.1, total_steps: 5}")[0]
    words = {family.ranges: family.refusal.partition(":")[0] for family in lr.families}
    assert {
        "1.0-1.2": "AttributeError",
        "1.3, 1.5-2.15": "ValueError",
        "1.4": "UnboundLocalError",
    } == words
    assert all("epoch 5" in family.refusal for family in lr.families if "first appears" not in family.refusal)


def test_the_loop_is_kept() -> None:
    """What a spec says of its loop (a resume here) holds in every release."""
    lr = agreements("{type: exponential, gamma: 0.9}", ", emulate: {torch: '2.4', last_epoch: 5}")[0]
    assert ["2.8-2.15", "1.1, 1.4-2.7", "1.2-1.3", "1.0"] == ranges(lr)


def test_changes_are_between_examined_releases_in_order() -> None:
    """Each change lies between two neighbouring examined releases, and they stand in order."""
    known = list(RELEASES)
    for change in CHANGES:
        assert known.index(change.until) - known.index(change.since) == 1
    assert sorted(parse(change.since) for change in CHANGES) == [parse(change.since) for change in CHANGES]
