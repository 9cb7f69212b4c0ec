"""MosaicML Composer: its functional schedulers, which read time strings."""

from lrcli.frameworks.base import Framework

FRAMEWORK = Framework("composer", "MosaicML Composer", examined=("0.32.1",), aliases=("mosaicml",))
