"""Axolotl: its own schedulers, beside those that it takes from transformers and PyTorch."""

from lrcli.frameworks.base import Framework

FRAMEWORK = Framework("axolotl", "Axolotl", examined=("0.19.0",))
