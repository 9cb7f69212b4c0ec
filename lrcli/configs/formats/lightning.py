"""LightningCLI's YAML: an optimizer and a scheduler by `class_path`, stepped once an epoch by the Trainer."""

from __future__ import annotations

from lrcli.configs.base import Config, Draft, Format, has, lacking
from lrcli.configs.named import chosen, interval_of, objects_of
from lrcli.configs.torch_objects import put_epochs, put_rate, put_scheduler
from lrcli.reader.nodes import Mapping

_NAMES = ("optimizer", "optim", "lr_scheduler", "scheduler")
_PLACES = tuple(f"{place}{name}" for place in ("", "model.init_args.", "model.") for name in _NAMES)


def _lacks(root: Mapping) -> tuple[str, ...]:
    if any(has(root, f"{path}.class_path") for path in _PLACES):
        return ()
    if any(has(root, f"{path}._target_") for path in _PLACES):
        return ("class_path instead of _target_",)
    empty = has(root, "optimizer") and has(root, "lr_scheduler")
    return (*lacking(root, "trainer", "model"), *(() if empty else ("a class_path of an optimizer or lr_scheduler",)))


def translate(config: Config, draft: Draft) -> None:
    objects = list(objects_of(config.root, "class_path"))
    at_top = [named for named in objects if named.path in ("optimizer", "lr_scheduler")]
    optimizer, scheduler = chosen(at_top if any(named.is_scheduler for named in at_top) else objects)
    if scheduler is None:
        key = "lr_scheduler" if has(config.root, "lr_scheduler") else "optimizer"
        message = "lr_scheduler is null: the rate is constant, or the schedule is in the module's code"
        if optimizer is None:
            message = "optimizer and lr_scheduler are null: the optimizer and its schedule are in the module's code"
        raise config.fail(key, "lr-from-elsewhere", message)
    if scheduler in at_top:
        interval = config.given.interval or "epoch"
    else:
        interval = interval_of(config, scheduler, "it is an argument of the model, whose own code says so")
    put_rate(config, draft, optimizer, scheduler)
    put_scheduler(config, draft, scheduler)
    put_epochs(config, draft, "trainer", interval, scheduler)


FORMAT = Format("lightning", "LightningCLI class_path", ("omegaconf",), translate, lacks=_lacks, keeps_twins=True)
