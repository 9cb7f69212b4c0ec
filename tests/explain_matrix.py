"""Every transformation of a log, times ten schedules, times three precisions: which family does explain name first?

`python -m tests.explain_matrix` prints the whole table; tests/infer/test_explain_matrix.py runs a part of it.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache

import lrcli
import lrcli.errors
from lrcli.infer.explain import Report, explain
from lrcli.infer.explain.causes import cause
from lrcli.logs import Log, Rounding
from lrcli.logs.rounding import quantise
from lrcli.reader import Declared, read_declared
from lrcli.spec import Emulation, Spec
from tests.public_causes import CASES

N = 90
"""Rows of a log."""

R = 37
"""The row at which something happens."""

SCHEDULES = {
    "step": "{type: step, step_size: 11, gamma: 0.5}",
    "multistep": "{type: multistep, milestones: [20, 45, 70], gamma: 0.2}",
    "exponential": "{type: exponential, gamma: 0.96}",
    "linear": "{type: linear, start_factor: 1.0, end_factor: 0.05, total_iters: 90}",
    "polynomial": "{type: polynomial, total_iters: 90, power: 2.0}",
    "cosine": "{type: cosine, T_max: 90, eta_min: 0.0007}",
    "cosine_restarts": "{type: cosine_restarts, T_0: 13, T_mult: 2}",
    "warmup_cosine": "{type: warmup_cosine, warmup: 8, T_max: 90}",
    "one_cycle": "{type: one_cycle, max_lr: 0.13, total_steps: 90}",
    "sequential": "[{type: linear, for: 9, start_factor: 0.1}, {type: multistep, milestones: [21, 52], gamma: 0.3}]",
}

PRECISIONS = {
    "full": Rounding(),
    "4 digits": Rounding("significant", 4),
    "5 digits": Rounding("significant", 5),
    "float32": Rounding("float32"),
}


def spec_of(schedule: str, sets: Sequence[str] = ()) -> Spec:
    """The spec of one of SCHEDULES, of N epochs."""
    return declared_of(schedule, tuple(sets)).spec


@cache
def declared_of(schedule: str, sets: tuple[str, ...] = ()) -> Declared:
    """The same beside its text."""
    return read_declared(f"{{name: s, lr: 0.07, epochs: {N}, schedule: {SCHEDULES[schedule]}}}", sets=sets)


def formula(spec: Spec, group: int = 0) -> Callable[[float], float]:
    """s(t)."""
    one = spec.groups[group]
    return lambda t: one.schedule.lr_at(t, 0.0 if one.lr is None else one.lr)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Case:
    """What really happened: the spec that was meant, and what was logged at the positions.

    settings: the keys that the run had other values of. declared: the spec beside its text, if not the schedule's own.
    unit: what the positions count.
    """

    spec: Spec
    positions: list[float]
    values: list[float]
    settings: tuple[str, ...] = ()
    declared: Declared | None = None
    unit: str = "epoch"


def rows(n: int) -> list[float]:
    """The positions of n rows, as a log reader has them."""
    return [float(t) for t in range(n)]


Made = Callable[[str], Case]


def clocked(clock: Callable[[int], float]) -> Made:
    """A log that shows the schedule at another time."""

    def make(schedule: str) -> Case:
        spec = spec_of(schedule)
        s = formula(spec)
        return Case(spec, rows(N), [s(clock(t)) for t in range(N)])

    return make


def scaled(c: float, since: int = 0) -> Made:
    """A log that shows the schedule times a constant."""

    def make(schedule: str) -> Case:
        spec = spec_of(schedule)
        s = formula(spec)
        return Case(spec, rows(N), [s(t) * (c if t >= since else 1) for t in range(N)])

    return make


def replayed(release: str, reading: str, **loop: object) -> Made:
    """A log of what a release of PyTorch computes or reads."""

    def make(schedule: str) -> Case:
        spec = spec_of(schedule)
        curve = lrcli.evaluate(replace(spec, emulation=Emulation(release, reading, **loop)))  # type: ignore[arg-type]
        return Case(spec, rows(N), numbers(curve.shown()))

    return make


def numbers(values: Sequence[float | None]) -> list[float]:
    """The values; an LrcliError where one is missing."""
    if None in values:
        raise lrcli.errors.LrcliError("the class has no such reading")
    return [value for value in values if value is not None]


def resumed(release: str, saved: str) -> Made:
    """A log whose run was resumed with last_epoch."""

    def make(schedule: str) -> Case:
        spec = spec_of(schedule)
        s = formula(spec)
        after = lrcli.evaluate(replace(spec, emulation=Emulation(release, "lr", last_epoch=R - 1, saved=saved)))
        return Case(spec, rows(N), [s(t) for t in range(R)] + numbers(after.shown()))

    return make


def skipping(places: tuple[int, ...]) -> Made:
    """A log whose scheduler missed a step at each of the places."""
    return clocked(lambda t: t - sum(t >= place for place in places))


LONGER = {
    "step": "{type: step, step_size: 22, gamma: 0.5}",
    "multistep": "{type: multistep, milestones: [40, 90, 140], gamma: 0.2}",
    "linear": "{type: linear, start_factor: 1.0, end_factor: 0.05, total_iters: 180}",
    "polynomial": "{type: polynomial, total_iters: 180, power: 2.0}",
    "cosine": "{type: cosine, T_max: 180, eta_min: 0.0007}",
    "warmup_cosine": "{type: warmup_cosine, warmup: 8, T_max: 180}",
    "one_cycle": "{type: one_cycle, max_lr: 0.13, total_steps: 180}",
    "cosine_restarts": "{type: cosine_restarts, T_0: 26, T_mult: 2}",
}


def extended(since: int) -> Made:
    """A log whose schedule is twice as long from some row on."""

    def make(schedule: str) -> Case:
        spec = spec_of(schedule)
        longer = lrcli.load(f"{{lr: 0.07, epochs: {N}, schedule: {LONGER[schedule]}}}")
        s, late = formula(spec), formula(longer)
        return Case(spec, rows(N), [s(t) if t < since else late(t) for t in range(N)])

    return make


def averaged(n: int) -> Made:
    """A log of means over n steps of every epoch."""

    def make(schedule: str) -> Case:
        run = f"name: s, lr: 0.07, steps: {N}, steps_per_epoch: {n}"
        declared = read_declared(f"{{{run}, schedule: {SCHEDULES[schedule]}}}")
        spec = declared.spec
        s = formula(spec)
        epochs = N // n
        values = [sum(s(e * n + i) for i in range(n)) / n for e in range(epochs)]
        return Case(spec, rows(epochs), values, (), declared)

    return make


def grouped(which: str) -> Made:
    """A log of the second parameter group, or of the mean of both."""

    def make(schedule: str) -> Case:
        group = SCHEDULES[schedule].replace("max_lr: 0.13", f"max_lr: {0.13 * 0.65}")
        groups = f"[{{name: high}}, {{name: low, lr: {0.07 * 0.65}, schedule: {group}}}]"
        run = f"name: s, lr: 0.07, epochs: {N}, schedule: {SCHEDULES[schedule]}, groups: {groups}"
        declared = read_declared(f"{{{run}}}")
        spec = declared.spec
        high, low = formula(spec), formula(spec, 1)
        values = [low(t) if which == "low" else (high(t) + low(t)) / 2 for t in range(N)]
        return Case(spec, rows(N), values, (), declared)

    return make


def changed(**settings: str) -> Made:
    """A log of the spec with other values of its keys, by schedule."""

    def make(schedule: str) -> Case:
        sets = [text.replace("_", " ") if "{" in text else text for text in settings[schedule].split(" ")]
        sets = [text.replace("T max", "T_max").replace("eta min", "eta_min") for text in sets]
        sets = [text.replace(" factor", "_factor").replace("total iters", "total_iters") for text in sets]
        s = formula(spec_of(schedule, sets))
        return Case(spec_of(schedule), rows(N), [s(t) for t in range(N)], tuple(sets))

    return make


def reported(name: str) -> Made:
    """A log of a public report, which has a spec of its own: one row of the matrix, as of the first schedule."""

    def make(schedule: str) -> Case:
        if schedule != next(iter(SCHEDULES)):
            raise KeyError(schedule)
        text, observed, at, _ = CASES[name]
        declared = read_declared(text)
        return Case(
            declared.spec, [float(t) for t in at], [observed(t) for t in at], (), declared, declared.spec.interval
        )

    return make


def with_wrong_row(make: Made) -> Made:
    """The same log with one row that is wrong."""

    def made(schedule: str) -> Case:
        case = make(schedule)
        values = list(case.values)
        values[51] *= 0.6
        return replace(case, values=values)

    return made


TRANSFORMATIONS: dict[str, tuple[str, Made]] = {
    "get_lr() in 1.1": ("reading", replayed("1.1", "get_lr")),
    "get_lr() in 2.4": ("reading", replayed("2.4", "get_lr")),
    "get_lr() in 2.9": ("reading", replayed("2.9", "get_lr")),
    "lead 1": ("lead", clocked(lambda t: t + 1)),
    "lead 5": ("lead", clocked(lambda t: t + 5)),
    "scheduler first": ("lead", replayed("2.4", "lr", step_order="scheduler_first")),
    "lag 1": ("lag", clocked(lambda t: max(t - 1, 0))),
    "lag 4": ("lag", clocked(lambda t: max(t - 4, 0))),
    "skipped steps": ("lag", skipping((24, 41, 63))),
    "k = 4": ("time scale k", clocked(lambda t: 4 * t)),
    "k = 7": ("time scale k", clocked(lambda t: 7 * t)),
    "stepped every 3": ("time scale 1/k", clocked(lambda t: t // 3)),
    "horizon x 5": ("time scale 1/k", clocked(lambda t: t / 5)),
    "x 4": ("amplitude", scaled(4.0)),
    "x 0.8145 (layer decay)": ("amplitude", scaled(0.95**4)),
    "restart": ("restart", clocked(lambda t: t if t < R else t - R)),
    "restart every 23": ("restart", clocked(lambda t: t % 23)),
    "resume + 1": ("shift after R", clocked(lambda t: t if t < R else t + 1)),
    "resume - 1": ("shift after R", clocked(lambda t: t if t < R else t - 1)),
    "x 0.25 from R": ("shift after R", scaled(0.25, R)),
    "last_epoch, fresh": ("shift after R", resumed("2.4", "fresh")),
    "last_epoch, 2.9": ("shift after R", resumed("2.9", "after_step")),
    "T doubled at R": ("new horizon", extended(R)),
    "T doubled": ("time scale 1/k", extended(0)),
    "means of 5": ("averaged", averaged(5)),
    "other group": ("group", grouped("low")),
    "mean of groups": ("group", grouped("mean")),
    "1.10 (SequentialLR)": ("version", replayed("1.10", "lr")),
    "1.1 (warm restarts)": ("version", replayed("1.1", "lr")),
    "step(epoch) in 1.4": ("version", replayed("1.4", "lr", step_epoch="epoch + 1", step_order="optimizer_first")),
    "as declared": ("follows", clocked(lambda t: t)),
    "lr": ("changed key", changed(**{name: "lr=0.03" for name in SCHEDULES if name != "one_cycle"})),
    "length": (
        "changed key",
        changed(
            step="schedule.step_size=16",
            multistep="schedule.milestones=[30,60]",
            linear="schedule.total_iters=70",
            polynomial="schedule.total_iters=75",
            cosine="schedule.T_max=77",
            cosine_restarts="schedule.T_0=17",
            warmup_cosine="schedule.warmup=15",
            one_cycle="schedule.total_steps=100",
            sequential="schedule.0.for=20",
        ),
    ),
    "shape": (
        "changed key",
        changed(
            step="schedule.gamma=0.3",
            multistep="schedule.gamma=0.1",
            exponential="schedule.gamma=0.98",
            linear="schedule.end_factor=0.2",
            polynomial="schedule.power=0.9",
            cosine="schedule.eta_min=0.007",
            cosine_restarts="schedule.T_mult=3",
            warmup_cosine="schedule.start_factor=0.1",
            one_cycle="schedule.pct_start=0.2",
            sequential="schedule.1.gamma=0.1",
        ),
    ),
    "more of it": (
        "changed key",
        changed(
            multistep="schedule.milestones=[20,50,70]",
            linear="schedule.start_factor=0.5",
            cosine_restarts="schedule.eta_min=0.001",
            warmup_cosine="schedule.eta_min=0.001",
            one_cycle="schedule.div_factor=10",
            sequential="schedule.0.start_factor=0.01",
        ),
    ),
    "a choice": ("changed key", changed(one_cycle="schedule.anneal_strategy=linear")),
    "the end": ("changed key", changed(one_cycle="schedule.final_div_factor=100")),
    "three phases": ("changed key", changed(one_cycle="schedule.three_phase=true")),
    "another type": (
        "changed key",
        changed(
            linear="schedule={type:_cosine,_T_max:_90,_eta_min:_0.0035}",
            cosine="schedule={type:_linear,_start_factor:_1,_end_factor:_0.01,_total_iters:_90}",
            polynomial="schedule={type:_cosine,_T_max:_90,_eta_min:_0}",
        ),
    ),
    "a warmup": (
        "changed key",
        changed(
            step="warmup={for:_10,_start_factor:_0}",
            multistep="warmup={for:_6,_start_factor:_0.1}",
            exponential="warmup={for:_12,_start_factor:_0}",
            linear="warmup={for:_8,_start_factor:_0}",
            cosine="warmup={for:_9,_start_factor:_0}",
        ),
    ),
    "two keys": (
        "changed key",
        changed(
            step="schedule.step_size=15 schedule.gamma=0.1",
            multistep="schedule.milestones=[30,60] schedule.gamma=0.5",
            polynomial="schedule.total_iters=120 schedule.power=3",
            cosine="schedule.T_max=60 schedule.eta_min=0",
            cosine_restarts="schedule.T_0=30 schedule.T_mult=1",
            warmup_cosine="schedule.warmup=5 schedule.eta_min=0.01",
            one_cycle="schedule.max_lr=0.1 schedule.pct_start=0.25",
            sequential="schedule.0.for=5 schedule.1.gamma=0.5",
        ),
    ),
    "a wrong row": ("isolated rows", with_wrong_row(clocked(lambda t: t))),
    "lag 1 and a wrong row": ("lag + isolated rows", with_wrong_row(clocked(lambda t: max(t - 1, 0)))),
    **{name: (cause(key).family, reported(name)) for name, (*_, key) in CASES.items()},
}
"""name -> (the family that is right, how the log is made)."""


@dataclass(frozen=True)
class Outcome:
    """One cell of the matrix: what is right, what explain named first, and what it named beside it."""

    transformation: str
    schedule: str
    precision: str
    truth: str
    named: str
    beside: tuple[str, ...]
    seconds: float

    @property
    def right(self) -> bool:
        """Whether the first is right."""
        return self.truth == self.named

    @property
    def in_group(self) -> bool:
        """Whether the truth is named at all."""
        return self.right or self.truth in self.beside


def outcomes(
    precisions: Iterable[str] = PRECISIONS, transformations: Iterable[str] = TRANSFORMATIONS
) -> Iterable[Outcome]:
    """All cells in which the transformation can be made and leaves a mark."""
    for name in transformations:
        family, make = TRANSFORMATIONS[name]
        for schedule in SCHEDULES:
            # where a part of the schedule keeps its length, the whole is not the schedule at half the speed
            truth = "new horizon" if name == "T doubled" and schedule in ("warmup_cosine", "one_cycle") else family
            try:
                case = make(schedule)
            except (lrcli.errors.LrcliError, KeyError):
                continue  # the release refuses it, or the schedule has no horizon
            if len(set(case.values)) == 1 and truth != "follows":
                truth = "held"  # of a log that never moves, nobody can tell why
            for precision in precisions:
                rounding = PRECISIONS[precision]
                values = [quantise(value, rounding) for value in case.values]
                log = Log(
                    "log.csv",
                    case.unit,
                    case.positions,
                    {"lr": values},
                    rounding=rounding,
                )
                begin = time.perf_counter()
                report = explain(case.declared or declared_of(schedule), log)
                seconds = time.perf_counter() - begin
                if report.follows and truth != "follows":
                    continue  # the mark is smaller than the log's precision: there is nothing to explain
                yield Outcome(name, schedule, precision, truth, *named(report, case.settings), seconds)


def named(report: Report, settings: tuple[str, ...] = ()) -> tuple[str, tuple[str, ...]]:
    """(the family named first, those named beside it); "changed key" only where keys and values are right."""
    if report.verdict != "explained":
        return report.verdict, ()
    families = []
    for explanation in report.explanations:
        told = {(change.setting,) for change in explanation.same} | {tuple(c.setting for c in explanation.changes)}
        right = settings and any({*map(_plain, settings)} == {*map(_plain, ways)} for ways in told)
        families.append("changed key" if right else " + ".join(explanation.families) + " !" * bool(settings))
    return families[0], tuple(families[1:])


def _plain(setting: str) -> str:
    return setting.replace(" ", "")


def table(found: list[Outcome]) -> str:
    """The confusion table: truth by rows, what was named first by columns, and every miss."""
    pairs = Counter((one.truth, one.named) for one in found)
    truths = sorted({truth for truth, _ in pairs})
    others = sorted({answer for _, answer in pairs} - set(truths))
    columns = [*truths, *others]
    lines = [f"{'':>16} " + " ".join(f"{name[:12]:>12}" for name in columns)]
    for truth in truths:
        cells = [str(pairs[truth, answer] or ".") for answer in columns]
        lines.append(f"{truth:>16} " + " ".join(f"{cell:>12}" for cell in cells))
    for one in found:
        if not one.right:
            where = "in its group" if one.in_group else "NOT IN ITS GROUP"
            lines.append(
                f"{one.transformation} of {one.schedule} ({one.precision}): {one.truth} was named {one.named}, "
                f"{where} {list(one.beside)}"
            )
    right = sum(one.right for one in found)
    lines.append(
        f"{right} of {len(found)} right ({100 * right / len(found):.1f} %), "
        f"{sum(not one.in_group for one in found)} outside their group, {sum(one.seconds for one in found):.1f} s"
    )
    return "\n".join(lines)


if __name__ == "__main__":
    print(table(list(outcomes(sys.argv[1:] or PRECISIONS))))
