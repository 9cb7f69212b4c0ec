"""timm (PyTorch Image Models): the schedulers of timm.scheduler."""

from lrcli.frameworks.base import Framework

FRAMEWORK = Framework("timm", "timm", examined=("1.0.31",))
