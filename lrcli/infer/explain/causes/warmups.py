"""Causes at the end of a warmup: it ends elsewhere, hands over late, or is multiplied with the decay."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

from lrcli.infer.explain.causes.base import Cause, with_clock
from lrcli.infer.explain.clocks import Since
from lrcli.infer.explain.edits import warmup_of
from lrcli.infer.explain.evidence import Evidence
from lrcli.infer.explain.hypothesis import Hypothesis, Part
from lrcli.infer.explain.sources import Formula, Product, Ramped, RateSource, Warmed
from lrcli.schedules.constant import Constant

MOST_BATCHES = 6000
"""An epoch has at most so many batches where they are searched for."""


def plain_formula(evidence: Evidence) -> Formula | None:
    """The formula of the spec, where the base still uses it as it is."""
    source = evidence.base.source
    group = evidence.spec.groups[evidence.group]
    return source if isinstance(source, Formula) and source.schedule == group.schedule else None


def _with(evidence: Evidence, source: RateSource, part: Part) -> Hypothesis:
    return replace(evidence.base, source=source, parts=(*evidence.base.parts, part))


def find_handover(evidence: Evidence) -> Iterator[Hypothesis]:
    """A phase that begins a step late or early: everything after its end is shifted."""
    if not evidence.plain_clock:
        return
    schedule = evidence.spec.groups[evidence.group].schedule
    for end in (int(m) for m in getattr(schedule, "milestones", ()) if hasattr(schedule, "schedules")):
        for row, d in ((end, -1), (end + 1, -1), (end - 1, 1), (end, 1)):
            if row > 0:
                yield with_clock(evidence, Since(row, d), "handover", 1.8, f"step {end} is the end of a phase", 0)


def find_warmup_end(evidence: Evidence) -> Iterator[Hypothesis]:
    """A warmup that climbs to the decay's value at its end, or that is multiplied with the decay."""
    plain = plain_formula(evidence)
    parts = None if plain is None else warmup_of(plain)
    if plain is None or parts is None:
        return
    n, rest, warm = parts
    base = rest.at([0])[0]
    first, peak = warm.at([0])[0], rest.at([n])[0]
    form = f"o(t) rises from s(0) to the decay's own value at step {n}, and its clock runs meanwhile"
    yield _with(evidence, Ramped(rest, n, first, peak), Part("warmup-end", form, 1.35, 0))
    if base:
        form = f"o(t) = the warmup of {n} steps times the decay, whose clock runs meanwhile"
        yield _with(evidence, Product(rest, n, first / base), Part("warmup-end", form, 1.4, 0))


def find_last_batch(evidence: Evidence) -> Iterator[Hypothesis]:
    """Ultralytics: warmup and decay are multiplied batch by batch, and the last batch of each epoch is logged."""
    plain = plain_formula(evidence)
    parts = None if plain is None else warmup_of(plain)
    if parts is None or evidence.rows.unit != "epoch" or not evidence.plain_clock:
        return
    n, rest, _ = parts
    first = range(min(6, len(evidence.at)))
    decay = rest.at([evidence.at[i] for i in first])
    if not decay[0] > 0:
        return
    low, high = ((evidence.values[0] + error) / decay[0] for error in (-evidence.slack[0], evidence.slack[0]))
    # the share of the warmup that is done at the end of epoch 0 is (b - 1) / 100, or (b - 1) / (n b)
    ranges = [(100 * low + 1, 100 * high + 1), tuple(1 / max(1 - n * share, 1 / MOST_BATCHES) for share in (low, high))]
    for batches in (b for low, high in ranges for b in range(max(math.floor(low), 2), math.ceil(high) + 1)):
        whole = max(n * batches, 100)
        if all(
            abs(evidence.values[i] - d * min(1.0, (batches * (evidence.at[i] + 1) - 1) / whole)) <= evidence.slack[i]
            for i, d in zip(first, decay, strict=True)
        ):
            least = " (the least)" if n * batches < 100 else ""
            form = f"o(t) = decay(t) min(1, ({batches} (t + 1) - 1) / {whole})"
            detail = f"{batches} batches an epoch: a warmup of {whole} batches{least} instead of {n * batches}"
            source = Product(rest, whole, 0.0, batches)
            yield _with(evidence, source, Part("last-batch", form, 1.6, 1, detail if least else ""))
            return


def find_other_scheduler(evidence: Evidence) -> Iterator[Hypothesis]:
    """DeepSpeed's default warmup, a logarithm, and no decay after it: another scheduler has the say."""
    plain = plain_formula(evidence)
    if plain is None:
        return
    top = max(evidence.values)
    rising = [i for i, value in enumerate(evidence.values) if 0 < value < 0.99 * top and evidence.at[i] > 0]
    if top <= 0 or not rising:
        return
    i = rising[-1]
    power = math.log(evidence.at[i] + 1) * top / evidence.values[i]
    n = round(math.exp(power)) if power < 16 else 0
    if n > 1:
        flat = Formula(Constant(), top)
        form = f"o(t) = {top:g} ln(t + 1) / ln({n}) up to step {n}, and flat from there on"
        yield _with(evidence, Warmed(flat, n, "ln(t+1)/ln(W)"), Part("other-scheduler", form, 2.0, 1))


CAUSES = (
    Cause(
        "handover",
        "shift after R",
        "one phase hands over to the next a step late, or early",
        find_handover,
        "the first row of the phase: it stands a row further on",
        "Up to the end of a phase everything is right; what comes after it is shifted by one step: the condition that "
        "ends the phase is off by one (<= for <), or its last value is written twice.",
        "Compare the step at which the phase ends with the counter at that moment; nothing else is wrong.",
        ("pytorch-gradual-warmup-lr #26",),
        rank=280,
    ),
    Cause(
        "warmup-end",
        "warmup",
        "the warmup ends at the decay's own value, not at the base",
        find_warmup_end,
        "the value right after the warmup: below the base",
        "The decay's clock runs from step 0, and the warmup climbs to where the decay is when it ends: the base "
        "learning rate is never reached. detectron2 does so since it uses fvcore; others multiply both.",
        "Nothing is wrong; mean it so, or let the decay begin after the warmup.",
        rank=290,
    ),
    Cause(
        "last-batch",
        "averaged",
        "the log holds the last batch of each epoch",
        find_last_batch,
        "batches in an epoch, and the warmup's least length of 100 batches",
        "Warmup and decay are multiplied batch by batch, and each row shows the epoch's last batch, as Ultralytics "
        "logs it. Its warmup has at least 100 batches, however few epochs that was meant to be.",
        "With few batches in an epoch set warmup_epochs to what 100 batches are, or 0.",
        ("ultralytics #20768",),
        rank=300,
    ),
    Cause(
        "other-scheduler",
        "other scheduler",
        "another scheduler has the say",
        find_other_scheduler,
        "which scheduler the launcher built: print its class",
        "The numbers are those of DeepSpeed's WarmupLR with its default, a logarithm, and there is no decay: the "
        "scheduler of the script was not used, or its arguments were ignored.",
        "Remove one of the two schedulers, or give the launcher's configuration the schedule that is meant.",
        ("DeepSpeed #1298", "DeepSpeed #7303"),
        rank=310,
    ),
)
