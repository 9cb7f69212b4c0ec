"""torch-lr-finder: what it suggests."""

from lrcli.frameworks.base import Framework

FRAMEWORK = Framework("torch_lr_finder", "torch-lr-finder", examined=("0.2.2",))
