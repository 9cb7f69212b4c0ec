"""How much is looked at, how near is near, and where a search ends.

A line says so where a number comes from elsewhere; all others were tuned: those of `explain` and `fit` on what their
costs were tuned on (`lrcli.infer.costs`), those of the solvers for keys on 200 specs and configs with one or two
changed keys, and those of `convert --to FRAMEWORK` on the sample specs of `schedules/` and the specs of
`tests/infer/test_port.py`, each against all frameworks: an answer takes no more than about 5 s.
"""

from __future__ import annotations

# Of rows, whoever looks at them

MOST_WRONG = 0.1
"""The share of the rows that a value may miss and still be a solution: a row or two of a log may be wrong."""

MOST_BATCHES = 8192
"""An epoch has at most so many batches where they are solved for."""

# Of `explain`

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

NEAREST = 8
"""So many of the steps that a value could show are looked at, the nearest first."""

LAGS = 24
"""So many more steps may be missing at one place."""

NEAR_REPLAY = 20_000
"""Every replay is walked so far, and further only where it is still right or nothing is missed before."""

NEAR_MEANS = 5_000
"""The same for a log of means, which takes the steps of whole epochs."""

CHEAP_ROWS = 2000
"""In a log of so many rows a replay that is wrong by itself is kept: with a second cause it may be right."""

FEW_WRONG = 2
"""So many rows may be wrong with any cause, and with none."""

FEWEST_BEFORE_AN_END = 30
"""In a log of fewer rows nothing is said of the first or the last one: a lag shows there, and whatever begins."""

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

MOST_UNUSED = 7
"""So many keys of a config are left out, or some of them."""

DEFAULTS = 4
"""A framework has at most so many defaults for one key."""

COUNTS_BELOW = 5
"""A whole number below this one counts something (cycles, bad epochs), and is no length."""

# Of the solvers for one key and for two: a double has 15.95 digits, its unit in the last place is 2.2e-16 of it

SAME_LINE = 1e-12
"""Numbers this near, as a share of them, lie on one line: some thousand roundings of a double."""

SINGLE_LINE = 1e-6
"""The same for numbers that a framework computes in single precision: some eight roundings of a float32."""

NO_NUMBER = 1e-300
"""Smaller ones are lost in a division: the least normal double is 2.2e-308."""

NO_MIDDLE = 4e-15
"""An interval this narrow, as a share of its ends, has no number between them: some eighteen doubles."""

SHARE_OF_ZERO = 1e-3
"""Where both ends are near 0, they are taken for this share of the key's own value."""

FARTHEST_WHOLE = 1e12
"""Whole numbers above this one are no lengths: the reader takes none, either."""

FARTHEST_STEP = 1e9
"""A whole number that is right is followed this far on either side for a rounder one."""

SINGLE_DIGITS = 6
"""A float32 has six digits that are certain."""

EXACT, NEAR_DOUBLE, NEAR_SINGLE = 1e-13, 1e-9, 2.0**-18
"""`solve`: how near to the wanted rate, as a share of it, a value is looked for, and then how near it may be."""

DOUBLE_UNIT, SINGLE_UNIT = 2.0**-53, 2.0**-24
"""Half the distance between two neighbouring numbers, as a share of them."""

NEIGHBOURS = 16
"""`solve`: so many of these on either side are looked at for the number that gives the rate to the bit."""

HALVED = 80
"""So many golden sections leave no number in between: 0.618 to this power is 2e-17."""

EXACT_SINGLE = 2.0**-22
"""`fit` searches a log in single precision with this share of its largest learning rate, two units in the last place:
1 + cos(x) has it near the end of a cosine."""

COARSE = 0.75
"""The share of the rows that change sides between two values for one between them to be right."""

NOISE = 1e-4
"""Between values no further apart a schedule may be no line, as its framework rounds to float32 (6e-8)."""

SMALL = 48
"""Whole numbers below this one are tried one by one."""

SMALL_CHANGE = 1e-4
"""A change by this share is one that a number shows, unless it is rounded: about the root of a float32's precision."""

WHOLE_CHANGE = 0.02
"""A whole number is changed by this share, and by 1 at least, to see what it bears on."""

SQUARES_ROUNDS = 14
"""So many steps of least squares lead to the values of two keys, or nowhere."""

HOPEFUL = 6
"""After so many steps most of what was wrong, three quarters of the squares, has to be gone."""

NEAR = 0.02
"""How far, in relation to what was wrong at first, the rows may be from the wanted ones at the end."""

SMALL_RATE = 0.02
"""Rates below this share of the largest weigh no more than it, so that the end of a decay does not decide."""

DAMPING, LEAST_DAMPING, MOST_DAMPING = 1e-3, 1e-9, 1e4
"""Levenberg and Marquardt's: where it begins (0.001, as in Numerical Recipes 15.5), and between what it is kept."""

STANDSTILL = 1e-6
"""A step that takes away no more than this share of the squares is the last one."""

# Of `fit`

SEARCHED = 240
"""So many rows are searched; what comes out is held against all of them."""

ROUNDS = 8
"""So often the rows that a candidate misses are added to those that are searched."""

MOST_SAID = 24
"""So many schedules of one kind, the cheapest that give the searched rows, are held against all of them."""

MANY_ROWS = 50_000
"""In a run of more rows only the twelve cheapest candidates are held against all of them, until one gives them."""

FITTED = 5_000_000
"""A search gives up when it has tried laws at so many rows: 3 s of CPU. Each of its two tolerances has a search."""

FITTED_WAVE, FITTED_POWER = 90, 48
"""A wave and a power are fitted to so many rows; more do not make them more exact."""

MOST_METRIC = 20_000
"""A plateau's metric of more rows is not looked at: its spec could not be read."""

FEWEST = 2
"""Fewer numbers than this are taken from any rows: a single row may be of a constant."""

FEWEST_WARM = 4
"""Fewer rows of a warmup do not tell its shape: they lie on a line by chance."""

FINE = 1e-2
"""Where every digit is logged, this share of the log's tolerance is searched with first: real logs are that exact."""

SLACKS = (1.5, 3.0)
"""Rows may lie so many tolerances from a law: a least-squares fit is not the nearest everywhere."""

OPEN_TOP = 1e-4
"""A wave's top that is further from a whole position is open: the log has few digits."""

NEAR_HALF = 0.2
"""A phase of a one-cycle schedule may differ by this share from half a wave of its rows: few digits leave it open."""

UNROUND = 6
"""A number of so many digits was taken from the rows; nobody wrote it."""

WIDEST_WAVE = 60
"""Rows that are less than two parts in so many of a half wave are a parabola, and say nothing about it."""

MOST_STRETCHES = 24
"""A run of more stretches is not described by listing them."""

MOST_FLATS = 400
"""A run with more flat stretches is no step decay."""

FEWEST_OF_WAVE = 6
"""A cycle of more rows is a wave, or none at all."""

NEAR_CYCLE = 0.005
"""A cycle begins and ends within so much of its length from where the wave of its rows does."""

MOST_CYCLES = 60
"""A run of more jumps up is no schedule with restarts."""

DIP, SMOOTH = 0.7, 0.9
"""A decay breaks off where a row has no more than one share of the row before, and that one more than the other."""

MOST_PRODUCT = 2000
"""A warmup that is multiplied is not looked for in more rows than this."""

MOST_AT_ONCE = 60
"""A scheduler does not fall further behind than this between two rows."""

MOST_SKIPPED = 4
"""So many numbers of steps that may have been skipped before the first row are looked at: those with round ends."""

MOST_STEPS = 20_000
"""An epoch of which a log shows the mean or the last step has at most so many steps."""

MOST_WARM = 60
"""A warmup of batches lasts at most so many epochs."""

# Of `fit` among the registered classes, where no curve was found

CLASSED, MADE = 2_500_000, 40
"""A search among the classes gives up after so many learning rates, and a schedule takes as long as so many of them
to make: 3 s of CPU.
"""

FEWEST_OF_CLASS = 2
"""Fewer rows for each of its numbers do not tell a class: one or other of them all gives such rows."""

CLASS_LISTED = 60
"""So many combinations of the choices and lengths of a class are tried in the order of their likelihood."""

KEY_VALUES = 10
"""A key that is no number gets so many values."""

MOVED_ONCE = 60
"""In so many ways one key after the other is changed, as long as the class comes nearer."""

CLASSES_SOLVED, MOVED_TWICE = 16, 400
"""So many classes, the nearest, are solved for their numbers, or else with two keys changed at once in so many ways."""

MORE_NUMBERS = 1.15
"""A class with a number more to solve for has to leave this much less of the rows."""

NEARLY = 30
"""A class that is so many times as far from the rows as their slack is solved for its numbers at once."""

KEYS_SOLVED = 4
"""So many of the likely combinations of a class are solved for their numbers, the nearest first."""

NUMBERS_ROUNDS = 40
"""So many steps of least squares lead to the numbers of a class, or nowhere."""
# Of `convert --to FRAMEWORK`

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
