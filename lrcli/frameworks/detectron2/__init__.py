"""detectron2: the schedules that a SOLVER builds, over fvcore's, and the older classes."""

from lrcli.frameworks.base import Framework

FRAMEWORK = Framework("detectron2", "detectron2", examined=("02b5c4e",))
