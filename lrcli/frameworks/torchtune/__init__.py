"""torchtune: the one schedule of its recipes."""

from lrcli.frameworks.base import Framework

FRAMEWORK = Framework("torchtune", "torchtune", examined=("0.6.1",))
