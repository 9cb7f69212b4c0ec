"""NVIDIA NeMo: the policies of `optim.sched`, under their names."""

from lrcli.frameworks.base import Framework

FRAMEWORK = Framework("nemo", "NVIDIA NeMo", examined=("3.0.0",))
