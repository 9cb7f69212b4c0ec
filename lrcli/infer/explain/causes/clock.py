"""Causes that show the right learning rates at the wrong time, all along: lead, lag, time scale."""

from __future__ import annotations

from collections.abc import Iterator

from lrcli.infer.costs import EXTRA
from lrcli.infer.explain.causes.base import Cause
from lrcli.infer.explain.evidence import Evidence
from lrcli.infer.explain.hypothesis import Hypothesis
from lrcli.infer.transforms import scaled, shifted, stretched
from lrcli.infer.usual import SCALES


def find_shifted(evidence: Evidence) -> Iterator[Hypothesis]:
    """s(t + d), d read off the steps that the missed rows could show; s(t - 1) is common in a log without row 0."""
    span = evidence.rows.at[-1] - evidence.rows.at[0]
    for d in sorted(evidence.shifts, key=lambda d: d < 0):
        if d == -1 and evidence.counts_from_1:
            yield evidence.propose_clock(shifted(d), "numbering", params=0)
        else:
            extra = EXTRA["half of the log"] * (2 * abs(d) > span)
            yield evidence.propose_clock(shifted(d), "lead" if d > 0 else "lag", extra=extra)


def _scales(evidence: Evidence) -> list[int]:
    """Factors worth a try: the spec's own steps per epoch, those that the missed rows show, and the usual ones."""
    per_epoch = evidence.spec.steps_per_epoch or 0
    scales = [per_epoch] * (per_epoch > 1)
    for t, runs in evidence.shown:
        for low, high in runs if t else ():
            if low > t:
                scales += [k for k in (-(-low // t), high // t) if low <= k * t <= high]
            elif 0 < high < t:
                scales += [k for k in (round(t / high), t // high, t // (low or 1)) if k > 1]
            elif t == 1 and low > 0:
                scales.append(low)
    return list(dict.fromkeys(k for k in (*scales[:24], *SCALES) if k > 1))


def find_scaled(evidence: Evidence) -> Iterator[Hypothesis]:
    """s(k t), logged before or after the k steps, and s(t / k) or s(floor(t / k)), k from the first missed rows."""
    for k in _scales(evidence):
        known = EXTRA["steps per epoch"] if k == evidence.spec.steps_per_epoch else 0.0
        detail = "k is the spec's steps_per_epoch" if known else ""
        extra = known or EXTRA["over at once"] * (evidence.spec.length < 6 * k)
        for ahead in (0, k - 1, k):
            yield evidence.propose_clock(scaled(k, ahead), "faster", extra=extra, detail=detail)
        first, last = evidence.unclocked([0, evidence.rows.at[-1] // k])
        extra = known or EXTRA["standing still"] * (first == last)  # any large k would do
        for whole in (True, False):
            yield evidence.propose_clock(stretched(k, whole), "slower", extra=extra, detail=detail)


CAUSES = (
    Cause(
        "lead",
        "lead",
        "the log is ahead of the schedule",
        "the optimizer's own LR before its first step: ahead, too, or only the log is",
        "Every row holds a learning rate of a later step. Either training itself is ahead, because scheduler.step() "
        "came before optimizer.step() and the first learning rate was never used, or only the log is, because it was "
        "written after the scheduler had already moved on.",
        "Call optimizer.step() first; or log the learning rate before scheduler.step(). If only the log is ahead, "
        "training is right.",
        ("pytorch #20124", "transformers #28124", "transformers #35942", "timm #2753", "pytorch #196243"),
        (
            "scheduler.step() before optimizer.step(): PyTorch warns of it once, and the optimizer's own LR shows it",
            "the log is written after scheduler.step() (the Hugging Face Trainer before 2025-03): the optimizer is "
            "right",
            "positions that count from 0 where the schedule's count from 1",
            "a nested SequentialLR runs one epoch ahead from PyTorch 2.6 on",
        ),
        needs="clock",
        propose=find_shifted,
    ),
    Cause(
        "lag",
        "lag",
        "the log is behind the schedule",
        "scheduler.last_epoch beside the row: it is behind",
        "Every row holds a learning rate of an earlier step, and the first one comes more than once. Typical are a "
        "0-based epoch that is handed to scheduler.step(epoch) after the epoch, and a log that counts from 1.",
        "Call scheduler.step() without an argument after each epoch; or read the log's positions as counting from 1.",
        ("deit #145", "pytorch #55585", "pytorch #20124"),
        (
            "a position column that counts from 1: the log then has no row 0, and the first value is not doubled",
            "step(epoch) with a 0-based epoch after the epoch: the first value comes twice",
            "optimizer steps skipped at the very start by the fp16 loss scaler",
            "PyTorch 1.0 with scheduler.step() after training: the first value comes twice",
        ),
    ),
    Cause(
        "numbering",
        "lag",
        "the log counts from 1",
        "the first row's number, and scheduler.last_epoch there",
        "Row 1 of the log is the schedule's step 0, and there is no row 0: nothing is wrong but the numbering. The "
        "Hugging Face Trainer (since 2025-03) and many loops log so.",
        "Say so in the spec: first_step: 1 (or --set first_step=1), and the log follows it.",
        ("transformers #35942",),
        (
            "one scheduler step less than rows, at the start (a step that the fp16 loss scaler skipped): compare "
            "scheduler.last_epoch with the logged step",
        ),
    ),
    Cause(
        "faster",
        "time scale k",
        "the scheduler is stepped k times as often as the schedule means",
        "scheduler.last_epoch at the end of the run: k times the rows",
        "The schedule runs k times too fast. A horizon in epochs that is stepped once per batch gives k = steps per "
        "epoch (a cosine becomes periodic, a step decay collapses in the first epoch); k processes that step one "
        "prepared scheduler give k = number of processes; stepping per micro-batch gives k = accumulation steps.",
        "Step once per epoch, or give the horizon in optimizer steps; with accelerate, mind split_batches and "
        "step_with_optimizer; under gradient accumulation, step only when the optimizer does.",
        ("accelerate #662", "accelerate #2926", "accelerate #963", "transformers #23986", "diffusers #4387"),
        (
            "stepped per batch with a horizon in epochs: k is the number of batches in an epoch",
            "accelerate on k processes: k is the number of processes",
            "stepped per micro-batch: k is gradient_accumulation_steps",
        ),
        needs="clock",
        propose=find_scaled,
    ),
    Cause(
        "slower",
        "time scale 1/k",
        "the schedule runs k times too slowly",
        "scheduler.last_epoch at the end of the run: the rows divided by k, or T_max: k times the spec's",
        "Only every k-th row moves the schedule, or its horizon is k times too long: the horizon was computed in steps "
        "and the scheduler stepped once per epoch, or the horizon was multiplied by the accumulation steps. The decay "
        "is never finished; OneCycle stays near max_lr / div_factor.",
        'Step the scheduler as often as its horizon counts (in Lightning: interval "step"); divide the horizon by the '
        "accumulation steps.",
        ("pytorch #65417", "lightning #6948"),
        (
            "a horizon in steps, stepped per epoch: k is the number of batches in an epoch",
            "stepped only every k batches: the log then shows runs of k equal values",
            "a horizon that was multiplied by the accumulation steps: the values change in every row",
        ),
    ),
)
