"""Every number of the solvers for one key and for two: tolerances, each with what it comes from, and what was tuned.

Those that were tuned were tried on 200 specs and configs with one or two changed keys. A double has 15.95 digits, its
unit in the last place is 2.2e-16 of it.
"""

from __future__ import annotations

SAME_LINE = 1e-12
"""Numbers this near, as a share of them, lie on one line: some thousand roundings of a double."""

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

EXACT = (1e-13, 1e-11, 1e-9)
"""`solve`: the learning rate may be this far from the wanted one, as a share of it; the nearest that there is."""

SINGLE = 2.0**-22
"""The same where a framework computes in single precision: two units in the last place of a float32 of 24 bits."""

COARSE = 0.75
"""Tuned: the share of the rows that change sides between two values for one between them to be right."""

NOISE = 1e-4
"""Tuned: between values no further apart a schedule may be no line, as its framework rounds to float32 (6e-8)."""

SMALL = 48
"""Tuned: whole numbers below this one are tried one by one."""

USUAL_MULTIPLES = (2, 0.5, 3, 4, 10, 1.5, 0.1, 0.25, 0.2, 5, 8)
"""By what people multiply a length, or a number of cycles."""

SMALL_CHANGE = 1e-4
"""A change by this share is one that a number shows, unless it is rounded: about the root of a float32's precision."""

WHOLE_CHANGE = 0.02
"""Tuned: a whole number is changed by this share, and by 1 at least, to see what it bears on."""

ROUNDS = 14
"""Tuned: so many steps of least squares lead to the values of two keys, or nowhere."""

HOPEFUL = 6
"""Tuned: after so many steps most of what was wrong, three quarters of the squares, has to be gone."""

NEAR = 0.02
"""Tuned: how far, in relation to what was wrong at first, the rows may be from the wanted ones at the end."""

SMALL_RATE = 0.02
"""Tuned: rates below this share of the largest weigh no more than it, so that the end of a decay does not decide."""

DAMPING, LEAST_DAMPING, MOST_DAMPING = 1e-3, 1e-9, 1e4
"""Levenberg and Marquardt's: where it begins (0.001, as in Numerical Recipes 15.5), and between what it is kept."""

STANDSTILL = 1e-6
"""A step that takes away no more than this share of the squares is the last one."""
