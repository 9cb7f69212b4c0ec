"""nanoGPT: the learning rate of train.py's get_lr()."""

from lrcli.frameworks.base import Framework

FRAMEWORK = Framework("nanogpt", "nanoGPT", examined=("2023", "3adf61e"))
