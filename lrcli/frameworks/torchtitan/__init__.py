"""torchtitan: the lr_scheduler of its training config."""

from lrcli.frameworks.base import Framework

FRAMEWORK = Framework("torchtitan", "torchtitan", examined=("0.3.0",))
