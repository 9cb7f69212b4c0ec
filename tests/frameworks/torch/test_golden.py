"""Every recorded run of 30 PyTorch releases, replayed and compared with `==`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from lrcli.curve import evaluate
from lrcli.errors import LrcliError, Refused, SpecError
from lrcli.reader import parse_text
from lrcli.series import Readings, series_of
from lrcli.spec import READINGS, Spec
from tests.golden_cases import FIRST_RELEASE, case_ids, classes, column, golden, minor, same, spec_text

OUTSIDE = {
    "step-size0": "a length of 0: every release divides by it",
    "cos-Tmax0": "a length of 0: every release divides by it",
    "one-total-neg": "a length below 0, refused by every release",
    "swa-neg": "a length below 0, refused by every release",
    "lambda-wrong-count": "a list that does not fit the groups, refused by every release",
    "cyc-list-wrong": "a list that does not fit the groups, refused by every release",
    "one-list-wrong": "a list that does not fit the groups, refused by every release",
    "cyc-mode-invalid": "an unknown word, refused by every release",
    "one-strategy": "an unknown word, refused by every release",
    "plat-mode-invalid": "an unknown word, refused by every release",
    "wr-etamin-str": "text for a number; 1.4 to 2.0 swallow the exception and keep the learning rate",
    "mult-not-callable": "a number for a function: in a spec, 0.5 is the expression 0.5",
}
"""Cases that a spec cannot say, each with its reason."""

READ_AS_ELSE = {"mult-not-callable"}
"""Those of them that mean something else in a spec; the reader refuses the others."""

RECORDED = {"lr": "applied", "get_lr": "get_lr", "get_last_lr": "get_last_lr"}


@pytest.mark.parametrize("case_id", [case_id for case_id in case_ids() if case_id not in OUTSIDE])
def test_replay(case_id: str) -> None:
    """Every release gives, or refuses, exactly what was recorded from running it."""
    failures = []
    for group in golden()["cases"][case_id]["groups"]:
        spec = parse_text(spec_text(case_id, group["versions"][0]))
        for release in group["versions"]:
            failures += [f"{release}: {text}" for text in _differences(_in_release(spec, release), case_id, group)]
    assert failures == []


@pytest.mark.parametrize("case_id", [case_id for case_id in case_ids() if "momenta" in golden()["cases"][case_id]])
def test_momentum(case_id: str) -> None:
    """Every release moves the momentum, or leaves it, exactly as was recorded."""
    for family in golden()["cases"][case_id]["momenta"]:
        spec = parse_text(spec_text(case_id, family["versions"][0]))
        expected = column(family["momentum"])
        assert expected is not None
        for release in family["versions"]:
            run = series_of(_in_release(replace(spec, length=spec.length - _failing(case_id, release)), release))
            actual = [row for block in run.blocks(["momentum"]) for row in _rows(block.groups, "momentum")]
            assert [tuple(row or ()) for row in expected] == actual, release


def _failing(case_id: str, release: str) -> int:
    """How many rows at the end of a recorded run were not reached, because step() failed."""
    case = golden()["cases"][case_id]
    (group,) = (group for group in case["groups"] if release in group["versions"])
    applied = column(group["applied"])
    assert applied is not None
    return int(case["case"]["epochs"]) - len(applied)


@pytest.mark.parametrize("case_id", sorted(OUTSIDE.keys() - READ_AS_ELSE))
def test_outside(case_id: str) -> None:
    """What a spec cannot say is refused by the reader, whatever the release."""
    for release in golden()["versions"]:
        with pytest.raises(SpecError):
            parse_text(spec_text(case_id, release))


def test_a_number_is_an_expression() -> None:
    """`lr_lambda: 0.5`, which PyTorch refuses because it is no function, is the function that is 0.5 everywhere."""
    text = spec_text("mult-not-callable", "2.13.0")
    assert "lr_lambda: 0.5" in text
    assert evaluate(parse_text(text), ["lr"]).groups[0].lr == [0.1, 0.05, 0.025, 0.0125]


def test_outside_is_refused_by_pytorch() -> None:
    """A case is outside only where nothing is lost: PyTorch refuses it, too."""
    for case_id in OUTSIDE:
        groups = golden()["cases"][case_id]["groups"]
        assert any("construct_error" in group or "step_error" in group for group in groups), case_id


def _in_release(spec: Spec, release: str) -> Spec:
    assert spec.emulation is not None
    return replace(spec, emulation=replace(spec.emulation, release=minor(release)))


def _differences(spec: Spec, case_id: str, group: dict[str, Any]) -> list[str]:
    """What a replay does differently from the record, in words."""
    if "construct_error" in group:
        return _refusal_differences(spec, case_id, group["construct_error"], None)
    if "step_error" in group:
        wrong = _refusal_differences(spec, case_id, group["step_error"], group["step_error"]["epoch"])
        applied = column(group["applied"])
        assert applied is not None
        # the rows before the failing step() exist, and a run that ends there is a good one
        spec = replace(spec, length=len(applied))
        return wrong + _value_differences(spec, group)
    return _value_differences(spec, group)


def _refusal_differences(spec: Spec, case_id: str, error: dict[str, Any], epoch: int | None) -> list[str]:
    try:
        evaluate(spec, READINGS)
    except Refused as refused:
        if error["type"] == "no such class":
            return _since_differences(str(refused), case_id)
        wrong = []
        if refused.exception != error["type"]:
            wrong.append(f"raised {refused.exception}, not {error['type']}")
        if refused.t != epoch:
            wrong.append(f"raised at {refused.t}, not {epoch}")
        return wrong
    return [f"not refused, but PyTorch raises {error}"]


def _since_differences(message: str, case_id: str) -> list[str]:
    found = re.search(r"(\w+) first appears in torch (\d+\.\d+)", message)
    if found is None:
        return [f"does not say since when the class exists: {message}"]
    name, release = found.groups()
    if name not in classes(golden()["cases"][case_id]["case"]["sched"]) or FIRST_RELEASE.get(name) != release:
        return [f"names the wrong class or release: {message}"]
    return []


def _value_differences(spec: Spec, group: dict[str, Any]) -> list[str]:
    try:
        curve = evaluate(spec, READINGS)
        alone = [_rows(block.groups, "lr") for block in series_of(spec).blocks(["lr"])]
    except LrcliError as error:
        return [f"refused: {error}"]
    wrong = []
    # a run that is not read takes a shorter way through the replay, and has to come to the same
    if _rows(curve.groups, "lr") != [row for rows in alone for row in rows]:
        wrong.append("lr is something else when nothing else is read")
    for reading in READINGS:
        expected = column(group[RECORDED[reading]])
        actual = _rows(curve.groups, reading)
        if expected is None:
            if any(value is not None for row in actual for value in row):
                wrong.append(f"{reading} has values, but the call always raises")
            continue
        if len(expected) != len(actual):
            wrong.append(f"{reading} has {len(actual)} rows, not {len(expected)}")
        for t, (want, got) in enumerate(zip(expected, actual, strict=False)):
            wanted = [None] * len(got) if want is None else want
            if len(wanted) != len(got) or not all(map(same, wanted, got)):
                wrong.append(f"{reading} at row {t} is {got}, not {wanted}")
                break
    return wrong


def _rows(groups: Sequence[Readings], reading: str) -> list[tuple[float | None, ...]]:
    return list(zip(*(group[reading] for group in groups), strict=True))
