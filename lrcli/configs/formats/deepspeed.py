"""DeepSpeed's JSON: the scheduler block, over the optimizer's rate."""

from __future__ import annotations

from lrcli.configs.base import Config, Draft, Format
from lrcli.configs.deepspeed import put_deepspeed_scheduler
from lrcli.configs.twins import refuse_twins

_MARKS = "zero_optimization|train_micro_batch_size_per_gpu|train_batch_size|scheduler.params"


def translate(config: Config, draft: Draft) -> None:
    """Write the spec of a DeepSpeed config."""
    refuse_twins(config.root, "ValueError: Duplicate keys in DeepSpeed config: {!r}")
    if not config.has("scheduler"):
        message = (
            "no scheduler block: the learning rate comes from the client (the Hugging Face Trainer's lr_scheduler_type)"
        )
        raise config.fail("", "lr-from-elsewhere", message, "give the client's own config")
    put_deepspeed_scheduler(config, draft)


FORMAT = Format("deepspeed", "DeepSpeed JSON", ("json", "hjson"), translate, (_MARKS,))
