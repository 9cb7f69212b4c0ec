"""What a user should know about a replay: where its numbers, or what reading them returns, are not what was meant."""

from __future__ import annotations

from collections.abc import Iterator

from lrcli.errors import EvaluationError, Problem, Refused, RowList
from lrcli.frameworks.torch.loop import TrainingLoop, first_apart, training_loop, uninterrupted
from lrcli.frameworks.torch.machine import Reason
from lrcli.frameworks.torch.releases import documented_reading, parse
from lrcli.schedules.base import Schedule, parameters
from lrcli.schedules.params import param_of
from lrcli.spec import Emulation, Group, Spec

LOOKED_AT = 100_000
"""How many rows of a long run are looked at for a wrong reading."""

SHOWN = 5


def of_replay(spec: Spec, reading: str) -> tuple[Problem, ...]:
    """The notes of every group, each once, in the order in which the groups stand. reading: the one that is shown."""
    return tuple(dict.fromkeys(note for i in range(len(spec.groups)) for note in _of_group(spec, i, reading)))


def _of_group(spec: Spec, i: int, reading: str) -> Iterator[Problem]:
    group, emulation = spec.groups[i], spec.emulation
    assert emulation is not None
    loop = training_loop(spec, i)
    yield from loop.replay.notes()
    if not emulation.step_epoch and loop.scheduler_first != loop.replay.scheduler_first:
        yield from loop.replay.order_notes()
    yield from _no_reading(loop, emulation, reading)
    if emulation.last_epoch >= 0:
        try:
            plain = uninterrupted(group.schedule, group.base_lr, emulation, i)
            yield from _resume(training_loop(spec, i), plain, spec)
        except (EvaluationError, Refused):
            pass  # there is no uninterrupted run to compare with
    yield from _reading(loop, reading, spec)
    if emulation.last_epoch < 0 and not emulation.step_epoch and (fractions := _fractions(group.schedule)):
        yield from _fraction(training_loop(spec, i), fractions, group, spec)


def _fractions(schedule: Schedule) -> list[str]:
    """The lengths of a schedule that are no whole number of steps, as "step_size 2.4"."""
    lengths = [(f.name, getattr(schedule, f.name)) for f in parameters(schedule) if param_of(f).kind == "length"]
    fractions = [f"{name} {value:g}" for name, value in lengths if isinstance(value, float) and value % 1]
    return fractions + [text for part in schedule.parts() for text in _fractions(part)]


def _fraction(loop: TrainingLoop, fractions: list[str], group: Group, spec: Spec) -> Iterator[Problem]:
    """Where a release makes another curve than the formula of a length that is no whole number of steps."""
    rows = min(spec.length, LOOKED_AT)
    try:
        apart = first_apart(loop.take(rows)["lr"], group.schedule.lrs(group.base_lr, 0, rows))
    except (ArithmeticError, ValueError, EvaluationError, Refused):
        return
    if apart:
        what = f"{', '.join(fractions)} is no whole number of steps: here the LR leaves the formula's"
        release = spec.emulation.release if spec.emulation else ""
        why = f"torch {release} computes it step by step, or looks for a step that equals it"
        yield Problem("fraction", what, why, "Give a whole number", rows=RowList(apart[:1], unit=spec.interval))


def _no_reading(loop: TrainingLoop, emulation: Emulation, reading: str) -> Iterator[Problem]:
    has, read, release = loop.replay.has, emulation.read, emulation.release
    if read is None:
        # where the group has it, it is another group's schedule that has none
        if reading == "lr" and not has(documented := documented_reading(release)):
            yield Problem("no-reading", f"torch {release} has no {documented}() here; the column lr is shown")
    elif read == "momentum":
        if not loop.schedule.moves_momentum:
            yield Problem("no-reading", f"{loop.schedule.name} does not move the momentum")
    elif not has(read):
        yield Problem("no-reading", f"{read}() raises here in torch {release}")


def _resume(resumed: TrainingLoop, plain: TrainingLoop, spec: Spec) -> Iterator[Problem]:
    first = resumed.first_epoch
    n = max(min(spec.length - first, LOOKED_AT), 0)
    plain.skip(first)
    if apart := first_apart(resumed.take(n)["lr"], plain.take(n)["lr"]):
        i, lr, wanted = apart
        what = f"the resumed run is not the uninterrupted one: {lr!r} instead of {wanted!r}"
        why, reference = _resume_reason(resumed, plain, spec)
        advice = "Load the scheduler's state_dict instead of passing last_epoch"
        rows = RowList((first + i,), unit=spec.interval)
        yield Problem("resume", what, why, advice, reference=reference, rows=rows)


def _resume_reason(resumed: TrainingLoop, plain: TrainingLoop, spec: Spec) -> Reason:
    left_over = spec.emulation.initial_lr if spec.emulation else None
    if left_over is not None and resumed.group.initial_lr != plain.group.initial_lr:
        return Reason(f"its base LR is the left-over initial_lr, {resumed.group.initial_lr!r}")
    return resumed.replay.resume_reason()


def _reading(loop: TrainingLoop, reading: str, spec: Spec) -> Iterator[Problem]:
    """Where reading the LR in the loop returns something else than the LR in use."""
    if reading in ("lr", "momentum"):
        return
    n = min(spec.length - loop.first_epoch, LOOKED_AT)
    taken = loop.take(max(n, 0), ("lr", reading))
    pairs = zip(taken["lr"], taken[reading], strict=True)
    wrong = [t for t, (lr, read) in enumerate(pairs, loop.first_epoch) if read is not None and read != lr]
    if wrong:
        release = spec.emulation.release if spec.emulation else ""
        fresh = wrong[0] == loop.first_epoch and not loop.scheduler_first
        why, reference = loop.replay.reading_reason(fresh, len(wrong) > fresh)
        has_better = parse(release) >= (1, 4) and reading == "get_lr"
        yield Problem(
            code="reading",
            message=f"{reading}() of torch {release} is not the LR that trains",
            why=why,
            help="Read get_last_lr()" if has_better else "Read optimizer.param_groups[0]['lr'], the column lr",
            reference=reference,
            rows=RowList(tuple(wrong[:SHOWN]), len(wrong[SHOWN:]), 0 if n < LOOKED_AT else LOOKED_AT, spec.interval),
        )
