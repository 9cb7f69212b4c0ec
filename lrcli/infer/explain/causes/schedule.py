"""Causes that lie in the schedule: its horizon, its warmup, its floor, its group, and in what the log makes of it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from lrcli.infer.costs import EXTRA
from lrcli.infer.explain.causes.base import Cause
from lrcli.infer.explain.evidence import Evidence
from lrcli.infer.explain.hypothesis import Hypothesis
from lrcli.infer.explain.phases import floorless
from lrcli.infer.limits import SAME
from lrcli.infer.sources import Formula, keras_1_plateau, plain_source
from lrcli.infer.transforms import RateSource, averaged, averaged_within, floored, mean_of, pointwise, switched
from lrcli.infer.usual import CYCLES
from lrcli.logs import Rounding
from lrcli.logs.rounding import quantise
from lrcli.schedules.base import Schedule
from lrcli.schedules.constant import Constant
from lrcli.schedules.cosine import Cosine
from lrcli.schedules.linear import Linear, Polynomial
from lrcli.series import series_of


def _unit(schedule: Schedule) -> Callable[[float], float]:
    """A schedule of length 1, from 1 to 0, also between its steps."""
    return schedule.rule(1.0)  # type: ignore[return-value]


_COSINE, _ROOT = _unit(Cosine(T_max=1)), _unit(Polynomial(total_iters=1, power=0.5))


def _periods(count: float) -> Callable[[float], float]:
    return lambda x: _COSINE(2 * count * x)


DECAYS: dict[str, tuple[str, Callable[[float], float]]] = {
    "half a cosine": ("decay", lambda x: _COSINE(min(x, 1.0))),
    "a straight line": ("decay", _unit(Linear(start_factor=1.0, end_factor=0.0, total_iters=1))),
    "no decay": ("decay", _unit(Constant())),
    "one minus a square root": ("decay", lambda x: 1 - _ROOT(1 - min(x, 1.0))),
    "the square of a line": ("decay", _unit(Polynomial(total_iters=1, power=2.0))),
    **{f"num_cycles {n:g} (periods of the cosine)": ("cycles", _periods(n)) for n in CYCLES if n != 0.5},
}
"""What else a decay may be: the cause, and the share of it that is left at a share of its length."""


def find_decay(evidence: Evidence) -> Iterator[Hypothesis]:
    """Another decay between the same two learning rates, or another number of periods of a cosine."""
    phases = evidence.phases
    if phases is None:
        return
    begin, first, run = phases.begin, phases.base, evidence.spec.length
    for end in phases.ends or ((run,) if run > phases.steps else ()):
        last = phases.after([end])[0]

        def source(left: Callable[[float], float], end: int = end, last: float = last) -> RateSource:
            rates = pointwise(lambda t: last + (first - last) * left(max(t - begin, 0) / (end - begin)))
            return switched(phases.plain, rates, phases.steps)

        between = [phases.steps + (end - phases.steps) * i // 5 for i in range(1, 5)]
        own = next((name for name, (_, left) in DECAYS.items() if _near(source(left), phases.after, between)), "")
        for name, (key, left) in DECAYS.items():
            if name != own and (phases.steps or name != "no decay"):
                instead = "0.5" if (own, key) == ("half a cosine", "cycles") else own or "its decay"
                form = f"s(t) with {name} instead of {instead}"
                yield evidence.propose(key, form, source=source(left))


def _near(a: RateSource, b: RateSource, steps: list[int]) -> bool:
    return all(math.isclose(x, y, rel_tol=SAME) for x, y in zip(a(steps), b(steps), strict=True))


def find_averaged(evidence: Evidence) -> Iterator[Hypothesis]:
    """Means over an epoch, the steps in it from the spec or from the rows; none of means that the spec speaks of."""
    if evidence.base.mean:
        return
    source, rows, at = evidence.base.source, evidence.log, evidence.rows.at
    n = rows.per_epoch or (at[1] - at[0] if len(at) > 1 else 1)
    for start in (0, 1, 1 - n, -n) if n > 1 else ():
        form = f"mean of s over {n} {rows.unit}s {'from t on' if start >= 0 else 'up to t'}"
        yield evidence.propose("averaged", form, params=0, source=averaged(source, n, start))
    if rows.unit == "epoch" and isinstance(source, Formula):
        for n in _steps_of_epoch(evidence):
            form = f"mean of s(t + i / {n}) over the {n} steps of epoch t"
            extra = EXTRA["solved for the epoch"]
            yield evidence.propose("averaged", form, extra=extra, source=averaged_within(source, n))


def _steps_of_epoch(evidence: Evidence) -> list[int]:
    """How many steps an epoch may have: the spec's, else solved for with the first row where that matters.

    The mean of n values at i/n is above (or below) the integral by (s(t) - s(t+1)) / 2n, but for what bends.
    """
    known = evidence.spec.steps_per_epoch
    if known:
        return [known]
    for t in evidence.rows.at[:8]:
        ends = evidence.base.source([t, t + 1])
        i = evidence.index_of(t)
        if (
            not min(ends) - evidence.rows.slack[i] <= evidence.rows.values[i] <= max(ends) + evidence.rows.slack[i]
            or ends[0] == ends[1]
        ):
            continue  # no mean of what lies between
        mean = averaged_within(evidence.base.source, 512)([t])[0] - (ends[0] - ends[1]) / 1024  # the trapezoidal rule
        over = evidence.rows.values[i] - mean
        n = (ends[0] - ends[1]) / (2 * over) if over else 0.0
        if 1.5 < n < 1e5:
            near = round(n)
            return [near, *(m for m in range(near - 2, near + 3) if m > 1 and m != near)]
    return []


def find_group(evidence: Evidence) -> Iterator[Hypothesis]:
    """Each other parameter group, and the mean of all."""
    spec = evidence.spec
    if len(spec.groups) < 2:
        return
    reading = series_of(spec).reading
    sources = [plain_source(spec, i, reading) for i in range(len(spec.groups))]
    for i, group in enumerate(spec.groups):
        if i != evidence.group:
            form = f"s(t) of group {repr(group.name) if group.name else i}"
            yield evidence.propose("group", form, params=0, source=sources[i])
    form = f"mean of s(t) over all {len(sources)} groups"
    yield evidence.propose("group", form, extra=EXTRA["a mean of groups"], params=0, source=mean_of(sources))


def find_floor(evidence: Evidence) -> Iterator[Hypothesis]:
    """max(s(t), m), m the smallest value that the log holds beside 0, with and without a floor in the formula."""
    plain, lowest = evidence.formula, min(filter(None, evidence.rows.values), default=0.0)
    flat = sum(value == lowest for value in evidence.rows.values) > 1 and lowest < max(evidence.rows.values)
    for words, source in (("", plain), *floorless(plain)) if plain and flat else ():
        yield evidence.propose("floor", f"max(s(t){words}, {lowest:g})", source=floored(source, lowest))


def find_plateau(evidence: Evidence) -> Iterator[Hypothesis]:
    """Another way to count patience, the other mode, another reading of the threshold."""
    plain = evidence.formula
    plateau: Any = None if plain is None else plain.schedule
    if plain is None or plateau.name != "plateau":
        return
    mode = "max" if plateau.mode == "min" else "min"
    threshold_mode = "abs" if plateau.threshold_mode == "rel" else "rel"
    switches: list[tuple[str, dict[str, Any]]] = [
        ("patience counted as Keras does", {"patience": plateau.patience - 1}),
        ("patience one higher", {"patience": plateau.patience + 1}),
        (f"mode {mode}", {"mode": mode}),
        (f"threshold_mode {threshold_mode}", {"threshold_mode": threshold_mode}),
        ("threshold 0", {"threshold": 0}),
    ]
    for words, switch in switches[not plateau.patience :]:
        source = Formula(replace(plateau, **switch), plain.base_lr)
        yield evidence.propose("plateau", f"s(t) with {words}", params=0, source=source)
    words, keras_1 = "the counter of Keras 1, which no reduction resets", keras_1_plateau(plateau, plain.base_lr)
    yield evidence.propose("plateau", f"s(t) with {words}", params=0, source=keras_1)


def find_quantised(evidence: Evidence) -> Iterator[Hypothesis]:
    """s(t) rounded: the fewest digits at which the missed rows are what the log holds."""
    missed = evidence.asked()
    rows = evidence.rows.pick(missed)
    candidates = [Rounding("float32")]
    candidates += [Rounding(kind, digits) for digits in range(9, 0, -1) for kind in ("significant", "decimals")]
    for rounding in candidates:
        wrong = rows.missed([quantise(evidence.predicted[i], rounding) for i in missed])
        if missed and sum(wrong) <= 0.1 * len(missed):
            kind = "decimals" if rounding.kind == "decimals" else f"{rounding.kind} digits"
            digits = "float32" if rounding.kind == "float32" else f"{rounding.digits} {kind}"
            yield evidence.propose("quantised", f"s(t) rounded to {digits}", rounding=rounding)


CAUSES = (
    Cause(
        "horizon",
        "new horizon",
        "another horizon",
        "the scheduler's own T_max, total_steps or milestones",
        "The schedule is stretched or squeezed to another length than the spec's: the number of steps was computed "
        "from another epoch length, batch size or number of processes than the run had.",
        "Print the scheduler's T_max (or total_steps, milestones) at the start of the run, and compare.",
        ("transformers #9099",),
        (
            "the horizon was computed from another number of steps: look at the scheduler's own fields",
            "the scheduler is stepped more or less often than meant: look at last_epoch at the end",
        ),
    ),
    Cause(
        "horizon-after",
        "new horizon",
        "from some row on another horizon",
        "the arguments that the run was resumed with at this row",
        "Up to some row everything is right; from there on the schedule has another length: the run was extended when "
        "it was resumed (the learning rate jumps), or a resume kept the arguments of an older run.",
        "Decide on the length before the run, or keep the old horizon and anneal once at the end.",
        ("transformers #9099",),
    ),
    Cause(
        "decay",
        "another decay",
        "the decay has another shape",
        "the class of the run's scheduler, or its name in the configuration",
        "The warmup is right, and the learning rate goes from the same value to the same value, but along another "
        "curve: the run had another type of schedule, or none after its warmup.",
        "Compare the scheduler that the run built with the one that is meant; its class is printed by type().",
        needs="all",
        propose=find_decay,
    ),
    Cause(
        "cycles",
        "new horizon",
        "the cosine has another number of periods",
        "the num_cycles of the run's scheduler",
        "The cosine ends elsewhere than at its lowest: transformers' cosine has half a period by default "
        "(num_cycles: 0.5), and with more of it the learning rate goes up and down again.",
        "Leave num_cycles out, or say it in the spec (schedule: {type: transformers.cosine, num_cycles: 1.5}).",
    ),
    Cause(
        "averaged",
        "averaged",
        "the log holds means over an epoch",
        "the LR of single steps: it moves within an epoch",
        "The schedule moves within an epoch and the log holds the mean of it, as MAE's log.txt does: every value lies "
        "between two of the schedule.",
        "Nothing is wrong. Log the last value instead of a smoothed one to see the schedule itself.",
        (),
        (
            "a straight line's mean is the line half an epoch later: log single steps to tell",
            "an exponential's mean is the exponential times a constant",
        ),
        needs="clock",
        propose=find_averaged,
    ),
    Cause(
        "group",
        "group",
        "another parameter group, or the mean of all",
        "which entry of optimizer.param_groups the logger reads",
        "What was logged is not the learning rate of the first parameter group.",
        "Log each group under its own name.",
        ("mmengine #482",),
        needs="all",
        propose=find_group,
    ),
    Cause(
        "floor",
        "floor",
        "the floor is cut in, not built into the formula",
        "the scheduler's code: max(), or a floor in the formula",
        "The decay goes on below the floor and max() cuts it off: a kink, then flat, instead of a curve that ends at "
        "the floor.",
        "Write eta_min + (base - eta_min) * decay if the curve is to end smoothly.",
        ("gpt-neox #1008",),
        needs="all",
        propose=find_floor,
    ),
    Cause(
        "plateau",
        "plateau",
        "the plateau counts differently",
        "the number of bad epochs before the first reduction",
        "The reductions come at other epochs: Keras reduces on the patience-th bad epoch and PyTorch on the one after "
        "it; a metric that should rise with mode min never improves; a negative metric in rel mode always does.",
        "Set patience one lower (or higher) than in the other framework; check mode against the metric.",
        ("pytorch #119763", "pytorch #47513", "keras #3991"),
        propose=find_plateau,
    ),
    Cause(
        "quantised",
        "quantised",
        "the log rounds",
        "the statement that writes the log: its format",
        "The log is the schedule, written with fewer digits.",
        "Nothing is wrong. Print with repr() to see all of it.",
        ("detectron2 #1923",),
        propose=find_quantised,
    ),
)
