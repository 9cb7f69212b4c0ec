"""The numbers that the search was tuned to.

All were tuned on the logs of `tests/logs`, whose schedules are known, and on made logs of every kind of schedule
(`tests/fit_holdout.py`, seeds 1 and 11): as many of them as possible have to come back with their own numbers. A line
says so where a number comes from elsewhere.
"""

from __future__ import annotations

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
"""What a candidate costs beside its numbers, whose costs are about their digits (`lrcli.infer.numbers.cost`)."""

STARTS = {0: 0.0, 1: 0.2}
"""The positions that are step 0 in most logs, with what they cost: Hugging Face logs schedule(s) or schedule(s - 1)."""

# How many rows are looked at

SEARCHED = 240
"""So many rows are searched; what comes out is held against all of them."""

ROUNDS = 8
"""So often the rows that a candidate misses are added to those that are searched."""

MANY_ROWS = 50_000
"""In a run of more rows only the twelve cheapest candidates are held against all of them, until one gives them."""

FITTED = 5_000_000
"""A search gives up when it has tried laws at so many rows: 3 s of CPU. Each of its two tolerances has a search."""

FITTED_WAVE = 90
"""A wave is fitted to so many rows; more do not make it more exact."""

FITTED_POWER = 48
"""A power is fitted to so many rows; more do not make it more exact."""

MOST_METRIC = 20_000
"""A plateau's metric of more rows is not looked at: its spec could not be read."""

FEWEST = 2
"""Fewer numbers than this are taken from any rows: a single row may be of a constant."""

FEW_WARM = 4
"""Fewer rows than this before a decay lie on a line by chance."""

FEWEST_CURVED = 4
"""Fewer rows of a warmup do not tell its shape."""

# How near is near

FINE = 1e-2
"""Where every digit is logged, this share of the log's tolerance is searched with first: real logs are that exact."""

SLACKS = (1.5, 3.0)
"""Rows may lie so many tolerances from a law: a least-squares fit is not the nearest everywhere."""

OPEN_TOP = 1e-4
"""A wave's top that is further from a whole position is open: the log has few digits."""

UNROUND = 6
"""A number of so many digits was taken from the rows; nobody wrote it."""

# Where a search ends

WIDEST_WAVE = 60
"""Rows that are less than two parts in so many of a half wave are a parabola, and say nothing about it."""

MOST_STRETCHES = 24
"""A run of more stretches is not described by listing them."""

MOST_FLATS = 400
"""A run with more flat stretches is no step decay."""

MOST_CYCLES = 60
"""A run of more jumps up is no schedule with restarts."""

MOST_PRODUCT = 2000
"""A warmup that is multiplied is not looked for in more rows than this."""

MOST_AT_ONCE = 60
"""A scheduler does not fall further behind than this between two rows."""

MOST_STEPS = 20_000
"""An epoch of which a log shows the mean or the last step has at most so many steps."""

MOST_BATCHES = 8192
"""An epoch of which a log shows the last batch of the warmup has at most so many batches."""

MOST_WARM = 60
"""A warmup of batches lasts at most so many epochs."""

# What people write, the most usual first: from the configs and logs of public repositories

DECAY_POWERS = (
    0.9, 2.0, 0.5, 3.0, 1.5, 0.8, 4.0, 0.75, 1.2, 2.5, 0.6, 0.7, 0.95, 1.1, 5.0, 1.3, 1.4, 1.6, 1.8, 0.4, 0.3
)  # fmt: skip
"""The powers of polynomial decays."""

INVERSE_POWERS = (0.5, 1.0, 0.75, 0.25, 2.0, 1.5, 1 / 3, 0.6, 0.9, 0.8, 0.7, 0.4, 0.3)
"""The powers of decays by a power of time."""

CLIMB_POWERS = (2.0, 3.0, 4.0, 0.5, 1.5)
"""The powers of warmups."""

WARMUP_SHARES = (0.03, 0.1, 0.05, 0.06, 0.01, 0.02, 0.2, 0.08, 0.04, 0.15)
"""The shares of the run that are warmup; trainers round them up to whole steps."""

FLOOR_SHARES = (0.01, 0.1, 0.001, 0.05, 0.2, 0.02, 0.5, 1e-4, 0.25, 0.3, 0.15)
"""The shares of the learning rate that are left at the end."""

ONE_CYCLE_SHARES = (0.3, 0.1, 0.25, 0.2, 0.05, 0.4, 0.5, 0.15, 0.45, 0.35, 0.01, 0.02, 0.03, 0.08)
"""The values of pct_start."""

ONE_CYCLE_DIVISORS = (25.0, 10.0, 100.0, 20.0, 5.0, 50.0, 4.0, 2.0, 1000.0)
"""The values of div_factor."""

PATIENCES = {10: 0.3, 5: 0.3, 3: 0.5, 2: 0.5, 4: 0.8, 7: 0.8, 8: 0.9, 6: 0.9, 15: 0.6, 20: 0.5, 1: 0.8, 12: 1.0}
"""The values of a plateau's patience, with what they cost."""

THRESHOLDS = {
    "torch": ((1e-4, "rel"), (0.0, "rel"), (1e-3, "rel"), (1e-2, "rel"), (1e-4, "abs"), (1e-3, "abs"), (1e-2, "abs")),
    "keras": ((1e-4, "abs"), (0.0, "abs"), (1e-3, "abs"), (1e-2, "abs"), (1e-5, "abs")),
}
"""A plateau's thresholds and their modes; each framework's default is the first."""
