"""Lightning Bolts: the schedule that many PyTorch Lightning projects have taken from it."""

from lrcli.frameworks.base import Framework

FRAMEWORK = Framework("lightning_bolts", "Lightning Bolts", examined=("0.7.0",), aliases=("pl_bolts", "bolts"))
