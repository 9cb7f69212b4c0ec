"""Hydra's YAML: an optimizer and a scheduler by `_target_`, whose interval only the training code knows."""

from __future__ import annotations

from lrcli.configs.base import Config, Draft, Format, has
from lrcli.configs.named import chosen, interval_of, objects_of
from lrcli.configs.torch_objects import put_epochs, put_rate, put_scheduler
from lrcli.reader.nodes import Mapping, Sequence
from lrcli.reader.source import refuse

_TRAINERS = ("trainer", "pl_trainer", "train", "training", "hyperparameters")


def _lacks(root: Mapping) -> tuple[str, ...]:
    if any(named.is_scheduler or named.name.startswith("torch.optim.") for named in objects_of(root, "_target_")):
        return ()
    if isinstance(root.get("defaults"), Sequence):
        return ("what its defaults name: give .hydra/config.yaml of a run",)
    return ("a _target_ of torch.optim",)


def translate(config: Config, draft: Draft) -> None:
    optimizer, scheduler = chosen(list(objects_of(config.root, "_target_")))
    if scheduler is None:
        place = config.source.whole if optimizer is None else optimizer.place
        message = "there is an optimizer and no scheduler: the rate is constant, or the schedule is in the code"
        raise refuse(place, "lr-from-elsewhere", message)
    interval = interval_of(config, scheduler, "only the training code says so")
    trainer = next((name for name in _TRAINERS if has(config.root, f"{name}.max_epochs")), "")
    put_rate(config, draft, optimizer, scheduler)
    put_scheduler(config, draft, scheduler)
    put_epochs(config, draft, trainer, interval, scheduler)


FORMAT = Format("hydra", "Hydra _target_", ("omegaconf",), translate, lacks=_lacks)
