"""Every number of `explain` that was chosen by trying: what a cause costs to believe, and how much is looked at.

The costs were tuned on tests.explain_matrix (59 transformations of ten schedules, 682 logs at two precisions; the logs
of public reports, tests.public_causes, among them), and on 200 specs and configs with one or two changed keys.
"""

from __future__ import annotations

COST = {
    "numbering": 0.8,
    "reading": 0.9,
    "group": 0.9,
    "lead": 1.0,
    "lag": 1.0,
    "quantised": 1.0,
    "restart": 1.15,
    "faster": 1.2,
    "slower": 1.2,
    "averaged": 1.2,
    "version": 1.3,
    "decay-clock": 1.3,
    "warmup-end": 1.35,
    "warmup": 1.4,
    "plateau": 1.5,
    "amplitude": 1.5,
    "changed": 1.55,
    "unit": 0.95,
    "unused": 1.3,
    "unused-keys": 1.5,
    "explicit": 1.6,
    "last-batch": 1.6,
    "held-end": 1.7,
    "base-logged": 1.7,
    "cycled": 1.8,
    "handover": 1.8,
    "held": 1.9,
    "horizon": 1.9,
    "floor": 1.9,
    "shift": 2.0,
    "other-scheduler": 2.0,
    "cycles": 2.1,
    "skipped": 2.1,
    "mirrored": 2.2,
    "factor-after": 2.2,
    "one-short": 2.2,
    "glitch": 2.3,
    "horizon-after": 2.4,
    "resumed": 2.6,
}
"""What it takes to believe that a cause is at work: a log is behind more often than a scheduler is built anew."""

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
    "a step more or less": 0.3,
    "another first factor": 0.4,
    "a product": 0.05,
    "it may stand still": 0.4,
    "a glitch beside another cause": -1.9,  # a little less than to leave the row unexplained
    "the first row": 0.3,  # a lag shows there, too
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
"""What is added to that."""

ENOUGH = 0.98
"""The share of the rows that an explanation has to explain."""

SHOWN = 5
"""A report names at most so many explanations."""

CLOSE = 4.0
"""An explanation that costs so much more than the best one is still named beside it."""

NAMED = 0.8
"""A cause that costs so much more than the changed key which does the same still gives it its name."""

SURE = 1.1
"""An explanation that costs no more needs no look at the keys of the spec."""

DONE = 0.25
"""Two keys that give every row and cost no more than this above the least: nothing better is looked for."""

SAME = 1e-6
"""Two predictions that are no further apart, in relation to the larger one, are the same."""

BASES = 8
"""A second cause is tried on so many single ones."""

FINISHED = 14
"""So many of the hypotheses that do best on the sample are compared with all rows."""

SAMPLE = 3000
"""A hypothesis is tried on at most so many rows before it is compared with all of them."""

GRID = 20_000
"""The schedule is looked at in at most so many steps for those that a logged value could show."""

ASKED = 48
"""So many of the missed rows are asked which step they could show."""

CHANGES = 24
"""So many of the places where the log changes are compared with those where the schedule does."""

NEAREST = 8
"""So many of the steps that a value could show are looked at, the nearest first."""

LAGS = 24
"""So many more steps may be missing at one place."""

NEAR_REPLAY = 20_000
"""Every replay is walked so far, and further only where it is still right or nothing is missed before."""

CHEAP_ROWS = 2000
"""In a log of so many rows a replay that is wrong by itself is kept: with a second cause it may be right."""

MOST_BATCHES = 6000
"""An epoch has at most so many batches where they are solved for."""

FEW_WRONG = 2
"""So many rows may be wrong with any cause, and with none."""

ROWS_FOR_EACH = 9
"""For each wrong row there must be so many right ones."""

PROBES = 16
"""A value of a key is tried at about so many rows before it is held against all of them."""

PLACES = 12
"""So many of the places at which the log changes are tried as lengths."""

FEWEST_TO_STICK_OUT = 15
"""A log of fewer rows has none that stick out."""

FEWEST_BEFORE = 4
"""A run was extended at some row only if it follows the spec for so many rows before."""

TRIED_WITH = 16
"""A second key is solved for with so many lengths of a first one."""

ANOTHER_LENGTH = 0.02
"""A log that is this share longer or shorter than the run is of a run of another length."""

UNIT_FLAGS = ("by_epoch", "warmup_by_epoch", "convert_to_iter_based", "sched_on_updates")
"""How keys are called that say in which unit the lengths of a schedule count."""

MOST_UNUSED = 7
"""So many keys of a config are left out, or some of them."""

DEFAULTS = 4
"""A framework has at most so many defaults for one key."""

COUNTS_BELOW = 5
"""A whole number below this one counts something (cycles, bad epochs), and is no length."""

SHARES = (0.01, 0.02, 0.03, 0.04, 0.05, 0.06, 0.1, 0.15, 0.2, 0.3)
"""Shares of a run that people write."""

CYCLES = (0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 0.25)
"""The periods of a cosine that people ask for; half of one is the usual decay."""

SCALES = (2, 4, 8, 3, 16, 32, 64, 128, 5, 6, 10, 100)
"""By how much a scheduler is usually too fast or too slow."""
