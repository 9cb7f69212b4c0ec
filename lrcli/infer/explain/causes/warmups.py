"""Causes at the end of a warmup: it ends elsewhere, hands over late, or is multiplied with the decay."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

from lrcli.infer.costs import EXTRA
from lrcli.infer.explain.causes.base import Cause
from lrcli.infer.explain.evidence import Evidence
from lrcli.infer.explain.hypothesis import Hypothesis
from lrcli.infer.keys import Key
from lrcli.infer.keys.solving import Solver
from lrcli.infer.limits import MOST_BATCHES
from lrcli.infer.sources import Formula
from lrcli.infer.transforms import RateSource, pointwise, product, switched
from lrcli.schedules.constant import Constant

RampShape = Callable[[float, int], float]

SHAPES: dict[str, RampShape] = {
    "t/W": lambda t, n: t / n,
    "(t+1)/W": lambda t, n: (t + 1) / n,
    "(t+1)/(W+1)": lambda t, n: (t + 1) / (n + 1),
    "ln(t+1)/ln(W)": lambda t, n: math.log(t + 1) / math.log(n) if n > 1 else 1.0,
    "(t/W)^2": lambda t, n: (t / n) ** 2,
}
"""The factor of step t in a warmup of n steps, as different tools write it."""

LEAST_WARMUP = 100
"""A warmup of Ultralytics has at least so many batches."""


def find_warmup(evidence: Evidence) -> Iterator[Hypothesis]:
    """The schedule's warmup and its decay, each in other forms, put together anew."""
    phases = evidence.phases
    if phases is None or not phases.steps:
        return
    n, plain, base, other = phases.steps, phases.plain, phases.base, EXTRA["another first factor"]
    first, row = plain([0])[0], evidence.rows.values[0]

    def made(key: str, form: str, source: RateSource, extra: float = 0.0) -> Hypothesis:
        return evidence.propose(key, form, extra=extra, params=0, source=source)

    def ramp(start: float, end: float, shape: RampShape = SHAPES["t/W"]) -> RateSource:
        return pointwise(lambda t: start + (end - start) * shape(t, n))

    for words, decay in (("", phases.after), *phases.running):
        runs, there = decay is not phases.after, decay([n])[0]
        if not evidence.mostly(decay, n):
            continue
        if runs:
            form = f"s(t) with the decay's clock running in the warmup of {n} steps{words}"
            yield made("decay-clock", form, switched(plain, decay, n))
        if base and (runs or not phases.begin):
            form = f"the warmup of {n} steps times the decay, whose clock runs meanwhile{words}"
            yield made("warmup-end", form, product(decay, lambda t: t / n, first / base), EXTRA["a product"])
        lines = [(f"a line from {first:g}", 0.0, first)]
        if evidence.rows.at[0] == 0 and row != first:
            lines.append((f"a line from {row:g}", other, row))
        if there != base:
            for start, extra, rate in lines:
                form = f"{start} to the decay's own value at step {n}, whose clock runs meanwhile{words}"
                yield made("warmup-end", form, switched(ramp(rate, there), decay, n), extra)
        if runs:
            continue
        for name, shape in SHAPES.items():
            form = f"s(t) with the factor {name} in the warmup of {n} steps"
            yield made("warmup", form, switched(ramp(0.0, base, shape), decay, n))
        for _, extra, rate in lines[1:] if base else ():
            form = f"s(t) with a warmup from {rate / base:.6g} times the base"
            yield made("warmup", form, switched(ramp(rate, base), decay, n), extra)
        form = f"s(t) with the first factor all through the warmup of {n} steps"
        yield made("warmup", form, switched(ramp(first, first), decay, n), other)
    yield made("warmup", "s(t) with a warmup that never ends", ramp(first, base), other)
    for words, decay in phases.running:
        form = f"s(t) with no warmup, and the decay from step 0{words}"
        yield made("warmup", form, decay, EXTRA["a warmup left out"])


def find_last_batch(evidence: Evidence) -> Iterator[Hypothesis]:
    """Ultralytics: warmup and decay are multiplied batch by batch, and the last batch of each epoch is logged."""
    phases, first = evidence.phases, evidence.rows.pick(range(min(6, len(evidence.rows))))
    if phases is None or not phases.steps or evidence.log.unit != "epoch":
        return
    for _, decay in phases.running or (("", phases.after),):

        def last_batch(batches: float, decay: RateSource = decay, n: int = phases.steps) -> RateSource:
            return product(decay, lambda t: (batches * (t + 1) - 1) / max(n * batches, LEAST_WARMUP))

        key = Key("batches", "", "whole", 100.0, at_least=2)
        solver = Solver(key, lambda value: last_batch(value)(first.at), first, strict=True)
        for batches in [int(value) for value in solver.solutions() if value <= MOST_BATCHES][:1]:
            wanted, whole = phases.steps * batches, max(phases.steps * batches, LEAST_WARMUP)
            form = f"decay(t) min(1, ({batches} (t + 1) - 1) / {whole})"
            detail = f"{batches} batches an epoch: a warmup of {whole} batches (the least) instead of {wanted}"
            detail = detail if wanted < LEAST_WARMUP else ""
            yield evidence.propose("last-batch", form, detail=detail, source=last_batch(batches))


def find_other_scheduler(evidence: Evidence) -> Iterator[Hypothesis]:
    """DeepSpeed's default warmup, a logarithm, and no decay after it: another scheduler has the say."""
    top = max(evidence.rows.values)
    rising = [i for i, value in enumerate(evidence.rows.values) if 0 < value < 0.99 * top and evidence.rows.at[i] > 0]
    if evidence.formula is None or top <= 0 or not rising:
        return
    i = rising[-1]
    power = math.log(evidence.rows.at[i] + 1) * top / evidence.rows.values[i]
    n = round(math.exp(power)) if power < 16 else 0
    if n > 1:
        logarithm = SHAPES["ln(t+1)/ln(W)"]
        form = f"{top:g} ln(t + 1) / ln({n}) up to step {n}, and flat from there on"
        source = switched(pointwise(lambda t: top * logarithm(t, n)), Formula(Constant(), top), n)
        yield evidence.propose("other-scheduler", form, source=source)


CAUSES = (
    Cause(
        "warmup",
        "warmup",
        "the warmup is written in another way",
        "the first value: 0 exactly is t/W, base/W is (t+1)/W",
        "After the warmup everything is right; within it the factor is another one. Tools disagree: t/W begins with 0 "
        "and reaches the base at W, (t+1)/W begins with base/W, (t+1)/(W+1) lies between them, DeepSpeed's default is "
        "a logarithm.",
        "Nothing is lost but the first steps; write the warmup as the tool does.",
        ("transformers #34754", "DeepSpeed #1298"),
        propose=find_warmup,
    ),
    Cause(
        "decay-clock",
        "warmup",
        "the decay's clock runs during the warmup",
        "the value right after the warmup: the base itself, or the decay's at that step",
        "At the end of the warmup the learning rate jumps: the decay does not begin there with its own step 0 but goes "
        "on as if it had run from the beginning.",
        "Subtract the warmup from the decay's step, or mean it so (timm: warmup_prefix).",
        ("timm #1242", "Swin #277"),
    ),
    Cause(
        "handover",
        "shift after R",
        "one phase hands over to the next a step late, or early",
        "the first row of the phase: it stands a row further on",
        "Up to the end of a phase everything is right; what comes after it is shifted by one step: the condition that "
        "ends the phase is off by one (<= for <), or its last value is written twice.",
        "Compare the step at which the phase ends with the counter at that moment; nothing else is wrong.",
        ("pytorch-gradual-warmup-lr #26",),
    ),
    Cause(
        "warmup-end",
        "warmup",
        "the warmup ends at the decay's own value, not at the base",
        "the value right after the warmup: below the base",
        "The decay's clock runs from step 0, and the warmup climbs to where the decay is when it ends: the base "
        "learning rate is never reached. detectron2 does so since it uses fvcore; others multiply both.",
        "Nothing is wrong; mean it so, or let the decay begin after the warmup.",
    ),
    Cause(
        "last-batch",
        "averaged",
        "the log holds the last batch of each epoch",
        "batches in an epoch, and the warmup's least length of 100 batches",
        "Warmup and decay are multiplied batch by batch, and each row shows the epoch's last batch, as Ultralytics "
        "logs it. Its warmup has at least 100 batches, however few epochs that was meant to be.",
        "With few batches in an epoch set warmup_epochs to what 100 batches are, or 0.",
        ("ultralytics #20768",),
        needs="clock",
        propose=find_last_batch,
    ),
    Cause(
        "other-scheduler",
        "other scheduler",
        "another scheduler has the say",
        "which scheduler the launcher built: print its class",
        "The numbers are those of DeepSpeed's WarmupLR with its default, a logarithm, and there is no decay: the "
        "scheduler of the script was not used, or its arguments were ignored.",
        "Remove one of the two schedulers, or give the launcher's configuration the schedule that is meant.",
        ("DeepSpeed #1298", "DeepSpeed #7303"),
        propose=find_other_scheduler,
    ),
)
