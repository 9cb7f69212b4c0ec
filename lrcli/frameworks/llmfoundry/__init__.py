"""MosaicML's llm-foundry: its own scheduler, beside those of Composer."""

from lrcli.frameworks.base import Framework

FRAMEWORK = Framework("llmfoundry", "llm-foundry", examined=("0.22.0",), aliases=("llm_foundry",))
