"""Hugging Face diffusers: get_scheduler of its optimization.py, transformers' schedules with less to say."""

from lrcli.frameworks.base import Framework

FRAMEWORK = Framework("diffusers", "Hugging Face diffusers", examined=("0.42.1",))
