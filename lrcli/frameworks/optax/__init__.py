"""optax: the schedules of optax.schedules, as called eagerly with a Python int."""

from lrcli.frameworks.base import Framework

FRAMEWORK = Framework("optax", "optax", examined=("0.2.8",))
