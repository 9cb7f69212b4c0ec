"""The tuned numbers of `convert --to FRAMEWORK`.

They were tuned on the sample specs of `schedules/` and the specs of `tests/infer/test_port.py`, each against all
frameworks: what a framework can say is found, and an answer takes no more than about 5 s.
"""

MOST_ROWS = 100_000
"""A longer curve is refused, since every row is compared."""
SAMPLED = 40
"""A candidate is first compared in this many rows, spread evenly, and in those beside the breaks."""
MOST_VALUES = 16
"""A key gets at most this many values."""
LISTED = 150
"""This many combinations of a class are tried in the order of their likelihood; the best of them are improved."""
PAIRED = 8
"""With each word of a class this many values of each list, and of each key that may be left out, are tried."""
IMPROVED = 2
"""This many combinations of a class are improved."""
MOST_TRIED = 1_500
"""At most this many schedules are tried to improve one combination."""
MOST_IMPROVED = 8
"""Of this many classes, the nearest first, combinations are improved."""
PHASE_IMPROVED = 2
"""The same for a part of the curve."""
AS_NEAR = 1.1
"""Where a class has the curve, others are improved as well whose likeliest schedules are at most so much farther."""
MOST_COMPUTED = 300_000
"""A search computes at most this many learning rates before it takes the nearest schedule so far."""
WALKED = 8
"""This many rows that are computed in order take the time of one that is computed by itself."""
DOUBLE, SINGLE = 1e-13, 1e-6
"""A gap of at most this share of the peak is the rounding of another order of operations, or of single precision."""
ROUNDED = 2.0**-23
"""A gap of at most this share of the peak is the rounding to singles, where every learning rate is one."""
ROUNDING_COSTS = 10
"""A schedule with exactly the curve is taken before one that rounds otherwise and has this many digits less."""
SIMPLE = 24
"""A schedule with at most this many digits is not held against phases of several."""
