"""Ultralytics: the trainer's learning rates of its parameter groups, batch by batch, and YOLOv5's."""

from lrcli.frameworks.base import Framework

FRAMEWORK = Framework(
    "ultralytics",
    "Ultralytics",
    examined=("8.0.200", "8.2.100", "8.3.100", "8.3.200", "8.3.228", "8.4.0", "8.4.190"),
)
