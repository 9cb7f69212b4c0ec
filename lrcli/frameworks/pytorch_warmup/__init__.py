"""pytorch_warmup: factors that dampen what another scheduler says."""

from lrcli.frameworks.base import Framework

FRAMEWORK = Framework("pytorch_warmup", "pytorch-warmup", examined=("0.2.0",))
