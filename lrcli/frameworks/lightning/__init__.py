"""Lightning: how it counts steps."""

from lrcli.frameworks.base import Framework

FRAMEWORK = Framework("lightning", "Lightning", examined=("2.6.0",))
