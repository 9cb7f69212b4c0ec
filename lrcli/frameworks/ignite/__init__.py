"""PyTorch-Ignite: its parameter schedulers, for the learning rate."""

from lrcli.frameworks.base import Framework

FRAMEWORK = Framework("ignite", "PyTorch-Ignite", examined=("0.5.5",))
