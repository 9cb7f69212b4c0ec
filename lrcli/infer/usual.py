"""What people write, the most usual first: from the configs and logs of public repositories."""

from __future__ import annotations

UNIT_FLAGS = ("by_epoch", "warmup_by_epoch", "convert_to_iter_based", "sched_on_updates")
"""How keys are called that say in which unit the lengths of a schedule count."""

SHARES = (0.01, 0.02, 0.03, 0.04, 0.05, 0.06, 0.1, 0.15, 0.2, 0.3)
"""Shares of a run that people write."""

CYCLES = (0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 0.25)
"""The periods of a cosine that people ask for; half of one is the usual decay."""

SCALES = (2, 4, 8, 3, 16, 32, 64, 128, 5, 6, 10, 100)
"""By how much a scheduler is usually too fast or too slow."""

USUAL_MULTIPLES = (2, 0.5, 3, 4, 10, 1.5, 0.1, 0.25, 0.2, 5, 8)
"""By what people multiply a length, or a number of cycles."""

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

DIP_SHARES = (0.001, 0.0, 0.01, 0.1)
"""The shares of a decay at which it begins to climb back; Axolotl's default is the first."""

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
