"""What a stretch of a curve can be: one law in one file, each fitted to rows, with real-valued parameters.

A law is not yet a schedule: it knows nothing of warmup, of where the run began, or of round numbers.
"""

from __future__ import annotations

from lrcli.infer.fit.laws.constant import Level
from lrcli.infer.fit.laws.cosine import Wave
from lrcli.infer.fit.laws.exponential import Decay
from lrcli.infer.fit.laws.inverse import Inverse, InverseRoot
from lrcli.infer.fit.laws.line import Slope
from lrcli.infer.fit.laws.power import Power
from lrcli.infer.fit.laws.root import Root

Law = Level | Slope | Decay | Inverse | Wave | Power | Root

LAWS: tuple[type[Law], ...] = (Level, Slope, Decay, InverseRoot, Inverse, Wave, Power, Root)
"""The simplest first."""

FALLING: tuple[type[Law], ...] = (InverseRoot, Inverse, Power, Root)
"""Those of which no row is above the one before it."""

__all__ = ["FALLING", "LAWS", "Decay", "Inverse", "Law", "Level", "Power", "Root", "Slope", "Wave"]
