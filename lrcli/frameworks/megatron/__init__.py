"""Megatron-core: the learning rate of its OptimizerParamScheduler, whose positions are counted in samples."""

from lrcli.frameworks.base import Framework

FRAMEWORK = Framework("megatron", "Megatron-core", examined=("0.16.1",))
