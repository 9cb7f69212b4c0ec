"""DeepSpeed: the schedules of deepspeed.runtime.lr_schedules, stepped once after each update."""

from lrcli.frameworks.base import Framework

FRAMEWORK = Framework("deepspeed", "DeepSpeed", examined=("0.19.8",))
