"""Causes that lie in the schedule: its horizon, its warmup, its floor, its group, and in what the log makes of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from lrcli.infer.explain.causes.base import Cause, propose_nothing
from lrcli.infer.explain.edits import horizons, plateaus, warmed
from lrcli.infer.explain.evidence import Evidence
from lrcli.infer.explain.hypothesis import Hypothesis, Part
from lrcli.infer.explain.sources import Averaged, Floored, Formula, Mean, RateSource, Switched, plain_source
from lrcli.infer.explain.written import Written
from lrcli.infer.numbers import is_round
from lrcli.logs import Rounding
from lrcli.series import series_of


def _from(evidence: Evidence, source: RateSource, part: Part) -> Hypothesis:
    return replace(evidence.base, source=source, parts=(*evidence.base.parts, part))


def _formula(evidence: Evidence) -> Formula | None:
    """The formula that the base still uses as it is; None for a replay, or where another cause has changed it."""
    source = evidence.base.source
    group = evidence.spec.groups[evidence.group]
    return source if isinstance(source, Formula) and source.schedule == group.schedule else None


def find_horizon(evidence: Evidence) -> Iterator[Hypothesis]:
    """Another length in the schedule, solved for with the missed rows: for the whole run, or from R on."""
    plain = _formula(evidence)
    if plain is None or evidence.base.parts:
        return
    for name, value, old, source in horizons(plain, evidence):
        told = f"{name} = {value:g} instead of {old:g}"
        odd = 0.0 if is_round(value / old) else 0.4  # people double a run; they do not add one step to it
        yield _from(evidence, source, Part("horizon", f"o(t) = s(t) with {told}", 1.9 + odd))
        changed = evidence.missed_by(replace(evidence.base, source=source).at(evidence.at))
        first, last, misses = evidence.switch(evidence.misses, changed)
        n = len(evidence.at)
        if last == 0 or first >= n or misses >= min(sum(evidence.misses), sum(changed)):
            continue
        _, last = evidence.refined(first, last, evidence.base.clock, evidence.base.clock)
        row = evidence.rows.at[min(last, len(evidence.rows) - 1)]
        part = Part("horizon-after", f"o(t) = s(t); from t = {row} on with {told}", 2.4 + odd, 2)
        yield _from(evidence, Switched(plain, source, row), part)


def find_averaged(evidence: Evidence) -> Iterator[Hypothesis]:
    """Means over an epoch, the steps in it from the spec or from the rows."""
    if evidence.base.clock.times([7]) != [7]:
        return
    source, rows, at = evidence.base.source, evidence.rows, evidence.at
    per = rows.per_epoch
    gap = at[1] - at[0] if len(at) > 1 else 1
    windows: list[tuple[int, int]] = []
    if per:
        windows = [(per, 0), (per, 1), (per, 1 - per), (per, -per)]
    elif gap > 1:
        windows = [(gap, 1 - gap), (gap, -gap), (gap, 0)]
    for n, start in windows:
        where = "from t on" if start >= 0 else "up to t"
        part = Part("averaged", f"o(t) = mean of s over {n} {rows.unit}s {where}", 1.2, 0)
        yield _from(evidence, Averaged(source, n, start), part)
    if rows.unit == "epoch" and isinstance(source, Formula):
        for n in _steps_of_epoch(evidence):
            part = Part("averaged", f"o(t) = mean of s(t + i / {n}) over the {n} steps of epoch t", 1.5)
            yield _from(evidence, Averaged(source, n, fractional=True), part)


def _steps_of_epoch(evidence: Evidence) -> list[int]:
    """How many steps an epoch may have: the spec's, else solved for with the first row where that matters.

    The mean of n values at i/n is above (or below) the integral by (s(t) - s(t+1)) / 2n, but for what bends.
    """
    known = evidence.spec.steps_per_epoch
    if known:
        return [known]
    for t in evidence.at[:8]:
        ends = evidence.base.source.at([t, t + 1])
        if not abs(ends[0] - ends[1]) > 0:
            continue
        fine = Averaged(evidence.base.source, 512, fractional=True)
        mean = fine.at([t])[0] - (ends[0] - ends[1]) / 1024  # the trapezoidal rule
        over = evidence.values[evidence.index_of(t)] - mean
        n = (ends[0] - ends[1]) / (2 * over) if over else 0.0
        if 1.5 < n < 1e5:
            near = round(n)
            return [near, *(m for m in range(near - 2, near + 3) if m > 1 and m != near)]
    return []


def find_group(evidence: Evidence) -> Iterator[Hypothesis]:
    """Each other parameter group, and the mean of all."""
    spec = evidence.spec
    if len(spec.groups) < 2 or evidence.base.parts:
        return
    reading = series_of(spec).reading
    sources = [plain_source(spec, i, reading) for i in range(len(spec.groups))]
    for i, group in enumerate(spec.groups):
        if i != evidence.group:
            name = repr(group.name) if group.name else str(i)
            yield _from(evidence, sources[i], Part("group", f"o(t) = s(t) of group {name}", 0.9, 0))
    part = Part("group", f"o(t) = mean of s(t) over all {len(sources)} groups", 1.0, 0)
    yield _from(evidence, Mean(tuple(sources)), part)


def find_warmup(evidence: Evidence) -> Iterator[Hypothesis]:
    """Other ways to write the warmup."""
    plain = _formula(evidence)
    if plain is not None:
        for key, told, cost, source in warmed(plain, evidence):
            if key == "warmup":
                yield _from(evidence, source, Part(key, f"o(t) = s(t) with {told}", cost, 0))


def find_decay_clock(evidence: Evidence) -> Iterator[Hypothesis]:
    """The decay from its own step W where the warmup of W steps ends."""
    plain = _formula(evidence)
    if plain is not None:
        for key, told, cost, source in warmed(plain, evidence):
            if key == "decay-clock":
                yield _from(evidence, source, Part(key, f"o(t) = s(t) with {told}", cost, 0))


def find_floor(evidence: Evidence) -> Iterator[Hypothesis]:
    """max(s(t), m), m the smallest value that the log holds."""
    plain = _formula(evidence)
    if plain is None or evidence.base.parts:
        return
    lowest = min(evidence.values)
    if sum(value == lowest for value in evidence.values) < 2 or lowest == max(evidence.values):
        return
    sources: list[tuple[str, RateSource]] = [("", plain)]
    schedule = plain.schedule
    if getattr(schedule, "eta_min", 0):
        sources.append((" with eta_min = 0", Formula(replace(schedule, eta_min=0.0), plain.base_lr)))  # type: ignore[call-arg]
    for told, source in sources:
        part = Part("floor", f"o(t) = max(s(t){told}, {lowest:g})", 1.9)
        yield _from(evidence, Floored(source, lowest), part)


def find_plateau(evidence: Evidence) -> Iterator[Hypothesis]:
    """Another way to count patience, the other mode, another reading of the threshold."""
    plain = _formula(evidence)
    if plain is not None:
        for told, source in plateaus(plain):
            yield _from(evidence, source, Part("plateau", f"o(t) = s(t) with {told}", 1.5, 0))


def find_quantised(evidence: Evidence) -> Iterator[Hypothesis]:
    """s(t) rounded: the fewest digits at which the missed rows are what the log holds."""
    if evidence.rows.rounding.kind != "full":
        return
    asked = evidence.asked()
    candidates = [Rounding("float32")]
    candidates += [Rounding(kind, digits) for digits in range(9, 0, -1) for kind in ("significant", "decimals")]
    for rounding in candidates:
        written = Written(evidence.base.source, rounding, evidence.base.factor)
        hypothesis = replace(evidence.base, source=written, factor=1.0)
        predicted = hypothesis.at([evidence.at[i] for i in asked])
        fits = sum(abs(p - evidence.values[i]) <= evidence.slack[i] for p, i in zip(predicted, asked, strict=True))
        if asked and fits >= 0.9 * len(asked):
            told = "float32" if rounding.kind == "float32" else f"{rounding.digits} {rounding.kind} digits"
            told = told.replace("decimals digits", "decimals")
            part = Part("quantised", f"o(t) = s(t) rounded to {told}", 1.0)
            yield replace(hypothesis, parts=(*evidence.base.parts, part))


CAUSES = (
    Cause(
        "horizon",
        "new horizon",
        "another horizon",
        find_horizon,
        "the scheduler's own T_max, total_steps or milestones",
        "The schedule is stretched or squeezed to another length than the spec's: the number of steps was computed "
        "from another epoch length, batch size or number of processes than the run had.",
        "Print the scheduler's T_max (or total_steps, milestones) at the start of the run, and compare.",
        ("transformers #9099",),
        (
            "the horizon was computed from another number of steps: look at the scheduler's own fields",
            "the scheduler is stepped more or less often than meant: look at last_epoch at the end",
        ),
        rank=190,
    ),
    Cause(
        "horizon-after",
        "new horizon",
        "from some row on another horizon",
        propose_nothing,
        "the arguments that the run was resumed with at this row",
        "Up to some row everything is right; from there on the schedule has another length: the run was extended when "
        "it was resumed (the learning rate jumps), or a resume kept the arguments of an older run.",
        "Decide on the length before the run, or keep the old horizon and anneal once at the end.",
        ("transformers #9099",),
        rank=200,
    ),
    Cause(
        "averaged",
        "averaged",
        "the log holds means over an epoch",
        find_averaged,
        "the LR of single steps: it moves within an epoch",
        "The schedule moves within an epoch and the log holds the mean of it, as MAE's log.txt does: every value lies "
        "between two of the schedule.",
        "Nothing is wrong. Log the last value instead of a smoothed one to see the schedule itself.",
        (),
        (
            "a straight line's mean is the line half an epoch later: log single steps to tell",
            "an exponential's mean is the exponential times a constant",
        ),
        rank=210,
    ),
    Cause(
        "group",
        "group",
        "another parameter group, or the mean of all",
        find_group,
        "which entry of optimizer.param_groups the logger reads",
        "What was logged is not the learning rate of the first parameter group.",
        "Log each group under its own name.",
        ("mmengine #482",),
        rank=220,
    ),
    Cause(
        "warmup",
        "warmup",
        "the warmup is written in another way",
        find_warmup,
        "the first value: 0 exactly is t/W, base/W is (t+1)/W",
        "After the warmup everything is right; within it the factor is another one. Tools disagree: t/W begins with 0 "
        "and reaches the base at W, (t+1)/W begins with base/W, (t+1)/(W+1) lies between them, DeepSpeed's default is "
        "a logarithm.",
        "Nothing is lost but the first steps; write the warmup as the tool does.",
        ("transformers #34754", "DeepSpeed #1298"),
        rank=230,
    ),
    Cause(
        "decay-clock",
        "warmup",
        "the decay's clock runs during the warmup",
        find_decay_clock,
        "the value right after the warmup: the base itself, or the decay's at that step",
        "At the end of the warmup the learning rate jumps: the decay does not begin there with its own step 0 but goes "
        "on as if it had run from the beginning.",
        "Subtract the warmup from the decay's step, or mean it so (timm: warmup_prefix).",
        ("timm #1242", "Swin #277"),
        rank=240,
    ),
    Cause(
        "floor",
        "floor",
        "the floor is cut in, not built into the formula",
        find_floor,
        "the scheduler's code: max(), or a floor in the formula",
        "The decay goes on below the floor and max() cuts it off: a kink, then flat, instead of a curve that ends at "
        "the floor.",
        "Write eta_min + (base - eta_min) * decay if the curve is to end smoothly.",
        ("gpt-neox #1008",),
        rank=250,
    ),
    Cause(
        "plateau",
        "plateau",
        "the plateau counts differently",
        find_plateau,
        "the number of bad epochs before the first reduction",
        "The reductions come at other epochs: Keras reduces on the patience-th bad epoch and PyTorch on the one after "
        "it; a metric that should rise with mode min never improves; a negative metric in rel mode always does.",
        "Set patience one lower (or higher) than in the other framework; check mode against the metric.",
        ("pytorch #119763", "pytorch #47513", "keras #3991"),
        rank=260,
    ),
    Cause(
        "quantised",
        "quantised",
        "the log rounds",
        find_quantised,
        "the statement that writes the log: its format",
        "The log is the schedule, written with fewer digits.",
        "Nothing is wrong. Print with repr() to see all of it.",
        ("detectron2 #1923",),
        rank=270,
    ),
)
