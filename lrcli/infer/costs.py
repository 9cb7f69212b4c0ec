"""What it takes to believe something: the cheapest explanation of a log is the answer, of `explain` as of `fit`.

Those of `explain` were tuned on tests.explain_matrix (59 transformations of ten schedules, 682 logs at two precisions;
the logs of public reports, tests.public_causes, among them), and on 200 specs and configs with one or two changed keys.
Those of `fit` were tuned on the logs of `tests/logs`, whose schedules are known, and on made logs of every kind of
schedule (`tests/fit_holdout.py`, seeds 1 and 11): as many of them as possible have to come back with their own numbers.
"""

from __future__ import annotations

CAUSE_COSTS = {
    "unit": 0.95,
    "reading": 0.9,
    "version": 1.3,
    "explicit": 1.6,
    "resumed": 2.6,
    "lead": 1.0,
    "lag": 1.0,
    "numbering": 0.8,
    "faster": 1.2,
    "slower": 1.2,
    "restart": 1.15,
    "cycled": 1.8,
    "shift": 2.0,
    "skipped": 2.1,
    "held": 1.9,
    "held-end": 1.7,
    "mirrored": 2.2,
    "amplitude": 1.5,
    "factor-after": 2.2,
    "one-short": 2.2,
    "first-factor": 2.2,
    "horizon": 1.55,
    "horizon-after": 2.4,
    "decay": 1.6,
    "cycles": 2.1,
    "averaged": 1.2,
    "group": 0.9,
    "warmup": 1.4,
    "decay-clock": 1.3,
    "floor": 1.9,
    "plateau": 1.5,
    "quantised": 1.0,
    "handover": 1.8,
    "warmup-end": 1.35,
    "last-batch": 1.6,
    "other-scheduler": 2.0,
    "glitch": 2.3,
    "base-logged": 1.7,
    "changed": 1.55,
    "unused": 1.3,
    "unused-keys": 1.5,
}
"""What it takes to believe that a cause is at work: a log is behind more often than a scheduler is built anew.

They are tried in this order; of two that explain the same at the same cost the first is named first.
"""

EXTRA = {
    "ahead in row 0": 0.2,  # a reading that is, is named behind a lead
    "several steps": 0.3,  # a shift of one step is common
    "twice as many steps": 0.03,
    "half of the log": 1.5,  # that is hardly a shift
    "a place": 0.25,  # where steps were skipped
    "a further step": 0.1,
    "steps per epoch": -0.2,  # the scale that the spec names
    "over at once": 0.6,  # any large scale would do
    "standing still": 0.8,
    "logged at the end": 0.4,
    "a fraction": 0.05,
    "a sawtooth of one value": 0.6,
    "a factor that is not round": 0.7,
    "a later factor that is not round": 0.3,
    "one row tells": 1.0,
    "a factor that is known": -0.3,
    "a length that is not doubled": 0.4,  # people double a run; they do not add one step to it
    "solved for the epoch": 0.3,
    "a mean of groups": 0.1,
    "a warmup left out": -0.25,  # it is a lead of just as many steps
    "another first factor": 0.4,
    "a product": 0.05,
    "it may stand still": 0.4,
    "a glitch beside another cause": -1.9,  # a little less than to leave the row unexplained
    "a row at an end": 0.3,  # a lag shows there, too
    "another glitch": 0.4,
    "another glitch beside a cause": 2.0,
    "a second key": 2.05,  # two keys cost less than two causes
    "a further key": 0.05,  # of those that were not used
    "a length that is solved for": 0.6,
    "half cycles": -0.1,  # a cosine of whole or half periods; another length makes few of them
    "a digit": 0.15,  # of a value with more than two of them
    "many digits": 0.9,
    "a position that is not round": 0.5,
    "a further number": 0.25,
    "an unlikely key": 0.1,
    "a log that never moves": 1.0,  # nobody can tell why
    "another length of the run": 0.1,  # much else depends on it
    "rows past the end": 0.4,
    "a further cause": 1.5,
}
"""What an explanation costs beside its causes."""

COSTS = {
    # of a place of step 0 that is neither 0 nor 1, and for each step that may have been skipped before the first row
    "other start": 1.0,
    "skipped before": 0.12,
    # of a warmup: at its top a step early; of equal steps; from above; no line; not in the log; less for a usual share
    "held": 0.3,
    "equal steps": 0.3,
    "from above": 2.0,
    "curved warmup": 1.5,
    "unseen warmup": 0.5,
    "usual share": 1.2,
    # of a decay: its clock runs during the warmup, or is multiplied with it; its end is named instead of its length
    "clock": 2.0,
    "product": 1.5,
    "end instead": 0.2,
    "rare decay": 0.5,
    "flat end": 0.5,
    "floor": 0.5,
    "open floor": 2.0,
    "longer cycles": 0.5,
    "unseen steps": 0.7,
    # of schedules: a phase, all of them, one that is code; less for a one-cycle, which has many numbers by itself
    "phase": 0.5,
    "phases": 3.0,
    "code": 1.5,
    "one cycle": 0.5,
    "sampled": 2.5,
    "sampled wave": 3.0,
    # of a plateau: what few people choose, and a log that looks like another framework's
    "other framework": 0.6,
    "shift": 0.4,
    "cooldown": 0.3,
    "min_lr": 0.3,
    "threshold": 0.8,
    "training metric": 0.5,
    "mode": 1.5,
    # what another answer may cost more to be mentioned
    "another answer": 1.5,
}
"""What a candidate of `fit` costs beside its numbers, which cost about their digits (`lrcli.infer.numbers.cost`)."""

STARTS = {0: 0.0, 1: 0.2}
"""The positions that are step 0 in most logs, with what they cost: Hugging Face logs schedule(s) or schedule(s - 1)."""
