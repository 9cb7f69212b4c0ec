"""What the notes of a replay give as reasons, each held against the numbers that make it true."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import NamedTuple

import pytest

from lrcli.curve import Curve, evaluate
from lrcli.errors import LrcliError, Problem
from lrcli.frameworks.torch.releases import RELEASES, parse
from lrcli.reader import parse_text
from lrcli.schedules.sequential import Manual
from lrcli.spec import READINGS

EPOCHS = 12
SCHEDULES = {
    "constant": "{type: constant}",
    "lambda": "{type: lambda, lr_lambda: '0.9 ** epoch'}",
    "warmup_cosine": "{type: warmup_cosine, warmup: 3, eta_min: 0.001}",
    "step": "{type: step, step_size: 2}",
    "multistep": "{type: multistep, milestones: [0, 3, 6, 7]}",
    "exponential": "{type: exponential, gamma: 0.5}",
    "cosine": "{type: cosine, T_max: 5, eta_min: 0.01}",
    "restarts": "{type: cosine_restarts, T_0: 3}",
    "cyclic": "{type: cyclic, base_lr: 0.001, max_lr: 0.1, step_size_up: 4}",
    "one_cycle": "{type: one_cycle, max_lr: 0.1}",
    "multiplicative": "{type: multiplicative, lr_lambda: '0.9'}",
    "SWALR": "{type: SWALR, swa_lr: 0.5, anneal_epochs: 4}",
    "ConstantLR": "{type: ConstantLR, factor: 0.5, total_iters: 7}",
    "linear": "{type: linear, total_iters: 8}",
    "polynomial": "{type: polynomial, total_iters: 9}",
    "plateau": "{type: plateau, patience: 1, metric: [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]}",
    "sequential": "[{type: ConstantLR, for: 3}, {type: exponential, gamma: 0.5}]",
    "chained": "{type: chained, schedules: [{type: ConstantLR}, {type: exponential, gamma: 0.5}]}",
    "manual": "{type: manual, schedules: [{type: multistep, milestones: [2]}, {type: exponential, gamma: 0.5}]}",
}
SAVED = ("after_step", "before_step", "fresh", "0.07")
SETTINGS = [
    "step_order: optimizer_first",
    "step_order: scheduler_first",
    "step_order: optimizer_first, initial_lr: 0.3",
    *(f"last_epoch: 4, saved: {saved}, step_order: optimizer_first" for saved in SAVED),
]
FIRST = 5
"""The first row of a resumed run."""


class Case(NamedTuple):
    """A replay, the note of it that is looked at, and the run that was never resumed."""

    name: str
    release: str
    setting: str
    curve: Curve
    note: Problem

    @property
    def rows(self) -> tuple[int, ...]:
        return self.note.rows.first if self.note.rows else ()

    @property
    def lrs(self) -> list[float]:
        return list(self.curve.groups[0].lr)

    @property
    def read(self) -> list[float | None]:
        return list(self.curve.shown())

    def is_at_least(self, release: str) -> bool:
        return parse(self.release) >= parse(release)

    def formula(self, t: int) -> float:
        group = self.curve.spec.groups[0]
        schedule = group.schedule
        if isinstance(schedule, Manual):
            schedule = schedule.schedules[-1]
        return schedule.lr_at(t, group.lr or 0.0)

    def plain(self) -> list[float]:
        spec = parse_text(_text(self.name, self.release, "step_order: optimizer_first", "lr"))
        return list(evaluate(spec, ("lr",)).groups[0].lr)

    def held(self) -> float:
        """The LR that the optimizer held when the scheduler was built."""
        saved = self.setting.partition("saved: ")[2].partition(",")[0]
        plain = self.plain()
        return {"after_step": plain[5], "before_step": plain[4], "fresh": 0.1, "0.07": 0.07, "": 0.1}[saved]


def _text(name: str, release: str, setting: str, read: str) -> str:
    emulate = f"{{torch: '{release}', read: {read}, {setting}}}"
    return f"{{lr: 0.1, epochs: {EPOCHS}, schedule: {SCHEDULES[name]}, emulate: {emulate}}}"


CHAINED = {"step", "multistep", "exponential", "cosine"}
CHAINED_ALWAYS = {"multiplicative", "SWALR", "ConstantLR", "linear", "polynomial"}


def _is_chained(case: Case) -> bool:
    name = "exponential" if case.name == "manual" else case.name
    closed = parse(case.release) == (1, 0) or (1, 2) <= parse(case.release) <= (1, 3)
    return name in CHAINED_ALWAYS or (name in CHAINED and not closed)


def _is_stale(case: Case) -> bool:
    """Whether the group's initial_lr is not CyclicLR's own."""
    return case.name == "cyclic" and case.curve.groups[0].lr[0] != case.plain()[4]


def _is_near(a: float | None, b: float) -> bool:
    return a is not None and abs(a - b) <= 1e-12


READING: dict[str, Callable[[Case], bool]] = {
    # torch 1.0: the reading of the first row is the formula at the counter
    "sets its counter back to -1": lambda case: case.release == "1.0" and case.rows == (0,),
    "sets its counter back to 4": lambda case: case.release == "1.0" and _is_near(case.read[0], case.formula(4)),
    "once more": lambda case: (
        _is_chained(case) and len(case.rows) + (case.note.rows.more if case.note.rows else 0) > _fresh(case)
    ),
    "the constructor leaves the LR alone": lambda case: case.is_at_least("2.8") and case.lrs[0] == case.held(),
    "the constructor left the LR alone": lambda case: case.is_at_least("2.8") and case.lrs[0] == case.held(),
    "computes from the base LR": lambda case: _is_near(case.read[0], case.formula(FIRST)),
    "from the group's initial_lr": lambda case: case.name == "cyclic" and case.lrs[0] != case.read[0],
    "leaves T_cur at -1": lambda case: case.release == "1.1" and case.rows == (0,),
    "leaves T_cur at 4": lambda case: not case.is_at_least("1.4") and case.rows == (FIRST,),
    "what the first child computed": lambda case: case.release in ("1.11", "1.12"),
}

RESUME: dict[str, Callable[[Case], bool]] = {
    "computes epoch 5 and sets its counter back": lambda case: case.release == "1.0" and case.lrs[0] == case.lrs[1],
    "sets the LR of epoch 4 again": lambda case: _is_near(case.lrs[0], case.formula(4)) or _is_stale(case),
    "applies the rule of epoch 4 again": lambda case: case.release == "1.1" and _is_chained(case),
    "its constructor steps, too": lambda case: case.is_at_least("1.4") and case.lrs[0] != case.plain()[FIRST],
    "lost for good": lambda case: case.is_at_least("2.8") and (case.lrs[0] == case.held() or case.name == "chained"),
    "from the group's initial_lr": lambda case: case.name == "cyclic" and case.lrs[0] != case.plain()[FIRST],
    "counts the calls": lambda case: case.name == "SWALR" and case.lrs[0] == case.held(),
    "knows none of the metrics": lambda case: case.name == "plateau",
    "T_cur to 4": lambda case: case.name == "restarts" and not case.is_at_least("1.4"),
    "sets T_cur to 4 in a cycle of T_0": lambda case: case.name == "restarts" and case.is_at_least("1.11"),
    "begin at their epoch 0 from the LR": lambda case: case.name == "sequential" and not case.is_at_least("1.13"),
    "sets the LR back to initial_lr": lambda case: case.is_at_least("1.13") and _is_near(case.lrs[0], 0.1 / 3),
}
"""What a reason says, and how it shows in the numbers."""


def _fresh(case: Case) -> bool:
    return "LR alone" in case.note.why


def _cases(name: str) -> list[Case]:
    found = []
    for release, setting, read in product(RELEASES, SETTINGS, READINGS):
        try:
            curve = evaluate(parse_text(_text(name, release, setting, read)))
        except LrcliError:
            continue  # the release refuses it, or has no such reading
        found += [
            Case(name, release, setting, curve, note) for note in curve.notes if note.code in ("reading", "resume")
        ]
    return found


@pytest.mark.parametrize("name", SCHEDULES)
def test_reasons_are_true(name: str) -> None:
    """Every reading that is wrong and every resume that is not the uninterrupted run has a reason, and it is so."""
    for case in _cases(name):
        where = (case.release, case.setting, case.curve.reading, str(case.note))
        holds = READING if case.note.code == "reading" else RESUME
        said = [phrase for phrase in holds if phrase in case.note.why]
        assert said, where
        for phrase in said:
            assert holds[phrase](case), (phrase, where)


@pytest.mark.parametrize(
    ("name", "emulate", "why", "reference"),
    [
        ("step", "{torch: '1.0', read: get_lr, step_order: optimizer_first}", "counter back to -1", "pytorch #7889"),
        ("cyclic", "{torch: '2.4', read: get_lr, initial_lr: 0.3}", "from the group's initial_lr, 0.3", ""),
        (
            "sequential",
            "{torch: '1.12', read: get_last_lr}",
            "the first child computed",
            "pytorch #72874, fixed in 1.13",
        ),
        ("sequential", "{torch: '1.13', last_epoch: 5, read: lr}", "sets the LR back to initial_lr", "pytorch #162591"),
        ("exponential", "{torch: '2.7', last_epoch: 5, read: lr}", "steps, too", "pytorch #102261"),
        ("exponential", "{torch: '1.1', read: get_lr}", "multiplies once more", "pytorch #22107"),
    ],
)
def test_reasons_with_their_issues(name: str, emulate: str, why: str, reference: str) -> None:
    """Each reason names the issue that tells of it, and no other."""
    schedule = "[{type: ConstantLR, for: 3}, {type: ConstantLR}]" if "1.12" in emulate else SCHEDULES[name]
    curve = evaluate(parse_text(f"{{lr: 0.1, epochs: 12, schedule: {schedule}, emulate: {emulate}}}"))
    (note,) = (note for note in curve.notes if note.code in ("reading", "resume"))
    assert why in note.why
    assert reference == note.reference
