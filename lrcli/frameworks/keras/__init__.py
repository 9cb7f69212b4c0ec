"""Keras 3: its learning-rate schedules and the two callbacks that set the learning rate."""

from lrcli.frameworks.base import Framework

FRAMEWORK = Framework("keras", "Keras", examined=("3.15.1",))
