"""mmcv 1.x: the `lr_config` of OpenMMLab's older configs, a policy under a warmup."""

from lrcli.frameworks.base import Framework

FRAMEWORK = Framework("mmcv", "mmcv", examined=("1.7.2",))
