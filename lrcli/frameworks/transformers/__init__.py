"""Hugging Face transformers: the schedules of optimization.py, under their SchedulerType names."""

from lrcli.frameworks.base import Framework

FRAMEWORK = Framework(
    "transformers",
    "Hugging Face transformers",
    examined=("4.51.3", "4.52.4", "5.23.0", "5.24.0"),
    aliases=("hf", "huggingface"),
)
