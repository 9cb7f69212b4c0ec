"""Hugging Face accelerate: how it deals out batches, and counts steps."""

from lrcli.frameworks.base import Framework

FRAMEWORK = Framework("accelerate", "accelerate", examined=("1.15.0",))
