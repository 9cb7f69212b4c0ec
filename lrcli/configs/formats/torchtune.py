"""torchtune's YAML: a cosine with warmup whose length the recipe counts itself."""

from __future__ import annotations

from lrcli.configs.base import Config, Draft, Format, lacking
from lrcli.configs.nodes import entry_at
from lrcli.reader.nodes import Mapping, Scalar

_SCHEDULERS = ("torchtune.modules.", "torchtune.training.lr_schedulers.", "torchtune.training.")
_COSINE = "get_cosine_schedule_with_warmup"


def misses(root: Mapping) -> tuple[str, ...]:
    """What a mapping lacks to be a torchtune config."""
    return lacking(root, "optimizer._component_")


def translate(config: Config, draft: Draft) -> None:
    """Write the spec of a torchtune recipe."""
    config.knows(
        "epochs", "batch_size", "gradient_accumulation_steps", "max_steps_per_epoch", "lr_scheduler.num_cycles"
    )
    rate = config.number("optimizer.lr")
    if rate is None:
        raise config.fail("optimizer", "needs-value", "optimizer.lr is not in the file", "--set optimizer.lr=...")
    draft.put("lr", float(rate), at="optimizer.lr")
    if not config.has("lr_scheduler"):
        _without_scheduler(config)
        steps, how = _steps(config, "epochs")
        draft.put("steps", steps, at="epochs", why=how)
        draft.put(
            "schedule.type", "constant", at="lr_scheduler", why="there is no lr_scheduler: the full recipes have none"
        )
        return
    component = config.text("lr_scheduler._component_", "")
    if component.rpartition(".")[2] != _COSINE or not component.startswith(_SCHEDULERS):
        message = f"{component or 'a lr_scheduler without _component_'} is not a scheduler that lrcli knows"
        raise config.fail("lr_scheduler", "unknown-scheduler", message, f"it knows {_SCHEDULERS[1]}{_COSINE}")
    warm = config.count("lr_scheduler.num_warmup_steps", at_least=0)
    if warm is None:
        message = f"TypeError: {_COSINE}() missing 1 required positional argument: 'num_warmup_steps'"
        raise config.raises("lr_scheduler", message)
    steps, how = _steps(config, "lr_scheduler.num_warmup_steps")
    draft.put("steps", steps, at="epochs", why=how)
    if config.number("lr_scheduler.num_training_steps") is not None:
        what = f"num_training_steps is not used: the recipe passes {steps}, epochs times the steps of an epoch"
        config.remark("lr_scheduler.num_training_steps", "unread-key", what)
    draft.put("schedule.type", f"torchtune.{_COSINE}", at="lr_scheduler._component_")
    draft.put("schedule.num_warmup_steps", warm, at="lr_scheduler.num_warmup_steps")
    draft.put("schedule.num_training_steps", steps)
    draft.put("schedule.num_cycles", config.number("lr_scheduler.num_cycles", 0.5), at="lr_scheduler.num_cycles")
    if warm >= steps:
        what = f"the warmup of {warm} steps is as long as the run of {steps}"
        config.remark("lr_scheduler.num_warmup_steps", "warmup-too-long", what)


def _without_scheduler(config: Config) -> None:
    """Refuse a LoRA recipe without a scheduler, which its recipe does not run."""
    model = entry_at(config.root, "model._component_")[1]
    if isinstance(model, Scalar) and "lora" in str(model.value) and entry_at(config.root, "lr_scheduler")[1] is None:
        raise config.raises("model", "KeyError: 'lr_scheduler': the LoRA recipes want one", "--set lr_scheduler=null")


def _steps(config: Config, needed_by: str) -> tuple[int, str]:
    """(the updates of the run, how): both roundings of an epoch are down, since the loader drops its last batch."""
    given = config.given
    if given.steps is not None:
        return given.steps, "--steps"
    epochs = given.epochs if given.epochs is not None else config.count("epochs", 1, at_least=1)
    accumulation = config.count("gradient_accumulation_steps", 1, at_least=1)
    per = given.steps_per_epoch
    how = given.option("steps_per_epoch") if per is not None else ""
    batches = given.batches_per_epoch
    if batches is None and given.samples is not None:
        batch = given.batch_size or config.count("batch_size", at_least=1)
        if batch is None:
            raise config.fail("batch_size", "needs-value", "batch_size is not in the file", "--batch-size N")
        share = -(-given.samples // (given.world_size or 1))
        batches = share // batch
        how = f"{share} samples on each device // {batch} // {accumulation}"
    if per is None and batches is not None:
        per = batches // accumulation
        how = how or f"{batches} // {accumulation}"
    most = config.count("max_steps_per_epoch", at_least=1)
    if per is None:
        raise config.needs_steps(needed_by)
    if most is not None and most < per:
        per, how = most, "max_steps_per_epoch"
    if per < 1:
        raise config.fail(needed_by, "bad-value", "an epoch has no full step: the data is too small for it")
    return int(epochs * per), f"{epochs:g} epochs * {per} ({how})"


FORMAT = Format("torchtune", "torchtune", ("omegaconf",), misses, translate)
