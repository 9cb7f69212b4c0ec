"""torchtune's YAML: a cosine with warmup whose length the recipe counts itself."""

from __future__ import annotations

from lrcli.configs.base import Config, Draft, Format, has
from lrcli.configs.counts import Length, batches_of, updates_of
from lrcli.configs.nodes import entry_at
from lrcli.reader.nodes import Scalar

_SCHEDULERS = ("torchtune.modules.", "torchtune.training.lr_schedulers.", "torchtune.training.")
_COSINE = "get_cosine_schedule_with_warmup"


def translate(config: Config, draft: Draft) -> None:
    config.knows(
        "epochs", "batch_size", "gradient_accumulation_steps", "max_steps_per_epoch", "lr_scheduler.num_cycles"
    )
    draft.put("lr", config.rate("optimizer.lr"), at="optimizer.lr")
    if not config.has("lr_scheduler"):
        _without_scheduler(config)
        draft.put_length(_length(config, "epochs"))
        why = "there is no lr_scheduler: the full recipes have none"
        draft.put("schedule.type", "constant", at="lr_scheduler", why=why)
        return
    component = config.text("lr_scheduler._component_", "")
    if component.rpartition(".")[2] != _COSINE or not component.startswith(_SCHEDULERS):
        message = f"{component or 'a lr_scheduler without _component_'} is not a scheduler that lrcli knows"
        raise config.fail("lr_scheduler", "unknown-scheduler", message, f"it knows {_SCHEDULERS[1]}{_COSINE}")
    warmup_at = "lr_scheduler.num_warmup_steps"
    warmup = config.count(warmup_at, at_least=0)
    config.require("lr_scheduler", ("num_warmup_steps",), f"{_COSINE}()", "lr_scheduler")
    length = _length(config, warmup_at)
    draft.put_length(length)
    if config.number("lr_scheduler.num_training_steps") is not None:
        what = f"num_training_steps is not used: the recipe passes {length.steps}, epochs times the steps of an epoch"
        config.remark("lr_scheduler.num_training_steps", "unread-key", what)
    draft.put("schedule.type", f"torchtune.{_COSINE}", at="lr_scheduler._component_")
    draft.put("schedule.num_warmup_steps", warmup, at=warmup_at)
    draft.put("schedule.num_training_steps", length.steps)
    draft.put_fields({"num_cycles": 0.5}, "lr_scheduler")
    config.remark_long_warmup(warmup_at, warmup or 0, length.steps, "steps")


def _without_scheduler(config: Config) -> None:
    """Refuse a LoRA recipe without a scheduler, which its recipe does not run."""
    model = entry_at(config.root, "model._component_")[1]
    if isinstance(model, Scalar) and "lora" in str(model.value) and not has(config.root, "lr_scheduler"):
        raise config.raises("model", "KeyError: 'lr_scheduler': the LoRA recipes want one", "--set lr_scheduler=null")


def _length(config: Config, needed_by: str) -> Length:
    """The updates of the run: both roundings of an epoch are down, since the loader drops its last batch."""
    if config.given.steps is not None:
        return Length(config.given.steps, at="epochs")
    epochs = config.given.epochs or config.count("epochs", 1, at_least=1)
    batches = batches_of(config, "batch_size", drop=True)
    updates = updates_of(config, "gradient_accumulation_steps", batches, down=True)
    most = config.count("max_steps_per_epoch", at_least=1)
    if updates.number is None:
        raise config.needs_steps(needed_by)
    per_epoch, how = min((updates.number, updates.how), (most or updates.number, "max_steps_per_epoch"))
    if per_epoch < 1:
        raise config.fail(needed_by, "bad-value", "an epoch has no full step: the data is too small for it")
    return Length(int(epochs * per_epoch), f"{epochs:g} epochs * {per_epoch} ({how})", "epochs")


FORMAT = Format("torchtune", "torchtune", ("omegaconf",), translate, ("optimizer._component_",))
