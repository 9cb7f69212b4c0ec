"""What releases of PyTorch, or a lock file, say of the curve."""

from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

from lrcli.checks.rules import Findings, Subject, reported
from lrcli.checks.subject import Spot
from lrcli.comparison.difference import compare
from lrcli.comparison.versions import Family, families_in_use
from lrcli.errors import EvaluationError, Refused
from lrcli.frameworks.replaying import replaying
from lrcli.schedules.linear import Linear
from lrcli.spec import Emulation, Spec

ROWS = 5_000
"""At most this many rows of a run are replayed in every release."""


class Differing(NamedTuple):
    """Releases that compute another LR than the formula: the first such row, and both LRs there."""

    ranges: str
    row: int
    replayed_lr: float
    formula_lr: float

    def in_words(self, subject: Subject) -> str:
        at = subject.at(self.row)
        return f"in torch {self.ranges} the LR is {self.replayed_lr:g} at {at}, not {self.formula_lr:g}"


def families(subject: Subject) -> tuple[Family, ...]:
    """The releases by what LR they use in the first rows; none for a spec without a formula, or not of PyTorch."""
    spec = _short(subject)
    return () if spec is None else _families(spec)


@lru_cache(maxsize=1)
def _families(spec: Spec) -> tuple[Family, ...]:
    return families_in_use(spec)


def differing(subject: Subject) -> tuple[Differing, ...]:
    """The releases whose LRs are not the formula's."""
    spec = _short(subject)
    return () if spec is None else _differing(spec)


@lru_cache(maxsize=1)
def _differing(spec: Spec) -> tuple[Differing, ...]:
    runs = [family for family in _families(spec) if not family.refusal]
    replays = [replace(spec, emulation=Emulation(family.releases[0], read="lr")) for family in runs]
    differences = [first_difference(spec, replay) for replay in replays]
    return tuple(Differing(run.ranges, *first) for run, first in zip(runs, differences, strict=True) if first)


def first_difference(formula: Spec, replay: Spec) -> tuple[int, float, float] | None:
    """(the row, the replay's LR, the formula's LR) where they first differ by more than rounding."""
    rows = [row for pair in compare(formula, replay).pairs for row in pair.rows if row.differs]
    first = min(rows, key=lambda row: row.t, default=None)
    if first is None or first.a is None or first.b is None:
        return None
    return first.t, first.b, first.a


def _short(subject: Subject) -> Spec | None:
    if subject.formula is None or subject.failure is not None:
        return None
    if any(replaying().foreign_schedule(group.schedule) for group in subject.formula.groups):
        return None
    return replace(subject.formula, length=min(subject.spec.length, ROWS))


@reported("error", why="the schedule was pinned so that it cannot change without being noticed")
def curve_changed(subject: Subject) -> Findings:
    """A curve that differs in any bit from the one that SPEC.lock records (see --pin)."""
    if subject.lock is None or subject.failure is not None:
        return
    from lrcli.lock.lock import differences, record  # not above: hashing takes time to import, and few pin a spec

    lines = differences(subject.lock, record(subject.spec))
    if lines:
        yield Spot("", None).problem(
            "the curve is not the one that the lock file records",
            "if the change is meant, record it: lrcli check --pin",
            details=lines,
        )


@reported(
    "warning",
    why="whatever is trained with PyTorch's class, it is another schedule than the one that is written",
    unless=("one-cycle-short", "milestone-fraction"),
    of_curve=True,
)
def no_release(subject: Subject) -> Findings:
    """A formula whose numbers no release of PyTorch gives."""
    if subject.spec.emulation is not None:
        return
    runs = [family for family in families(subject) if not family.refusal]
    others = differing(subject)
    if runs and len(others) == len(runs):
        yield subject.problem(
            f"no release of PyTorch computes this: {others[-1].in_words(subject)}",
            "write what a release computes, or name one: emulate:",
        )


@reported(
    "error",
    why="training with that release does not start, or stops there with the exception",
    unless=("one-cycle-short",),
    of_curve=True,
)
def refused(subject: Subject) -> Findings:
    """An exception that the release named by emulate: raises."""
    if isinstance(subject.failure, Refused):
        spot = subject.of_run("emulate", "schedule")
        yield spot.problem(str(subject.failure), "change what it refuses, or name a release that takes it")


@reported(
    "warning",
    why="with this release, or this way of using it, another schedule is trained than the one that is written",
)
def replay_differs(subject: Subject) -> Findings:
    """An LR in use that differs, in the release named by emulate:, from the formula by more than rounding."""
    spec, formula = subject.spec, subject.formula
    if spec.emulation is None or formula is None or not subject.lines:
        return
    length = min(spec.length, ROWS)
    short, replay = replace(formula, length=length), replace(spec.emulation, read="lr")
    try:
        difference = first_difference(short, replace(spec, emulation=replay, length=length))
    except EvaluationError:  # the formula has no value where the release computes one
        return
    if difference is not None:
        row, lr, formula_lr = difference
        yield subject.of_run("emulate", "schedule").problem(
            f"torch {spec.emulation.release} uses {lr:g} at {subject.at(row)}, where the schedule means {formula_lr:g}",
            "see lrcli diff with --emulate, and its notes",
        )


@reported(
    "note",
    why="the schedule cannot be trained with as it is written",
    unless=("one-cycle-short", "gamma-above-1"),
    of_curve=True,
)
def torch_refuses(subject: Subject) -> Findings:
    """An exception that the newest release of PyTorch raises for a spec that names no release."""
    if subject.formula is None or subject.spec.emulation is not None:
        return
    if any(linear.start_factor == 0 for _, linear in subject.each(Linear)):
        return  # a warmup from 0, as Hugging Face's: everybody writes it as a lambda, and to_torch builds that
    newest = replaying().NEWEST
    refusal = next((f.refusal for f in families(subject) if f.refusal and newest in f.releases), "")
    if refusal:
        yield subject.problem(
            f"torch {newest} raises {refusal}",
            "write what it takes, or name a release: emulate:",
        )


@reported(
    "note",
    why="with one of these releases another schedule is trained than the one that is written",
    unless=("one-cycle-short", "milestone-fraction", "no-release"),
    of_curve=True,
)
def versions_differ(subject: Subject) -> Findings:
    """Releases of PyTorch whose LRs differ from the formula by more than rounding."""
    if subject.spec.emulation is not None:
        return
    changes = [change.in_words(subject) for change in differing(subject)]
    if changes:
        yield subject.problem(
            "; ".join(changes), "check which release is used; name it with emulate:, or ignore this rule"
        )
