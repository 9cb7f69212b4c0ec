"""fastai: what its learning-rate finder suggests."""

from lrcli.frameworks.base import Framework

FRAMEWORK = Framework("fastai", "fastai", examined=("2.8.12",))
