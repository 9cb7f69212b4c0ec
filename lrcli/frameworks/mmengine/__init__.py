"""mmengine: lists of parameter schedulers, each of which goes on from what the others have left."""

from lrcli.frameworks.base import Framework

FRAMEWORK = Framework("mmengine", "MMEngine", examined=("0.10.7",))
