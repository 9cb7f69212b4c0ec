"""The numbers that the search was tuned to, each with what it was tuned on."""

from __future__ import annotations

SEARCHED = 240
"""So many rows are searched; what comes out is held against all of them."""

FINE = 1e-2
"""The share of the log's tolerance that is searched with where every digit is logged: real logs are that exact."""

FITTED_WAVE = 90
FITTED_POWER = 48
WIDEST_WAVE = 60
DECAY_POWERS = (
    0.9,
    2.0,
    0.5,
    3.0,
    1.5,
    0.8,
    4.0,
    0.75,
    1.2,
    2.5,
    0.6,
    0.7,
    0.95,
    1.1,
    5.0,
    1.3,
    1.4,
    1.6,
    1.8,
    0.4,
    0.3,
)
INVERSE_POWERS = (0.5, 1.0, 0.75, 0.25, 2.0, 1.5, 1 / 3, 0.6, 0.9, 0.8, 0.7, 0.4, 0.3)

UNROUND = 6
"""A number of so many digits was taken from the rows; nobody wrote it."""

FLOOR_SHARES = (0.01, 0.1, 0.001, 0.05, 0.2, 0.02, 0.5, 1e-4, 0.25, 0.3, 0.15)
"""What people write as the share of the learning rate that is left at the end."""

CLIMB_POWERS = (2.0, 3.0, 4.0, 0.5, 1.5)
"""The powers by which people warm up."""

WARMUP_SHARES = (0.03, 0.1, 0.05, 0.06, 0.01, 0.02, 0.2, 0.08, 0.04, 0.15)
"""What people give as the share of the run that is warmup; trainers round it up to whole steps."""

MOST_STEPS = 20_000
"""So many steps an epoch may have, of which a log shows the mean or the last."""

MOST_BATCHES = 8192
"""So many batches an epoch may have, of which a log shows the last while they warm up."""

MOST_WARM = 60
"""So many epochs a warmup of batches may last."""

MOST_STRETCHES = 24
"""A run of more stretches is not described by listing them."""

SLACKS = (1.5, 3.0)
"""How far a stretch's rows may lie from its law, in tolerances: a least-squares fit is not the nearest everywhere."""

MOST_FLATS = 400
"""A run with more flat stretches is no step decay."""

ONE_CYCLE_SHARES = (0.3, 0.1, 0.25, 0.2, 0.05, 0.4, 0.5, 0.15, 0.45, 0.35, 0.01, 0.02, 0.03, 0.08)
"""The values of pct_start that people choose."""

ONE_CYCLE_DIVISORS = (25.0, 10.0, 100.0, 20.0, 5.0, 50.0, 4.0, 2.0, 1000.0)
"""The values of div_factor that people choose."""

FITTED = 5_000_000
"""At so many rows laws are tried before a search gives up; one is made for every digit, and one for the log's own."""

FEWEST = 2
"""Fewer numbers than this are taken from any rows: a single row may be of a constant."""

ROUNDS = 8
"""So often the rows that a candidate misses are added to those that are searched."""

MANY_ROWS = 50_000
"""In a run of more rows only the twelve cheapest candidates are held against all of them, until one gives them."""

MOST_CYCLES = 60
"""A run of more jumps up is no schedule with restarts."""

FEW_WARM = 4
"""Fewer rows than this before a decay lie on a line by chance."""

MOST_AT_ONCE = 60
"""A scheduler does not fall further behind than this between two rows."""
