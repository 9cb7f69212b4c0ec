"""Causes that lie in PyTorch: what a release computes, what reading it returns, what a resumed scheduler does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from lrcli.frameworks.replaying import replaying
from lrcli.infer.costs import EXTRA
from lrcli.infer.explain.causes.base import Cause
from lrcli.infer.explain.evidence import Evidence
from lrcli.infer.explain.hypothesis import Hypothesis
from lrcli.infer.explain.rows import LogRows
from lrcli.infer.limits import CHEAP_ROWS, NEAR_MEANS, NEAR_REPLAY
from lrcli.infer.sources import Replayed
from lrcli.infer.transforms import switched
from lrcli.spec import Emulation

PLAIN = ("1.1", "2.8", "1.10", "1.5", "1.4", "1.2", "1.0")
"""The releases at which a plain run of one scheduler changes by more than rounding, the likeliest first."""

NESTED = ("1.10", "1.13", "2.6", "2.8", "2.9", "2.13")
"""The same for compositions."""

EXPLICIT = ("1.4", "1.1", "1.2", "1.5")
"""The same for scheduler.step(epoch)."""

RESUMED = ("1.1", "1.3", "1.11", "2.7", "2.15")
"""Releases whose resumed schedulers differ."""


def _reach(evidence: Evidence) -> int:
    """How far a replay is walked: a little past the log, whatever a second cause does to its clock."""
    return max(NEAR_REPLAY, 2 * evidence.rows.at[-1])


def _replays(
    evidence: Evidence, reading: str, changing: tuple[str, ...], **loop: Any
) -> Iterator[tuple[Replayed, list[str]]]:
    """One replay for each different set of numbers that is right where the plain spec is not, with its releases."""
    seen: dict[tuple[float, ...], tuple[Replayed, list[str]]] = {}
    emulated = evidence.spec.emulation
    some = _looked_at(evidence)
    known = list(replaying().RELEASES)
    for first in map(known.index, changing):
        members = known[first : min((i for i in map(known.index, changing) if i > first), default=len(known))]
        for release in members:
            emulation = Emulation(release, reading, **loop)
            if emulated is not None and not loop:
                emulation = replace(emulated, release=release, read=reading)
            source = Replayed(
                replace(evidence.spec, emulation=emulation, notes=()), evidence.group, reading, _reach(evidence)
            )
            rates = replace(evidence.base, source=source).at(some.at)
            if any(rate == rate for rate in rates):  # else the release refuses the spec, or has no such reading
                numbers = tuple(float(f"{value:.10g}") for value in rates)
                seen.setdefault(numbers, (source, []))[1].extend(members[members.index(release) :])
                break
    is_cheap = len(evidence.log) <= CHEAP_ROWS and not evidence.base.mean
    for numbers, (source, releases) in seen.items():
        if is_cheap or 2 * sum(some.missed(numbers)) < len(some):
            yield source, releases


def _looked_at(evidence: Evidence) -> LogRows:
    """A few rows, those among them that the base misses; all of them near enough for a replay to walk there."""
    missed = evidence.asked()
    near = NEAR_MEANS if evidence.base.mean else NEAR_REPLAY
    reach = max(evidence.rows.at[missed[0]] + 1 if missed else 0, near)
    some = sorted({*range(min(24, len(evidence.rows))), *missed})
    return evidence.rows.pick(i for i in some if evidence.rows.at[i] < reach)


def ranges(releases: list[str]) -> str:
    """The releases as people write them.

    >>> ranges(["1.4", "1.1", "1.5"])
    '1.1, 1.4-1.5'
    """
    from lrcli.comparison.versions import Family

    known = list(replaying().RELEASES)
    return Family(tuple(sorted(releases, key=known.index))).ranges


def find_replayed(evidence: Evidence) -> Iterator[Hypothesis]:
    """What get_lr() returns in the loop, what is trained with, also where the loop hands the epoch to step()."""
    schedule = evidence.spec.groups[evidence.group].schedule
    trained = "the LR that torch {} trains with"
    ways: list[tuple[str, str, str, tuple[str, ...], dict[str, Any]]] = [
        ("reading", "get_lr() read in the loop, torch {}", "get_lr", PLAIN, {}),
        ("version", trained, "lr", NESTED if hasattr(schedule, "schedules") else PLAIN, {}),
    ]
    for argument, first in (("epoch + 1", 1), ("epoch", 0)):
        epochs = tuple(map(float, range(first, first + _reach(evidence))))
        loop = {"step_epoch": epochs, "step_order": "optimizer_first"}
        ways.append(("explicit", f"{trained}, step({argument}) after epoch t", "lr", EXPLICIT, loop))
    for key, form, reading, changing, loop in ways:
        extra = EXTRA["ahead in row 0"] * (key == "reading" and evidence.rows.at[0] == 0 and evidence.misses[0])
        for source, releases in _replays(evidence, reading, changing, **loop):
            yield evidence.propose(key, form.format(ranges(releases)), extra=extra, params=0, source=source)


def find_resumed(evidence: Evidence) -> Iterator[Hypothesis]:
    """A scheduler that is built again with last_epoch, R being the first row that the plain schedule misses."""
    if evidence.spec.emulation is not None or evidence.spec.groups[evidence.group].lr is None:
        return
    first = next((i for i, wrong in enumerate(evidence.misses) if wrong), 0)
    first = evidence.refined(first)
    if not 0 < first < len(evidence.log):
        return
    before, missed = evidence.log.at[first - 1], evidence.log.at[first]
    near = evidence.log.part(first, first + 6)
    for row in range(missed, max(before, missed - 12, 0), -1):
        for release in RESUMED:
            for saved in ("after_step", "fresh"):
                emulation = Emulation(release, "lr", last_epoch=row - 1, saved=saved)
                spec = replace(evidence.spec, emulation=emulation, notes=())
                after = Replayed(spec, evidence.group, "lr", _reach(evidence))
                if any(near.missed(replace(evidence.base, source=after).at(near.at))) and len(evidence.log) > 1:
                    continue
                begun = f"s(t); from t = {row} on a scheduler of torch {release} built with last_epoch={row - 1}"
                form = f"{begun}, on {'the saved LR' if saved == 'after_step' else 'a fresh optimizer'}"
                source = switched(evidence.base.source, after, row)
                yield evidence.propose("resumed", form, params=0, source=source)


CAUSES = (
    Cause(
        "reading",
        "reading",
        "get_lr() was read in the training loop (the double gamma)",
        "print optimizer.param_groups[0]['lr'] beside it: there the schedule is right",
        "The log does not show the learning rate that trained: get_lr() computes the next learning rate from the "
        "optimizer's current one, so calling it in the loop applies the rule once more to its own result. StepLR and "
        "MultiStepLR show gamma twice at a decay epoch and are right again one epoch later (the double gamma); "
        "ExponentialLR is one gamma too low throughout. Training itself was right.",
        "Print optimizer.param_groups[0]['lr'], or from PyTorch 1.4 on scheduler.get_last_lr().",
        ("pytorch #22107", "pytorch #20486", "pytorch #31871"),
        ("on an exponential schedule this is a lead of one step, but for row 0: compare with the optimizer's own LR",),
        needs="all",
        propose=find_replayed,
    ),
    Cause(
        "version",
        "version",
        "another release of PyTorch",
        "torch.__version__ of the run",
        "A release of PyTorch computes other numbers from the same arguments: SequentialLR before 1.13 starts from all "
        "its children's first learning rates multiplied, CosineAnnealingWarmRestarts in 1.1 is an epoch late, and 1.0 "
        "wants scheduler.step() before training.",
        "Compare torch.__version__ of that run; `lrcli versions SPEC` lists which releases agree.",
        ("pytorch #72874", "pytorch #23480", "pytorch #20124"),
    ),
    Cause(
        "explicit",
        "version",
        "scheduler.step(epoch) with an explicit epoch",
        "the call in the training loop: step() or step(epoch)",
        "The loop hands the epoch to scheduler.step(). From 1.4 on that is the closed form, which is wrong for "
        "MultiStepLR in 1.4 (all milestones at once), and a 0-based epoch after the epoch repeats the first value.",
        "Call scheduler.step() without an argument.",
        ("pytorch #36913", "deit #145", "pytorch #21623"),
    ),
    Cause(
        "resumed",
        "shift after R",
        "resumed with last_epoch instead of the scheduler's state",
        "a checkpoint at this row, and how the scheduler is built after loading it",
        "From that row on the numbers are those of a scheduler that was built again with last_epoch: a chained rule "
        "goes on from what the optimizer held, so that a decay is applied twice, skipped for good (from PyTorch 2.8 "
        "on), or forgotten with a fresh optimizer.",
        "Load scheduler.state_dict() instead of passing last_epoch.",
        ("pytorch #60265",),
        needs="all",
        propose=find_resumed,
    ),
)
