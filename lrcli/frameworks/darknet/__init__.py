"""darknet: the learning rate of network.c's get_current_rate(), in float32."""

from lrcli.frameworks.base import Framework

FRAMEWORK = Framework("darknet", "darknet", examined=("59596d7",))
