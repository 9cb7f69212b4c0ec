"""Causes that multiply the learning rate."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from lrcli.infer.costs import EXTRA
from lrcli.infer.explain.causes.base import Cause, phase_end
from lrcli.infer.explain.evidence import Evidence
from lrcli.infer.explain.hypothesis import Hypothesis
from lrcli.infer.keys.variants import numbers_of
from lrcli.infer.limits import SAME
from lrcli.infer.numbers import is_round

_A_RATE = "c is the base learning rate {:g}: a rate was given where a factor is multiplied with the base"
_FIRST_FOR_GOOD = (
    "c is the warmup's first factor {:g}: the base was scaled by it for good, as where the optimizer's learning rate "
    "is a tensor that the scheduler changes in place (pytorch #162359)"
)
_NOAM = "c is 1/sqrt({:g}): the peak is base/sqrt(W), as in the Noam formula (sockeye #1095)"
_ONE_SHORT = "c is s({}) / s({}): the warmup stops one step short, and a chained rule goes on from there (libai #37)"
_FIRST_STAYS = "c is the warmup's first factor {:g}: the decay goes on from where the warmup began"
_NOT_LOADED = (
    "c is the base learning rate over s({}): the scheduler's state was loaded and the optimizer's was not, so that a "
    "chained rule goes on from the base"
)


def _known(evidence: Evidence, c: float, begin: int) -> tuple[str, str]:
    """(the cause, what is known of it) of a factor of the whole log, or of the rows from one on."""
    group = evidence.spec.groups[evidence.group]
    lr, (first, before, there) = group.lr or 0.0, evidence.unclocked([0, max(begin - 1, 0), begin])
    start = first / lr if lr and first != lr else 0.0
    if begin:
        ends = phase_end(evidence, begin - 1, begin) is not None
        known = [
            ("one-short", before / (there or math.inf), _ONE_SHORT.format(begin - 1, begin)),
            ("first-factor", start if ends else 0.0, _FIRST_STAYS.format(start)),
            ("factor-after", lr / (there or math.inf), _NOT_LOADED.format(begin)),
        ]
    else:
        lengths = (steps for _, steps in numbers_of(group.schedule) if steps > 1)
        known = [
            ("amplitude", lr if lr != 1 else 0.0, _A_RATE.format(lr)),
            ("amplitude", start, _FIRST_FOR_GOOD.format(start)),
            *(("amplitude", steps**-0.5, _NOAM.format(steps)) for steps in lengths),
        ]
    named = ((key, text) for key, constant, text in known if constant and abs(c - constant) <= SAME * abs(constant))
    return next(named, ("factor-after" if begin else "amplitude", ""))


def find_amplitude(evidence: Evidence) -> Iterator[Hypothesis]:
    """c s(t), c from the ratio of the rows."""
    yield from _multiplied(evidence, range(len(evidence.rows)))


def find_factor_after(evidence: Evidence) -> Iterator[Hypothesis]:
    """c s(t) from R on, c from the last rows, R where the plain schedule stops to fit."""
    n = len(evidence.rows)
    first = next((i for i, wrong in enumerate(evidence.misses) if wrong), n)
    if first and n - first >= 2:
        yield from _multiplied(evidence, range(max(first, n - max((n - first) // 2, 2)), n), later=True)


def _multiplied(evidence: Evidence, indices: Sequence[int], later: bool = False) -> Iterator[Hypothesis]:
    """The base times what most of these rows ask for; `later` says that it is so from some row on."""
    factor = evidence.factor_of(indices)
    if factor is None or factor[0] in (0.0, 1.0):
        return
    (c, fixed), begin = factor, 0
    if later:
        rows = evidence.switch([c * value for value in evidence.predicted])
        if rows is None:
            return
        begin = evidence.log.at[evidence.refined(rows[1])]
    key, detail = _known(evidence, c, begin)
    extra = EXTRA["a later factor that is not round" if later else "a factor that is not round"] * (not is_round(c))
    extra += EXTRA["one row tells"] * (not fixed and not later) + EXTRA["a factor that is known"] * bool(detail)
    form = f"{c:.6g} s(t)" + f" from t = {begin} on" * later
    yield evidence.propose(key, form, extra=extra, params=1 + later, detail=detail, factor=c, factor_from=begin)


CAUSES = (
    Cause(
        "amplitude",
        "amplitude",
        "the log is the schedule times a constant",
        "the first learning rate: optimizer.param_groups before the first step",
        "The shape is right and the height is not: the learning rate is set in two places and another one won, or it "
        "was scaled by the number of processes or the batch size (a power of 2, or its square root), or what was "
        "logged is one parameter group of several (layer-wise decay: a power of the decay).",
        "Look at the first value: print optimizer.param_groups and the configuration that the launcher really used.",
        ("DeepSpeed #7303", "ultralytics #8400", "ultralytics #22782", "mmengine #482"),
        (
            "the learning rate is set in two places (DeepSpeed's warmup_max_lr, ultralytics' optimizer=auto)",
            "scaled by world size or batch size: the constant is a power of 2, or its root",
            "another parameter group, or the mean of several: log each group by itself",
            "an exponential schedule that is ahead or behind: the same as a constant; its first rows tell",
        ),
        needs="factor",
        propose=find_amplitude,
    ),
    Cause(
        "factor-after",
        "shift after R",
        "from some row on the log is the schedule times a constant",
        "the optimizer's LR before and after the checkpoint at this row",
        "Up to some row everything is right; from there on a factor is lost or was applied once too often, for good. "
        "A chained rule (lr * gamma) goes on from whatever the optimizer held when the scheduler was built again.",
        "Load the scheduler's state_dict together with the optimizer's; do not build the scheduler with last_epoch.",
        ("pytorch #60265",),
        (
            "a resume that built the scheduler with last_epoch: the run has a checkpoint at this row",
            "the base learning rate was changed by hand at this row",
        ),
        needs="factor",
        propose=find_factor_after,
    ),
    Cause(
        "one-short",
        "shift after R",
        "the warmup stops one step short, for good",
        "the value at the warmup's end: that of the step before",
        "The warmup's last step is never made, and the decay, a chained rule (lr * gamma), goes on from where it "
        "stopped: everything after it is too low by the same factor.",
        "Let the warmup run one step longer, or build the decay on the base learning rate.",
        ("libai #37",),
    ),
    Cause(
        "first-factor",
        "shift after R",
        "after the warmup its first factor stays, for good",
        "the base learning rate that the decay holds (base_lrs, initial_lr): that of the warmup's step 0",
        "The warmup is right, and everything behind it too low by the warmup's first factor: so goes a decay that was "
        "built while the optimizer held the warmup's first learning rate, and took that for its base.",
        "Build the decay before the warmup, or both in one scheduler, and look at its base_lrs.",
    ),
)
