"""Causes that move the schedule's time within the run: restart, shift, skipped steps, a stop, a turn."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lrcli.infer.costs import EXTRA
from lrcli.infer.effort import spend
from lrcli.infer.explain.causes.base import Cause, phase_end
from lrcli.infer.explain.evidence import Evidence
from lrcli.infer.explain.hypothesis import Hypothesis
from lrcli.infer.limits import LAGS
from lrcli.infer.transforms import cycled, held, lagging, mirrored, shifted, shifted_since


def find_shift(evidence: Evidence) -> Iterator[Hypothesis]:
    """s(t + d) from R on, R where the plain schedule stops to fit: a restart where d is -R."""
    for d in evidence.shifts:
        rows = evidence.since(d)
        if rows is None:
            continue
        before, row = rows
        end = phase_end(evidence, before, row) if abs(d) == 1 else None
        if d < 0 and before <= -d <= row:
            yield evidence.propose_clock(shifted_since(-d, d), "restart")
            flat = len(set(evidence.unclocked(range(min(-d, 1000))))) == 1
            yield evidence.propose_clock(cycled(-d), "cycled", extra=EXTRA["a sawtooth of one value"] * flat)
        elif end is not None:
            detail = f"step {end} is the end of a phase"
            yield evidence.propose_clock(shifted_since(row, d), "handover", params=0, detail=detail)
        else:
            yield evidence.propose_clock(shifted_since(row, d), "shift", params=2 * (abs(d) > 1))


def find_skipped(evidence: Evidence) -> Iterator[Hypothesis]:
    """s(t - lag), the lag as small as the rows allow, and growing, where few places explain nearly all rows.

    A stretch of rows keeps every lag that fits all of them; where none is left, the next one begins with a larger one.
    """
    n = len(evidence.rows)
    stretches: list[tuple[int, int]] = []
    begin, failures = 0, 0
    possible: Sequence[int] = range(LAGS + 1)
    for i in range(n):
        fitting = _fitting(evidence, i, possible)
        if not fitting:
            fitting = _fitting(evidence, i, range(possible[0] + 1, possible[0] + 1 + LAGS))
            failures += not fitting
            if failures > n // 100 or len(stretches) > max(3, n // 4):
                return
            if not fitting:
                continue
            stretches.append((begin, possible[0]))
            begin = i
        possible = fitting
    grown = [(i, lag) for i, lag in (*stretches, (begin, possible[0])) if lag]
    if not grown:
        return
    lags = [lag for _, lag in grown]
    rows = [evidence.refined(i, shifted(-before)) for (i, _), before in zip(grown, (0, *lags), strict=False)]
    clock = lagging([evidence.log.at[row] for row in rows], lags)
    yield evidence.propose_clock(clock, "skipped", params=len(rows))


def _fitting(evidence: Evidence, i: int, lags: Sequence[int]) -> list[int]:
    spend(len(lags) // 2)
    t, value, slack = evidence.rows.at[i], evidence.rows.values[i], evidence.rows.slack[i]
    rates = evidence.unclocked([max(t - lag, 0) for lag in lags])
    return [lag for lag, rate in zip(lags, rates, strict=True) if abs(value - rate) <= slack]


def find_held(evidence: Evidence) -> Iterator[Hypothesis]:
    """s(min(t, R)): the log stands still from R on; or R is the end of a decay that goes on past it."""
    last, slack = evidence.rows.values[-1], evidence.rows.slack[-1]
    i = len(evidence.rows)
    while i > 0 and abs(evidence.rows.values[i - 1] - last) <= 2 * slack:
        i -= 1
    if i < len(evidence.rows) - 1:
        since = evidence.rows.at[i]
        places = {since, *(run[0] for run in evidence.steps_showing(last, slack)[:8])}
        for place in sorted(places, key=lambda at: abs(at - since))[:6]:
            yield evidence.propose_clock(held(place), "held")
    for stop in evidence.phases.ends if evidence.phases and not evidence.base.parts else ():
        if stop < evidence.rows.at[-1]:
            form = f"s(min(t, {stop})), the end of its decay"
            yield evidence.propose("held-end", form, params=0, source=held(stop).of(evidence.base.source))


def find_mirrored(evidence: Evidence) -> Iterator[Hypothesis]:
    """s(T - |t - T|): the log goes back where it is lowest behind its top."""
    last, values, log = len(evidence.rows) - 1, evidence.rows.values, evidence.log
    top = max(range(last), key=values.__getitem__, default=0)
    near = min(range(last, top, -1), key=values.__getitem__, default=top)
    around = range(evidence.sample[max(near - 1, 0)], evidence.sample[min(near + 1, last)] + 1)
    lowest = log.at[min(reversed(around), key=log.values.__getitem__)]
    for place in range(lowest - 1, lowest + 2):
        if 0 < place < log.at[-1]:
            yield evidence.propose_clock(mirrored(place), "mirrored")


CAUSES = (
    Cause(
        "restart",
        "restart",
        "the schedule begins again",
        "scheduler.last_epoch at this row: it is 0 again",
        "From that row on the log shows the schedule from its step 0: the run was resumed without the scheduler's "
        "state, or a second run was appended to the first one's log.",
        "Save and load scheduler.state_dict() with the model's; or split the log.",
        ("yolov5 #292",),
        (
            "resumed without the scheduler's state: the loss goes on where it was",
            "a second run in the same file: the loss begins again, too",
        ),
    ),
    Cause(
        "cycled",
        "restart",
        "the schedule begins again, over and over",
        "scheduler.last_epoch: it goes back at regular intervals",
        "The counter is set back at regular intervals, usually at the end of every epoch: the log is a sawtooth.",
        "Count over the whole run, not within an epoch.",
        ("MiniGPT-4 #263",),
    ),
    Cause(
        "shift",
        "shift after R",
        "from some row on the log is shifted",
        "scheduler.last_epoch around this row: it jumps, or stands still once",
        "Up to some row everything is right; from there on the schedule is ahead or behind by the same number of "
        "steps. That is what a resume leaves that counts one step too many or too few.",
        "Compare scheduler.last_epoch before saving and after loading; load the scheduler's state_dict instead of "
        "passing last_epoch.",
        ("pytorch #60265", "transformers #34053"),
        (
            "a resume that is off by one: the run has a checkpoint at this row",
            "scheduler steps skipped by the fp16 loss scaler (lag only): the scaler's scale halves at this row",
        ),
        needs="clock",
        propose=find_shift,
    ),
    Cause(
        "skipped",
        "lag",
        "skipped steps accumulate",
        "the loss scaler's scale: it halves at these rows",
        "The log falls behind the schedule a step at a time: whenever the fp16 loss scaler found an overflow, the "
        "optimizer's step and with it the scheduler's was skipped, while the step counter went on.",
        "Nothing is wrong with the training, but it ends above the last learning rate of the schedule. Count optimizer "
        "steps, or use bf16; the spec can say which steps of the log were skipped (skipped: [24, 41]).",
        ("pytorch #55585",),
        ("other reasons to leave out a step (NaN guards, empty batches): the scaler's scale tells",),
        needs="clock",
        propose=find_skipped,
    ),
    Cause(
        "held",
        "held",
        "the schedule stands still from some row on",
        "scheduler.last_epoch after this row: it stands still, or its milestones never match",
        "From that row on the learning rate does not change any more, though the schedule does: scheduler.step() is no "
        "longer called, the schedule was clamped at its horizon, or milestones lie outside the run or are no whole "
        "numbers and never match.",
        "Look for the condition around scheduler.step(), and for milestones in another unit than the counter's.",
        ("Pointcept #379",),
        (
            "scheduler.step() is not called any more: scheduler.last_epoch stands still, too",
            "milestones that never match: last_epoch goes on",
        ),
        needs="clock",
        propose=find_held,
    ),
    Cause(
        "held-end",
        "held",
        "the decay stays at its end, where the schedule's own goes on",
        "the rows past the horizon: flat, or climbing again",
        "Up to its horizon everything is right; from there on the learning rate stays where it is, while PyTorch's "
        "cosine climbs again. Most other tools' decays (mlx, optax, timm, Keras, the Trainer) hold their end.",
        "If the run is much longer than the horizon, most of it trains at the smallest learning rate: make the horizon "
        "as long as the run.",
        ("mlx-examples #985",),
    ),
    Cause(
        "mirrored",
        "mirror",
        "past its horizon the schedule runs backwards",
        "the scheduler's T_max: it is the row where the log turns",
        "A cosine of PyTorch that is stepped past T_max climbs again, as the mirror image of its way down: the run is "
        "longer than T_max.",
        "Set T_max to the length of the run, or stop stepping at T_max.",
        needs="clock",
        propose=find_mirrored,
    ),
)
