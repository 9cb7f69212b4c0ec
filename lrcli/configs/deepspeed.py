"""DeepSpeed's scheduler block: alone in its own JSON, or named by a config of the Hugging Face Trainer."""

from __future__ import annotations

from lrcli.configs.config import Config
from lrcli.configs.draft import Draft


def scheduler_beside(config: Config, draft: Draft) -> bool:
    """Whether a Trainer config names a DeepSpeed JSON whose scheduler replaces its own; then it is written."""
    return False
